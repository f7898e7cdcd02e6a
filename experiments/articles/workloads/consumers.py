"""One producer, ten consumers on one queue, and three ways to tell them that it is over."""
import threading
import time

try:
    import queue
except ImportError:
    import Queue as queue

CONSUMERS, ITEMS = 10, 100


def consumers(end):
    """Return how many items were taken, how many different ones, and how many consumers live on after the end.

    end is event, event and timeout, or sentinels.
    """
    items = queue.Queue()
    stop = threading.Event()
    crew = [Consumer(items, stop, 0.05 if end == "event and timeout" else None) for _ in range(CONSUMERS)]
    for consumer in crew:
        consumer.start()
    for item in range(ITEMS):
        items.put(item)
    items.join()
    if end == "event":
        while not all(consumer.waiting for consumer in crew):  # the queue is empty and all of them want more
            time.sleep(0.001)
    if end == "sentinels":
        tell(items)
    else:
        stop.set()
    deadline = 0.5 if end == "event" else 20  # seconds for all of them, of which only the blocked ones need any
    alive = waited(crew, deadline)
    tell(items)
    waited(crew, 20)
    taken = [item for consumer in crew for item in consumer.taken]
    return {"taken": len(taken), "different": len(set(taken)), "alive": alive}


class Consumer(threading.Thread):
    def __init__(self, items, stop, timeout):
        threading.Thread.__init__(self)
        self.daemon = True
        self.items, self.stop, self.timeout = items, stop, timeout
        self.taken = []
        self.waiting = False

    def run(self):
        while not self.stop.is_set():
            self.waiting = True
            try:
                item = self.items.get(timeout=self.timeout)
            except queue.Empty:
                continue
            self.waiting = False
            if item is None:
                return
            self.taken.append(item)
            self.items.task_done()


def tell(items):
    for _ in range(CONSUMERS):
        items.put(None)


def waited(crew, seconds):
    """Wait for the threads, seconds in all, and return how many are alive."""
    deadline = now() + seconds
    for consumer in crew:
        consumer.join(max(0, deadline - now()))
    return sum(consumer.is_alive() for consumer in crew)


now = getattr(time, "monotonic", time.time)
