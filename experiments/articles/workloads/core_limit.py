"""How many cores two threads use: in Python code, which needs the interpreter's lock, and in C code that lets go of it."""
import hashlib
import multiprocessing
import resource
import threading
import time
import zlib

ROUNDS = 4
now = getattr(time, "monotonic", time.time)
BLOCK = hashlib.sha512(b"runner").digest() * 16384  # 1 MiB


def cores_used(work):
    """Let two threads count or compress, and two processes do the same; return CPU time by wall time of each.

    It is the best of four rounds, since a busy machine can only make it less.
    """
    function = {"count": count, "compress": compress}[work]
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    best = {"threads": 0, "processes": 0}
    for _ in range(ROUNDS):
        best["threads"] = max(best["threads"], once(threading.Thread, function))
        best["processes"] = max(best["processes"], once(ctx.Process, function))
    return best


def once(unit, function):
    units = [unit(target=function) for _ in range(2)]
    wall, cpu = now(), cpu_time()
    for one in units:
        one.start()
    for one in units:
        one.join()
    return round((cpu_time() - cpu) / (now() - wall), 2)


def cpu_time():
    """Of this process and of those that it has waited for (s)."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def count():
    i = 0
    while i < 1000000:
        i += 1


def compress():
    for _ in range(12):
        zlib.compress(BLOCK, 9)
