"""A pool over a network, made of what Python brings along: multiprocessing.managers.

One server process owns two queues, one of chunks and one of results. Workers connect to it with a key, as they would from
another machine; here everything is on loopback.
"""
import binascii
import multiprocessing
import os
from multiprocessing.managers import BaseManager

try:
    import Queue as queue
except ImportError:
    import queue

try:
    span = xrange
except NameError:
    span = range

END = None          # a worker that takes it goes home
PATIENCE = 30       # s to wait for a result


class Office(BaseManager):
    """What both sides know of the server."""


def add_pi(n, chunk, workers):
    """Return the sum of the n terms for pi, added up in chunks by worker processes that are reached over TCP."""
    key = binascii.hexlify(os.urandom(16))
    office = serve(key)
    helpers = [forked(work, (office.address, key, n)) for _ in range(workers)]
    try:
        total = collect(office, n, chunk, workers)
        for helper in helpers:
            helper.join()
        return total
    finally:
        for helper in helpers:
            if helper.is_alive():
                helper.terminate()
                helper.join()
        office.shutdown()


def serve(key):
    """Start the server on a free port of loopback."""
    tasks, results = queue.Queue(), queue.Queue()  # they live in the server: this process forks it

    class Here(Office):
        pass

    Here.register("tasks", callable=lambda: tasks)
    Here.register("results", callable=lambda: results)
    office = Here(address=("127.0.0.1", 0), authkey=key, **forking())
    office.start()
    return office


def collect(office, n, chunk, workers):
    """Hand the chunks out, and add up what comes back. The proxies are gone when it returns: 2.7 waits 20 s for others."""
    tasks, results = office.tasks(), office.results()
    chunks = [(lo, min(lo + chunk, n)) for lo in span(0, n, chunk)]
    for task in chunks + [END] * workers:
        tasks.put(task)
    return sum(results.get(True, PATIENCE) for _ in chunks)


def work(address, key, n):
    """A worker: needs nothing but the server's address and its key."""
    multiprocessing.current_process().authkey = key
    Office.register("tasks")
    Office.register("results")
    office = Office(address=address, authkey=key)
    office.connect()
    tasks, results = office.tasks(), office.results()
    for lo, hi in iter(tasks.get, END):
        results.put(terms(n, lo, hi))
    del tasks, results


def terms(n, lo, hi):
    total, width = 0.0, 1.0 / n
    for i in span(lo, hi):
        x = (i + 0.5) * width
        total += 4.0 / (1.0 + x * x)
    return total


def forked(function, arguments):
    kind = forking().get("ctx", multiprocessing)
    process = kind.Process(target=function, args=arguments)
    process.start()
    return process


def forking():
    """A forked server has this process's queues. Since 3.14 fork must be asked for; 2.7 knows nothing else."""
    if hasattr(multiprocessing, "get_context"):
        return {"ctx": multiprocessing.get_context("fork")}
    return {}
