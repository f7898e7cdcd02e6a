"""Pi as the sum of 4/(1+x*x) at the middles of n strips, numbered from 1."""

try:
    span = xrange
except NameError:
    span = range


def terms(n, lo, hi):
    """Add the terms lo to hi, hi itself left out. The terms 1 to n+1, divided by n, are pi."""
    total, width = 0.0, 1.0 / n
    for i in span(lo, hi):
        x = (i - 0.5) * width
        total += 4.0 / (1.0 + x * x)
    return total
