"""What is left of children that were killed, and which ends of a program run what it registered for its end."""
import multiprocessing
import os
import signal
import subprocess
import sys
import time

CHILDREN = 3
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def zombies(child, after):
    """Start three children and do with them what after says: kill, kill and wait, or nothing. Return how many are zombies."""
    children = [start(child) for _ in range(CHILDREN)]
    kept.extend(children)  # an object that goes may reap its process
    if after == "nothing":
        return 0
    for one in children:
        os.kill(one.pid, signal.SIGKILL)
    while any(state(one.pid) not in ("Z", "gone") for one in children):
        time.sleep(0.005)
    if after == "kill and wait":
        for one in children:
            one.wait() if child == "Popen" else one.join()
    return sum(state(one.pid) == "Z" for one in children)


kept = []


def start(child):
    if child == "Popen":
        return subprocess.Popen(SLEEP)
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    process = ctx.Process(target=time.sleep, args=(600,))
    process.daemon = True
    process.start()
    return process


def state(pid):
    """The letter of the process's state, as ps prints it, or gone."""
    if os.path.exists("/proc/self/stat"):
        try:
            with open("/proc/%d/stat" % pid) as stat:
                return stat.read().rpartition(")")[2].split()[0]
        except EnvironmentError:
            return "gone"
    ps = subprocess.Popen(["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE)
    letters = ps.communicate()[0].decode("ascii").strip()
    return letters[0] if letters else "gone"


PROGRAM = r"""
import atexit, os, signal, sys
atexit.register(lambda: os.write(1, b"farewell"))
end = sys.argv[1]
if end == "exception":
    raise ValueError("on purpose")
if end == "sys.exit":
    sys.exit(3)
if end == "os._exit":
    os._exit(0)
if end == "SIGTERM and a handler":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
if end.startswith("SIG"):
    os.kill(os.getpid(), getattr(signal, end.split()[0]))
    signal.pause()
"""


def farewells(end):
    """Return 1 if a program that ends in this way runs its atexit function, else 0."""
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, end], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return program.communicate()[0].count(b"farewell")
