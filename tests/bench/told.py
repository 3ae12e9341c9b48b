#!/usr/bin/env python3
"""told.py PORT LOG: a webhook's receiver that knows the time. For each site
of what it is told a line of LOG: milliseconds, event, rule, code."""
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        now = int(time.time() * 1000)
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            for site in told.get("sites", []):
                log.write(f"{now} {self.headers['X-Zhanqun-Event']} "
                          f"{told.get('rule')} {site.get('site')}\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
