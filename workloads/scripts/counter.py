"""The built-in counter in Python: increment a counter that all threads of a process share.

Each process has a counter of its own. sync=atomic is refused: Python has no addition that is atomic by its own promise.
What looks like one, the next number of an itertools.count, only rests on the lock of the interpreter.
"""
import threading
import time

try:
    span = xrange
except NameError:
    span = range


def counter(n, sync):
    """Make n updates and return how many updates were lost in this process so far."""
    if n < 0:
        raise ValueError("n is %r: the least is 0" % (n,))
    if sync == "none":
        return with_none.increment(n, with_none.unprotected)
    if sync == "mutex":
        return with_mutex.increment(n, with_mutex.locked)
    if sync == "atomic":
        raise ValueError("sync is atomic: Python has no atomic addition; give none or mutex, or run it in Go")
    raise ValueError("sync is one of none, mutex, not %r" % (sync,))


class Counter(object):
    """Memory that several threads update, and the account of what its value ought to be."""

    def __init__(self):
        self.value = 0
        self.lock = threading.Lock()  # what sync=mutex holds for an update
        self.account = threading.Lock()  # guards the rest; held at the beginning and the end of a task only
        self.active = 0  # tasks between the two
        self.made = 0  # updates of the tasks that have ended

    def increment(self, n, update):
        """Return the updates lost so far if no other task is active at the end, else 0: the value then says nothing.

        The loss never shrinks, so the maximum over the tasks is what was lost in the end.
        """
        with self.account:
            self.active += 1
        update(n)
        with self.account:
            self.active -= 1
            self.made += n
            if self.active > 0:
                return 0
            return self.made - self.value

    def locked(self, times):
        for _ in span(times):
            with self.lock:
                self.value = self.value + 1

    def unprotected(self, times):
        """Read, add and write back in separate steps: an update made by another thread in between is lost.

        Now and then others are let in between, so that updates are lost where one interpreter lock serves all threads too.
        A sleep of 0 would not do: it gives that lock back, and mostly has it again before another thread wakes up.
        """
        for i in span(times):
            seen = self.value
            if i % 1024 == 0:
                time.sleep(1e-6)
            self.value = seen + 1


# One counter for each kind of protection, so that one kind's losses are never put down to another.
with_none, with_mutex = Counter(), Counter()
