"""A master and two workers, with a queue for tasks and one for results, or with one queue for both."""
import multiprocessing
import time

try:
    import queue
except ImportError:
    import Queue as queue

TASKS, WORKERS = 60, 2


def mixed_up(queues):
    """Return how many items ended in the wrong hands: tasks that the master took, results that a worker took for a task."""
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    tasks = ctx.Queue()
    results = ctx.Queue() if queues == 2 else tasks
    stop, wrong = ctx.Event(), ctx.Value("i", 0)
    workers = [ctx.Process(target=work, args=(tasks, results, stop, wrong)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for n in range(TASKS):
        tasks.put(("task", n))
    tasks_taken = 0
    for _ in range(TASKS):  # as many results as there are tasks, it thinks
        try:
            kind, _ = results.get(timeout=1)
        except queue.Empty:
            break  # the workers have eaten the rest
        tasks_taken += kind == "task"
    stop.set()
    for worker in workers:
        worker.join()
    return tasks_taken + wrong.value


def work(tasks, results, stop, wrong):
    while not stop.is_set():
        try:
            kind, n = tasks.get(timeout=0.05)
        except queue.Empty:
            continue
        if kind == "result":
            with wrong.get_lock():
                wrong.value += 1
            continue
        time.sleep(0.001)
        results.put(("result", n * n))
    results.cancel_join_thread()  # what is still in the one queue is not waited for
