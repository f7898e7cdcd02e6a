"""When a parent sees what its child prints, and what happens to a child whose output nobody reads."""
import array
import fcntl
import os
import subprocess
import sys
import termios
import threading
import time

TWO_LINES = r"""
import sys
sys.stdout.write("first\n")
sys.stdout.flush()
open("printed", "w").close()
sys.stdin.readline()
sys.stdout.write("second\n")
"""

COMPLAIN = r"""
import os, sys
for _ in range(int(sys.argv[1]) // 512):
    os.write(2, b"x" * 512)
"""


def lines_while_running(call):
    """Return how many lines the caller has while the child, which printed one of its two, is still running."""
    script = [sys.executable, "-c", TWO_LINES]
    got = []
    stop, go = os.pipe()
    if call == "Popen":
        child = subprocess.Popen(script, stdin=stop, stdout=subprocess.PIPE)
        reader = threading.Thread(target=lambda: [got.append(line) for line in iter(child.stdout.readline, b"")])
    else:
        reader = threading.Thread(target=lambda: got.extend(subprocess.check_output(script, stdin=stop).splitlines()))
    reader.start()
    until(lambda: os.path.exists("printed"))
    if call == "Popen":
        until(lambda: got)  # the child cannot end before it is told to
    else:
        time.sleep(0.3)
    early = len(got)
    os.write(go, b"\n")
    reader.join()
    if call == "Popen":
        child.wait()
        child.stdout.close()
    os.remove("printed")
    os.close(stop)
    os.close(go)
    assert len(got) == 2, got
    return early


def complain(size, reader):
    """Let a child write size bytes (a multiple of 512) to stderr; reader is nobody or communicate.

    Return whether it came to its end by itself and how many bytes wait in the pipe.
    """
    child = subprocess.Popen([sys.executable, "-c", COMPLAIN, str(size)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if reader == "communicate":
        read = len(child.communicate()[1])
        return {"ended": child.returncode == 0, "read": read, "waiting": 0}
    full = settled(child, child.stderr)
    ended = child.poll() == 0
    if not ended:
        child.kill()
    child.wait()
    child.stdout.close()
    child.stderr.close()
    return {"ended": ended, "read": 0, "waiting": full}


def settled(child, pipe):
    """Wait until the child has ended, or until nothing has come for a while; return how much is in the pipe."""
    waiting, since = 0, now()
    while child.poll() is None and (not waiting or now() - since < 0.4):
        count = array.array("i", [0])
        fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
        if count[0] != waiting:
            waiting, since = count[0], now()
        time.sleep(0.01)
    count = array.array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return count[0]


def until(condition):
    while not condition():
        time.sleep(0.005)


now = getattr(time, "monotonic", time.time)
