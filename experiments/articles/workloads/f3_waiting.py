"""Waiting, as coroutines: for a timer, and for a page. Python 3 only, as asyncio is."""
import asyncio


async def nap(seconds):
    """Return how long was asked for (s)."""
    await asyncio.sleep(seconds)
    return seconds


async def page(url):
    """Get a page over a plain stream, HTTP/1.0: the body ends with the connection. Return its size (B)."""
    host, _, path = url.split("//", 1)[1].partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        writer.write("GET /{} HTTP/1.0\r\nHost: {}\r\n\r\n".format(path, host).encode("ascii"))
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.") or head.split()[1] != b"200":
        raise ValueError("the answer is %r" % head[:40])
    return len(body)
