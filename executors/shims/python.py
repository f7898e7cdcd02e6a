# The Python shim: runs one trial of a Python function as docs/shim-protocol.md says. It needs nothing but the standard
# library of CPython 2.7 or of 3.6 and later, and it must stay readable to all of them: no f-strings, no async def.
# It is installed as runner_shim.py and imported, so that worker processes find its functions by name.

MANIFEST = """
{"runtime": "python",
 "file": "runner_shim.py",
 "program": ["-c", "import sys; sys.path.insert(0, sys.argv[1]); import runner_shim; runner_shim.main()", "{dir}"],
 "unset": ["PYTHON"],
 "executors": [
  {"name": "serial", "doc": "one task after the other, in one thread"},
  {"name": "threads", "doc": "threading.Thread and one queue.Queue", "workers": true},
  {"name": "procs", "aliases": ["processes"], "doc": "multiprocessing.Process and two queues, one task a message",
   "workers": true, "separate": true, "options": [
    {"name": "start", "doc": "how processes are started", "default": "fork", "choices": ["fork", "spawn", "forkserver"]}]},
  {"name": "pool", "doc": "multiprocessing.Pool, imap_unordered", "workers": true, "separate": true, "options": [
    {"name": "chunksize", "doc": "tasks a message", "default": 1, "min": 1},
    {"name": "start", "doc": "how processes are started", "default": "fork", "choices": ["fork", "spawn", "forkserver"]}]},
  {"name": "fork", "doc": "os.fork and a pipe each; worker i of n does every n-th task from the i-th on",
   "workers": true, "separate": true},
  {"name": "thread-pool", "doc": "concurrent.futures.ThreadPoolExecutor, map", "workers": true},
  {"name": "process-pool", "doc": "concurrent.futures.ProcessPoolExecutor, map", "workers": true, "separate": true,
   "options": [
    {"name": "chunksize", "doc": "tasks a message", "default": 1, "min": 1},
    {"name": "start", "doc": "how processes are started", "default": "fork", "choices": ["fork", "spawn", "forkserver"]}]},
  {"name": "subprocess", "doc": "subprocess.Popen: one interpreter a task, as many at once as there are workers",
   "workers": true, "separate": true},
  {"name": "master-worker", "doc": "a master and its workers: two queues, tasks in chunks, a sentinel each",
   "workers": true, "separate": true, "options": [
    {"name": "chunksize", "doc": "tasks a message", "default": 1, "min": 1},
    {"name": "start", "doc": "how processes are started", "default": "fork", "choices": ["fork", "spawn", "forkserver"]}]},
  {"name": "asyncio", "doc": "coroutines of one event loop; workers is how many at once", "workers": true},
  {"name": "interpreters", "doc": "InterpreterPoolExecutor: a thread and an interpreter each, from Python 3.14 on",
   "workers": true, "separate": true}]}
"""

import marshal
import os
import struct
import sys
import time

try:
    from _thread import _local as Local
except ImportError:  # 2.7
    from thread import _local as Local

sys.dont_write_bytecode = True  # nothing is left beside the user's files; this file's own is written by now

PLAIN = frozenset(map(type, (None, True, 1, 1 << 64, 1.5, "", u"")))  # results that any channel takes as they are
LINUX = sys.platform.startswith("linux")


class Here(Local):
    """What a worker's own thread knows."""
    number = 0  # of the worker
    function = None
    packs = False  # its results leave the interpreter


here = Here()
events = requests = None  # of the trial's process: a descriptor, and a file
pipe = None  # of a worker process: the descriptor on which it tells of itself
crew = []  # of the trial's process: the processes of multiprocessing
gate = None  # of a process-pool: what keeps workers from a second task until each has had a first
loaded = None  # the workload's function; forked processes have it already


class Unavailable(Exception):
    """This machine cannot run that."""


def clocks():
    """Two functions that read, in ns, the monotonic clock that all processes share and the thread's CPU clock."""
    if hasattr(time, "monotonic_ns"):
        return time.monotonic_ns, getattr(time, "thread_time_ns", lambda: 0)
    if hasattr(time, "monotonic"):
        thread = getattr(time, "CLOCK_THREAD_CPUTIME_ID", None)
        return lambda: int(time.monotonic() * 1e9), lambda: int(time.clock_gettime(thread) * 1e9) if thread else 0
    import ctypes
    get = ctypes.PyDLL(None).clock_gettime  # PyDLL keeps the GIL: to let go of it would switch threads at each reading
    pair = ctypes.c_long * 2

    def reader(clock):
        def read():
            spec = pair()
            get(clock, spec)
            return spec[0] * 1000000000 + spec[1]
        return read
    return reader(1 if LINUX else 6), reader(3 if LINUX else 16)


now, cpu = clocks()


# Work, in any worker.

def perform(items, put):
    """Run (task, arguments) pairs one after the other; put takes (task, worker, start, end, cpu, result)."""
    function, number, packs = here.function, here.number, here.packs
    for task, arguments in items:
        start, used = now(), cpu()
        try:
            result = function(**arguments)
        except:  # sys.exit too, and on 2.7 what is no BaseException
            broken(task)
        used, end = cpu() - used, now()
        if packs and type(result) not in PLAIN:
            result = pack(task, result)
        put((task, number, start, end, used, result))


def call(item):
    """One task of a pool."""
    records = []
    perform((item,), records.append)
    return records[0]


def pack(task, result):
    """Put a result in a form that any channel takes. What cannot be sent would hang some of them."""
    try:
        return (marshal.dumps(result),)
    except ValueError:
        pass  # a subclass of a plain type, or no JSON at all
    import json
    try:
        return (marshal.dumps(json.loads(json.dumps(result))),)
    except Exception:
        broken(task, prefix="its result is not JSON: ")


def broken(task=None, text=None, prefix=""):
    """Tell at once what went wrong, by default the current exception, and end this process: others may hang."""
    if text is None:
        text = prefix + describe()
        try:
            import traceback
            traceback.print_exc()
        except Exception:
            pass  # the workload has closed stderr
    flush()
    if pipe is not None:
        send(pipe, ("failed", task, text))
    elif task is None:
        say("error", text=text[:1000])
    else:
        say("error", text=text[:1000], task=task)
    os._exit(1)


def describe():
    """The current exception in one line."""
    kind, error = sys.exc_info()[:2]
    for form in (u"%s", u"%r"):
        try:
            text = form % (error,)
            return kind.__name__ + (": " + text if text else u"")
        except Exception:
            pass  # 2.7 and text that is not ASCII, or a workload's own __str__
    return kind.__name__


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # closed, or None


def plain(function):
    """An async function as a plain one, with an event loop of the calling worker's own."""
    if not getattr(getattr(function, "__code__", None), "co_flags", 0) & 0x80:  # CO_COROUTINE
        return function
    import asyncio
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return lambda **arguments: loop.run_until_complete(function(**arguments))


def load(workload):
    """Import FILE.py of FILE.py:FUNCTION under its own name, so that pickle finds what is in it."""
    global loaded
    path, _, name = workload.rpartition(":")
    directory, file = os.path.split(path)
    stem = os.path.splitext(file)[0]
    try:
        if not os.path.isfile(path):
            raise ImportError("there is no such file")
        if stem in sys.modules or standard(stem):
            raise ImportError("it hides Python's own module %s: rename the file" % stem)
        if sys.path[:1] != [directory]:
            sys.path.insert(0, directory)
        found = __import__(stem)
    except:
        broken(prefix=file + " cannot be imported: ")
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        broken(None, "%s has no function %s" % (file, name))
    loaded = found


def standard(name):
    """Tell whether the standard library has a module of that name."""
    if hasattr(sys, "stdlib_module_names"):
        return name in sys.stdlib_module_names
    lib = os.path.dirname(os.__file__)
    return name in sys.builtin_module_names or any(os.path.exists(os.path.join(lib, n)) for n in (name + ".py", name))


# A worker's beginning and end.

def enter(setup, number, own=None):
    """Make the calling thread a worker, and with own, the descriptor of a pipe, this process."""
    global pipe, events
    if own is not None:
        die_with_parent()
        forget()
        for worker in crew:  # forked with the ends of all the others
            if worker.fd != own:
                os.close(worker.fd)
            if worker.writer.fileno() != own:
                worker.writer.close()
        del crew[:]
        pipe = own
    elif events is None:
        events = setup["events"]  # another interpreter of the trial's process
    if setup["cores"]:
        os.sched_setaffinity(0, [setup["cores"][number % len(setup["cores"])]])
    if loaded is None:
        load(setup["workload"])
    here.number, here.function, here.packs = number, plain(loaded), setup["packs"]
    if own is not None:
        send(pipe, ("ready",))  # fails if the trial's process died before die_with_parent


def leave(records=()):
    """The last words of a worker process."""
    flush()
    send(pipe, ("bye", private(), usage(), list(records)))
    threads = sys.modules.get("threading")
    left = [t for t in threads.enumerate() if not t.daemon and t is not threads.current_thread()] if threads else []
    if left or "multiprocessing" in sys.modules and sys.modules["multiprocessing"].active_children():
        os._exit(0)  # what the workload left behind would be waited for


def die_with_parent():
    """Ask Linux to kill this process when the thread that started it ends."""
    if not LINUX:
        return
    try:
        import _ctypes  # ctypes itself would take milliseconds in each spawned worker
        prctl = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")
        _ctypes.call_cdeclfunction(prctl, (1, 9))
    except (ImportError, AttributeError):
        import ctypes
        ctypes.CDLL(None).prctl(1, 9)


def forget():
    """Close the runner's streams in a process that is not the trial's."""
    global events, requests
    if events is not None:
        os.close(events)
        requests.close()
        events = requests = None


def serve(setup, number, writer, target, args, kwargs):
    """The main function of each process of multiprocessing: target is what it would be without us."""
    try:
        enter(setup, number, writer.fileno())
        global gate
        gate = setup["gate"]
        target(*args, **kwargs)
        leave()
    except:
        broken()


def take(tasks, results):
    """A worker between two queues: chunks of tasks in, chunks of records out, until None comes."""
    for chunk in iter(tasks.get, None):
        records = []
        perform(chunk, records.append)
        results.put(records)
    results.close()
    results.join_thread()


def child():
    """The main function of an interpreter that does one task: what to do is on standard input."""
    setup, number, item, own = marshal.loads(b"".join(iter(lambda: os.read(0, 1 << 16), b"")))
    try:
        import fcntl
        fcntl.fcntl(own, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        enter(setup, number, own)
        leave([call(item)])
    except:
        broken()


def hold(setup, number, ready, go):
    """Make a thread of an executor a worker, and keep it until all the others are there too."""
    try:
        enter(setup, number)
        os.write(ready, b".")
        os.read(go, 1)
    except:
        broken()


def hold_process():
    gate.acquire()


# What worker processes tell the trial's process: frames of a length and a marshalled tuple.

def send(fd, word):
    data = marshal.dumps(word)
    write(fd, struct.pack("<I", len(data)) + data)


def write(fd, data):
    while data:
        data = data[os.write(fd, data):]


def receive(fd):
    """The next frame, None at the end of the pipe."""
    size = read(fd, 4)
    data = size and read(fd, struct.unpack("<I", size)[0])
    return marshal.loads(data) if data else None


def read(fd, size):
    data = bytearray()
    while len(data) < size:
        part = os.read(fd, min(size - len(data), 1 << 20))
        if not part:
            return None
        data += part
    return bytes(data)


class Worker(object):
    """A worker process, as the trial's process sees it. status() is its exit status, None while it lives."""

    def __init__(self, number, fd, status, writer=None):
        self.number, self.fd, self.status, self.writer, self.done = number, fd, status, writer, False

    def ended(self):
        for _ in range(1000):
            if self.status() is not None:
                break
            time.sleep(0.001)
        return self.status()


def hear(workers):
    """Wait until some workers have spoken: pairs of a worker and its word, None if it ended after its last. The death
    of one that had more to say is the end of the trial. A pipe that something else holds open has no end, so look at
    the processes too."""
    import select
    poll, known = select.poll(), dict((w.fd, w) for w in workers)
    for fd in known:
        poll.register(fd, select.POLLIN)
    while True:
        dead = [w for w in workers if w.status() is not None]
        heard = [(known[fd], receive(fd)) for fd, _ in poll.poll(0 if dead else 200)] or [(w, None) for w in dead]
        gone = [w for w, word in heard if word is None and not w.done]
        if gone:  # executors end the others with signal 15 when one has died
            worker = min(gone, key=lambda w: w.ended() == -15)
            broken(None, "worker %d: %s" % (worker.number, how(worker.ended())))
        for worker, word in heard:
            if word and word[0] == "failed":
                broken(*word[1:])
            worker.done = worker.done or word[0] == "bye"
        if heard:
            return heard


def collect(workers):
    """One word of each worker, as they come."""
    silent = list(workers)
    while silent:
        for worker, word in hear(silent):
            silent.remove(worker)
            yield worker, word


def how(status):
    """How a process ended, in the runner's words."""
    if status is None:
        return "closed its pipe to the trial's process"
    if status >= 0:
        return "exit status %d" % status
    import signal
    names = getattr(signal, "strsignal", {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}.get)
    return "killed by signal %d (%s)" % (-status, (names(-status) or "unknown").lower())


# What a process and its children have used.

def usage():
    """CPU in ns, context switches and faults until now, of this process and of the children that it has waited for."""
    import resource
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [int(sum(u.ru_utime for u in both) * 1e9), int(sum(u.ru_stime for u in both) * 1e9)] + [
        sum(getattr(u, name) for u in both) for name in ("ru_nvcsw", "ru_nivcsw", "ru_majflt", "ru_minflt")]


def sizes(path):
    """The lines `name: n kB` of a file of /proc, in B."""
    with open(path) as lines:
        fields = [line.split() for line in lines]
    return dict((f[0], int(f[1]) * 1024) for f in fields if f[2:] == ["kB"])


def peak():
    """The peak of this process's resident size in B."""
    try:
        return sizes("/proc/self/status")["VmHWM:"]
    except (IOError, OSError, KeyError):
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1024 if LINUX else 1)


def private():
    """peak() without what is shared: pages of files, and those that a forked process has in common with the others."""
    try:
        now = sizes("/proc/self/status")
        try:
            own = sizes("/proc/self/smaps_rollup")["Private_Dirty:"]
        except (IOError, OSError, KeyError):  # Linux before 4.14
            own = now["VmRSS:"] - now.get("RssFile:", 0) - now.get("RssShmem:", 0)
        return own + now["VmHWM:"] - now["VmRSS:"]
    except (IOError, OSError, KeyError):
        return peak()


# Executors. Each takes a trial, imports all that it needs, and gives the function that is timed.

class Trial(object):
    """One trial: what is asked for, and what comes of it."""

    def __init__(self, request):
        self.tasks = list(enumerate(request["tasks"]))
        self.workers = max(1, request["workers"])
        self.options = request.get("options") or {}
        self.chunk = self.options.get("chunksize", 1)
        if not isinstance(self.chunk, int) or self.chunk < 1:
            raise Unavailable("chunksize is %r: give a whole number of tasks, at least 1" % (self.chunk,))
        self.records, self.memory, self.told = [], {}, []
        self.ready = self.worked = None
        self.after = lambda: None  # what is left to do when the clock has stopped
        self.setup = {"workload": request["workload"], "cores": self.cores(request), "packs": False, "gate": None}

    def cores(self, request):
        if not request.get("pin"):
            return None
        if request["executor"] == "asyncio":
            say("warning", text="not pinned: coroutines share one thread")
        elif not hasattr(os, "sched_setaffinity"):
            say("warning", text="not pinned: this Python has no os.sched_setaffinity")
        else:
            return sorted(os.sched_getaffinity(0))

    def chunks(self):
        return [self.tasks[i:i + self.chunk] for i in range(0, len(self.tasks), self.chunk)]

    def goodbye(self, worker, word):
        _, memory, used, records = word
        self.memory[worker.number] = max(memory, self.memory.get(worker.number, 0))
        self.told.append(used)
        self.records.extend(records)


def serial(trial):
    def run():
        enter(trial.setup, 0)
        perform(trial.tasks, trial.records.append)
    return run


def threads(trial):
    import threading
    try:
        from queue import Queue
    except ImportError:
        from Queue import Queue

    def run():
        queue, ready = Queue(), Queue()

        def work(number):
            try:
                enter(trial.setup, number)
                ready.put(number)
                perform(iter(queue.get, None), trial.records.append)
            except:
                broken()
        team = [threading.Thread(target=work, args=(i,)) for i in range(trial.workers)]
        for thread in team:
            thread.daemon = True
            thread.start()
        for _ in team:
            ready.get()
        trial.ready = now()
        for item in trial.tasks:
            queue.put(item)
        for _ in team:
            queue.put(None)
        for thread in team:
            thread.join()
    return run


class Processes(object):
    """The processes of multiprocessing as workers of a trial: they say ready and bye on pipes of their own."""

    def __init__(self, trial):
        import multiprocessing.pool
        import threading
        import _ctypes  # for die_with_parent: before forks
        self.trial, self.start, mp = trial, trial.options.get("start", "fork"), multiprocessing
        if self.start not in getattr(mp, "get_all_start_methods", lambda: ["fork"])():
            raise Unavailable("Python %s has no start method %s here" % (sys.version.split()[0], self.start))
        if hasattr(mp, "get_context"):
            self.context = type(mp.get_context(self.start))()  # our own: its Process is replaced
        else:
            self.context = type("Context", (), dict((n, staticmethod(v)) for n, v in vars(mp).items() if callable(v)))
            self.context.Pool = type("Pool", (mp.pool.Pool,), {"Process": staticmethod(self.process)})
        self.real, self.context.Process = self.context.Process, self.process
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.daemon = True
        trial.setup["packs"] = True
        trial.after = self.stop

    def process(self, target=None, args=(), kwargs={}, **more):
        """What a pool takes for Process."""
        from multiprocessing import Pipe
        reader, writer = Pipe(False)
        number = len(crew)
        args = (self.trial.setup, number, writer, target, args, kwargs)
        process = self.real(target=serve, args=args, **more)
        worker = Worker(number, reader.fileno(), lambda: process.exitcode, writer)
        worker.reader = reader  # keeps it open
        crew.append(worker)
        return process

    def await_ready(self):
        for worker in crew:
            worker.writer.close()
        for _ in collect(crew):
            pass
        self.trial.ready = now()
        self.watcher.start()
        if self.start != "fork":
            self.unlink()

    def watch(self):
        try:
            for worker, word in collect(crew):
                self.trial.goodbye(worker, word)
        except:
            broken()

    def unlink(self):
        """Take the names from semaphores that all workers have opened: a killed trial would leave them in the system."""
        from multiprocessing import synchronize, util
        for final in list(util._finalizer_registry.values()):
            if getattr(final, "_callback", None) is synchronize.SemLock._cleanup:
                final()

    def join(self):
        self.watcher.join()
        for worker in crew:
            if worker.ended():
                broken(None, "worker %d: %s" % (worker.number, how(worker.ended())))

    def stop(self):
        """End the processes that spawn and forkserver leave running: they would outlive the trial by a moment."""
        if self.start == "forkserver":
            from multiprocessing.forkserver import _forkserver as server
            os.kill(server._forkserver_pid, 9)
            os.waitpid(server._forkserver_pid, 0)
        if self.start != "fork":
            try:
                from multiprocessing.resource_tracker import _resource_tracker as tracker
            except ImportError:  # up to 3.7
                from multiprocessing.semaphore_tracker import _semaphore_tracker as tracker
            if tracker._pid is not None:
                os.close(tracker._fd)
                os.kill(tracker._pid, 9)
                os.waitpid(tracker._pid, 0)


def two_queues(trial):
    processes = Processes(trial)

    def run():
        tasks, results = processes.context.Queue(), processes.context.Queue()
        team = [processes.process(target=take, args=(tasks, results)) for _ in range(trial.workers)]
        for process in team:
            process.start()
        processes.await_ready()
        chunks = trial.chunks()
        for chunk in chunks:
            tasks.put(chunk)
        for _ in team:
            tasks.put(None)
        for _ in chunks:
            trial.records.extend(results.get())
        trial.worked = now()
        for process in team:
            process.join()
        processes.join()
    return run


def pool(trial):
    processes = Processes(trial)

    def run():
        workers = processes.context.Pool(trial.workers)
        processes.await_ready()
        for record in workers.imap_unordered(call, trial.tasks, trial.chunk):
            trial.records.append(record)
        trial.worked = now()
        workers.close()
        workers.join()
        processes.join()
    return run


EXECUTORS = {"serial": serial, "threads": threads, "procs": two_queues, "pool": pool, "master-worker": two_queues}


# The trial's process.

def claim():
    """Move the runner's streams to where no child and no workload finds them. The null device takes all the low numbers,
    so that a workload that writes to some descriptor does not meet a pipe of ours."""
    global events, requests
    import fcntl
    for fd in (0, 3):
        moved = fcntl.fcntl(fd, fcntl.F_DUPFD, 20)
        fcntl.fcntl(moved, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        if fd == 0:
            requests = os.fdopen(moved, "rb")
        else:
            events = moved
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 3)
    while os.dup(null) < 19:
        pass
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)


def say(event, **keys):
    import json
    write(events, (json.dumps(dict(keys, event=event)) + "\n").encode("ascii"))


def gil():
    return "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off"


def main():
    claim()
    import json
    name = "pypy" if "PyPy" in sys.version else getattr(getattr(sys, "implementation", None), "name", "cpython")
    locked = gil()
    say("hello", protocol=1, runtime=name, version=sys.version.split()[0], gil=locked, path=sys.executable)
    sys.path[:] = [p for p in sys.path if p not in ("", sys.argv[1])] + [sys.argv[1]]
    try:
        request = json.loads(requests.readline().decode("utf-8"))
        trial = Trial(request)
        if request["executor"] not in EXECUTORS:
            raise Unavailable("there is no executor %s for Python" % request["executor"])
        run = EXECUTORS[request["executor"]](trial)
    except Exception as error:  # an ImportError too
        say("unavailable", text=str(error) if isinstance(error, Unavailable) else "%s needs what Python %s has not: %s" % (
            request["executor"], sys.version.split()[0], describe()))
        os._exit(1)
    sys.argv[:] = [request["workload"].rpartition(":")[0]]
    load(request["workload"])
    if gil() != locked:
        say("warning", text="importing the workload turned the GIL %s" % gil())
    say("ready")
    if requests.readline() != b"go\n":
        os._exit(1)  # the runner is gone
    if not LINUX:
        import threading
        threading.Thread(target=lambda: requests.read(1) or os.kill(0, 9)).start()
    try:
        measure(trial, run)
    except:
        if crew:
            time.sleep(0.5)  # the watcher knows better why
        broken()
    flush()
    os._exit(0)  # not held up by what the workload left


def measure(trial, run):
    before, zero = usage(), now()
    run()
    total = now() - zero
    trial.after()
    used = [b - a for a, b in zip(before, usage())]
    if trial.options.get("start") == "forkserver" and sys.version_info < (3, 7):
        used = [sum(n) for n in zip(used, *trial.told)]  # that server does not wait for its workers
    report(trial, zero)
    spawn = (trial.ready or zero) - zero
    last = min(max(trial.worked or max(r[3] for r in trial.records), zero + spawn) - zero, total)
    names = ("user", "system", "voluntary", "involuntary", "major_faults", "minor_faults")
    flush()
    say("done", phases={"spawn": spawn, "work": last - spawn, "join": total - last, "total": total},
        usage=dict(zip(names, used), memory=peak() + sum(trial.memory.values())))


def report(trial, zero):
    """A line for each task."""
    import json
    encode, lines = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode, []
    for task, worker, start, end, used, result in trial.records:
        try:
            if trial.setup["packs"] and type(result) is tuple:
                result = marshal.loads(result[0])
            text = encode(result)
        except Exception:
            broken(task, prefix="its result is not JSON: ")
        if len(text) > (8 << 20) - 200:
            broken(task, "its result is %d B of JSON: the most is 8 MiB" % len(text))
        lines.append('{"event":"task","task":%d,"worker":%d,"start":%d,"end":%d,"cpu":%d,"result":%s}\n' % (
            task, worker, start - zero, end - zero, used, text))
        if len(text) > 1 << 16 or len(lines) == 1000:
            write(events, "".join(lines).encode("ascii"))
            lines = []
    write(events, "".join(lines).encode("ascii"))
