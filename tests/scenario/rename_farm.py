#!/usr/bin/env python3
"""rename_farm.py DIR SITES PAGES COLUMN

A cluster of sites below DIR, one document root each, whose pages link to each
other. DIR/www.old.localhost has PAGES pages below its home, and will become
www.new.localhost; www.s1.localhost has a column /tzgg/ of COLUMN pages, which
will become /gonggao/; all others link to both, absolute and relative, in
UTF-8 and in GBK, and every page of the two is linked to by another site.

Prints how many pages there are, how many links lead to the old domain from
other sites, and how many to the old column from anywhere.
"""
import os
import sys

where = sys.argv[1]
sites, pages, column = (int(n) for n in sys.argv[2:5])
EACH = 100              # pages of a column
LINKS = 12              # of a page of another site, to the old domain

made = referring = columnar = 0


def host(n):
    return "www.old.localhost" if n == 0 else f"www.s{n}.localhost"


def base(n):
    return f"http://{host(n)}"


def write(n, path, title, links, charset="utf-8", nav=""):
    """links: what stands in href, or in src if it is a picture."""
    global made
    body = "".join(
        f'<p><img src="{to}" alt="图"></p>\n' if to.endswith(".png") else
        f'<p><a href="{to}">链接</a></p>\n' for to in links)
    name = "gb2312" if charset == "gbk" else charset
    text = (f'<!DOCTYPE html>\n<html lang="zh-CN"><head>'
            f'<meta charset="{name}">\n'
            f'<meta name="SiteName" content="第{n}站">\n'
            f'<meta name="SiteDomain" content="{host(n)}">\n'
            f'<meta name="ColumnName" content="通知公告">\n'
            f'<meta name="ArticleTitle" content="{title}">\n'
            f'<meta name="PubDate" content="2026-11-20 09:30">\n'
            f'<title>{title}</title></head>\n<body>{nav}\n{body}</body></html>\n')
    file = os.path.join(where, host(n), path)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as f:
        f.write(text.encode(charset))
    made += 1


def article(i):
    return f"/c{i // EACH:02d}/{i % EACH:03d}.html"


def old_site():
    """A home, columns with a list each, and pages: /cNN/NNN.html"""
    columns = range((pages + EACH - 1) // EACH)
    write(0, "index.html", "旧域名首页",
          [f"/c{c:02d}/" for c in columns] + [base(i) + "/" for i in range(1, sites)])
    for c in columns:
        last = min(EACH, pages - c * EACH)
        write(0, f"c{c:02d}/index.html", f"第{c}栏",
              [f"{i:03d}.html" for i in range(last)] + ["../"])
    for i in range(pages):
        write(0, article(i)[1:], f"第{i}号公告", [
            "index.html", "/", base(0) + article((i + 1) % pages), "/logo.png"])
    with open(os.path.join(where, host(0), "logo.png"), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n")


def column_site():
    global columnar
    for i in range(column):
        write(1, f"tzgg/{i}.html", f"通知第{i}号",
              ["./", f"{(i + 1) % column}.html", f"/tzgg/{(i + 7) % column}.html"])
        columnar += 3
    write(1, "tzgg/index.html", "通知公告",
          [f"{i}.html" for i in range(column)] + ["/"])
    columnar += column


def other_site(n, each):
    """Its pages share a navigation; what they link to goes round the old
    domain and the old column, so that all of it is linked to by somebody."""
    global referring, columnar
    nav = (f'<div><a href="/">首页</a> <a href="{base(0)}/">旧域名</a> '
           f'<a href="{base(1)}/tzgg/">公告</a></div>')
    charset = "gbk" if n % 3 == 2 else "utf-8"
    write(n, "index.html", f"第{n}站首页",
          [f"a/{i}.html" for i in range(each)] + [base(n % (sites - 1) + 1) + "/"],
          charset, nav)
    referring += 1
    columnar += 1
    for i in range(each):
        at = ((n - 1) * each + i) * LINKS
        to = [base(0) + article((at + k) % pages) for k in range(LINKS)]
        at = ((n - 1) * each + i) * 3
        to += [base(1) + f"/tzgg/{(at + k) % column}.html" for k in range(3)]
        write(n, f"a/{i}.html", f"第{n}站第{i}页",
              to + [base(0) + "/logo.png", "../index.html"], charset, nav)
        referring += LINKS + 2
        columnar += 4


old_site()
column_site()
for site in range(1, sites):
    other_site(site, max(3, -(-pages // (LINKS * (sites - 1)))))
print(made, referring, columnar)
