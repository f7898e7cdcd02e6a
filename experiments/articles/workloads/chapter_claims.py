"""Two claims of a chapter: processes and the interactive shell, and what a blocked thread does to the others."""
import ctypes
import os
import subprocess
import sys
import threading
import time

TYPED = """
import multiprocessing as mp
ctx = mp.get_context("%(start)s") if hasattr(mp, "get_context") else mp

def typed():
    print("typed ran")

%(importing)s
process = ctx.Process(target=%(target)s)
process.start()
process.join()
print("status %%d" %% process.exitcode)
"""


def shell(start, function):
    """Start a process from the interactive shell; return its exit status.

    function is typed: defined at the prompt; or imported: from a file.
    """
    with open("in_a_file.py", "w") as module:
        module.write("def imported():\n    pass\n")
    importing = "from in_a_file import imported" if function == "imported" else ""
    lines = TYPED % {"start": start, "target": function, "importing": importing}
    interpreter = subprocess.Popen([sys.executable, "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
    out, err = interpreter.communicate(lines.encode("ascii"))
    found = [line for line in out.decode("utf-8").splitlines() if "status " in line]
    assert found, err.decode("utf-8")
    return int(found[0].split()[-1])


STEPS = 50


def steps_beside(call):
    """Let a second thread block in a call; return how many steps of 50 the main thread makes meanwhile.

    Without the GIL: reading a pipe and waiting for a lock, both until the main thread has made its steps and ends them, or
    sleeping in C for half a second. With the GIL held: the same sleep in C, of a library that does not let it go.
    """
    if call in ("read", "lock"):
        return steps_until_done(call)
    library = {"C sleep": ctypes.CDLL, "C sleep with the GIL": ctypes.PyDLL}[call](None)
    begun, steps = [], []

    def sleep():
        begun.append(now())
        library.usleep(500000)

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    while sleeper.is_alive():
        step()
        steps.append(now())
    return min(STEPS, sum(begun[0] < at < begun[0] + 0.5 for at in steps))


def steps_until_done(call):
    read, write = os.pipe()
    gate = threading.Lock()
    gate.acquire()
    target, args = {"read": (os.read, (read, 1)), "lock": (gate.acquire, ())}[call]
    thread = threading.Thread(target=target, args=args)
    thread.start()
    steps = 0
    while steps < STEPS and thread.is_alive():
        step()
        steps += 1
    os.write(write, b"x")
    gate.release()
    thread.join()
    return steps


def step():
    time.sleep(0.002)


now = getattr(time, "monotonic", time.time)
