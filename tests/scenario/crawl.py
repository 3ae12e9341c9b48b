"""What a reader comes to from the first page by links alone: each answers,
and what must be reached is.

crawl.py WEB MOST PATH…: at most so many pages are read, the nearest first;
every PATH (without its query) is to be among them. Links to the same page in
the other language aren't followed."""
import sys, urllib.error, urllib.parse, urllib.request
from html.parser import HTMLParser


class Links(HTMLParser):
    """The addresses of this server that a page leads to."""
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get('href')
        if href and href.startswith('/') and not href.startswith('//') and 'lang=' not in href:
            self.found.append(href)


def links_of(answer):
    if 'text/html' not in answer.headers.get('Content-Type', ''):
        return []
    links = Links()
    links.feed(answer.read().decode())
    return links.found


def crawl(web, most):
    """Each address that was read, with where it stood; what did not answer."""
    seen, waiting, amiss, read = {'/': ''}, ['/'], [], 0
    while read < min(most, len(waiting)):
        href = waiting[read]
        read += 1
        try:
            with urllib.request.urlopen(web + href, timeout=60) as answer:
                for more in links_of(answer):
                    if more not in seen:
                        seen[more] = href
                        waiting.append(more)
        except (OSError, ValueError) as e:
            amiss.append(f'{href} (on {seen[href]}): {e}')
    return waiting[:read], amiss


def main(web, most, *wanted):
    read, amiss = crawl(web, int(most))
    reached = {urllib.parse.urlsplit(href).path for href in read}
    amiss += [f'{path}: no link leads there' for path in wanted if path not in reached]
    print(f'{len(read)} addresses read, {len(reached)} pages')
    sys.exit('\n'.join(amiss) or 0)


main(*sys.argv[1:])
