"""Workloads that do harm. Those that take n do it where n is 1, and else return n, unless they say otherwise."""

import os
import signal
import subprocess
import sys
import threading
import time


def square(n):
    return n * n


def fail(n):
    if n == 1:
        raise ValueError("broken on purpose")
    return n


class Unpicklable(BaseException):
    def __init__(self, first, second):
        BaseException.__init__(self, "broken on purpose")
        self.lock = threading.Lock()


def panic(n):
    """Raise what is no Exception and cannot be pickled."""
    if n == 1:
        raise Unpicklable(1, 2)
    return n


def leave(n):
    if n == 1:
        sys.exit("broken on purpose")
    return n


def exit3(n):
    if n == 1:
        os._exit(3)
    return n


def kill(n):
    if n == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def hang(n):
    if n == 1:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        except ValueError:
            pass  # not in the main thread
        open("hanging", "w").close()
        time.sleep(3600)
    return n


def flood(n):
    block = "all work and no play makes jack a dull boy\n" * 1000
    for _ in range((8 << 20) // len(block)):
        sys.stdout.write(block)
        sys.stderr.write(block)
    sys.stdout.write("the end\n")
    sys.stderr.write("the end\n")
    return n


def scribble(n):
    for fd in (0, 3, 4):
        try:
            os.write(fd, b'{"event":"done"}\n\x00\xff garbage\n')
        except OSError:
            pass  # not open, or only for reading
    return n


closed = []  # once a process: the next file that another thread opens, such as a library, may get the number


def close3(n):
    if closed:
        return n
    closed.append(n)
    for fd in (0, 3, 4):
        try:
            os.close(fd)
        except OSError:
            pass
    return n


def isolated():
    """Tell whether this interpreter is one of several, which cannot end before its threads do."""
    try:
        from concurrent import interpreters
    except ImportError:
        return False
    return interpreters.get_current() != interpreters.get_main()


def orphan(n):
    """Leave a process in a session of its own, which holds the streams and all other descriptors, and a thread."""
    if n == 1:
        if not isolated():
            threading.Thread(target=time.sleep, args=(3600,)).start()
        session = {"start_new_session": True} if sys.version_info >= (3,) else {"preexec_fn": os.setsid}
        subprocess.Popen(["sleep", "3600"], close_fds=False, **session)
    return n


def daemon(n):
    """Fork a process that leaves the session and lives on with copies of all that this one has open."""
    if n == 1 and os.fork() == 0:
        os.setsid()
        time.sleep(3600)
    return n


def thread(n):
    if n == 1:
        threading.Thread(target=time.sleep, args=(3600,)).start()
    return n


def forks(n):
    """Fork until it is no longer allowed, at most 50 times; the children end at once."""
    if n == 1:
        children = []
        try:
            for _ in range(50):
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                children.append(pid)
        except OSError:
            pass
        for pid in children:
            os.waitpid(pid, 0)
    return n


def object_result(n):
    return threading.Lock() if n == 1 else n


def set_result(n):
    return {1, 2} if n == 1 else n


def nan(n):
    return float("nan") if n == 1 else n


def infinite(n):
    return [1, {"x": -float("inf")}] if n == 1 else n


def endless(n):
    loop = []
    loop.append(loop)
    return loop if n == 1 else n


def huge(n):
    return "x" * (9 << 20) if n == 1 else n


def shapes(n):
    """Every kind of result that is JSON."""
    return [n, n / 2.0, 2 ** 70, True, None, "text", u"\u00e9\u4e16", {"a": (1, 2), "b": []}, (n, (n,))]


class Mapping(dict):
    """A subclass of a plain type is JSON, too."""


def mapping(n):
    return Mapping(n=n)


def raises_badly(n):
    """Raise an exception whose text cannot be had."""
    class Bad(Exception):
        def __str__(self):
            raise RuntimeError("no text")
        __repr__ = __str__
    if n == 1:
        raise Bad()
    return n


def place(n):
    return [os.getcwd(), sys.argv[0], sys.dont_write_bytecode, " ".join(sorted(k for k in os.environ if k.startswith("PYTHON")))]


class Deep(object):
    class Er(object):
        @staticmethod
        def square(n):
            return n * n


number = 3


class Old:
    """On Python 2 no exception can be plainer than an instance of this."""


def old_style(n):
    if n == 1:
        raise Old()
    return n
