// A workload that writes to stdout when it is loaded and when it is called.

process.stdout.write('loaded\n');

exports.talk = ({ n }) => {
  process.stdout.write(`task ${n}\n`);
  return n;
};

/** Writes more at once than a pipe takes. */
exports.pour = ({ n }) => {
  for (const stream of [process.stdout, process.stderr]) stream.write('x'.repeat(4 << 20) + 'the end\n');
  return n;
};

exports.cores = () => [0];
