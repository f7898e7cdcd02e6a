"""Several writers of one number: which updates survive, with no lock, a Lock and an RLock."""
import multiprocessing
import threading
import time


class Open(object):
    """A lock that keeps nobody out."""

    def __enter__(self):
        pass

    def __exit__(self, *error):
        pass


LOCKS = {"none": Open, "Lock": threading.Lock, "RLock": threading.RLock}


class Account(object):
    def __init__(self, balance, lock):
        self.balance = balance
        self.lock = LOCKS[lock]()


def deposits(lock):
    """Four threads make 100 deposits of 1 each; return how much of it is missing in the end."""
    account = Account(0, lock)

    def deposit():
        for _ in range(100):
            with account.lock:
                before = account.balance
                time.sleep(0.0001)  # another thread's turn
                account.balance = before + 1

    run([deposit] * 4)
    return 400 - account.balance


def withdrawals(lock):
    """Two threads each take 80 of 100 if it is there; return what is left."""
    account = Account(100, lock)

    def withdraw():
        with account.lock:
            if account.balance >= 80:
                time.sleep(0.1)  # the other thread looks too
                account.balance -= 80

    run([withdraw] * 2)
    return account.balance


def deposit_and_withdrawal(lock):
    """One thread deposits 50 to 100 while another takes 80; return the balance, which should be 70."""
    account = Account(100, lock)
    looked = threading.Event()

    def deposit():
        with account.lock:
            before = account.balance
            looked.set()
            time.sleep(0.1)
            account.balance = before + 50

    def withdraw():
        looked.wait()
        with account.lock:
            if account.balance >= 80:
                account.balance -= 80

    run([deposit, withdraw])
    return account.balance


def run(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def shared_value(lock):
    """Two processes add to a shared Value 500 times each; return how many additions are missing.

    A Value has a lock of its own, which it takes for each reading and each writing: `+=` is one of each. none: no more than
    that; RLock: held around both, as its get_lock() gives it; Lock: another one held around both.
    """
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    value = ctx.Value("i", 0)
    guard = {"none": Open(), "Lock": ctx.Lock(), "RLock": value.get_lock()}[lock]
    ready, go = ctx.Semaphore(0), ctx.Event()
    adders = [ctx.Process(target=add, args=(value, guard, ready, go)) for _ in range(2)]
    for adder in adders:
        adder.start()
    for adder in adders:
        ready.acquire()
    go.set()
    for adder in adders:
        adder.join()
    return 1000 - value.value


def add(value, guard, ready, go):
    ready.release()
    go.wait()
    for _ in range(500):
        with guard:
            value.value += one()


def one():
    """What to add is found out after the value has been read, and takes a moment."""
    time.sleep(0.0001)
    return 1
