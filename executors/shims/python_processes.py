# The executors of python.py whose workers are processes. Installed as runner_processes.py.

import marshal
import os
import struct
import sys
import time

import runner_shim as shim
from runner_shim import LINUX, broken, call, flush, gather, now

crew = []  # of the trial's process: its worker processes, once it has begun to start them
pipe = None  # of a worker process: the descriptor on which it tells of itself
gate = None  # of a process-pool: what keeps a worker from a second task until each has had a first


# A worker process.

def serve(setup, number, own, target, args, kwargs):
    """The main function of any worker process: target is what it would be without us."""
    global gate
    try:
        enter(setup, number, own if isinstance(own, int) else own.fileno())
        gate = setup.get("gate")
        records = target(*args, **kwargs)
        if records is not None:
            send(pipe, ("records", records))  # first: to look at its own memory takes a worker half a millisecond
        flush()
        send(pipe, ("bye", private(), usage()))
        threads = sys.modules["threading"].enumerate() if "threading" in sys.modules else []
        children = getattr(sys.modules.get("multiprocessing"), "active_children", list)()
        if children or sum(not t.daemon for t in threads) > 1:
            os._exit(0)  # Python would wait for what the workload left behind
    except:
        broken()


def usage():
    """shim.figures() of this process and of the children that it has waited for."""
    import resource
    return shim.figures([resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)])


def enter(setup, number, own):
    """Make this process a worker; own is the descriptor of its pipe."""
    global pipe
    die_with_parent(setup["parent"])
    if setup["parent"] is None:  # the server ends with the trial's process only if its workers do not hold on to it
        from multiprocessing.forkserver import _forkserver
        os.close(_forkserver._forkserver_alive_fd)
        _forkserver._forkserver_alive_fd = None
    shim.forget()
    pipe = own
    shim.tell = lambda task, text: send(pipe, ("failed", task, text))
    shim.enter(setup, number)
    send(pipe, ("ready",))


def die_with_parent(parent):
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
    if parent and os.getppid() != parent:
        os._exit(1)  # it was too late


def take(tasks, results):
    """A worker between two queues: chunks of tasks in, chunks of records out, until None comes."""
    for chunk in iter(tasks.get, None):
        results.put(gather(chunk))
    results.close()
    results.join_thread()


def share(tasks, gate):
    """A forked worker: it does its share of the tasks as soon as all are ready."""
    os.read(gate, 1)  # until its end
    return gather(tasks)


def child():
    """The main function of an interpreter that does one task: which one, standard input says."""
    import fcntl
    setup, number, item, own = marshal.loads(b"".join(iter(lambda: os.read(0, 1 << 16), b"")))
    fcntl.fcntl(own, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    serve(setup, number, own, gather, ([item],), {})


def hold():
    gate.acquire()


def private():
    """The peak of this process's memory without what is shared: pages of files, and those that a forked process has in
    common with its parent."""
    try:
        status = shim.sizes("/proc/self/status")
        return shim.sizes("/proc/self/smaps_rollup")["Private_Dirty:"] + status["VmHWM:"] - status["VmRSS:"]
    except (IOError, OSError, KeyError):  # Linux before 4.14
        return shim.peak()


# What worker processes tell: frames of a length and a marshalled tuple.

def send(fd, word):
    data = marshal.dumps(word)
    shim.write(fd, struct.pack("<I", len(data)) + data)


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
    """A worker process as the trial's process sees it. status() is its exit status, None while it lives."""

    def __init__(self, number, fd, status):
        self.number, self.fd, self.status, self.done = number, fd, status, False

    def ended(self):
        """Its exit status; a pipe may end a moment before the process does."""
        for _ in range(5000):
            if self.status() is not None:
                break
            time.sleep(0.001)
        return self.status()

    def check(self):
        """Its end is the trial's unless it has said bye and ended well."""
        if not self.done or self.ended() != 0:
            broken(None, "worker %d: %s" % (self.number, how(self.ended())))


def how(status):
    """How a process ended, in the runner's words."""
    if status is None:
        return "closed its pipe to the trial's process"
    if status >= 0:
        return "exit status %d" % status
    import signal
    names = getattr(signal, "strsignal", {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}.get)
    return "killed by signal %d (%s)" % (-status, (names(-status) or "unknown").lower())


def hear(workers):
    """Wait until some workers have spoken: pairs of a worker and its word, None at its end. A pipe that something else
    holds open has no end, so look at the processes too."""
    import select
    poll, known, heard, again = select.poll(), dict((w.fd, w) for w in workers), [], False
    for fd in known:
        poll.register(fd, select.POLLIN)
    while not heard:
        dead = [w for w in workers if w.status() is not None]
        heard = [(known[fd], receive(fd)) for fd, _ in poll.poll(0 if dead else 200)] or [(w, None) for w in dead]
        for worker, word in heard:
            if word and word[0] == "failed":
                broken(*word[1:])
            worker.done = worker.done or word is not None and word[0] == "bye"
        gone = [w for w, word in heard if word is None and not w.done]
        if gone and not again and all(w.ended() == -15 for w in gone):
            heard, again = [], True  # pools end the others so when one has died: which?
            time.sleep(0.05)
    for worker in sorted(gone, key=lambda w: w.ended() == -15):
        worker.check()
    return heard


def collect(workers):
    """One word of each worker, as they come."""
    silent = list(workers)
    while silent:
        for worker, word in hear(silent):
            silent.remove(worker)
            yield worker, word


# The trial's process.

def goodbye(trial, worker, word):
    _, memory, used = word
    trial.memory[worker.number] = max(memory, trial.memory.get(worker.number, 0))
    trial.told.append(used)


def await_ready(trial):
    for _ in collect(crew):
        pass
    trial.ready = now()


class Processes(object):
    """The processes of multiprocessing as workers of a trial."""

    def __init__(self, trial):
        import multiprocessing as mp
        import multiprocessing.pool
        import resource, select, threading, _ctypes  # here, not in each forked worker
        trial.setup.update(packs=True, parent=os.getpid() if trial.start != "forkserver" else None)
        trial.finish = self.finish
        self.trial, self.forks = trial, trial.start == "fork"
        if trial.start not in getattr(mp, "get_all_start_methods", lambda: ["fork"])():
            raise ImportError("multiprocessing has no start method %s" % trial.start)
        if hasattr(mp, "get_context"):
            self.context = type(mp.get_context(trial.start))()  # one of our own: its Process is replaced
        else:
            self.context = type("Context", (), dict((n, staticmethod(v)) for n, v in vars(mp).items() if callable(v)))
            self.context.Pool = type("Pool", (mp.pool.Pool,), {"Process": staticmethod(self.process)})
        self.real, self.context.Process = self.context.Process, self.process
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.daemon = True

    def process(self, target=None, args=(), kwargs={}, **more):
        """What pools take for Process: its process has a pipe on which it says ready and bye."""
        reader, writer = os.pipe()
        if not self.forks:
            from multiprocessing.connection import Connection
            writer = Connection(writer, readable=False)  # which can be pickled
        args = (self.trial.setup, len(crew), writer, target, args, kwargs)
        process = self.real(target=serve, args=args, **more)
        worker = Worker(len(crew), reader, lambda: process.exitcode)
        worker.writer, worker.process = writer, process
        crew.append(worker)
        if self.forks:
            def start():
                type(process).start(process)
                os.close(writer)  # or workers that are forked later would hold it open
            process.start = start
        return process

    def await_ready(self):
        if not self.forks:
            for worker in crew:
                worker.writer.close()
                if self.trial.start == "forkserver":
                    read_once(worker.process._popen)
        await_ready(self.trial)
        self.watcher.start()
        self.trial.patience = 1
        if not self.forks:  # all have opened the semaphores: a killed trial must not leave their names in the system
            from multiprocessing import synchronize, util
            for final in list(util._finalizer_registry.values()):
                if getattr(final, "_callback", None) is synchronize.SemLock._cleanup:
                    final()

    def watch(self):
        try:
            for worker, word in collect(crew):
                goodbye(self.trial, worker, word)
        except:
            broken()

    def join(self):
        self.watcher.join()
        for worker in crew:
            worker.check()

    def finish(self):
        """End the processes that spawn and forkserver leave running: they would outlive the trial by a moment."""
        if self.forks:
            return
        from multiprocessing import forkserver
        pid = forkserver._forkserver._forkserver_pid
        if pid is not None:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        shim.end_tracker()


def read_once(popen):
    """The status of a forkserver's process can be read once. A pool's thread and ours may both find it there, and who comes
    second reads an end and makes 255 of it: so nobody reads while another does."""
    import threading
    from multiprocessing.connection import wait
    lock, poll = threading.Lock(), popen.poll

    def locked(flag=os.WNOHANG):
        if popen.returncode is None and not wait([popen.sentinel], 0 if flag == os.WNOHANG else None):
            return None
        with lock:
            return poll(flag)
    popen.poll = locked


def two_queues(trial):
    processes = Processes(trial)

    def run():
        tasks, results = processes.context.Queue(), processes.context.Queue()
        team = [processes.process(target=take, args=(tasks, results)) for _ in range(trial.workers)]
        for process in team:
            process.start()
        processes.await_ready()
        chunks = [trial.tasks[i:i + trial.chunk] for i in range(0, len(trial.tasks), trial.chunk)]
        for chunk in chunks + [None] * len(team):
            tasks.put(chunk)
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
        trial.records.extend(workers.imap_unordered(call, trial.tasks, trial.chunk))
        trial.worked = now()
        workers.close()
        workers.join()
        processes.join()
    return run


def process_pool(trial):
    from concurrent.futures import ProcessPoolExecutor, process
    processes = Processes(trial)
    context = {"mp_context": processes.context}
    if sys.version_info < (3, 7):  # it takes no context
        context = {}
        process.multiprocessing, process.SimpleQueue = processes.context, processes.context.SimpleQueue

    def run():
        gate = trial.setup["gate"] = processes.context.Semaphore(0)
        with ProcessPoolExecutor(trial.workers, **context) as executor:
            held = [executor.submit(hold) for _ in range(trial.workers)]  # it may start one only where none is idle
            processes.await_ready()
            for _ in held:
                gate.release()
            for future in held:
                future.result()
            trial.records.extend(executor.map(call, trial.tasks, chunksize=trial.chunk))
            trial.worked = now()
        processes.join()
    return run


def fork(trial):
    import resource, select, _ctypes  # here, not in each worker
    trial.setup.update(packs=True, parent=os.getpid())

    def run():
        gate, opened = os.pipe()
        for number in range(trial.workers):
            reader, writer = os.pipe()
            flush()
            pid = os.fork()
            if pid == 0:
                os.close(opened)
                serve(trial.setup, number, writer, share, (trial.tasks[number::trial.workers], gate), {})
                os._exit(0)
            os.close(writer)
            crew.append(Worker(number, reader, waiting(pid)))
        await_ready(trial)
        os.close(opened)
        for _, word in collect(crew):
            trial.records.extend(word[1])
        trial.worked = now()
        for worker, word in collect(crew):
            goodbye(trial, worker, word)
        for worker in crew:
            worker.check()
    return run


def waiting(pid):
    """A function that tells the exit status of a child, None while it lives."""
    known = []

    def status():
        ended, how = (0, 0) if known else os.waitpid(pid, os.WNOHANG)
        if ended:
            known.append(-os.WTERMSIG(how) if os.WIFSIGNALED(how) else os.WEXITSTATUS(how))
        return known[0] if known else None
    return status


def subprocesses(trial):
    import subprocess
    import resource, select
    trial.setup.update(packs=True, parent=os.getpid())
    program = [sys.executable, "-c", "import sys; sys.path.append(sys.argv[1]); import runner_processes; "
               "runner_processes.child()", os.path.dirname(os.path.abspath(__file__))]

    def start(number, item):
        reader, writer = os.pipe()
        passed = {"pass_fds": (writer,)} if sys.version_info >= (3,) else {}
        process = subprocess.Popen(program, stdin=subprocess.PIPE, **passed)
        os.close(writer)
        try:
            process.stdin.write(marshal.dumps((trial.setup, number, item, writer)))
            process.stdin.close()
        except (IOError, OSError):
            pass  # it has ended: hear() says how
        return Worker(number, reader, process.poll)

    def run():
        todo, free, busy = trial.tasks[::-1], list(range(trial.workers)), []
        while todo or busy:
            while todo and free:
                busy.append(start(free.pop(0), todo.pop()))
            for worker, word in hear(busy):
                if word is None:
                    worker.check()
                    os.close(worker.fd)
                    busy.remove(worker)
                    free.append(worker.number)
                elif word[0] == "records":
                    trial.records.extend(word[1])
                    trial.worked = now()
                elif word[0] == "bye":
                    goodbye(trial, worker, word)
    return run


EXECUTORS = {"procs": two_queues, "pool": pool, "fork": fork, "process-pool": process_pool, "subprocess": subprocesses,
             "master-worker": two_queues}
