"""The built-in mandelbrot in Python: count the iterations of each point in rows lo to hi of the Mandelbrot set."""
from __future__ import division

import binascii
import math
import os
import struct
import zlib

try:
    span = xrange
except NameError:
    span = range


def mandelbrot(width, height, iterations, png, lo, hi):
    """Return one checksum a row, the CRC-32 of its counts. A task that does all the rows draws them to the file png."""
    if not (1 <= width <= 1 << 16 and 1 <= height <= 1 << 16):
        raise ValueError("the picture is %r x %r pixels: give 1 to %d each" % (width, height, 1 << 16))
    if not 1 <= iterations <= 10 ** 6:
        raise ValueError("iterations is %r: give 1 to %d" % (iterations, 10 ** 6))
    lo, hi = share(lo, hi, height)
    art = None
    if png and hi - lo == height:
        art = Drawing(png, width, height, iterations)
    sums, counts = [], bytearray(4 * width)
    for y in span(lo, hi):
        row(width, height, iterations, y, counts, art)
        sums.append(zlib.crc32(bytes(counts)) & 0xffffffff)
    if art is not None:
        art.save()
    return sums


def share(lo, hi, whole):
    """Read lo and hi as a part of [0, whole)."""
    if hi == -1:
        hi = whole
    if not 0 <= lo <= hi <= whole:
        raise ValueError("lo %d and hi %d are no part of the whole of %d: give 0 <= lo <= hi <= %d" % (lo, hi, whole, whole))
    return lo, hi


def point(width, height, x, y):
    """The centre of a pixel, in the square of side 3 around -0.75 or the part of the plane that shows it whole."""
    size = 3 / min(width, height)
    return -0.75 + (x + 0.5 - width / 2) * size, (y + 0.5 - height / 2) * size


def row(width, height, iterations, y, counts, art):
    """Write the counts of a row to counts, 4 bytes a pixel, and draw it unless art is None."""
    for x in span(width):
        re, im = point(width, height, x, y)
        n, z = escape(re, im, iterations)
        struct.pack_into("<I", counts, 4 * x, n)
        if art is not None:
            art.pixel(x, y, n, z, complex(re, im))


def escape(re, im, limit):
    """Iterate z -> z*z + c from 0 until |z| > 2, at most limit times; return how often and the last z."""
    n, zre, zim, re2, im2 = 0, 0.0, 0.0, 0.0, 0.0
    while n < limit and re2 + im2 <= 4:
        zim = 2 * zre * zim + im
        zre = re2 - im2 + re
        re2, im2 = zre * zre, zim * zim
        n += 1
    return n, complex(zre, zim)


class Drawing(object):
    """The picture on its way to a file."""

    MOST_PIXELS = 1 << 26  # it is in memory as a whole

    def __init__(self, path, width, height, iterations):
        if width * height > self.MOST_PIXELS:
            raise ValueError("a picture of %d pixels is too large to draw: the most are %d" % (width * height, self.MOST_PIXELS))
        self.path, self.width, self.height, self.iterations = path, width, height, iterations
        self.pixels = bytearray(3 * width * height)

    def pixel(self, x, y, n, z, c):
        """Colour a point by its count, made continuous by how far z had got, for which it goes on for a while.

        It is n + 1 - log2(ln|z|) for a large |z|. The inside is dark.
        """
        if n == self.iterations and abs(z) <= 2:
            self.put(x, y, (8, 8, 20))
            return
        more = 4
        for _ in span(more):
            z = z * z + c
        smooth = n + more + 1 - math.log(math.log(abs(z))) / math.log(2)
        self.put(x, y, shade(math.sqrt(max(smooth, 0)) / 6.4))

    def put(self, x, y, colour):
        at = 3 * (y * self.width + x)
        self.pixels[at], self.pixels[at + 1], self.pixels[at + 2] = colour

    def save(self):
        """Write the file whole or not at all: several tasks may draw the same picture at once."""
        name = ".mandelbrot-" + binascii.hexlify(os.urandom(8)).decode("ascii") + ".png"
        temporary = os.path.join(os.path.dirname(self.path) or ".", name)
        fd = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(fd, "wb") as out:
                self.encode(out)
            os.chmod(temporary, 0o644)
            os.rename(temporary, self.path)
        except BaseException:
            os.remove(temporary)
            raise

    def encode(self, out):
        """Write 8-bit RGB; each line of a PNG begins with the kind of its filter, here 0 for none."""
        out.write(b"\x89PNG\r\n\x1a\n")
        chunk(out, b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0))
        packer, pixels, line = zlib.compressobj(), memoryview(self.pixels), 3 * self.width
        packed = []
        for at in span(0, len(pixels), line):
            packed.append(packer.compress(b"\x00" + pixels[at:at + line].tobytes()))
        packed.append(packer.flush())
        chunk(out, b"IDAT", b"".join(packed))
        chunk(out, b"IEND", b"")


def chunk(out, kind, content):
    out.write(struct.pack(">I", len(content)) + kind + content)
    out.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)) & 0xffffffff))


STOPS = (0, 0, 7, 100), (0.16, 32, 107, 203), (0.42, 237, 255, 255), (0.6425, 255, 170, 0), (0.8575, 60, 20, 10), (1, 0, 7, 100)


def shade(at):
    """A colour of the palette, which returns to its beginning at every whole number."""
    at -= math.floor(at)
    i = 1
    while at > STOPS[i][0]:
        i += 1
    start, end = STOPS[i - 1], STOPS[i]
    t = (at - start[0]) / (end[0] - start[0])
    t *= t * (3 - 2 * t)  # without an edge at the stops
    return [int(math.floor(start[k] + (end[k] - start[k]) * t + 0.5)) for k in (1, 2, 3)]
