"""The built-in sleep in Python: wait without working."""
import time


def sleep(seconds):
    """Return how long was asked for (s)."""
    if not 0 <= seconds <= 1e9:
        raise ValueError("seconds is %r: give 0 to 1e9" % (seconds,))
    time.sleep(seconds)
    return float(seconds)
