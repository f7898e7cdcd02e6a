"""The built-in count_down in Python: count from n down to 0."""


def count_down(n):
    """Return the number of steps."""
    if n < 0:
        raise ValueError("n is %r: the least is 0" % (n,))
    steps = 0
    while n > 0:
        n -= 1
        steps += 1
    return steps
