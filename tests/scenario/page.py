"""Drives Chromium by WebDriver on the operators' page: signing in, a cell that
changes by itself, acknowledging, announcing; at a phone's width, by keyboard,
in the dark; no console errors. AXE names a script to run on each page, too."""
import base64, json, os, signal, socket, subprocess, sys, tempfile, time
import urllib.request

web, scratch = sys.argv[1:3]
agent = [int(pid) for pid in sys.argv[3:]]
shots = os.environ.get('ZQ_SHOTS')
axe = os.environ.get('ZQ_AXE')


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
            '--hide-scrollbars', '--user-data-dir=' + tempfile.mkdtemp(dir=scratch)]}}}})['sessionId']

    def script(text, *args):
        return call('POST', session + '/execute/sync', {'script': text, 'args': list(args)})

    def cdp(command, params):
        return call('POST', session + '/goog/cdp/execute', {'cmd': command, 'params': params})

    def look(width, dark=False, scripts=True):
        cdp('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': width < 600})
        cdp('Emulation.setEmulatedMedia', {'features': [
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}]})
        cdp('Emulation.setScriptExecutionDisabled', {'value': not scripts})

    def go(path):
        call('POST', session + '/url', {'url': web + path})

    def shot(name):
        if shots:
            with open(os.path.join(shots, name), 'wb') as f:
                f.write(base64.b64decode(call('GET', session + '/screenshot')))

    def until(what, text, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            if script(text):
                return
            time.sleep(0.1)
        raise AssertionError(f'{what}: not within {seconds} s; ' + script(
            'return document.body.innerText.slice(0, 2000)'))

    def find(css):
        box = call('POST', session + '/element', {'using': 'css selector', 'value': css})
        return session + '/element/' + list(box.values())[0]

    def fill(css, text):
        call('POST', find(css) + '/value', {'text': text})

    def press(css):
        call('POST', find(css) + '/click', {})

    def check(path):
        over = script('return document.documentElement.scrollWidth - window.innerWidth')
        assert over <= 0, f'{path} is {over} px too wide'
        assert script('return document.querySelectorAll("h1").length') == 1, path
        unnamed = script('return [...document.querySelectorAll("input:not([type=hidden]),select,a,button")]'
                         '.filter(e => !(e.textContent.trim() || e.getAttribute("aria-label") || '
                         '(e.labels && e.labels.length))).map(e => e.outerHTML)')
        assert not unnamed, f'{path}: without a name: {unnamed}'
        if axe:
            script(open(axe).read() + ';window.axe = axe')
            bad = call('POST', session + '/execute/async', {'args': [], 'script':
                       'const done = arguments[0]; axe.run().then(r => done(r.violations.map('
                       'v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join("; "))))'})
            assert not bad, f'{path}: {bad}'

    go('/signin?next=/')
    fill('form.sign [name=name]', 'wang')
    fill('form.sign [name=password]', 'correct horse battery\ue007')
    until('signed in', 'return location.pathname == "/" && !!document.querySelector("form.who")')
    assert script('return document.cookie') == '', 'a script can read the cookie'

    # A cell changes by itself, without the page being loaded again.
    cell = '[href^="/site/4102000001"]'
    script('window.here = 1')
    until('live', 'return document.getElementById("live").textContent == "live"')
    assert script(f'return document.querySelector(\'.grid a{cell}\').classList.contains("up")')
    for pid in agent:
        os.kill(pid, signal.SIGSTOP)
    began = time.time()
    try:
        until('the cell', f'return document.querySelector(\'.grid a{cell}\').classList.contains("silent")', 40)
        print(f'the cell changed {time.time() - began:.1f} s after the agent had stopped')
        assert script('return window.here') == 1
        assert 'silent' in script(f'return document.querySelector(\'.grid a{cell}\').getAttribute("aria-label")')
        until('the list', f'return !!document.querySelector(\'#beside .now a{cell}\')')
        until('the figure', 'return document.querySelector(".legend [data-sum=silent]").textContent == "1"')
        shot('overview.png')

        # The alert, acknowledged.
        go('/alerts')
        form = 'form[action="/act/alert-ack"]'
        until('the alert', f'return !!document.querySelector(\'#list {form}\')')
        check('/alerts')
        press('#list li details summary')
        fill(f'#list {form} [name=reason]', '已联系机房，正在处理')
        shot('alerts.png')
        press(f'#list {form} button')
        until('acknowledged', 'return location.search.includes("done=alert-ack")')
        assert '已联系机房' in script('return document.querySelector("#list").innerText')

        for width, dark in ((1440, False), (390, True), (390, False), (1440, True)):
            for lang in ('zh', 'en'):
                for path in ('/', '/now', '/alerts', '/notices', '/sites', '/site/4102000001', '/signin'):
                    look(width, dark)
                    go(f'{path}?lang={lang}')
                    time.sleep(0.2)
                    check(path)
                    shot(f'{width}-{"dark" if dark else "light"}-{lang}{path.replace("/", "-")}.png')
    finally:
        for pid in agent:
            os.kill(pid, signal.SIGCONT)
    look(1440)
    go('/')
    until('the cell again', f'return document.querySelector(\'.grid a{cell}\').classList.contains("up")')

    # By keyboard: the grid is one stop, arrows lead through it.
    assert script('return document.querySelectorAll(".grid a[tabindex=\\"0\\"]").length') == 1
    script('document.querySelector(".grid a").focus()')
    call('POST', session + '/actions', {'actions': [{'type': 'key', 'id': 'k', 'actions': [
        {'type': 'keyDown', 'value': '\ue014'}, {'type': 'keyUp', 'value': '\ue014'}]}]})
    assert script('return document.activeElement.pathname') == '/site/4102000001'

    # Announcing, without a script.
    look(1440, scripts=False)
    go('/notices?site=4103000001')
    press('details summary')
    fill('form.act [name=reason]', '系统升级')
    press('form.act button')
    time.sleep(1)
    cdp('Emulation.setScriptExecutionDisabled', {'value': False})
    go('/notices')
    assert '系统升级' in script('return document.querySelector("#list").innerText')
    look(1440)

    press('form.who button')
    until('signed out', 'return !document.querySelector("form.who")')
    go('/alerts')
    assert script('return document.querySelectorAll("form.act").length') == 0

    errors = [e for e in call('POST', session + '/se/log', {'type': 'browser'})
              if e['level'] == 'SEVERE']
    assert not errors, errors
    print('page: fine')
finally:
    if session:
        try:
            call('DELETE', session)
        except OSError:
            pass
    driver.terminate()
    driver.wait()
