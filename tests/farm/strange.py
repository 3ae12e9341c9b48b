#!/usr/bin/env python3
"""strange.py PORT TAKEN MUTE_PORT: a web server with bad manners, one for each
path. How much of /endless a client took (KiB, up to what lies in buffers) is
appended to the file TAKEN, a line each. What is sent to MUTE_PORT is dropped.

/hang      takes the request and never answers
/drip      a good page, a byte at a time, for ever
/heads     headers without end
/bomb      a page of a gigabyte, a megabyte when packed
/cookies   10,000 of them, before a good page
/garbage   no HTTP
/endless   a page that never ends, as fast as it can
/cut       closes without a word
/busy      wants to be asked again in a second, not earlier; then a page
/lies      says that it has a terabyte, and has a page
"""
import socket
import socketserver
import sys
import time
import zlib

PAGE = ("<html><head><title>公告</title></head><body><p>"
        + "各市县人民政府要加强组织领导明确责任分工" * 10
        + "</p></body></html>").encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"


class Strange(socketserver.StreamRequestHandler):
    timeout = 30
    asked = None

    def hang(self):
        self.rfile.read(1)

    def drip(self):
        self.wfile.write(OK + b"\r\n" + PAGE)
        while True:
            self.connection.settimeout(0.2)
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                self.wfile.write(b" ")

    def heads(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-Head: " + b"x" * 1000 + b"\r\n")

    def bomb(self):
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.wfile.write(OK + b"Content-Encoding: gzip\r\n\r\n"
                         + pack.compress(PAGE))
        blank = b" " * (1 << 20)
        for _ in range(1024):
            self.wfile.write(pack.compress(blank))
        self.wfile.write(pack.flush())

    def cookies(self):
        self.wfile.write(OK)
        for n in range(10000):
            self.wfile.write(b"Set-Cookie: c%d=1\r\n" % n)
        self.wfile.write(b"\r\n" + PAGE)

    def garbage(self):
        self.wfile.write(b"\x00\x01\x02 220 smtp ready\r\n" * 50)

    def endless(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.wfile.write(OK + b"\r\n" + PAGE)
        sent = 0
        try:
            while True:
                self.wfile.write(b"<p>" + b"x" * 1021)
                sent += 1
        finally:
            with open(sys.argv[2], "a", encoding="ascii") as taken:
                taken.write(f"{sent}\n")

    def cut(self):
        self.connection.close()

    def busy(self):
        now, before = time.monotonic(), Strange.asked
        if before is None:
            Strange.asked = now
            self.wfile.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n"
                             b"Content-Length: 0\r\n\r\n")
        elif now - before >= 1:
            self.wfile.write(OK + b"\r\n" + PAGE)
        else:
            self.wfile.write(b"HTTP/1.1 410 Too early\r\n\r\n")

    def lies(self):
        self.wfile.write(OK + b"Content-Length: 1000000000000\r\n\r\n" + PAGE)

    def handle(self):
        line = self.rfile.readline(4096).split()
        while self.rfile.readline(4096).strip():
            pass
        path = line[1].decode("ascii", "replace") if len(line) > 1 else "/"
        try:
            if path in ("/hang", "/drip", "/heads", "/bomb", "/cookies",
                        "/garbage", "/endless", "/cut", "/busy", "/lies"):
                getattr(self, path[1:])()
            else:
                self.wfile.write(b"HTTP/1.1 404 Not Found\r\n"
                                 b"Content-Length: 0\r\n\r\n")
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def mute(port):
    """A queue of one that is full and never emptied: the kernel drops each
    SYN that comes then, as a firewall does."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    listener.listen(0)
    return listener, socket.create_connection(listener.getsockname())


queue = mute(int(sys.argv[3]))
Server(("127.0.0.1", int(sys.argv[1])), Strange).serve_forever()
