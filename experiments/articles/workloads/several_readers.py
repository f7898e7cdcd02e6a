"""Three readers of one queue: each item is meant for one of them."""
import multiprocessing
import threading

try:
    import queue
except ImportError:
    import Queue as queue

ITEMS, READERS = 300, 3


def readers(unit):
    """Put items for three threads or processes; return how many were taken, how many different, how many by another reader."""
    new, start = queues(unit)
    items, taken = new(), new()
    crew = [start(target=read, args=(me, items, taken)) for me in range(READERS)]
    for reader in crew:
        reader.start()
    for item in range(ITEMS):
        items.put(item)
    for _ in crew:
        items.put(None)
    got = [taken.get() for _ in range(ITEMS)]
    for reader in crew:
        reader.join()
    return {"taken": len(got), "different": len(set(item for _, item in got)),
            "by_another": sum(item % READERS != me for me, item in got)}


def read(me, items, taken):
    for item in iter(items.get, None):
        taken.put((me, item))


def queues(unit):
    """How to make a queue and how to start a reader."""
    if unit == "threads":
        return queue.Queue, threading.Thread
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    return ctx.Queue, ctx.Process
