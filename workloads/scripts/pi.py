"""The built-in pi in Python: add the terms lo to hi of the n-term midpoint sum for pi."""

try:
    span = xrange
except NameError:
    span = range

STEP = 1 << 16  # terms of a part: the built-in adds up parts of this size, and rounding follows the order


def pi(n, lo, hi):
    """Add 4/(1+x*x) at x = (i+0.5)/n for i in [lo, hi). All the terms together, divided by n, are pi."""
    if n < 1:
        raise ValueError("n is %r: the least is 1" % (n,))
    lo, hi = share(lo, hi, n)
    total, width = 0.0, 1 / float(n)
    for start in span(lo, hi, STEP):
        part = 0.0
        for i in span(start, min(start + STEP, hi)):
            x = (i + 0.5) * width
            part += 4 / (1 + x * x)
        total += part
    return total


def share(lo, hi, whole):
    """Read lo and hi as a part of [0, whole)."""
    if hi == -1:
        hi = whole
    if not 0 <= lo <= hi <= whole:
        raise ValueError("lo %d and hi %d are no part of the whole of %d: give 0 <= lo <= hi <= %d" % (lo, hi, whole, whole))
    return lo, hi
