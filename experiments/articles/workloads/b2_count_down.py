"""Counting down in one loop and in two threads, as a notebook printed it and as it was meant."""
from threading import Thread


def count_down(n, done):
    """Count down to 0, then note how many steps that took: what was left is taken off."""
    steps = n
    while n > 0:
        n -= 1
    done.append(steps - n)


def one_loop(n):
    """Return the steps."""
    done = []
    count_down(n, done)
    return sum(done)


def as_printed(n):
    """Return the steps of two threads whose start and join are named, but never called: none."""
    done = []
    t1 = Thread(target=count_down, args=(n // 2, done))
    t2 = Thread(target=count_down, args=(n - n // 2, done))
    t1.start
    t2.start
    t1.join
    t2.join
    return sum(done)


def corrected(n):
    """Return the steps of the same two threads, with the parentheses."""
    done = []
    t1 = Thread(target=count_down, args=(n // 2, done))
    t2 = Thread(target=count_down, args=(n - n // 2, done))
    t1.start()
    t2.start()
    t1.join()
    t2.join()
    return sum(done)
