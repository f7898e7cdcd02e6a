"""Counting down in a parent and its forked child, as a notebook printed it and as it was meant."""
import os
import time

now = getattr(time, "monotonic", time.time)


def count_down(n):
    """Return the steps that were made, by what is left."""
    steps = n
    while n > 0:
        n -= 1
    return steps - n


def one_loop(n):
    """Return {steps, seconds}: the steps that are known to be done when the clock stops, and what the clock then says."""
    begin = now()
    steps = count_down(n)
    return {"steps": steps, "seconds": now() - begin}


def as_printed(n, child):
    """The same in two processes, of which the parent counts only its own part: it never waits for the child.

    child is the child's share of the n steps, 0 to 1.
    """
    theirs = int(n * child)
    begin = now()
    start_child(theirs)
    steps = count_down(n - theirs)
    return {"steps": steps, "seconds": now() - begin}


def waiting(n, child):
    """The same, but the parent waits, and has it from the child itself that it did its part."""
    theirs = int(n * child)
    begin = now()
    pid, reading = start_child(theirs)
    steps = count_down(n - theirs)
    told = os.read(reading, 20)
    os.close(reading)
    os.waitpid(pid, 0)
    return {"steps": steps + int(told or 0), "seconds": now() - begin}


def start_child(n):
    """Fork a child that counts down from n; return its process id and the end of a pipe on which it tells when it has."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        os.write(writing, str(count_down(n)).encode("ascii"))
    finally:
        os._exit(0)


def halves(n, divide):
    """Count down from COUNT / 2 twice and return the type of what was counted down and where it ended.

    divide is "/", which makes it a float on Python 3, or "//".
    """
    half = n / 2 if divide == "/" else n // 2
    steps = 0
    for _ in "12":
        left = half
        while left > 0:
            left -= 1
        steps += half - left
    return {"type": type(half).__name__, "steps": steps}
