"""The built-in primes in Python: list the primes in [lo, hi), by trial division by small primes."""
import math
import threading

try:
    span = xrange
except NameError:
    span = range


def primes(lo, hi):
    if not 0 <= lo <= hi <= 10 ** 14:
        raise ValueError("lo is %r and hi is %r: give 0 <= lo <= hi <= %d" % (lo, hi, 10 ** 14))
    divisors = small.up_to(int(math.sqrt(hi)) + 1)
    found = []
    for x in span(max(lo, 2), hi):
        if indivisible(x, divisors):
            found.append(x)
    return found


def indivisible(x, divisors):
    """Tell whether no prime up to the root of x divides it; divisors holds at least those."""
    for d in divisors:
        if d * d > x:
            break
        if x % d == 0:
            return False
    return True


class SmallPrimes(object):
    """The serial phase: the primes up to the greatest limit asked for so far, shared by the threads of a process.

    A list that was handed out is never written again.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.limit = 0
        self.list = []

    def up_to(self, limit):
        """Return at least the primes up to limit, in order."""
        with self.lock:
            if limit > self.limit:
                self.limit, self.list = limit, sieve(limit)
            return self.list


small = SmallPrimes()


def sieve(limit):
    """List the primes up to limit, after Eratosthenes."""
    composite = bytearray(limit + 1)
    found = []
    for x in span(2, limit + 1):
        if composite[x]:
            continue
        found.append(x)
        for y in span(x * x, limit + 1, x):
            composite[y] = 1
    return found
