"""A child's stdout and stderr, each read by a thread of its own, into one queue and from there to one printer."""
import collections
import subprocess
import sys
import threading

try:
    import queue
except ImportError:
    import Queue as queue

CHATTER = r"""
import sys
for i in range(int(sys.argv[1])):
    for stream in sys.stdout, sys.stderr:
        stream.write("line %d\n" % i)
        stream.flush()
"""


def collect(lines):
    """Let the child print so many lines to both streams; return what the printer got of each stream.

    For each: the lines, the different ones among them, and whether they came in order.
    """
    child = subprocess.Popen([sys.executable, "-c", CHATTER, str(lines)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    merged = queue.Queue()
    printed = collections.defaultdict(list)
    streams = {"stdout": child.stdout, "stderr": child.stderr}
    readers = [threading.Thread(target=read, args=(name, stream, merged)) for name, stream in streams.items()]
    printer = threading.Thread(target=print_all, args=(merged, printed, len(readers)))
    for thread in readers + [printer]:
        thread.start()
    for thread in readers + [printer]:
        thread.join()
    child.wait()
    return {name: summary(printed[name]) for name in streams}


def read(name, stream, merged):
    with stream:
        for line in iter(stream.readline, b""):
            merged.put((name, line))
    merged.put((name, None))


def print_all(merged, printed, open_streams):
    while open_streams:
        name, line = merged.get()
        if line is None:
            open_streams -= 1
        else:
            printed[name].append(int(line.split()[1]))


def summary(numbers):
    return {"lines": len(numbers), "different": len(set(numbers)), "in_order": numbers == sorted(numbers)}
