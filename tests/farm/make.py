#!/usr/bin/env python3
"""make.py DIR PORT TLS_PORT STRANGE_PORT CLOSED_PORT MUTE_PORT

A farm of web sites with every outcome in known numbers, for nginx: DIR gets
nginx.conf, the pages, certificates, and expected.tsv (outcome, address; a
third column "plain" where any link checker should agree).

Hosts are NAME.localhost, which curl takes to be this machine, whatever the
resolver says; each is a registrable domain of its own. What nginx is too
well-behaved for stands in strange.py, as does the port that drops what it
gets. Names that do not exist end in .invalid (RFC 6761).
"""
import os
import random
import subprocess
import sys

DIR = sys.argv[1]
PORT, TLS, STRANGE, CLOSED, MUTE = map(int, sys.argv[2:7])
RANDOM = random.Random(20261122)
SELVES = [f"127.0.0.{n}" for n in range(1, 17)]   # linkchecker waits by host
HAN = ("为深入贯彻落实省委省政府决策部署进一步优化营商环境推动经济社会高质量发展现将有关事项"
       "通知如下各市县人民政府要加强组织领导明确责任分工细化工作措施确保各项任务落到实处"
       "郑州洛阳开封南阳信阳商丘农业水利交通教育卫生民政财政税务统计气象文化旅游体育")
expected, servers, pages = [], [], {}


def text(n):
    return "".join(RANDOM.choice(HAN) for _ in range(n))


def article(title=None, n=400, extra=""):
    title = title or text(12)
    return (f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
            f"<title>{title}</title></head><body><h1>{title}</h1>"
            f'<p>{text(n)}</p>{extra}<p><a href="/">首页</a></p></body></html>')


def put(host, path, content):
    where = os.path.join(DIR, "www", host, path.lstrip("/"))
    os.makedirs(os.path.dirname(where), exist_ok=True)
    with open(where, "wb") as f:
        f.write(content if isinstance(content, bytes)
                else content.encode("utf-8"))


def address(host, path, tls=False):
    if tls:
        return f"https://{host}.localhost:{TLS}{path}"
    return f"http://{host}.localhost:{PORT}{path}"


def expect(outcome, host, path, tls=False):
    expected.append((outcome, address(host, path, tls), ""))


def plain(outcome, path):
    host = SELVES[len(expected) % len(SELVES)]
    expected.append((outcome, f"http://{host}:{PORT}{path}", "plain"))


def site(host, rules="", home=True, tls=None):
    if home:
        put(host, "/index.html", article(f"{host}市人民政府门户网站"))
    os.makedirs(os.path.join(DIR, "www", host), exist_ok=True)
    listen = f"listen 127.0.0.1:{PORT};"
    if host == "plain":
        listen = "".join(f"listen {address}:{PORT} default_server;"
                         for address in SELVES)
    if tls:
        listen = (f"listen 127.0.0.1:{TLS} ssl; ssl_certificate "
                  f"{tls}.pem; ssl_certificate_key {tls}.key;")
    name = "_" if host == "plain" else f"{host}.localhost"
    servers.append(f"server {{ {listen} server_name {name};"
                   f" root www/{host};\n{rules}\n}}")


# --- an honest site: found, gone, moved --------------------------------------
def honest():
    rules = ["location /gone/ { return 410; }",
             "location /chain/ { rewrite ^/chain/(\\d+)$ /link/$1 permanent; }",
             "location /link/ { rewrite ^/link/(\\d+)$ /a/$1.html permanent; }",
             "location /was/ { rewrite ^/was/(\\d+)$ /a/$1.html permanent; }",
             "location /now/ { rewrite ^/now/(\\d+)$ /a/$1.html redirect; }",
             "location /ring/ { rewrite ^/ring/(\\d+)a$ /ring/$1b redirect;"
             " rewrite ^/ring/(\\d+)b$ /ring/$1a redirect; }",
             "location = /slow.html { limit_rate 3k; }",
             "location = /self { add_header Set-Cookie k=v always;"
             " return 302 /self; }",
             "location = /file { return 302 file:///etc/passwd; }",
             "location = /script { return 302 'javascript:alert(1)'; }",
             "location = /inside { return 302 http://10.1.2.3/; }",
             "location = /cloud { return 301 http://169.254.169.254/latest/; }",
             "location ~ ^/far/ { rewrite ^/far/(.*)$ /far/x$1 redirect; }",
             "location = /refresh.html { }"]
    site("plain", "\n".join(rules))
    for n in range(40):
        put("plain", f"/a/{n}.html", article())
        plain("ok", f"/a/{n}.html")
    for n in range(30):
        plain("gone", f"/b/{n}.html")
    for n in range(10):
        plain("gone", f"/gone/{n}.html")
    for n in range(12):
        expect_plain = ("moved", f"http://127.0.0.1:{PORT}/was/{n}", "")
        expected.append(expect_plain)
    for n in range(6):
        expected.append(("moved", f"http://127.0.0.1:{PORT}/chain/{n}", ""))
        plain("ok", f"/now/{n}")
    for n in range(4):
        expected.append(
            ("unreachable", f"http://127.0.0.1:{PORT}/ring/{n}a", ""))
    put("plain", "/slow.html", article(n=3000))
    put("plain", "/paper.pdf", b"%PDF-1.4\n" + bytes(300000))
    put("plain", "/gbk.html", article("国标码的公告").replace(
        "utf-8", "gbk").encode("gbk"))
    put("plain", "/refresh.html", '<meta http-equiv="refresh" '
        'content="0; url=/a/1.html">')
    for path in ("/slow.html", "/paper.pdf", "/gbk.html", "/refresh.html"):
        plain("ok", path)
    for outcome, path in (("blocked", "/self"), ("unreachable", "/file"),
                          ("unreachable", "/script"), ("unknown", "/inside"),
                          ("unknown", "/cloud"), ("unreachable", "/far/a")):
        expected.append((outcome, f"http://127.0.0.1:{PORT}{path}", ""))
    # What looks like trouble and isn't.
    put("plain", "/404.html", article("豫政〔2026〕404号通告"))
    put("plain", "/2404.html", article("第2404期简报", 30))
    put("plain", "/police.html", article(
        "警方捣毁特大网络赌场", 300, "<p>公安机关打击博彩犯罪，百家乐、"
        "老虎机、六合彩等赌博网站被查处。</p>"))
    put("plain", "/sale.html", article(
        "国有土地使用权出售公告", 500, "<p>关于域名转让的说明</p>"))
    put("plain", "/captcha.html", article("验证码 captcha 使用说明", 900))
    put("plain", "/login.html", article("登录", 60,
        '<form><input type="password" name="p"></form>'))
    for path in ("/404.html", "/2404.html", "/police.html", "/sale.html",
                 "/captcha.html", "/login.html"):
        plain("ok", path)


# --- soft 404s -----------------------------------------------------------------
def soft():
    menu = "".join(f"<li>{text(6)}</li>" for _ in range(30))
    put("soft", "/none.html", article("郑州市人民政府", 40,
        f"<ul>{menu}</ul><p>您访问的内容正在整理</p>"))
    site("soft", "error_page 404 =200 /none.html;")
    for n in range(12):
        expect("soft-404", "soft", f"/old/{n}.html")
    for n in range(12):
        put("soft", f"/a/{n}.html", article(None, 300, f"<ul>{menu}</ul>"))
        expect("ok", "soft", f"/a/{n}.html")
    for n in range(5):      # the same title, and the same menu
        put("soft", f"/s/{n}.html", article(
            "郑州市人民政府", 120, f"<ul>{menu}</ul>"))
        expect("ok", "soft", f"/s/{n}.html")
    expect("ok", "soft", "/")
    # All that is missing is sent home.
    site("sent", "error_page 404 = @home;\nlocation @home { return 302 /; }")
    for n in range(8):
        expect("soft-404", "sent", f"/old/{n}.html")
        put("sent", f"/a/{n}.html", article())
        expect("ok", "sent", f"/a/{n}.html")
    expect("ok", "sent", "/")
    # Says so in words only.
    site("says")
    for n, title in enumerate(("页面不存在", "404 Not Found",
                               "对不起，您访问的文章已被删除")):
        put("says", f"/{n}.html", article(title, 20))
        expect("soft-404", "says", f"/{n}.html")
    # Drawn by a script: whatever the address, the same shell.
    put("shell", "/index.html", "<html><head><title>政务服务</title></head>"
        "<body><div id=app></div><script src=/app.js></script></body></html>")
    site("shell", "location / { try_files $uri /index.html; }", home=False)
    for n in range(3):
        expect("unknown", "shell", f"/item/{n}")


# --- walls, logins ---------------------------------------------------------------
def walls():
    rules = ["error_page 403 /wall.html; location = /wall.html "
             "{ add_header cf-mitigated challenge always; internal; }",
             "location /cf/ { return 403; }", "location /rs/ { return 412; }",
             "location /jsl/ { add_header Set-Cookie "
             "'__jsl_clearance=1;path=/' always; return 521; }",
             "location /often/ { return 429; }", "location /tea/ { return 418; }",
             "location /wait/ { error_page 503 /moment.html; return 503; }",
             "location /check/ { try_files /verify.html =404; }"]
    put("wall", "/wall.html", "<title>Attention Required!</title>")
    put("wall", "/moment.html", "<title>Just a moment...</title>")
    put("wall", "/verify.html", "<title>安全验证</title><p>请完成验证</p>")
    site("wall", "\n".join(rules))
    for kind in ("cf", "rs", "jsl", "often", "tea", "wait", "check"):
        for n in range(3):
            expect("blocked", "wall", f"/{kind}/{n}")
    site("shut", "location /x/ { return 403; }")
    for n in range(3):
        expect("blocked", "shut", f"/x/{n}")
    put("door", "/login.html", article("统一身份认证", 40,
        '<form><input name="u"><input type="password" name="p"></form>'))
    site("door", "location /in/ { return 302 /login.html?back=$uri; }\n"
         "location /basic/ { add_header WWW-Authenticate Basic always;"
         " return 401; }")
    for n in range(4):
        expect("login", "door", f"/in/{n}.html")
        expect("login", "door", f"/basic/{n}.html")
    expect("ok", "door", "/login.html")
    site("robots", "location = /robots.txt { return 200 "
         "'User-agent: *\\nDisallow: /\\n\\n"
         "User-agent: zhanqun\\nDisallow: /closed/\\n'; }")
    put("robots", "/open.html", article())
    expect("ok", "robots", "/open.html")
    for n in range(4):
        expect("unknown", "robots", f"/closed/{n}.html")
    site("broken", "location / { return 500; }")
    for n in range(3):
        expect("unreachable", "broken", f"/{n}.html")


# --- hosts that changed hands -------------------------------------------------------
def stolen():
    bad = ("<title>澳门新葡京娱乐场_真人娱乐_百家乐</title><p>威尼斯人 太阳城 "
           "老虎机 时时彩 开户送彩金</p>" + text(100))
    slot = ("<title>Slot Gacor Hari Ini</title><p>judi online togel slot online "
            "jackpot casino terpercaya daftar sekarang dan menang</p>")
    for n, (page, charset) in enumerate(((bad, "utf-8"), (bad, "gbk"),
                                         (slot, "utf-8"))):
        host = f"stolen{n}"
        put(host, "/index.html", f'<meta charset="{charset}">{page}'.encode(
            charset))
        site(host, "location / { try_files $uri /index.html; }", home=False)
        for path in ("/", "/bszn/1.html"):
            expect("suspicious", host, path)
    sale = ("<title>{}</title><p>This domain is for sale. Buy this domain. "
            "域名出售</p>")
    for n in range(3):
        host = f"parked{n}"
        put(host, "/index.html", sale.format(f"{host}.localhost"))
        site(host, "location / { try_files $uri /index.html; }", home=False)
        expect("suspicious", host, "/")
        expect("suspicious", host, "/zwgk/2.html")
    # A domain that moved as a whole, honestly.
    site("newname")
    site("oldname", f"location / {{ return 301 http://newname.localhost:{PORT}"
         "$request_uri; }")
    for n in range(6):
        put("newname", f"/a/{n}.html", article())
        expect("moved", "oldname", f"/a/{n}.html")
    for n in range(4):
        expect("gone", "oldname", f"/b/{n}.html")


# --- TLS, strangers, hosts that are down ------------------------------------------------
CA = """[ca]
default_ca = d
[d]
dir = {0}
database = {0}/index.txt
new_certs_dir = {0}
serial = {0}/serial
default_md = sha256
policy = p
copy_extensions = copy
[p]
commonName = supplied
"""


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, cwd=DIR,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificate(name, start, end):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={name}", "-addext",
            f"subjectAltName=DNS:{name}.localhost")
    openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem",
            "-keyfile", "ca.key", "-startdate", start, "-enddate", end,
            "-in", f"{name}.csr", "-out", f"{name}.pem")


def tls():
    os.makedirs(DIR, exist_ok=True)
    for name, content in (("ca.cnf", CA.format(DIR)), ("index.txt", ""),
                          ("serial", "01\n")):
        with open(os.path.join(DIR, name), "w") as f:
            f.write(content)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-subj", "/CN=farm", "-days", "3650")
    certificate("sound", "20200101000000Z", "20490101000000Z")
    certificate("stale", "20200101000000Z", "20210101000000Z")
    certificate("other", "20200101000000Z", "20490101000000Z")
    for host, cert in (("sound", "sound"), ("stale", "stale"),
                       ("misnamed", "other")):
        site(host, tls=cert)
        for n in range(3):
            put(host, f"/{n}.html", article())
            expect("ok" if host == "sound" else "unreachable", host,
                   f"/{n}.html", tls=True)
    # http that has become https is the same page.
    servers.append(f"server {{ listen 127.0.0.1:{PORT}; server_name "
                   f"sound.localhost; return 301 https://sound.localhost:"
                   f"{TLS}$request_uri; }}")


def strange():
    for path, outcome in (("/hang", "unreachable"), ("/drip", "ok"),
                          ("/heads", "unreachable"), ("/bomb", "ok"),
                          ("/cookies", "unreachable"), ("/garbage", "unreachable"),
                          ("/endless", "ok"), ("/cut", "unreachable"),
                          ("/lies", "ok"), ("/busy", "ok")):
        # Each on a host of its own: they don't wait for each other.
        expected.append((outcome, f"http://{path[1:]}.localhost:{STRANGE}"
                         f"{path}", ""))
    for n in range(3):
        for host in (f"down{n}.localhost:{CLOSED}",
                     f"mute{n}.localhost:{MUTE}", f"none{n}.invalid:{PORT}"):
            expected.append(("unreachable", f"http://{host}/", ""))


tls()
honest()
soft()
walls()
stolen()
strange()
with open(os.path.join(DIR, "nginx.conf"), "w") as f:
    f.write(("user root;\n" if os.geteuid() == 0 else "") + "daemon off;\nworker_processes 1;\npid nginx.pid;\n"
            "error_log error.log;\nevents { worker_connections 1024; }\n"
            "http {\naccess_log access.log;\ntypes { text/html html; "
            "application/pdf pdf; application/javascript js; }\n"
            "default_type text/html;\nserver_names_hash_bucket_size 128;\n"
            "absolute_redirect off;\nkeepalive_requests 100000;\n"
            + "".join(f"{kind}_temp_path tmp_{kind};\n" for kind in (
                "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + "\n".join(servers) + "\n}\n")
with open(os.path.join(DIR, "expected.tsv"), "w") as f:
    for row in expected:
        f.write("\t".join(row).rstrip("\t") + "\n")
