"""Ways to wait for ever, and ways that look alike and do not."""
import threading


def lock(case):
    """Do what the case says and return ok, or the name of the exception. Some cases never return."""
    return {
        "opposite order": lambda: two_locks("ab", "ba"),
        "same order": lambda: two_locks("ab", "ab"),
        "Lock twice": lambda: twice(threading.Lock()),
        "RLock twice": lambda: twice(threading.RLock()),
        "Lock released by another": lambda: released_by_another(threading.Lock()),
        "RLock released by another": lambda: released_by_another(threading.RLock()),
    }[case]()


def two_locks(*orders):
    """Two threads take two locks, each in its order. Each waits a little for the other to have one as well."""
    locks = {"a": threading.Lock(), "b": threading.Lock()}
    has_one = [threading.Event(), threading.Event()]

    def work(me, order):
        with locks[order[0]]:
            has_one[me].set()
            has_one[1 - me].wait(0.2 if orders[0] == orders[1] else None)
            with locks[order[1]]:
                pass

    threads = [threading.Thread(target=work, args=(me, order)) for me, order in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "ok"


def twice(lock):
    with lock:
        with lock:
            return "ok"


def released_by_another(lock):
    lock.acquire()
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(attempt(lock.release)))
    thread.start()
    thread.join()
    return outcome[0]


def attempt(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "ok"
