"""Pools of two processes as CPython has them, each as one task: what a trial of it takes is what the pool takes."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

kept = []  # so that a pool ends with the interpreter, in order, when its first result has long been told


def add(pair):
    return pair[0] + pair[1]


def first_result(start):
    pool = multiprocessing.get_context(start).Pool(2)
    kept.append(pool)
    return pool.apply(add, ((1, 2),))


def imap_unordered(tasks, chunk):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return sum(pool.imap_unordered(add, ((1, 2) for _ in range(tasks)), chunk))


def executor(tasks, chunk):
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        return sum(pool.map(add, ((1, 2) for _ in range(tasks)), chunksize=chunk))
