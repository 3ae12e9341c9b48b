"""A webhook that checks signatures.

hook.py PORT SECRETFILE LOG STATUSFILE: each POST is a line of LOG, JSON with
"id", "event", "good" (is the signature right?), "status" (what was answered)
and "body". It answers with the status that STATUSFILE has, 200 if there is
none; with 0 it is logged, and then no answer comes. A GET is logged as
{"beat": PATH}.
"""
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SECRET, LOG, STATUS = sys.argv[1:5]
with open(SECRET, "rb") as f:
    KEY = f.read().split(b"\n")[0].strip()


def note(what):
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(json.dumps(what, ensure_ascii=False) + "\n")


def status():
    try:
        with open(STATUS, encoding="ascii") as f:
            return int(f.read())
    except (OSError, ValueError):
        return 200


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        note({"beat": self.path})
        self.answer(200)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mac = "sha256=" + hmac.new(KEY, body, hashlib.sha256).hexdigest()
        said = self.headers.get("X-Zhanqun-Signature", "")
        code = status()
        note({
            "id": self.headers.get("X-Zhanqun-Delivery"),
            "event": self.headers.get("X-Zhanqun-Event"),
            "good": hmac.compare_digest(mac, said),
            "status": code,
            "body": json.loads(body),
        })
        if code == 0:
            time.sleep(20)      # longer than anybody waits
            self.close_connection = True
        else:
            self.answer(code)

    def log_message(self, *args):
        pass


print("listening", os.getpid(), flush=True)
ThreadingHTTPServer(("127.0.0.1", int(PORT)), Hook).serve_forever()
