// Workloads that do harm. Those that take n do it where n is 1, and else return n, unless they say otherwise.

'use strict';

const { execFileSync, spawn } = require('child_process');
const fs = require('fs');

const broken = () => new Error('broken on purpose');
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const harm = (does) => ({ n }) => (n === 1 ? does(n) : n);

exports.square = ({ n }) => n * n;
exports.fail = harm(() => { throw broken(); });
exports.exit3 = harm(() => process.exit(3));
exports.exit0 = harm(() => process.exit(0));
exports.kill = harm(() => process.kill(process.pid, 'SIGKILL'));

/** Throws where nobody can catch it, while the task still waits. */
exports.panic = harm(() => new Promise(() => setTimeout(() => { throw broken(); }, 1)));

exports.hang = harm(() => {
  try {
    process.on('SIGTERM', () => {});
  } catch (error) { /* not in a worker thread */ }
  fs.writeFileSync('hanging', '');
  for (;;) sleep(3600e3);
});

exports.flood = ({ n }) => {
  const block = 'all work and no play makes jack a dull boy\n'.repeat(1000);
  for (let size = 0; size < 8 << 20; size += block.length) {
    process.stdout.write(block);
    process.stderr.write(block);
  }
  process.stdout.write('the end\n');
  process.stderr.write('the end\n');
  return n;
};

const each = (does) => ({ n }) => {
  for (const fd of [0, 3, 4]) {
    try {
      does(fd);
    } catch (error) { /* not open, or of another kind */ }
  }
  return n;
};

exports.scribble = each((fd) => fs.writeSync(fd, Buffer.from('{"event":"done"}\n\x00\xff garbage\n', 'latin1')));

/** Not 4: in the trial's process that is one of Node's own. */
exports.close3 = each((fd) => fd < 4 && fs.closeSync(fd));

/** Leaves a process in a session of its own, which holds the streams, and a timer. */
exports.orphan = harm((n) => {
  setInterval(() => {}, 1000);
  spawn('sleep', ['3600'], { detached: true, stdio: 'inherit' });
  return n;
});

/** Leaves what keeps an event loop from its end. */
exports.leaves = harm((n) => {
  setInterval(() => {}, 1000);
  require('net').createServer().listen(0, '127.0.0.1');
  process.on('exit', () => { for (;;) sleep(1000); });
  return n;
});

exports.rejects = harm(async () => { throw new TypeError('broken on purpose'); });
exports.throws_text = harm(() => { throw 'broken on purpose'; });
exports.throws_null = harm(() => { throw null; });
exports.late = harm((n) => new Promise((done) => setImmediate(() => { done(n); throw broken(); })));
exports.floats = harm(() => {
  Promise.reject(broken());
  return new Promise(() => setTimeout(() => {}, 3600e3));
});
exports.overflows = harm(function deep(n) { return deep(n) + 1; });
exports.never = harm(() => new Promise(() => {}));
exports.thenable = harm((n) => ({ then: (done) => done(n) }));

/** Throws what has no text. */
exports.raises_badly = harm(() => {
  const error = broken();
  for (const name of ['name', 'message', 'stack']) Object.defineProperty(error, name, { get() { throw broken(); } });
  throw error;
});

exports.bigint = harm(() => [1n]);
exports.nan = harm(() => NaN);
exports.infinite = harm(() => [1, { x: -Infinity }]);
exports.function = harm(() => () => 1);
exports.symbol = harm(() => ({ a: [Symbol('x')] }));
exports.map = harm(() => new Map([[1, 2]]));
exports.promises = harm(() => [Promise.resolve(1)]);
exports.endless = harm(() => {
  const loop = [];
  loop.push(loop);
  return loop;
});
exports.huge = harm(() => 'x'.repeat(9 << 20));
exports.nothing = () => undefined;

/** Replaces what the shim uses. */
exports.hijacks = ({ n }) => {
  process.hrtime.bigint = process.hrtime = process.exit = () => { throw broken(); };
  process.memoryUsage = undefined;
  fs.writeSync = fs.readSync = () => { throw broken(); };
  JSON.stringify = JSON.parse = () => 'broken';
  process.title = process.argv[0] = 'broken';
  return n;
};

/** Ends its own streams. */
exports.quiet = harm((n) => {
  process.stdout.on('error', () => {});
  process.stdout.end();
  process.stderr.destroy();
  return n;
});

/** Every kind of result that is JSON. */
exports.shapes = ({ n }) => [n, n / 2, 2 ** 53, 2 ** 70, true, null, 'text', 'é世', { a: [1, 2], b: [], c: undefined }, [n, [n]],
  new Date(0)];

exports.place = () => [process.cwd(), process.argv[1], Object.keys(process.env).filter((k) => k.startsWith('NODE_')).join(' '),
  typeof process.send, fs.readFileSync(0).length];

exports.Deep = class { static Er = class { static one = 1; static square({ n }) { return n * n * this.one; } }; };

/** Gives the ms of CPU that a process of its own has used, and a little less. */
exports.burns_elsewhere = () => {
  const program = 'while (process.cpuUsage().user < 300e3) for (let i = 0; i < 1e6; i++);' +
    'console.log(Math.floor(process.cpuUsage().user / 1100))';
  return Number(execFileSync(process.execPath, ['-e', program]));
};

const spent = () => process.cpuUsage().user / 1000;

/** Uses CPU, and gives a third of how much, in ms: two threads see the same. */
exports.burns = () => {
  const begin = spent();
  while (spent() < begin + 150) for (let i = 0; i < 1e6; i++);
  return 50;
};
