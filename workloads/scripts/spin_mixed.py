"""The built-in spin_mixed in Python: spin for items of uneven size."""

try:
    span = xrange
except NameError:
    span = range

WORD = (1 << 64) - 1  # the generator works on 64 bits


def spin_mixed(n, lo, hi, seed, iterations):
    """Return the sum of the items' checksums, which is the same however the items were shared out."""
    if min(n, lo, hi, seed) < 0:
        raise ValueError("n %d, lo %d, hi %d, seed %d: the least is 0" % (n, lo, hi, seed))
    if lo > hi:
        raise ValueError("lo %d is greater than hi %d: give lo <= hi" % (lo, hi))
    if not 1 <= iterations <= 10 ** 9:
        raise ValueError("iterations is %r: give 1 to %d" % (iterations, 10 ** 9))
    total = 0
    for item in span(lo, hi):
        state = seed_state(seed, item)
        for _ in span(units(n, seed, item)):
            state = shifted(state, iterations)
        total += state & 0xffffffff
    return total


def units(n, seed, item):
    """The size of an item."""
    if seed == 0 or n == 0:
        return n
    return 1 + seed_state(seed, item) % n


def shifted(state, times):
    for _ in span(times):
        state = xorshift(state)
    return state


def xorshift(x):
    """Marsaglia's xorshift64* generator without its last multiplication."""
    x ^= x >> 12
    x ^= x << 25 & WORD
    return x ^ x >> 27


def seed_state(seed, index):
    """Spread a seed and an index over 64 bits (the finaliser of SplitMix64); the result is never 0."""
    x = seed * 0x9e3779b97f4a7c15 + index + 1 & WORD
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 & WORD
    x = (x ^ x >> 27) * 0x94d049bb133111eb & WORD
    return max(x ^ x >> 31, 1)
