"""letterhub.py PORT DIR: a hub that only writes letters. The bodies of letters
of kind "links" are the files DIR/1.xml, DIR/2.xml and so on, as they come; their
time is when they were first asked for. A signed map of moves is DIR/map.der,
its version the number in DIR/map. Changes are put off: 503."""
import html, http.server, os, sys, time, urllib.parse

port, where = int(sys.argv[1]), sys.argv[2]
times = {}


def stamp(t=None):
    t = time.time() if t is None else t
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(t)) + \
        '.%03dZ' % (t * 1000 % 1000)


def read(name):
    try:
        with open(os.path.join(where, name), 'rb') as f:
            return f.read()
    except FileNotFoundError:
        return None


def version():
    return (read('map') or b'').decode().strip()


def letters(after):
    found, n = [], 1
    while (body := read('%d.xml' % n)) is not None:
        when = times.setdefault(n, time.time())
        if n > after:
            found.append('<zq:letter number="%d" when="%s" kind="links" '
                         'about=""><zq:text>%s</zq:text><zq:body>%s</zq:body>'
                         '</zq:letter>\n' % (n, stamp(when), html.escape(
                             'links have to be changed'), body.decode()))
        n += 1
    v = version()
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<zq:letters xmlns:zq="urn:zhanqun:1" last="%d" now="%s"%s>\n%s'
            '</zq:letters>\n' % (n - 1, stamp(), ' map="%s"' % v if v else '',
                                 ''.join(found))).encode(), found


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self, status, body, kind='application/xml'):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = urllib.parse.parse_qs(url.query)
        if url.path == '/v1/map' and read('map.der') is not None:
            self.answer(200, read('map.der'),
                        'application/pkcs7-mime; smime-type=signed-data')
        elif url.path == '/v1/letters':
            end, before = time.time() + 2, version()
            body, found = letters(int(asked['after'][0]))
            while not found and version() == before and time.time() < end:
                time.sleep(0.05)
                body, found = letters(int(asked['after'][0]))
            self.answer(200, body)
        else:
            self.answer(404, b'')

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.answer(503, b'')

    def log_message(self, *what):
        print(self.path, what[1] if len(what) > 1 else '', flush=True)


http.server.ThreadingHTTPServer(('127.0.0.1', port), Hub).serve_forever()
