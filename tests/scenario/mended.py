"""mended.py BEFORE AFTER COUNT: holds every file of two trees against each
other. What differs must be exactly what the patterns below make of it, worked
out here by other means than in zqagent; every other byte must be the same.
COUNT is how many links that are."""
import os, re, sys

SWAPS = [
    (rb'href="group__mdb\.html(#[^"]*)?"', rb'href="../api/mdb.html\1"'),
    (rb'href="http://www\.doxygen\.org/index\.html"',
     rb'href="https://www.doxygen.example/zh/?a=1&amp;b=2"'),
    (rb'href="doxygen\.css"', rb'href="../style/d.css"'),
    (rb'src="doxygen\.png"', rb'src="https://static.example/d.png"'),
    (rb"href=/gbk/old\.htm>", rb"href=/new/gbk.htm>"),
    (rb'href="/gbk&sol;old&period;htm"', rb'href="/new/gbk.htm"'),
    (rb"href=/\xb9\xab\xce\xc4\.htm>", rb"href=/new/b.htm>"),
]


def files(top):
    for where, _, names in os.walk(top):
        for name in names:
            path = os.path.join(where, name)
            yield os.path.relpath(path, top), path


def read(path):
    with open(path, 'rb') as f:
        return f.read()


before, after, count = dict(files(sys.argv[1])), dict(files(sys.argv[2])), 0
assert before.keys() == after.keys(), before.keys() ^ after.keys()
pages = size = 0
for name, path in sorted(before.items()):
    old, new = read(path), read(after[name])
    want = old
    size += len(old)
    if name.endswith(('.html', '.htm')):
        # Search boxes of this package are whole pages in a string of a
        # script; such strings are not to be touched.
        parts = re.split(rb'(?is)(<script.*?</script>|<!--.*?-->)', old)
        for i in range(0, len(parts), 2):
            for pattern, to in SWAPS:
                parts[i], n = re.subn(pattern, to, parts[i])
                count += n
        want = b''.join(parts)
    if new != want:
        at = next(i for i in range(len(want) + 1)
                  if new[i:i + 1] != want[i:i + 1])
        sys.exit('%s, byte %d: %r instead of %r' % (
            name, at, new[at - 40:at + 60], want[at - 40:at + 60]))
    pages += new != old
print('%d files, %d bytes: %d links in %d pages differ, and nothing else' % (
    len(before), size, count, pages))
assert count == int(sys.argv[3]), (count, sys.argv[3])
