// An async workload.

exports.wait = async ({ n }) => {
  await new Promise((done) => setTimeout(done, 50));
  return n;
};

exports.fail = async ({ n }) => {
  await null;
  if (n === 1) throw new Error('broken on purpose');
};
