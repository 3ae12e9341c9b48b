#!/usr/bin/env python3
"""Stands between an agent and its hub, and keeps what they say.

wire.py LISTEN HUB HUBDIR AGENTDIR OUT: shows the agent the hub's own
certificate and the hub the agent's, hands every request and answer on as it
is, and writes both into OUT, numbered in the order of the answers: of beats
and of letters that bring nothing, only the first of a kind.
"""
import http.client
import http.server
import os
import re
import ssl
import sys
import threading

LISTEN, HUB, HUBDIR, AGENTDIR, OUT = sys.argv[1:6]
LOCK = threading.Lock()
SEEN = set()
COUNT = 0

NAMES = {"/v1/changes": ("changes.xml", "answer.xml"),
         "/v1/reconcile": ("reconcile.xml", "reconciled.xml"),
         "/v1/letters": (None, "letters.xml"),
         "/v1/map": (None, "map.cms"),
         "/v1/": (None, "greeting.xml")}


def kind(path, query, request, answer):
    """None: keep it. Otherwise: keep the first of these."""
    attributes = b" ".join(sorted(re.findall(rb'(?:verdict|cause|want|held)="[^"]*"',
                                             request + answer)))
    if path == "/v1/changes" and re.search(
            rb"<url>|<zq:(move|notice|reply|cover)[ >]", request) is None:
        return b"beat " + attributes
    if path == "/v1/letters" and b"<zq:letter " not in answer:
        return b"letters " + attributes
    if path == "/v1/map":
        return b"map " + query.encode()
    return None


def keep(path, query, request, answer):
    """Into OUT, if it is new."""
    global COUNT
    names = NAMES.get(path, ("cmp.request.der", "cmp.answer.der"))
    with LOCK:
        what = kind(path, query, request, answer)
        if what in SEEN:
            return
        if what is not None:
            SEEN.add(what)
        COUNT += 1
        for name, body in zip(names, (request, answer)):
            if name is not None:
                with open(os.path.join(OUT, f"{COUNT:03}-{name}"), "wb") as f:
                    f.write(body)
        if query:
            with open(os.path.join(OUT, f"{COUNT:03}-query.txt"), "w") as f:
                f.write(query + "\n")


def to_hub():
    """A connection of the agent's own, once it has an identity."""
    tls = ssl.create_default_context(cafile=HUBDIR + "/ca/ca.pem")
    tls.check_hostname = False
    cert = AGENTDIR + "/cert.pem"
    if os.path.exists(cert):
        tls.load_cert_chain(cert, AGENTDIR + "/key.pem")
    return http.client.HTTPSConnection("127.0.0.1", int(HUB), timeout=100,
                                       context=tls)


class Wire(http.server.BaseHTTPRequestHandler):
    """One request: there, and back."""
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        """The only thing it does."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() in ("content-type", "user-agent", "accept")}
        hub = to_hub()
        try:
            hub.request(self.command, self.path, body or None, headers)
            got = hub.getresponse()
            answer = got.read()
        except OSError as error:
            self.send_error(502, str(error))
            return
        finally:
            hub.close()
        path, _, query = self.path.partition("?")
        keep(path, query, body, answer)
        self.send_response(got.status)
        for name in ("Content-Type", "Retry-After"):
            if got.getheader(name):
                self.send_header(name, got.getheader(name))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = pass_on

    def log_message(self, *args):
        sys.stderr.write(f"{self.command} {self.path} {args[1:]}\n")


def main():
    """Until it is killed."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(LISTEN)), Wire)
    server.daemon_threads = True
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(HUBDIR + "/tls/hub.pem", HUBDIR + "/tls/hub.key")
    server.socket = tls.wrap_socket(server.socket, server_side=True,
                                    do_handshake_on_connect=False)
    server.serve_forever()


main()
