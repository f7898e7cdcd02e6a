"""An HTTP server whose answers take 50 ms each: slow_server.py PORT single|threads."""
import http.server
import sys
import time


class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.05)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>slow</title>")

    def log_message(self, *_):
        pass


KINDS = {"single": http.server.HTTPServer, "threads": http.server.ThreadingHTTPServer}

if __name__ == "__main__":
    KINDS[sys.argv[2]](("127.0.0.1", int(sys.argv[1])), Slow).serve_forever()
