# The Python shim: runs one trial of a Python function as docs/shim-protocol.md says. It needs the standard library alone,
# of CPython 2.7 or of 3.6 and later, and all of them must be able to read it: no f-strings, no async def.
# It is installed as runner_shim.py and imported, so that workers find its functions by name. Executors whose workers are
# processes are in python_processes.py, which the others need not load.

MANIFEST = """
{"runtime": "python", "files": {"runner_shim.py": "python.py", "runner_processes.py": "python_processes.py",
  "runner_coroutines.py": "python_coroutines.py", "runner_stream.py": "python_stream.py"},
 "program": ["-c", "import sys; sys.path.insert(0, sys.argv[1]); import runner_shim; runner_shim.main()", "{dir}"],
 "versions": "^((pypy)?[23](\\.[0-9]{1,3}){0,2}|3(\\.[0-9]{1,3}){0,2}t|.*/.*)$", "default": "3", "example": "3.12",
 "unset": ["PYTHON", "__PYVENV_LAUNCHER__"], "env": {"PYTHONHASHSEED": "0"},
 "options": [
  {"name": "chunksize", "doc": "tasks a message", "default": 1, "min": 1},
  {"name": "start", "doc": "how processes are started", "default": "fork", "choices": ["fork", "spawn", "forkserver"]}],
 "executors": [
  {"name": "serial", "doc": "one task after the other, in one thread"},
  {"name": "threads", "doc": "threading.Thread and one queue", "workers": true},
  {"name": "procs", "aliases": ["processes"], "doc": "multiprocessing.Process and two queues, a message a task",
   "workers": true, "separate": true, "takes": ["start"]},
  {"name": "pool", "doc": "multiprocessing.Pool, imap_unordered",
   "workers": true, "separate": true, "takes": ["chunksize", "start"]},
  {"name": "fork", "doc": "os.fork and a pipe each: worker i of n does every n-th task from the i-th on",
   "workers": true, "separate": true},
  {"name": "thread-pool", "doc": "concurrent.futures.ThreadPoolExecutor, map", "workers": true},
  {"name": "process-pool", "doc": "concurrent.futures.ProcessPoolExecutor, map",
   "workers": true, "separate": true, "takes": ["chunksize", "start"]},
  {"name": "subprocess", "doc": "an interpreter a task, as many at once as there are workers",
   "workers": true, "separate": true},
  {"name": "master-worker", "doc": "a master and its workers: two queues, chunks of tasks, a sentinel each",
   "workers": true, "separate": true, "takes": ["chunksize", "start"]},
  {"name": "asyncio", "doc": "coroutines of one event loop; workers is how many at once", "workers": true},
  {"name": "interpreters", "doc": "InterpreterPoolExecutor, from Python 3.14 on: threads with an interpreter each",
   "workers": true, "separate": true}]}
"""

import marshal
import os
import sys
import time

try:
    from _thread import _local as Local
except ImportError:  # 2.7
    from thread import _local as Local

LINUX = sys.platform.startswith("linux")
PLAIN = frozenset(map(type, (None, True, 1, 1 << 64, 1.5, "", u"")))  # results that any channel takes as they are

here = Local()  # of a worker's thread: number, function, and packs: its results leave the process or the interpreter
events = requests = None  # of the trial's process: descriptors
rest = b""  # what has come after the last line from the runner
loaded = None  # the workload's function


def clocks():
    """Two functions that read, in ns, the monotonic clock that all processes share and the CPU clock of the thread."""
    if hasattr(time, "monotonic_ns"):
        return time.monotonic_ns, getattr(time, "thread_time_ns", int)
    if hasattr(time, "monotonic"):  # 3.6
        return lambda: int(time.monotonic() * 1e9), lambda: int(time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID) * 1e9)
    import ctypes
    pair = ctypes.c_long * 2
    gettime = ctypes.PyDLL(None).clock_gettime  # PyDLL keeps the GIL: to let go of it would switch threads

    def read(clock):
        spec = pair()
        gettime(clock, spec)
        return spec[0] * 1000000000 + spec[1]
    return lambda: read(1 if LINUX else 6), lambda: read(3 if LINUX else 16)

now, cpu = clocks()


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


def gather(items):
    records = []
    perform(items, records.append)
    return records


def call(item):
    """One task of a pool."""
    return gather((item,))[0]


def pack(task, result):
    """Put a result in a form that any channel takes: some would hang for ever with one that they cannot send."""
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
    """Tell at once what went wrong, by default the current exception, and end this process: other tasks may hang."""
    if text is None:
        text = prefix + describe()
        try:
            import traceback
            traceback.print_exc()
        except Exception:
            pass  # the workload has closed stderr
    flush()
    tell(task, text[:1000])
    os._exit(1)


def tell(task, text):
    """How a failure gets to the runner. Worker processes put their own in its place."""
    say("error", text=text) if task is None else say("error", text=text, task=task)


def describe():
    """The current exception in one line."""
    kind, error = sys.exc_info()[:2]
    for form in (u"%s", u"%r"):
        try:
            text = form % (error,)
            return kind.__name__ + (": " + text if text else u"")
        except Exception:
            pass  # text that is not ASCII on 2.7, or the workload's own __str__
    return kind.__name__


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # closed, or None


def load(workload):
    """Import FILE.py of FILE.py:FUNCTION under its own name, so that pickle finds what is in it."""
    global loaded
    sys.dont_write_bytecode = True  # nothing is left beside the user's files
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


def enter(setup, number):
    """Make the calling thread a worker."""
    if setup["cores"]:
        os.sched_setaffinity(0, [setup["cores"][number % len(setup["cores"])]])
    if loaded is None:
        load(setup["workload"])
    here.number, here.function, here.packs = number, plain(loaded), setup["packs"]


def plain(function):
    """An async function as a plain one, with an event loop of the calling worker's own."""
    if not getattr(getattr(function, "__code__", None), "co_flags", 0) & 0x80:  # CO_COROUTINE
        return function
    import asyncio
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return lambda **arguments: loop.run_until_complete(function(**arguments))


# Executors. Each takes a trial, imports what it needs, and gives the function that is timed. ImportError: unavailable.

class Trial(object):
    """What is asked for, and what comes of it."""

    def __init__(self, request):
        self.tasks, self.workers = list(enumerate(request["tasks"])), max(1, request["workers"])
        self.chunk = int(request["options"].get("chunksize", 1))
        self.start = request["options"].get("start", "fork")
        self.setup = {"workload": request["workload"], "cores": self.cores(request), "packs": False, "events": events}
        self.records = []
        self.ready = self.worked = None  # when all workers were ready, and when the last result was in
        self.memory = {}  # of worker processes, in B, by number
        self.told = []  # the usage of worker processes, as they see it
        self.patience = 0  # s for somebody else to say why an executor has failed

    def cores(self, request):
        if not request["pin"]:
            return None
        if request["executor"] != "asyncio" and hasattr(os, "sched_setaffinity"):
            return sorted(os.sched_getaffinity(0))
        why = "coroutines share one thread" if request["executor"] == "asyncio" else "no os.sched_setaffinity"
        say("warning", text="not pinned: " + why)

    def finish(self):
        """What is left to do when the clock has stopped."""


def serial(trial):
    def run():
        enter(trial.setup, 0)
        perform(trial.tasks, trial.records.append)
    return run


def threads(trial):
    import threading
    try:
        from queue import Queue
    except ImportError:  # 2.7
        from Queue import Queue

    def work(number, queue, ready):
        try:
            enter(trial.setup, number)
            ready.put(number)
            perform(iter(queue.get, None), trial.records.append)
        except:
            broken()

    def run():
        queue, ready = Queue(), Queue()
        team = [threading.Thread(target=work, args=(i, queue, ready)) for i in range(trial.workers)]
        for thread in team:
            thread.daemon = True
            thread.start()
        for _ in team:
            ready.get()
        trial.ready = now()
        for item in trial.tasks + [None] * len(team):
            queue.put(item)
        for thread in team:
            thread.join()
    return run


def thread_pool(trial):
    from concurrent.futures import ThreadPoolExecutor
    return lambda: held(trial, ThreadPoolExecutor(trial.workers))


def interpreters(trial):
    from concurrent.futures import InterpreterPoolExecutor
    import site
    trial.setup["packs"] = True
    place = os.path.dirname(os.path.abspath(__file__))  # another interpreter has not our sys.path
    return lambda: held(trial, InterpreterPoolExecutor(trial.workers, initializer=site.addsitedir, initargs=(place,)))


def held(trial, executor):
    """Run the tasks on an executor of threads, once it has started all of them."""
    (ready, told), (go, let) = os.pipe(), os.pipe()
    with executor:
        for number in range(trial.workers):
            executor.submit(hold, trial.setup, number, told, go).add_done_callback(failed)
        for _ in range(trial.workers):
            os.read(ready, 1)
        trial.ready = now()
        os.write(let, b"." * trial.workers)
        trial.records.extend(executor.map(call, trial.tasks))
        trial.worked = now()


def hold(setup, number, ready, go):
    """Make a thread of an executor a worker, and keep it until all the others are there too."""
    global events, here
    if events is None:  # this is another interpreter: no thread-local value of it outlives a call
        events, here = setup["events"], type("Here", (), {})()
    try:
        enter(setup, number)
        os.write(ready, b".")
        os.read(go, 1)
    except:
        broken()


def failed(future):
    error = future.exception()
    if error:
        broken(None, "%s: %s" % (type(error).__name__, error))


SINCE = {"thread-pool": "3.2", "process-pool": "3.2", "asyncio": "3.6", "interpreters": "3.14"}
THREADS = {"serial": serial, "threads": threads, "thread-pool": thread_pool, "interpreters": interpreters}


# The trial's process.

def claim():
    """Move the runner's streams to where no child and no workload finds them. The null device takes all the low numbers:
    a workload that writes to some descriptor then does not meet a pipe of ours."""
    global events, requests
    import fcntl
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (0, 3)]
    for fd in moved:
        fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    requests, events = moved
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 3)
    while os.dup(null) < 19:
        pass
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)


def forget():
    """Close the runner's streams in a process that is not the trial's."""
    global events, requests
    if requests is not None:
        os.close(events)
        os.close(requests)
        events = requests = None


def line():
    """The next line from the runner; nothing at its end."""
    global rest
    data, part = rest, rest or b"."
    while part and b"\n" not in part:
        part = os.read(requests, 1 << 16)
        data += part
    data, end, rest = data.partition(b"\n")
    return data + end


def say(event, **keys):
    import json
    write(events, (json.dumps(dict(keys, event=event)) + "\n").encode("ascii"))


def write(fd, data):
    while data:
        data = data[os.write(fd, data):]


def gil():
    return "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off"


def main():
    claim()
    import json
    name = "pypy" if "PyPy" in sys.version else getattr(getattr(sys, "implementation", None), "name", "cpython")
    version, locked = sys.version.split()[0], gil()
    say("hello", protocol=1, runtime=name, version=version, gil=locked, path=sys.executable)
    sys.path[:] = [p for p in sys.path if p not in ("", sys.argv[1])] + [sys.argv[1]]
    try:
        request = json.loads(line().decode("utf-8"))
        trial = Trial(request)
        run = prepare(request["executor"])(trial)
    except ImportError:
        why = "it needs " + SINCE[request["executor"]] if request["executor"] in SINCE else describe()
        say("unavailable", text="Python %s cannot run %s: %s" % (version, request["executor"], why))
        os._exit(1)
    sys.argv[:] = [request["workload"].rpartition(":")[0]]
    load(request["workload"])
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")  # for interpreters that this one starts
    if gil() != locked:
        say("warning", text="importing the workload turned the GIL " + gil())
    say("ready", gil=gil())
    if line() != b"go\n":
        os._exit(1)  # the runner is gone
    if not LINUX and request["executor"] != "stream":  # there the kernel tells of the runner's end
        import threading
        threading.Thread(target=lambda fd: os.read(fd, 1) or os.kill(0, 9), args=(requests,)).start()
    try:
        measure(trial, run)
    except:
        time.sleep(trial.patience)
        broken()
    end_tracker()
    os._exit(0)  # not held up by what the workload left behind


def end_tracker():
    """End the process that multiprocessing has beside it for named semaphores and shared memory, as Python does at its
    own end: once it is let go, it removes what was left, and ends."""
    for name in ("multiprocessing.resource_tracker", "multiprocessing.semaphore_tracker"):  # the latter up to 3.7
        module = sys.modules.get(name)
        tracker = getattr(module, "_resource_tracker", None) or getattr(module, "_semaphore_tracker", None)
        if tracker is None or getattr(tracker, "_pid", None) is None or tracker._fd is None:
            continue
        os.close(tracker._fd)
        for _ in range(1000):  # it may have to wait for the CPU
            if os.waitpid(tracker._pid, os.WNOHANG)[0]:
                break
            time.sleep(0.01)
        tracker._pid = tracker._fd = None


def prepare(executor):
    if executor in THREADS:
        return THREADS[executor]
    if executor == "asyncio":
        import asyncio, runner_coroutines  # 2.7 has no asyncio, and could not read the other
        return runner_coroutines.coroutines
    if executor == "stream":  # no choice of specs: the worker of a trial that others run
        import runner_stream
        return runner_stream.stream
    import runner_processes
    if executor not in runner_processes.EXECUTORS:
        raise ImportError("it has no such executor")
    return runner_processes.EXECUTORS[executor]


def measure(trial, run):
    import resource
    read, who = resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    before, zero = [read(w) for w in who], now()
    run()
    total, after = now() - zero, [read(w) for w in who]
    trial.finish()
    if trial.start == "forkserver":
        after = [read(w) for w in who]  # what its workers used is known once it has ended
    used = [b - a for a, b in zip(figures(before), figures(after))]
    if trial.start == "forkserver" and sys.version_info < (3, 7):
        used = [sum(n) for n in zip(used, *trial.told)]  # that server does not wait for its workers
    report(trial, zero)
    flush()
    spawn = (trial.ready or zero) - zero
    last = min(max(trial.worked or max(record[3] for record in trial.records), spawn + zero) - zero, total)
    names = ("user", "system", "voluntary", "involuntary", "major_faults", "minor_faults")
    say("done", phases={"spawn": spawn, "work": last - spawn, "join": total - last, "total": total},
        usage=dict(zip(names, used), memory=peak() + sum(trial.memory.values())))


def report(trial, zero):
    """Write a line for each task."""
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
        if len(lines) == 1000 or len(text) > 1 << 16:
            write(events, "".join(lines).encode("ascii"))
            lines = []
    write(events, "".join(lines).encode("ascii"))


def figures(both):
    """CPU in ns, context switches and faults."""
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
