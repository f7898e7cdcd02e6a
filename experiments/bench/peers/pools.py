"""Pools of two processes as CPython has them, each as one task: what a trial of it takes is what the pool takes."""

import multiprocessing
import multiprocessing.pool
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import resource_tracker

kept = []  # else a pool would be ended in order, which takes its time


def add(pair):
    return pair[0] + pair[1]


def first_result(start):
    pool = multiprocessing.get_context(start).Pool(2)
    result = pool.apply(add, ((1, 2),))
    kept.append(pool)
    kill(pool)
    return result


def kill(pool):
    """Ends a pool without waiting for it, as its proper end would: one of its workers may not even have started yet."""
    pool._worker_handler._state = multiprocessing.pool.TERMINATE  # so that nobody replaces the dead
    for child in multiprocessing.active_children():
        child.kill()
    tracker = resource_tracker._resource_tracker._pid
    if tracker:
        os.kill(tracker, signal.SIGKILL)


def imap_unordered(tasks, chunk):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return sum(pool.imap_unordered(add, ((1, 2) for _ in range(tasks)), chunk))


def executor(tasks, chunk):
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        return sum(pool.map(add, ((1, 2) for _ in range(tasks)), chunksize=chunk))
