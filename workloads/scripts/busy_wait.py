"""The built-in busy_wait in Python: run an empty counting loop of n iterations."""


def busy_wait(n):
    """Return n."""
    if n < 0:
        raise ValueError("n is %r: the least is 0" % (n,))
    i = 0
    while i < n:
        i += 1
    return i
