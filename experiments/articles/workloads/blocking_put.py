"""Which channels make their writer wait, when, and which keep it from ending."""
import multiprocessing
import multiprocessing.queues
import time

PIPE = 65536    # bytes that a pipe holds on Linux
PATIENCE = 20   # seconds for what must happen
MOMENT = 0.8    # seconds after which what has not happened by then does not happen: it takes milliseconds
CHANNELS = ["Queue", "bounded", "SimpleQueue", "Pipe"]


def put(size):
    """A process for each channel writes a block of size bytes that nobody reads. Return how far each gets:

    ends: it wrote the block and ended; stays: it wrote the block and cannot end; blocks: it cannot write the block.
    The bounded queue has room for one item, and gets a second one.
    """
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    writers = [Writer(ctx, name, size) for name in CHANNELS]
    deadline = now() + PATIENCE
    for writer in writers:
        writer.tries.wait(max(0, deadline - now()))
        if writer.name == "Queue":
            writer.written.wait(max(0, deadline - now()))
        if writer.name != "bounded" and size < PIPE:
            writer.process.join(max(0, deadline - now()))
    deadline = now() + MOMENT
    for writer in writers:
        writer.written.wait(max(0, deadline - now()))
        writer.process.join(max(0, deadline - now()))
    came = {name: writer.far() for name, writer in zip(CHANNELS, writers)}
    for writer in writers:  # what blocks goes on once somebody reads
        writer.drain(size)
    return came


class Writer(object):
    def __init__(self, ctx, name, size):
        put, self.get = channel(ctx, name)
        self.name = name
        self.blocks = 2 if name == "bounded" else 1
        self.tries, self.written = ctx.Event(), ctx.Event()  # it begins with the last block, it wrote that
        self.process = ctx.Process(target=write, args=(put, self.blocks, size, self.tries, self.written))
        self.process.start()

    def far(self):
        if not self.written.is_set():
            return "blocks"
        return "stays" if self.process.is_alive() else "ends"

    def drain(self, size):
        for _ in range(self.blocks):
            assert len(self.get()) == size
        self.process.join()


def write(put, blocks, size, tries, written):
    for _ in range(blocks - 1):
        put(b"x" * size)
    tries.set()
    put(b"x" * size)
    written.set()


def channel(ctx, name):
    """The two functions put and get of a new channel."""
    if name == "Pipe":
        read, write = ctx.Pipe(duplex=False)
        return write.send, read.recv
    if name == "SimpleQueue":
        queue = ctx.SimpleQueue() if hasattr(ctx, "SimpleQueue") else multiprocessing.queues.SimpleQueue()
    else:
        queue = ctx.Queue(1) if name == "bounded" else ctx.Queue()
    return queue.put, queue.get


now = getattr(time, "monotonic", time.time)
