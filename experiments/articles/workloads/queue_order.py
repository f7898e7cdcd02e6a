"""What a queue promises: the order of the items, and what its questions about its length are worth."""
import multiprocessing
import multiprocessing.queues
import threading

try:
    import queue
except ImportError:
    import Queue as queue

ITEMS = 2000
TRIES = 100


def out_of_order(kind):
    """Put 2000 items from another process (thread) and take them here; return how many are not the next one."""
    items = new(kind)
    start = threading.Thread if kind == "queue.Queue" else context().Process
    producer = start(target=put_all, args=(items,))
    producer.start()
    got = [items.get() for _ in range(ITEMS)]
    producer.join()
    return sum(item != i for i, item in enumerate(got))


def put_all(items):
    for i in range(ITEMS):
        items.put(i)


def asked_after_put(kind):
    """Put one item on a new queue and ask at once, a hundred times; return how often it said that it is empty.

    And how often its size was 1: -1 if this system cannot say.
    """
    empty = one = 0
    for _ in range(TRIES):
        items = new(kind)
        items.put("item")
        empty += items.empty()
        one += size(items) == 1
        items.get()
    if size(items) is None:
        one = -1
    return {"empty": empty, "size_1": one}


def size(items):
    try:
        return items.qsize()
    except (NotImplementedError, AttributeError):  # a SimpleQueue has none
        return None


def new(kind):
    if kind == "queue.Queue":
        return queue.Queue()
    return context().Queue() if kind == "mp.Queue" else simple()


def simple():
    if hasattr(multiprocessing, "SimpleQueue"):
        return context().SimpleQueue()
    return multiprocessing.queues.SimpleQueue()


def context():
    """Forked children in every release."""
    return multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
