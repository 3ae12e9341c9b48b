"""Chromium, driven by WebDriver: plain JSON over HTTP, no library.

with Browser(WEB, SCRATCH) as b: … — paths are of WEB, what the browser keeps
goes below SCRATCH; ZQ_SHOTS names a directory that pictures are kept in."""
import base64, json, os, socket, subprocess, tempfile, time
import urllib.error, urllib.request

ENTER, RIGHT = '\ue007', '\ue014'
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, 'access.js'), encoding='utf-8') as f:
    ACCESS = f.read()


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Browser:
    def __init__(self, web, scratch):
        self.web, self.scratch, self.session = web, scratch, None
        self.port = free_port()

    def __enter__(self):
        self.driver = subprocess.Popen(['chromedriver', f'--port={self.port}'],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self.ask('DELETE', self.session)
            except OSError:
                pass
        self.driver.terminate()
        self.driver.wait()

    def begin(self):
        for _ in range(600):
            try:
                self.ask('GET', '/status')
                break
            except OSError:
                time.sleep(0.1)
        answer = self.ask('POST', '/session', {'capabilities': {'alwaysMatch': {
            'goog:loggingPrefs': {'browser': 'ALL'},
            'goog:chromeOptions': {'args': [
                '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
                '--disable-background-networking', '--disable-component-update',
                '--disable-sync', '--hide-scrollbars',
                '--user-data-dir=' + tempfile.mkdtemp(dir=self.scratch)]}}}})
        self.session = '/session/' + answer['sessionId']

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f'http://127.0.0.1:{self.port}{path}', data, method=method,
            headers={'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)['value']

    def call(self, method, path, body=None):
        return self.ask(method, self.session + path, body)

    def script(self, text, *args):
        return self.call('POST', '/execute/sync', {'script': text, 'args': list(args)})

    def cdp(self, command, params):
        return self.call('POST', '/goog/cdp/execute', {'cmd': command, 'params': params})

    def look(self, width, dark=False, scripts=True):
        self.width = width
        self.cdp('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': width < 600})
        self.cdp('Emulation.setEmulatedMedia', {'features': [
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}]})
        self.cdp('Emulation.setScriptExecutionDisabled', {'value': not scripts})

    def go(self, path):
        self.call('POST', '/url', {'url': self.web + path})

    def shot(self, name):
        folder = os.environ.get('ZQ_SHOTS')
        if folder:
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(base64.b64decode(self.call('GET', '/screenshot')))

    def until(self, what, text, seconds=60):
        """A page that is only on its way, or has no such element yet, is waited
        for; what is asserted next is of the same page, and all of it is there."""
        end, amiss = time.time() + seconds, ''
        while time.time() < end:
            try:
                if self.script('if (document.readyState != "complete") return false;' + text):
                    return
            except urllib.error.HTTPError as e:
                amiss = e.read().decode()[:500]
            time.sleep(0.1)
        raise AssertionError(f'{what}: not within {seconds} s; {amiss}' + self.script(
            'return document.body.innerText.slice(0, 2000)'))

    def find(self, css):
        box = self.call('POST', '/element', {'using': 'css selector', 'value': css})
        return '/element/' + list(box.values())[0]

    def fill(self, css, text):
        self.call('POST', self.find(css) + '/value', {'text': text})

    def press(self, css):
        self.call('POST', self.find(css) + '/click', {})

    def keys(self, key):
        self.call('POST', '/actions', {'actions': [{'type': 'key', 'id': 'k', 'actions': [
            {'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key}]}]})

    def check(self, path):
        """The page that is shown is as each should be."""
        over = self.script('return document.documentElement.scrollWidth') - self.width
        assert over <= 0, f'{path} is {over} px too wide'
        amiss = self.script(ACCESS)
        assert not amiss, '\n'.join([f'{path}:'] + amiss)

    def no_errors(self):
        errors = [e for e in self.call('POST', '/se/log', {'type': 'browser'})
                  if e['level'] == 'SEVERE']
        assert not errors, errors
