#!/usr/bin/env python3
"""farm.py DIR PORT COUNT: a web farm for one nginx, and a list of addresses.

COUNT addresses of 200 hosts (addresses of this machine; a link checker waits
by host): seven in ten are pages of 4 KB, one in seven is missing, the others
are redirected for good or for now. DIR gets nginx.conf and urls.
"""
import os
import random
import sys

DIR, PORT, COUNT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
RANDOM = random.Random(1)
HAN = "为深入贯彻落实省委省政府决策部署进一步优化营商环境推动经济社会高质量发展"
HOSTS = [f"127.0.1.{n}" for n in range(1, 201)]
PAGES = 500

os.makedirs(f"{DIR}/www/a")
for n in range(PAGES):
    text = "".join(RANDOM.choice(HAN) for _ in range(1200))
    with open(f"{DIR}/www/a/{n}.html", "w", encoding="utf-8") as f:
        f.write(f"<!DOCTYPE html><html><head><meta charset=utf-8><title>第"
                f"{n}号 {text[:12]}</title></head><body><p>{text}</p></body>")
with open(f"{DIR}/www/index.html", "w", encoding="utf-8") as f:
    f.write("<title>首页</title><p>" + HAN * 5)
with open(f"{DIR}/urls", "w") as f:
    for n in range(COUNT):
        kind = RANDOM.choices(("a/{}.html?{}", "none/{}?{}", "was/{}?{}",
                               "now/{}?{}"), (70, 14, 10, 6))[0]
        f.write(f"http://{HOSTS[n % len(HOSTS)]}:{PORT}/"
                + kind.format(n % PAGES, n) + "\n")
with open(f"{DIR}/nginx.conf", "w") as f:
    user = "user root;" if os.geteuid() == 0 else ""
    listen = "".join(f"listen {h}:{PORT};" for h in HOSTS)
    temp = "".join(f"{k}_temp_path t_{k};" for k in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    f.write(f"""{user} daemon off; worker_processes 1; pid pid;
error_log error.log; events {{ worker_connections 2048; }}
http {{ access_log off; types {{ text/html html; }} {temp}
keepalive_requests 1000000;
server {{ {listen} root www;
location /was/ {{ rewrite ^/was/(.*)$ /a/$1.html permanent; }}
location /now/ {{ rewrite ^/now/(.*)$ /a/$1.html redirect; }} }} }}
""")
