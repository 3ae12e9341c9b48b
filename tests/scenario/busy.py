"""busy.py ROOT SECONDS COUNT SEED: an editors' office that never rests: new
pages, pages rewritten, withdrawn and published again, files and directories
renamed and swapped, in COUNT steps within SECONDS, the same for the same
seed. Prints how often it did what. What is below ROOT at the end is what the
index must have."""
import collections, os, random, sys, time

root, seconds, count, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
chance = random.Random(seed)
done = collections.Counter()
pages, gone, dirs = [], [], ['']	# paths below the root
number = 0
PAGE = ('<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{0}</title>'
        '<meta name="ArticleTitle" content="{0}">'
        '<meta name="PubDate" content="2026-11-20 09:30"></head>'
        '<body><h1>{0}</h1><p>{1}</p></body></html>\n')


def at(path):
    return os.path.join(root, path)


def write(path, in_place=False):
    global number
    number += 1
    text = PAGE.format(f'第{number}号公告', '正文。' * chance.randrange(1, 400))
    name = at(path) if in_place else at(path) + '.tmp'
    with open(name, 'w') as f:
        f.write(text)
    if not in_place:
        os.rename(name, at(path))


def new():
    path = os.path.join(chance.choice(dirs), f'{number + 1}.html')
    write(path)
    pages.append(path)


def again():
    if gone:
        path = gone.pop(chance.randrange(len(gone)))
        if path not in pages and os.path.isdir(os.path.dirname(at(path))):
            write(path)
            pages.append(path)


def rewrite():
    write(chance.choice(pages), in_place=chance.random() < 0.3)


def withdraw():
    path = pages.pop(chance.randrange(len(pages)))
    os.unlink(at(path))
    gone.append(path)


def rename():
    i = chance.randrange(len(pages))
    to = os.path.join(chance.choice(dirs), f'moved-{done["rename"]}.html')
    os.rename(at(pages[i]), at(to))
    gone.append(pages[i])
    pages[i] = to


def swap():
    a, b = chance.choice(pages), chance.choice(pages)
    if a != b:
        os.rename(at(a), at(a) + '.tmp')
        os.rename(at(b), at(a))
        os.rename(at(a) + '.tmp', at(b))


def make_dir():
    inside = chance.choice(dirs)
    if inside.count('/') < 3:
        path = os.path.join(inside, f'd{done["make_dir"]}')
        os.mkdir(at(path))
        dirs.append(path)


def rename_dir():
    old = chance.choice(dirs)
    if not old:
        return
    to = os.path.join(os.path.dirname(old), f'r{done["rename_dir"]}')
    os.rename(at(old), at(to))
    for paths in (pages, dirs):
        for i, path in enumerate(paths):
            if path == old or path.startswith(old + '/'):
                paths[i] = to + path[len(old):]


steps = (new, 30), (rewrite, 25), (withdraw, 8), (again, 8), (rename, 8), (swap, 4), \
    (make_dir, 5), (rename_dir, 3)
for _ in range(20):
    new()
began = time.monotonic()
for n in range(count):
    step = chance.choices([s for s, _ in steps], [w for _, w in steps])[0]
    if len(pages) > 5 or step is new:
        step()
        done[step.__name__] += 1
    ahead = began + (n + 1) * seconds / count - time.monotonic()
    if ahead > 0:
        time.sleep(ahead)
print(' '.join(f'{name}={n}' for name, n in sorted(done.items())))
