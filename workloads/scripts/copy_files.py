"""The built-in copy_files in Python: write files lo to hi to a directory of its own and copy each."""
import binascii
import fcntl
import io
import os
import struct
import zlib

try:
    span = xrange
except NameError:
    span = range

WORD = (1 << 64) - 1  # the generator works on 64 bits
BUFFER = 1 << 18


def copy_files(files, size, sync, lo, hi):
    """Return {bytes, checksum}: the checksum is the sum of the copies' CRC-32s.

    So the tasks' checksums add up to the same number however the files were shared out.
    """
    if files < 0:
        raise ValueError("files is %r: the least is 0" % (files,))
    if not 0 <= size <= 1 << 40:
        raise ValueError("size is %r: give 0 to %d" % (size, 1 << 40))
    lo, hi = share(lo, hi, files)
    # Only its owner may enter; a trial that is killed takes it along.
    directory = os.path.join(".", "copy_files-" + binascii.hexlify(os.urandom(8)).decode("ascii"))
    os.mkdir(directory, 0o700)
    try:
        copied = checksum = 0
        for i in span(lo, hi):
            n, crc = copy(directory, i, size, sync)
            copied, checksum = copied + n, checksum + crc
    finally:
        os.rmdir(directory)
    return {"bytes": copied, "checksum": checksum}


def share(lo, hi, whole):
    """Read lo and hi as a part of [0, whole)."""
    if hi == -1:
        hi = whole
    if not 0 <= lo <= hi <= whole:
        raise ValueError("lo %d and hi %d are no part of the whole of %d: give 0 <= lo <= hi <= %d" % (lo, hi, whole, whole))
    return lo, hi


def copy(directory, i, size, sync):
    """Write file i, copy it, and remove both; return the size and the CRC-32 of what went into the copy."""
    source = os.path.join(directory, "%d.source" % i)
    target = os.path.join(directory, "%d.copy" % i)
    try:
        fill(source, i, size)
        with io.open(source, "rb", 0) as read, create(target) as write:
            n, crc = transfer(write, read)
            if sync:
                flush(write)
    finally:
        for path in source, target:
            if os.path.lexists(path):
                os.remove(path)
    if n != size:
        raise IOError("%s: copied %d of %d B" % (target, n, size))
    return n, crc


def transfer(write, read):
    """Move what is left of read to write, a buffer at a time. The system's own copy may only link the files."""
    n = crc = 0
    while True:
        piece = read.read(BUFFER)
        if not piece:
            return n, crc & 0xffffffff
        write_all(write, memoryview(piece))
        n, crc = n + len(piece), zlib.crc32(piece, crc)


def fill(path, i, size):
    """Write the file with the bytes of file i, which are those of no other."""
    content = memoryview(words(seed_state(0, i)))
    with create(path) as write:
        for at in span(0, size, BUFFER):
            write_all(write, content[:min(BUFFER, size - at)])


def words(state):
    """A buffer of the generator's next words."""
    buffer = bytearray(BUFFER)
    for at in span(0, BUFFER, 8):
        state = xorshift(state)
        struct.pack_into("<Q", buffer, at, state)
    return buffer


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


def create(path):
    """Open a new file, without a buffer, that only its owner may read."""
    return io.open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", 0)


def write_all(write, content):
    while len(content):
        content = content[write.write(content):]


def flush(write):
    """Wait until the file is on the disk. On macOS that takes another call than fsync, and Go makes it."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        fcntl.fcntl(write, fcntl.F_FULLFSYNC)
    else:
        os.fsync(write.fileno())
