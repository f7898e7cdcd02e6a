"""The built-in sum_primes in Python: sum the primes up to and including n, by trial division."""

try:
    span = xrange
except NameError:
    span = range


def sum_primes(n):
    if not 0 <= n <= 10 ** 10:
        raise ValueError("n is %r: give 0 to %d" % (n, 10 ** 10))
    total = 0
    for x in span(2, n + 1):
        if is_prime(x):
            total += x
    return total


def is_prime(x):
    """Divide x >= 2 by 2, 3 and then 6k-1 and 6k+1, the only forms a greater prime can have."""
    if x % 2 == 0 or x % 3 == 0:
        return x <= 3
    d = 5
    while d * d <= x:
        if x % d == 0 or x % (d + 2) == 0:
            return False
        d += 6
    return True
