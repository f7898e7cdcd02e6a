// The Node.js shim: runs one trial of a JavaScript function as docs/shim-protocol.md says. It needs Node.js 16 and nothing
// else; older ones must be able to read it, to say so: no ?. and no ??.
//
// A workload is FILE:FUNCTION of a CommonJS or an ES module. It is called with ONE object, of the task's arguments by
// name: `function work({ n, seed })`. A promise that it returns is awaited. Results are JSON as JSON.stringify has it, but
// what that would lose without a word (NaN, a Map, a promise, BigInt) is an error, and undefined is null. All numbers are
// 64-bit floats: whole ones are exact up to 2^53.
//
// The CPU time of a task is that of its process; in a worker thread that of the thread, from Node.js 22.19 and 23.9 on, and
// 0 before. Node.js cannot choose the core of a thread or process: it pins none. The trial's process loads the workload as
// its workers do, to tell early what is wrong with it.

'use strict';

const MANIFEST = `
{"runtime": "node", "files": {"runner_node.js": "node.js", "runner_stream.js": "node_stream.js"}, "program": ["{dir}/runner_node.js"],
 "interpreter": ["node", "nodejs"],
 "versions": "^([0-9]{1,3}(\\.[0-9]{1,4}){0,2}|.*/.*)$", "default": "", "example": "20",
 "unset": ["NODE_", "UV_THREADPOOL_SIZE", "UV_USE_IO_URING"],
 "executors": [
  {"name": "serial", "doc": "one task after the other, in one thread"},
  {"name": "threads", "doc": "worker_threads and one counter that they share; each has all tasks from its start",
   "workers": true, "separate": true},
  {"name": "procs", "aliases": ["processes"], "doc": "child_process.fork, a message a task", "workers": true, "separate": true}]}
`;

const fs = require('fs');
const path = require('path');
const { isMainThread } = require('worker_threads');

const LINUX = process.platform === 'linux';
const LOWEST = 20; // descriptors below are the workload's to write to
const LONGEST = (8 << 20) - 200; // B of a result in JSON
const DEATHS = { SIGABRT: 'aborted', SIGKILL: 'killed', SIGSEGV: 'segmentation fault', SIGTERM: 'terminated' };

// What a workload may replace, as it was before.
const now = process.hrtime.bigint;
const { closeSync, openSync, readSync, writeSync } = fs;
const { parse, stringify } = JSON;
const quit = process.reallyExit ? process.reallyExit.bind(process) : process.exit; // not held up by what is left behind
const never = new Promise(() => {});

let events = 3, requests = 0, unread = Buffer.alloc(0); // of the trial's process: descriptors, and what came after a line
let cpu; // reads the CPU clock in ns
let loaded; // the workload's function
let doing = { task: null, prefix: '' }; // what an error is blamed on that nobody catches
let failed = false;
const streams = new Set(); // those of stdout and stderr that are in use: to open them takes milliseconds

// Any worker.

/** Runs [task, arguments] pairs one after the other; put takes [task, start, end, cpu, result]. */
async function perform(items, put) {
  for (const [task, args] of items) {
    doing.task = task;
    const start = now(), used = cpu();
    try {
      let result = loaded(args);
      if (result !== null && typeof result === 'object' && typeof result.then === 'function') result = await result;
      const spent = cpu() - used;
      put([task, start, now(), spent, result]);
    } catch (error) {
      await broken(error, task);
    }
  }
  doing.task = null;
}

/** Tells at once what went wrong, and ends this worker or trial: other tasks may hang. */
function broken(error, task = doing.task, prefix = doing.prefix) {
  if (!failed) {
    failed = true;
    tell(task, (prefix + describe(error)).slice(0, 1000), stack(error));
  }
  return never;
}

/** How a failure gets to the runner. Workers put their own in its place. */
let tell = (task, text, trace) => {
  say('error', task === null ? { text } : { text, task });
  for (const worker of crew) if (worker.kill) worker.kill('SIGKILL');
  if (trace) process.stderr.write(`${trace}\n${text}\n`); // the runner takes the last line for the reason
  setTimeout(() => flush().then(() => quit(1)), crew.some((worker) => worker.stdout) ? 100 : 0); // what threads have written
  setTimeout(quit, 500, 1);
};

/** An error in one line. */
function describe(error) {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}`
      : typeof error === 'object' ? require('util').inspect(error) : String(error);
    return text.trim().split('\n')[0];
  } catch (other) {
    return 'an error whose text cannot be had';
  }
}

function stack(error) {
  try { return error instanceof Error ? String(error.stack) : ''; } catch (other) { return ''; }
}

/** Notes which streams are in use. */
function note() {
  for (const name of ['stdout', 'stderr']) {
    const { get } = Object.getOwnPropertyDescriptor(process, name);
    const noted = () => streams.add(get.call(process)) && get.call(process);
    Object.defineProperty(process, name, { get: noted, configurable: true, enumerable: true });
  }
}

/** Waits until all is written: Node.js keeps what a pipe does not take at once. */
async function flush() {
  for (const stream of streams) {
    if (stream.writable) await new Promise((done) => stream.write('', done));
  }
}

/** A result in JSON. */
function encode(task, result) {
  try {
    const text = result === undefined ? 'null' : stringify(result);
    if (text === undefined || text.includes('null') || text.includes('{}')) stringify(result, strictly);
    const size = Buffer.byteLength(text);
    if (size > LONGEST) throw `its result is ${size} B of JSON: the most is 8 MiB`;
    return text;
  } catch (error) {
    broken(error, task, typeof error === 'string' ? '' : 'its result is not JSON: ');
    throw error; // nobody heeds it: this worker ends
  }
}

/** Refuses what JSON.stringify makes nothing or null or {} of. */
function strictly(key, value) {
  const kind = typeof value;
  const lost = kind === 'number' ? !Number.isFinite(value) : kind === 'function' || kind === 'symbol';
  if (lost) throw new TypeError(`it has ${kind === 'number' ? value : 'a ' + kind}`);
  if (kind === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) throw new TypeError(`it has a ${prototype.constructor.name}`);
  }
  return value;
}

/** Finds the workload's function. */
async function load(workload) {
  const colon = workload.lastIndexOf(':');
  const file = workload.slice(0, colon), name = workload.slice(colon + 1), base = path.basename(file);
  process.argv = [process.execPath, file];
  doing.prefix = base + ' cannot be imported: ';
  let found;
  try {
    found = fs.existsSync(file) ? await read(file) : await broken('there is no such file');
  } catch (error) {
    await broken(error);
  }
  doing.prefix = '';
  loaded = pick(found, name) || pick(found && found.default, name) || (name === 'default' && found);
  if (typeof loaded !== 'function') await broken(`${base} has no function ${name}: is it exported?`);
}

async function read(file) {
  if (!file.endsWith('.mjs')) {
    try {
      return require(file);
    } catch (error) {
      if (!error || error.code !== 'ERR_REQUIRE_ESM' && error.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    }
  }
  return import(require('url').pathToFileURL(file).href);
}

/** The function of that name, which may have points; a method keeps its object. */
function pick(found, name) {
  let owner;
  for (const part of name.split('.')) {
    if (found === undefined || found === null) return undefined;
    [owner, found] = [found, found[part]];
  }
  return typeof found === 'function' && name.includes('.') ? found.bind(owner) : found;
}

/** Makes the calling thread a worker. */
async function enter(workload) {
  cpu = clock();
  note();
  process.on('uncaughtException', (error) => broken(error));
  process.on('beforeExit', () => broken('its promise never settles: nothing is left that could do it'));
  await load(workload);
  for (const read of [now, cpu]) read(); // the first time takes longer
}

/** A function that reads the CPU clock in ns: of this process, in a worker thread of the thread, or 0 where that is untold. */
function clock() {
  const read = isMainThread ? process.cpuUsage : process.threadCpuUsage || (() => ({ user: 0, system: 0 }));
  return () => {
    const used = read.call(process);
    return (used.user + used.system) * 1000;
  };
}

/** A record that any channel takes: times from zero on, and the result in JSON. */
function plain([task, start, end, used, result], zero) {
  return [task, Number(start - zero), Number(end - zero), used, encode(task, result)];
}

// A worker thread.

async function thread({ parentPort, workerData: { workload, tasks, shared, zero } }) {
  const send = parentPort.postMessage.bind(parentPort);
  tell = (...words) => {
    send(['failed', ...words]);
    flush().then(() => quit(1));
  };
  await enter(workload);
  send(['ready']);
  Atomics.wait(shared, 0, 0);
  const records = [];
  await perform(rest(tasks, shared), (record) => records.push(record));
  send(['records', records.map((record) => plain(record, zero))]);
  await flush();
  send(['bye', 0, []]);
  quit(0);
}

/** The tasks that no other thread has taken. */
function* rest(tasks, shared) {
  for (let task; (task = Atomics.add(shared, 1, 1)) < tasks.length;) yield [task, tasks[task]];
}

// A worker process.

async function child(setup) {
  const { workload, zero } = parse(setup);
  const send = process.send.bind(process), channel = process.channel;
  process.send = process.disconnect = undefined; // the workload sees what it sees elsewhere
  tell = (...words) => {
    channel.ref();
    send(['failed', ...words], () => quit(1));
  };
  process.on('disconnect', () => quit(1)); // the trial's process is gone
  await enter(workload);
  process.on('message', async (item) => {
    if (item === null) {
      await flush();
      return send(['bye', memory(true), figures(true)], () => quit(0));
    }
    channel.unref(); // a promise that never settles is then found out
    await perform([item], (record) => send(['records', [plain(record, BigInt(zero))]]));
    channel.ref();
  });
  send(['ready']);
}

// Executors. Each takes a trial, and gives the function that is timed.

const crew = []; // of the trial's process: its workers, and what guards them

function serial(trial) {
  return async () => {
    await perform(trial.tasks.entries(), (record) => trial.records.push([0, record]));
    trial.worked = now();
  };
}

function threads(trial) {
  const { Worker } = require('worker_threads');
  const shared = new Int32Array(new SharedArrayBuffer(8)); // whether to go, and the next task

  return async () => {
    const workerData = { workload: trial.workload, tasks: trial.tasks, zero: trial.zero, shared };
    const ready = trial.expect('ready', trial.workers), all = trial.expect('records', trial.workers);
    const gone = trial.expect('gone', trial.workers);
    for (let number = 0; number < trial.workers; number++) trial.hire(number, new Worker(__filename, { workerData }), 'exit');
    trial.ready = await ready;
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
    trial.worked = await all;
    await gone;
  };
}

function procs(trial) {
  const { fork } = require('child_process');
  const low = new Array(LOWEST - 3).fill(openSync('/dev/null', 'r+')); // or the channel would be 3
  const stdio = ['ignore', 'inherit', 'inherit', ...low, 'ipc'];

  return async () => {
    const setup = stringify({ workload: trial.workload, zero: String(trial.zero) });
    const ready = trial.expect('ready', trial.workers), all = trial.expect('records', trial.tasks.length);
    const gone = trial.expect('gone', trial.workers), items = trial.tasks.entries();
    for (let number = 0; number < trial.workers; number++) {
      const worker = fork(__filename, [setup], { stdio, execArgv: [] });
      worker.more = () => {
        const { done, value } = items.next();
        worker.send(done ? null : value, () => {}); // one that has died says so itself
      };
      trial.hire(number, worker, 'close');
    }
    trial.ready = await ready;
    for (const worker of crew) if (worker.more) worker.more();
    trial.worked = await all;
    await gone;
  };
}

const stream = (trial) => require('./runner_stream.js')(trial, { line, parse, now, perform, report }); // no choice of specs
const EXECUTORS = { serial, threads, procs, stream };

// The trial's process.

/** What is asked for, and what comes of it. */
class Trial {
  constructor(request) {
    this.tasks = request.tasks;
    this.workers = Math.max(1, request.workers);
    this.workload = request.workload;
    this.records = []; // pairs of a worker's number and a record
    this.told = []; // the figures of worker processes, as they see them
    this.memory = 0; // of worker processes, in B
    this.expected = {};
  }

  /** A promise of the time at which the last of so many words has come. */
  expect(kind, count) {
    return new Promise((resolve) => {
      this.expected[kind] = () => --count === 0 && resolve(now());
    });
  }

  /** Listens to a worker until its last event. */
  hire(number, worker, last) {
    crew.push(worker);
    worker.on('message', (word) => Array.isArray(word) && this.hear(number, worker, word));
    worker.on('error', (error) => broken(error, null, `worker ${number}: `));
    worker.on(last, (code, signal) => {
      if (!worker.done || code !== 0) broken(`worker ${number}: ${ended(code, signal)}`, null);
      this.expected.gone();
    });
  }

  hear(number, worker, [kind, ...words]) {
    if (kind === 'failed' && !failed) {
      failed = true;
      tell(...words);
    } else if (kind === 'records') {
      for (const record of words[0]) this.records.push([number, record]);
      if (worker.more) worker.more();
    } else if (kind === 'bye') {
      worker.done = true;
      this.memory += words[0];
      this.told.push(words[1]);
    }
    if (this.expected[kind]) this.expected[kind]();
  }
}

/** How a process or thread has ended, in the runner's words. */
function ended(code, signal) {
  if (!signal) return `exit status ${code}`;
  return `killed by signal ${require('os').constants.signals[signal]} (${DEATHS[signal] || signal})`;
}

/** Moves the runner's streams to where no child and no workload finds them, and puts the null device in their place.
 *  Node.js cannot copy a descriptor, but what is opened takes the lowest free number, and a pipe can be opened again. */
function claim() {
  while (openSync('/dev/null', 'r+') < LOWEST - 1);
  try {
    [requests, events] = [openSync('/dev/fd/0', 'r'), openSync('/dev/fd/3', fs.constants.O_WRONLY)];
  } catch (error) {
    return; // they are no pipes: then they stay where they are
  }
  for (const fd of [0, 3]) {
    closeSync(fd);
    openSync('/dev/null', 'r+');
  }
}

/** The next line from the runner, "" at its end. */
function line() {
  const parts = [unread], part = Buffer.alloc(1 << 16);
  for (let size; !parts[parts.length - 1].includes(10) && (size = readSync(requests, part, 0, part.length, null)) > 0;) {
    parts.push(Buffer.from(part.subarray(0, size)));
  }
  const all = Buffer.concat(parts), end = all.indexOf(10) + 1 || all.length;
  unread = all.subarray(end);
  return all.toString('utf8', 0, end);
}

function say(event, keys) {
  write(stringify({ event, ...keys }) + '\n');
}

function write(text) {
  for (let data = Buffer.from(text); data.length > 0;) data = data.subarray(writeSync(events, data));
}

/** Starts a shell that ends all of the group once the runner is gone. Linux does that for the trial's process alone, and a
 *  worker may be deaf. It gives the function that ends the shell. */
function guard() {
  const script = `trap "" HUP INT TERM; read -r line; kill -9 -${process.pid}`;
  const shell = require('child_process').spawn('/bin/sh', ['-c', script], { stdio: [requests, 'ignore', 'ignore'] });
  const gone = new Promise((resolve) => shell.on('exit', resolve).on('error', resolve));
  crew.push(shell);
  return () => shell.kill('SIGKILL') && gone;
}

/** CPU in ns, context switches and faults, of this process and if asked also of the children that it has waited for. */
function figures(children) {
  const u = process.resourceUsage();
  const own = [u.userCPUTime * 1000, u.systemCPUTime * 1000, u.voluntaryContextSwitches, u.involuntaryContextSwitches,
    u.majorPageFault, u.minorPageFault];
  if (!children || !LINUX) return own;
  const stat = proc('stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number), tick = 1e7; // ns
  const theirs = [fields[13] * tick, fields[14] * tick, 0, 0, fields[10], fields[8]];
  return own.map((n, i) => n + theirs[i]);
}

/** The peak of this process's resident size in B, if asked without the pages of files. */
function memory(without) {
  if (!LINUX) return process.resourceUsage().maxRSS * 1024;
  const status = proc('status');
  const read = (name) => Number((status.match(new RegExp(`^${name}:\\s*([0-9]+)`, 'm')) || [0, 0])[1]) * 1024;
  return read('VmHWM') - (without ? read('RssFile') + read('RssShmem') : 0);
}

/** What Linux says of this process. */
function proc(name) {
  const fd = openSync('/proc/self/' + name, 'r'), text = Buffer.alloc(1 << 14);
  const size = readSync(fd, text, 0, text.length, 0);
  closeSync(fd);
  return text.latin1Slice(0, size);
}

/** Tells of arguments that JavaScript cannot hold. */
function inexact(tasks) {
  const task = tasks.findIndex((args) => Object.values(args).some((v) => Number.isInteger(v) && !Number.isSafeInteger(v)));
  if (task >= 0) say('warning', { text: `task ${task}: an argument beyond 2^53 is rounded: numbers of JavaScript are floats` });
}

async function main() {
  claim();
  const version = process.versions.node;
  say('hello', { protocol: 1, runtime: 'node', version, path: process.execPath });
  const request = parse(line());
  const known = Object.keys(EXECUTORS).includes(request.executor);
  const why = parseInt(version, 10) < 16 ? 'it needs 16' : known ? '' : 'it has no such executor';
  if (why) {
    say('unavailable', { text: `Node.js ${version} cannot run ${request.executor}: ${why}` });
    quit(1);
  }
  const trial = new Trial(request), run = EXECUTORS[request.executor](trial);
  if (request.pin) say('warning', { text: 'not pinned: Node.js cannot choose the core of a thread' });
  inexact(trial.tasks);
  await enter(trial.workload);
  say('ready');
  if (line() !== 'go\n') quit(1); // the runner is gone
  const release = !LINUX || request.executor === 'procs' ? guard() : () => {};
  await measure(trial, run, request.executor !== 'procs');
  await release();
  for (const { stdout, stderr } of crew) { // what worker threads write comes by the main thread
    for (const stream of [stdout, stderr]) {
      if (stream && !stream.readableEnded) await new Promise((done) => stream.on('end', done));
    }
  }
  await flush();
  quit(0); // not held up by what the workload left behind
}

async function measure(trial, run, children) {
  const before = figures(children), zero = trial.zero = now();
  await run();
  const total = Number(now() - zero), after = figures(children);
  const used = after.map((n, i) => trial.told.reduce((sum, told) => sum + (told[i] || 0), n - before[i]));
  report(trial);
  const spawn = trial.ready ? Number(trial.ready - zero) : 0, last = Number(trial.worked - zero);
  const [user, system, voluntary, involuntary, major_faults, minor_faults] = used;
  say('done', {
    phases: { spawn, work: last - spawn, join: total - last, total },
    usage: { user, system, voluntary, involuntary, major_faults, minor_faults, memory: memory(false) + trial.memory },
  });
}

/** Writes a line for each task. */
function report(trial) {
  let lines = '';
  for (const [worker, record] of trial.records) {
    const [task, start, end, used, text] = typeof record[1] === 'bigint' ? plain(record, trial.zero) : record;
    lines += `{"event":"task","task":${task},"worker":${worker},"start":${start},"end":${end},"cpu":${used},"result":${text}}\n`;
    if (lines.length > 1 << 16) {
      write(lines);
      lines = '';
    }
  }
  write(lines);
}

if (!isMainThread) thread(require('worker_threads'));
else if (process.send && process.argv.length > 2) child(process.argv[2]);
else main();
