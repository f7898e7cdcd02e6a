"""Counting down in a parent and its forked child, as a notebook printed it and as it was meant."""
import os
import time

TOLD = b"done"  # what a child says when it has counted


def count_down(n):
    while n > 0:
        n -= 1


def one_loop(n):
    """Return {steps, seconds}: the steps that are known to be done when the clock stops, and what the clock then says."""
    begin = time.time()
    count_down(n)
    return {"steps": n, "seconds": time.time() - begin}


def as_printed(n, child):
    """The same in two processes, of which the parent counts only its own part: it never waits for the child.

    child is the child's share of the n steps, 0 to 1.
    """
    theirs = int(n * child)
    begin = time.time()
    start_child(theirs)
    count_down(n - theirs)
    return {"steps": n - theirs, "seconds": time.time() - begin}


def waiting(n, child):
    """The same, but the parent waits, and has it from the child itself that it did its part."""
    theirs = int(n * child)
    begin = time.time()
    pid, reading = start_child(theirs)
    count_down(n - theirs)
    told = os.read(reading, len(TOLD))
    os.close(reading)
    os.waitpid(pid, 0)
    return {"steps": n - theirs + (theirs if told == TOLD else 0), "seconds": time.time() - begin}


def start_child(n):
    """Fork a child that counts down from n; return its process id and the end of a pipe on which it tells when it has."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        count_down(n)
        os.write(writing, TOLD)
    finally:
        os._exit(0)


def halves(n, divide):
    """Count down from COUNT / 2 twice and return the type of what was counted down and where it ended.

    divide is "/", which makes it a float on Python 3, or "//".
    """
    half = n / 2 if divide == "/" else n // 2
    for _ in "12":
        left = half
        while left > 0:
            left -= 1
    return {"type": type(half).__name__, "steps": 2 * half}
