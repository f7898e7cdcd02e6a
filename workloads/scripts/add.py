"""The built-in add in Python: add two numbers, next to no work, so that what a task costs can be seen."""


def add(a, b):
    total = a + b
    if -1 << 63 <= total < 1 << 63:
        return total
    raise ValueError("the sum of %d and %d does not fit in 64 bits: give smaller numbers" % (a, b))
