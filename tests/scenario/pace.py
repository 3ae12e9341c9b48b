"""pace.py WEB CODE ROOT N RATE: publishes N pages below ROOT, RATE a second,
while it looks by the hub's API when each is found. Prints how long that took:
the middle, p99 and the longest, in ms, and how many were never found."""
import json, os, sys, threading, time
import urllib.parse, urllib.request

web, code, root, count, rate = sys.argv[1:6]
count, rate = int(count), float(rate)
word = f'快慢{os.getpid()}'
published, seen = {}, {}
PAGE = ('<!DOCTYPE html><html><head><meta charset="utf-8"><title>{0}</title>'
        '<meta name="ArticleTitle" content="{0}">'
        '<meta name="PubDate" content="2026-11-20 09:30"></head>'
        '<body>正文</body></html>')


def publish():
    folder = os.path.join(root, 'pace')
    os.makedirs(folder, exist_ok=True)
    time.sleep(1)  # a new directory's files are looked at when they settle
    for n in range(count):
        title = f'{word}之{n}'
        path = os.path.join(folder, f'{n}.html')
        with open(path + '.tmp', 'w') as f:
            f.write(PAGE.format(title))
        published[title] = time.monotonic()
        os.rename(path + '.tmp', path)
        time.sleep(1 / rate)


def look():
    query = urllib.parse.urlencode({'q': word, 'site': code, 'limit': 200})
    with urllib.request.urlopen(f'{web}/api/v1/items?{query}', timeout=60) as a:
        now = time.monotonic()
        for item in json.load(a)['items']:
            seen.setdefault(item['title'], now)


writer = threading.Thread(target=publish)
writer.start()
end = time.monotonic() + count / rate + 60
while len(seen) < count and time.monotonic() < end:
    look()
    time.sleep(0.02)
writer.join()
took = sorted(int((seen[t] - published[t]) * 1000) for t in seen)
lost = count - len(took)
if not took:
    print(0, 0, 0, lost)
else:
    print(took[len(took) // 2], took[int(len(took) * 0.99)], took[-1], lost)
