"""The Mandelbrot set drawn by threads that share out its pixels, as a notebook printed it and as it was meant.

To see it: python b7_mandelbrot.py FILE.png [as_printed]
"""
from __future__ import division

import hashlib
import struct
import sys
import zlib
from threading import Thread

THREADS = 5
k = 0  # the global of which the printed program reads


def escape(re, im, limit):
    """How often z -> z*z + c can be done from 0 until |z| > 2, at most limit times."""
    n, zre, zim, re2, im2 = 0, 0.0, 0.0, 0.0, 0.0
    while n < limit and re2 + im2 <= 4:
        zim = 2 * zre * zim + im
        zre = re2 - im2 + re
        re2, im2 = zre * zre, zim * zim
        n += 1
    return n


def draw(pixels, size, limit, first):
    """Draw every THREADS-th pixel of a size x size picture, from the first on."""
    for i in range(first, size * size, THREADS):
        y, x = divmod(i, size)
        pixels[i] = 1 + escape(-2.25 + 3 * x / size, -1.5 + 3 * y / size, limit)


class Printed(Thread):
    """A thread of the printed program: it is told its k, and does not look at it."""

    def __init__(self, pixels, size, limit, k):
        Thread.__init__(self)
        self.pixels, self.size, self.limit, self.k = pixels, size, limit, k

    def run(self):
        draw(self.pixels, self.size, self.limit, k)


class Corrected(Printed):
    def run(self):
        draw(self.pixels, self.size, self.limit, self.k)


def share(size, limit, first):
    """Draw the pixels of one thread and return their digest, for executors that run the five shares themselves."""
    pixels = bytearray(size * size)
    draw(pixels, size, limit, first)
    return digest(pixels)


def one_loop(size, limit, out):
    """Draw the picture with one loop to the PNG file out; return its digest and how many pixels nobody drew."""
    pixels = bytearray(size * size)
    for first in range(THREADS):
        draw(pixels, size, limit, first)
    return saved(pixels, size, limit, out)


def as_printed(size, limit, out):
    """The same with the threads of the printed program."""
    return saved(by_threads(Printed, size, limit), size, limit, out)


def corrected(size, limit, out):
    """The same with the corrected threads."""
    return saved(by_threads(Corrected, size, limit), size, limit, out)


def by_threads(kind, size, limit):
    global k
    pixels, threads = bytearray(size * size), []
    for k in range(THREADS):
        thread = kind(pixels, size, limit, k)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return pixels


def saved(pixels, size, limit, out):
    with open(out, "wb") as png:
        png.write(encoded(pixels, size, limit))
    return {"digest": digest(pixels), "missing": pixels.count(b"\0")}


def digest(pixels):
    """Of the pixels and not of the file, which depends on the compressor."""
    return hashlib.md5(bytes(pixels)).hexdigest()


def encoded(pixels, size, limit):
    """A PNG: the inside black, the outside the lighter the sooner it escapes, what nobody drew red."""
    palette = struct.pack("BBB", 255, 0, 0)
    for n in range(limit + 1):
        palette += struct.pack("B", 255 - 255 * n // limit) * 3
    lines = bytearray()
    for y in range(size):
        lines += b"\0" + pixels[y * size:(y + 1) * size]  # each line begins with its filter: none
    head = struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)
    pieces = (b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(bytes(lines))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in pieces)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content) & 0xffffffff)


if __name__ == "__main__":
    print({"as_printed": as_printed}.get("".join(sys.argv[2:]), corrected)(512, 12, sys.argv[1]))
