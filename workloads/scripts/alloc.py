"""The built-in alloc in Python: take memory from the operating system, touch every page, hold it, give it back."""
import mmap
import time

try:
    span, ONE = xrange, "\x01"
except NameError:
    span, ONE = range, 1


def alloc(bytes, hold):
    """Return the size (B). hold is in seconds."""
    if not 0 <= bytes <= 1 << 40:
        raise ValueError("bytes is %r: give 0 to %d" % (bytes, 1 << 40))
    if not 0 <= hold <= 1e9:
        raise ValueError("hold is %r: give 0 to 1e9 seconds" % (hold,))
    if bytes == 0:  # which mmap refuses
        time.sleep(hold)
        return 0
    block = mapped(bytes)
    try:
        for i in span(0, bytes, mmap.PAGESIZE):
            block[i] = ONE
        time.sleep(hold)
    finally:
        block.close()
    return bytes


def mapped(size):
    """A mapping of its own, not an object: the allocator would keep the memory of one, and the peak would tell of it."""
    try:
        return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANON)
    except EnvironmentError as error:
        raise MemoryError("cannot map %d B: %s; ask for fewer bytes or hold fewer at once" % (size, error))
