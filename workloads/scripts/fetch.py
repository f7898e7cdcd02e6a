"""The built-in fetch in Python: get a page over HTTP; without a url the task serves the page itself."""
import socket
import threading
import time

try:
    from urllib.parse import urlsplit
except ImportError:
    from urlparse import urlsplit

BLOCK = 1 << 16
NOT_HTTP = "the answer is not HTTP: give the url of a web server"


def fetch(url, latency, body):
    """Return {status, bytes, title}. A status such as 404 is a result; redirections are not followed.

    latency (s) and body (B) are of the page that is served on loopback.
    """
    if not 0 <= latency <= 1e9:
        raise ValueError("latency is %r: give 0 to 1e9 seconds" % (latency,))
    if not 0 <= body <= 1 << 40:
        raise ValueError("body is %r: give 0 to %d" % (body, 1 << 40))
    if url:
        return get(url)
    page = Page(latency, body)
    try:
        return get(page.url)
    finally:
        page.stop()


def get(address):
    """Speak HTTP/1.0, in which a body simply ends with its connection."""
    host, port, request = asked(address)
    conn = socket.create_connection((host, port))
    try:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(request)
        stream = conn.makefile("rb", BLOCK)
        try:
            return read_response(stream)
        except ValueError as error:
            raise ValueError("%s: %s" % (address, error))
        finally:
            stream.close()
    finally:
        conn.close()


def asked(address):
    """Return the host, the port and the request."""
    if any(c < " " or c == "\x7f" for c in address):
        raise ValueError("cannot fetch %r: give a url without control characters" % (address,))
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    port = place.rpartition("]")[2].partition(":")[2] or "80"  # some versions of Python lose a port that is none
    if not port.isdigit() or int(port) >= 1 << 16:
        raise ValueError("cannot fetch %r: %s is no port" % (address, port))
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("cannot fetch %r: give a url that begins with http:// and a host" % (address,))
    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    request = "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: runner\r\nAccept: */*\r\n\r\n"
    request %= escaped(target), place
    return parts.hostname, int(port), request.encode("ascii")


def escaped(text):
    return "".join(chr(b) if 0x20 < b < 0x7f else "%%%02X" % b for b in bytearray(text.encode("utf-8")))


def read_response(stream):
    """Read a response to its end. The title is looked for in the first 64 KiB of the body."""
    status, length = read_head(stream)
    start = stream.read(BLOCK if length < 0 else min(BLOCK, length))
    size = len(start)
    while length < 0 or size < length:
        piece = stream.read(BLOCK if length < 0 else min(BLOCK, length - size))
        if not piece:
            break
        size += len(piece)
    if size < length:
        raise ValueError("the body ends after %d of %d B" % (size, length))
    return {"status": status, "bytes": size, "title": title(start)}


def read_head(stream):
    """Return the status and the length, which is -1 where the body ends with the connection."""
    version, _, rest = read_line(stream, BLOCK).partition(b" ")
    code = rest.partition(b" ")[0]
    if not version.startswith(b"HTTP/1.") or not code.isdigit():
        raise ValueError(NOT_HTTP)
    length = -1
    for _ in range(1000):
        line = read_line(stream, BLOCK)
        if not line:
            return int(code), length
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip()
        if name == b"content-length":
            if not value.isdigit() or int(value) >= 1 << 63:
                raise ValueError(NOT_HTTP)
            length = int(value)
        elif name == b"transfer-encoding":
            raise ValueError("the server answers HTTP/1.0 with transfer-encoding %s, which is not in it: choose another page"
                             % value.decode("latin-1"))
    raise ValueError(NOT_HTTP)


def read_line(stream, most):
    line = stream.readline(most)
    if not line.endswith(b"\n"):
        raise ValueError(NOT_HTTP)
    return line.rstrip(b"\r\n")


def title(page):
    """The text of the first title element, "" if there is none or the page is not in UTF-8."""
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    lower = text.lower()
    start = lower.find("<title")
    if start < 0 or len(lower.encode("utf-8")) != len(page):  # the built-in compares bytes
        return ""
    start = lower.find(">", start) + 1
    end = lower.find("</title", start)
    if start == 0 or end < 0:
        return ""
    return " ".join(text[start:end].split())


PAGE_START = b"<!doctype html><title>a page</title>"


class Page(object):
    """A web page on loopback that is served once."""

    def __init__(self, latency, body):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self.listener.bind(("127.0.0.1", 0))
            self.listener.listen(1)
            self.url = "http://127.0.0.1:%d/" % self.listener.getsockname()[1]
            self.server = threading.Thread(target=self.serve, args=(latency, body))
            self.server.daemon = True
            self.server.start()
        except BaseException:
            self.listener.close()
            raise

    def serve(self, latency, body):
        try:
            conn = self.listener.accept()[0]
        except socket.error:  # stopped
            return
        try:
            answer(conn, latency, body)
        except (socket.error, ValueError):  # what goes wrong here, the client sees
            pass
        finally:
            conn.close()

    def stop(self):
        """Return when nothing of the page is left."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes a blocked accept; where it cannot, close does
        except socket.error:
            pass
        self.listener.close()
        self.server.join()


def answer(conn, latency, body):
    """Read a request to its empty line, wait, and write the page."""
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = conn.makefile("rb")
    try:
        while read_line(stream, 4096):
            pass
    finally:
        stream.close()
    time.sleep(latency)
    start = PAGE_START[:body]
    head = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % body
    conn.sendall(head.encode("ascii") + start)
    left = body - len(start)
    filler = b"\n" * min(left, BLOCK)
    while left > 0:
        left -= conn.send(filler[:min(left, BLOCK)])
