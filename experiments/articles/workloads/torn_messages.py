"""Two processes write messages to the same end of one pipe."""
import multiprocessing
import os
import time

MESSAGES = 8  # of each writer


def torn(via, size, lock):
    """Return how many of the messages are not what one of the writers sent.

    via is os.write or send_bytes. size is in bytes. lock is none or lock: held for the length of a message.
    """
    ctx = multiprocessing.get_context("fork") if hasattr(multiprocessing, "get_context") else multiprocessing
    reader, writer = ctx.Pipe(duplex=False)
    guard = ctx.Lock() if lock == "lock" else Open()
    ready = ctx.Semaphore(0)
    send = {"os.write": write, "send_bytes": send_bytes}[via]
    messages = [letter.upper() + letter * (size - 1) for letter in (b"a", b"b")]
    writers = [ctx.Process(target=produce, args=(send, reader, writer, message, guard, ready)) for message in messages]
    for process in writers:
        process.start()
    writer.close()
    for process in writers:
        ready.acquire()
    try:
        return {"os.write": count, "send_bytes": count_received}[via](reader, size, messages)
    finally:
        reader.close()  # nobody has it open now: a writer that is still at it gets a broken pipe
        for process in writers:
            process.join()


class Open(object):
    """A lock that keeps nobody out."""

    def __enter__(self):
        pass

    def __exit__(self, *error):
        pass


def produce(send, reader, writer, message, guard, ready):
    reader.close()
    ready.release()
    try:
        for _ in range(MESSAGES):
            with guard:
                send(writer, message)
    except (IOError, OSError):
        os._exit(0)  # the reader has lost the thread and left


def write(writer, message):
    while message:
        message = message[os.write(writer.fileno(), message):]


def send_bytes(writer, message):
    writer.send_bytes(message)


def linger(letters):
    """Read slowly until something has come from both writers: then both are at it."""
    if len(letters) < 2:
        time.sleep(0.02)


def count(reader, size, messages):
    """Cut what comes into pieces of the agreed size, and count those that nobody sent."""
    stream, letters = bytearray(), set()
    while True:
        linger(letters)
        piece = os.read(reader.fileno(), 1 << 16)
        if not piece:
            break
        stream += piece
        letters.add(piece[-1:])
    assert len(stream) == 2 * MESSAGES * size, "%d bytes came" % len(stream)
    return sum(bytes(stream[at:at + size]) not in messages for at in range(0, len(stream), size))


def count_received(reader, size, messages):
    """Receive until the length in front of a message makes no sense: from there on everything is lost."""
    whole, letters = 0, set()
    try:
        for _ in range(2 * MESSAGES):
            linger(letters)
            message = reader.recv_bytes(size)
            letters.add(message[-1:])
            whole += message in messages
    except (IOError, EOFError):
        pass
    return 2 * MESSAGES - whole
