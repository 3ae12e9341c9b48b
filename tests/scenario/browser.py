"""Drives Chromium by WebDriver (plain JSON over HTTP, no library): the pages
in both languages, at a phone's width, by keyboard; no console errors."""
import json, os, subprocess, sys, tempfile, time, base64, socket
import urllib.request

web, scratch = sys.argv[1:3]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


port = free_port()
driver = subprocess.Popen(['chromedriver', f'--port={port}'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', data, method=method,
                                     headers={'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)['value']


session = None
try:
    for _ in range(100):
        try:
            call('GET', '/status')
            break
        except OSError:
            time.sleep(0.1)
    session = '/session/' + call('POST', '/session', {'capabilities': {'alwaysMatch': {
        'goog:loggingPrefs': {'browser': 'ALL'},
        'goog:chromeOptions': {'args': [
            '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync',
            '--user-data-dir=' + tempfile.mkdtemp(dir=scratch)]}}}})['sessionId']

    def script(text):
        return call('POST', session + '/execute/sync', {'script': text, 'args': []})

    def shot(name):
        folder = os.environ.get('ZQ_SHOTS')
        if folder:
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(base64.b64decode(call('GET', session + '/screenshot')))

    def size(width, height):
        call('POST', session + '/window/rect', {'width': width, 'height': height})

    def go(path):
        call('POST', session + '/url', {'url': web + path})

    for width in (1200, 500):
        size(width, 900)
        for path in ('/?lang=zh', '/?lang=en', '/site/4101000001?lang=zh',
                     '/search?q=%E6%98%A5%E8%80%95&lang=zh', '/item/1?lang=zh'):
            go(path)
            over = script('return document.documentElement.scrollWidth - window.innerWidth')
            assert over <= 0, f'{path} is {over} px wider than {width}'
            assert script('return document.querySelectorAll("h1").length') == 1, path
            unnamed = script('return [...document.querySelectorAll("input:not([type=hidden]),a,button")]'
                             '.filter(e => !(e.innerText || e.getAttribute("aria-label") || '
                             '(e.labels && e.labels.length))).length')
            assert unnamed == 0, f'{path}: {unnamed} controls without a name'
            shot(f'{width}{path.split("?")[0].replace("/", "-")}-{path[-2:]}.png')

    # By keyboard alone: the first Tab reaches the skip link, then the field.
    size(1200, 900)
    go('/?lang=zh')
    box = call('POST', session + '/element', {'using': 'css selector', 'value': 'input[type=search]'})
    element = session + '/element/' + list(box.values())[0]
    call('POST', element + '/value', {'text': '春耕生产\ue007'})
    time.sleep(1)
    found = script('return document.querySelectorAll("ul.items li").length')
    assert found == 20, f'{found} results on the first page'
    call('POST', session + '/element', {'using': 'css selector', 'value': 'a[rel=next]'})

    errors = [e for e in call('POST', session + '/se/log', {'type': 'browser'})
              if e['level'] == 'SEVERE']
    assert not errors, errors
    print('browser: fine')
finally:
    if session:
        try:
            call('DELETE', session)
        except OSError:
            pass
    driver.terminate()
    driver.wait()
