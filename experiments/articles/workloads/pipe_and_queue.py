"""A child at the other end of a pipe, and four children that put their results on one queue."""
import multiprocessing
import os

PAIRS = [(1, 10), (2, 20), (3, 30), (4, 40)]


def pipe():
    """Talk with a child over a pipe; return what the two found out about each other, and the child's answer to 21."""
    here, there = multiprocessing.Pipe()
    child = context().Process(target=answer, args=(there,))
    child.start()
    try:
        there.close()  # only the child has this end now, so its death is our end of file
        pid, parent = here.recv()
        here.send(21)
        doubled = here.recv()
    finally:
        child.join()
    return {"own_pid": pid not in (0, os.getpid()), "pid_known": pid == child.pid, "parent": parent == os.getpid(),
            "answer": doubled}


def answer(end):
    end.send((os.getpid(), os.getppid()))
    end.send(2 * end.recv())


def queue(code):
    """Let four processes add a pair each, the last one started first; return the sums in the order in which they came."""
    ctx = context()
    sums = ctx.Queue()
    done = [ctx.Event() for _ in range(len(PAIRS) + 1)]
    done[-1].set()
    add = {"as printed": add_as_printed, "corrected": add_corrected}[code]
    children = [ctx.Process(target=in_turn, args=(add, sums, a, b, done[i + 1], done[i]))
                for i, (a, b) in enumerate(PAIRS)]
    for child in children:
        child.start()
    got = [sums.get() for _ in children]  # before join: a child with undelivered results does not end
    for child in children:
        child.join()
    return got


def in_turn(add, sums, a, b, before, after):
    before.wait()
    add(sums, a, b)
    sums.close()
    sums.join_thread()  # the result has left this process
    after.set()


def add_as_printed(sums, a, b):
    sums.put(a + a)


def add_corrected(sums, a, b):
    sums.put(a + b)


def context():
    """Forked children in every release."""
    return multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
