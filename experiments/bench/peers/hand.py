"""The same tasks one after the other, by two threads and by two processes, as people write it by hand."""

import multiprocessing.pool
import multiprocessing.popen_fork
import multiprocessing.queues
import multiprocessing.synchronize
import queue
import threading


def count(n):
    left = n
    while left > 0:
        left -= 1
    return n - left


def serial(n, tasks):
    return sum(count(n) for _ in range(tasks))


def work(todo, done):
    for n in iter(todo.get, None):
        done.put(count(n))


def team(start, todo, done, n, tasks):
    members = [start(target=work, args=(todo, done)) for _ in range(2)]
    for m in members:
        m.start()
    for _ in range(tasks):
        todo.put(n)
    for _ in members:
        todo.put(None)
    results = [done.get() for _ in range(tasks)]
    for m in members:
        m.join()
    return sum(results)


def threads(n, tasks):
    return team(threading.Thread, queue.Queue(), queue.Queue(), n, tasks)


def procs(n, tasks):
    mp = multiprocessing.get_context("fork")
    return team(mp.Process, mp.Queue(), mp.Queue(), n, tasks)


def pool(n, tasks):
    workers = multiprocessing.get_context("fork").Pool(2)
    result = sum(workers.imap_unordered(count, [n] * tasks))
    workers.close()
    workers.join()
    return result
