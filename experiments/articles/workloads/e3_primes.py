"""Primes up to n: the small ones are found first, and what is left is tried in chunks, by dividing by the small ones."""


def with_float_bound(n):
    """As published: the bound is a float. Return the error that this ends with, None if there is none."""
    try:
        first(n ** 0.5)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def with_int_bound(n, chunk):
    """The bound cut down to a whole number. The rest is shared out in whole chunks, so that its end belongs to nobody."""
    bound = int(n ** 0.5)
    found = first(bound)
    for i in range((n - bound) // chunk):
        found += tried(found, bound + i * chunk, bound + (i + 1) * chunk)
    return sorted(set(found))


def complete(n, chunk):
    """The bound includes the root, and the last chunk ends with n."""
    bound = int(n ** 0.5) + 2
    found = [p for p in first(bound) if p <= n]
    for lo in range(bound, n + 1, chunk):
        found += tried(found, lo, min(lo + chunk, n + 1))
    return sorted(set(found))


def missing(n, chunk):
    """Count the primes up to n that the whole chunks do not give."""
    return len(set(complete(n, chunk)) - set(with_int_bound(n, chunk)))


def failing(lo, hi, chunk):
    """Count the n in [lo, hi) for which the whole chunks do not give the list that the corrected program gives."""
    return sum(with_int_bound(n, chunk) != complete(n, chunk) for n in range(lo, hi))


def first(bound):
    """The primes 2, 3, 5 and those from 6 up to bound."""
    small = [2, 3, 5]
    for i in range(6, bound):
        if all(i % p for p in small):
            small.append(i)
    return small


def tried(small, lo, hi):
    """What no prime up to its root divides. small holds at least those."""
    return [i for i in range(lo, hi) if prime(i, small)]


def prime(i, small):
    for p in small:
        if p * p > i:
            return True
        if i % p == 0:
            return False
    return True
