"""The operators' page in Chromium: signing in, a cell that changes by itself,
acknowledging, announcing; at a phone's width, by keyboard, in the dark; no
console errors. Each page is judged by access.js, and by axe-core if ZQ_AXE
names its script.

page.py WEB SCRATCH PID…: the last are of the agent that is stopped."""
import os, re, signal, sys, time

from webdriver import ACCESS, ENTER, HERE, RIGHT, Browser

agent = [int(pid) for pid in sys.argv[3:]]
axe = os.environ.get('ZQ_AXE')


def check(b, path):
    b.check(path)
    if not axe:
        return
    with open(axe, encoding='utf-8') as f:
        b.script(f.read() + ';window.axe = axe')
    bad = b.call('POST', '/execute/async', {'args': [], 'script':
                 'const done = arguments[0]; axe.run().then(r => done(r.violations.map('
                 'v => v.id + ": " + v.nodes.map(n => n.target + " " + '
                 'n.failureSummary).join("; "))))'})
    assert not bad, f'{path}: {bad}'


PAGES = ('/', '/now', '/now?state=silent', '/beside', '/sites', '/sites?state=sync',
         '/site/4101000001', '/site/4102000001', '/site/4103000001', '/site/4104000001',
         '/alerts', '/alerts/1', '/alerts?site=4102000001', '/notices',
         '/notices?site=4103000001', '/search', '/search?q=%E9%A6%96%E9%A1%B5',
         '/search?q=nothing', '/item/1', '/item?url=https://www3.gov.cn/links.html', '/moves',
         '/moves/1', '/moves/2', '/moves?state=effective', '/links?url=https://www1.gov.cn/',
         '/links?url=https://www1.gov.cn/none.html', '/links?url=www2.gov.cn&from=others',
         '/links/from?url=https://www3.gov.cn/links.html', '/links/broken',
         '/links/broken?site=4103000001', '/links/reciprocal', '/hits', '/signin')
# In these nothing was found: a browser reports their status as an error.
NO_PAGES = ('/nosuch', '/site/nosuch', '/item/99999', '/moves/99', '/search?since=yesterday')


def all_pages(b, pages):
    amiss = []
    for width, dark, lang in ((1440, False, 'zh'), (390, True, 'zh'), (320, False, 'en'),
                              (1440, True, 'en')):
        b.look(width, dark)
        for path in pages:
            b.go(f'{path}{"&" if "?" in path else "?"}lang={lang}')
            time.sleep(0.1)     # for what a script still draws
            try:
                check(b, f'{path} ({width} px, {"dark" if dark else "light"}, {lang})')
            except AssertionError as e:
                amiss.append(str(e))
            b.shot(f'{width}-{"dark" if dark else "light"}-{lang}'
                   f'{re.sub("[^0-9a-z]+", "-", path)}.png')
    assert not amiss, '\n'.join(amiss)


def faults(b):
    """What judges all the others does find what is amiss."""
    b.look(1440)
    b.call('POST', '/url', {'url': 'file://' + os.path.join(HERE, 'access.html')})
    found = [each.split(': ')[0] for each in b.script(ACCESS)]
    wanted = ['lang is "xx"', 'no title', '0 of body > header, not 1', '0 of body > footer, not 1',
              '0 of a.skip[href="#main"], not 1', 'without a name', 'without a name',
              'without a name', 'a picture that is none to a reader',
              'aria-describedby leads nowhere', 'an id twice', 'a heading after one of level 1',
              'without headings', 'beside its heading', 'without scope', 'outside of a list',
              'a list of something else', 'an order of its own for the keyboard', 'too pale',
              'too pale', 'without a focus that can be seen', 'too small for a finger',
              'too small for a finger']
    assert sorted(found) == sorted(wanted), sorted(found)


def opened_meanwhile(b):
    """A list is asked for anew; who opens a form before the answer is there keeps it."""
    b.script('const real = window.fetch; window.fetch = async (...a) => {'
             'const got = await real(...a); window.fetch = real;'
             'document.querySelector("#list li details").open = true;'
             'setTimeout(() => { window.met = true; }, 500); return got; }; fresh()')
    b.until('the answer', 'return window.met')
    assert b.script('return !!document.querySelector("#list li details[open]")'), \
        'a form that was opened meanwhile is taken away'
    b.script('document.querySelector("#list li details").open = false')


def acknowledge(b):
    b.look(1440)
    b.go('/alerts')
    form = 'form[action="/act/alert-ack"]'
    b.until('the alert', f'return !!document.querySelector(\'#list {form}\')')
    check(b, '/alerts')
    opened_meanwhile(b)
    b.press('#list li details summary')
    b.fill(f'#list {form} [name=reason]', '已联系机房，正在处理')
    b.shot('alerts.png')
    b.press(f'#list {form} button')
    b.until('acknowledged', 'return location.search.includes("done=alert-ack")')
    assert '已联系机房' in b.script('return document.querySelector("#list").innerText')


def take_back(b):
    """A move, by keyboard; its page says that it is done, and then has no form."""
    form = 'form[action="/act/move-withdraw"]'
    b.go('/moves/1')
    b.script(f'document.querySelector(\'details:has({form}) summary\').focus()')
    b.keys(ENTER)
    b.until('the form', f'return !!document.querySelector(\'details[open] {form}\')')
    check(b, '/moves/1, open')
    b.fill(f'{form} [name=reason]', '误报' + ENTER)
    b.until('taken back', 'return location.href.endsWith("/moves/1?done=move-withdraw")')
    assert b.script('return !!document.querySelector("p.done")'), 'not told that it is done'
    assert b.script(f'return document.querySelectorAll(\'{form}\').length') == 0


ANNOUNCE = 'form[action="/act/notice-announce"]'


def sign_in(b):
    b.fill('form.sign [name=name]', 'wang')
    b.fill('form.sign [name=password]', 'correct horse battery' + ENTER)


def value(b, css):
    return b.script(f'return document.querySelector(\'{css}\').value')


def refused(b):
    """Without a script: what was typed is there still, and the focus is where it
    is wrong; reloading the address does nothing."""
    b.look(1440, scripts=False)
    b.go('/notices?site=4103000001')
    b.press(f'details:has({ANNOUNCE}) summary')
    b.fill(f'{ANNOUNCE} [name=kind]', 'maintenance')
    b.fill(f'{ANNOUNCE} [name=reason]', '更换<b>设备</b>')
    b.press(f'{ANNOUNCE} button')
    b.cdp('Emulation.setScriptExecutionDisabled', {'value': False})
    b.until('refused', 'return !!document.querySelector("p.note[role=alert]")')
    check(b, 'a form that came back')
    assert value(b, f'{ANNOUNCE} [name=reason]') == '更换<b>设备</b>'
    assert value(b, f'{ANNOUNCE} [name=kind]') == 'maintenance'
    assert value(b, f'{ANNOUNCE} [name=code]') == '4103000001'
    b.until('the focus', 'return document.activeElement.name == "from"')
    assert b.script('return document.activeElement.ariaInvalid') == 'true'
    assert '--' not in b.script('return document.querySelector("p.wrong").textContent')
    b.shot('refused.png')
    b.look(390)
    check(b, 'a form that came back, by phone')
    b.go('/act/notice-announce')
    assert b.script('return location.pathname') == '/'


def ran_out(b):
    """The session ends while a form is filled in."""
    b.look(1440)
    b.go('/notices?site=4103000001')
    b.press(f'details:has({ANNOUNCE}) summary')
    b.fill(f'{ANNOUNCE} [name=reason]', '机房停电')
    assert b.script('return !!filled(document)'), 'it would be read anew, and lost'
    b.call('DELETE', '/cookie')
    b.press(f'{ANNOUNCE} button')
    b.until('to sign in', 'return !!document.querySelector("form.sign [name=said]")')
    check(b, 'signing in again')
    sign_in(b)
    b.until('filled in', f'return !!document.querySelector(\'details[open] {ANNOUNCE}\')')
    assert value(b, f'{ANNOUNCE} [name=reason]') == '机房停电'
    check(b, 'a form after signing in again')
    b.press(f'{ANNOUNCE} button')
    b.until('announced', 'return location.search.includes("done=notice-announce")')
    assert '机房停电' in b.script('return document.querySelector("#list").innerText')


def on_paper(b):
    b.cdp('Emulation.setEmulatedMedia', {'media': 'print'})
    for path in ('/', '/site/4101000001', '/notices'):
        b.go(path)
        shown = b.script('return [...document.querySelectorAll("nav,form,button,summary")]'
                         '.filter(e => e.checkVisibility() && !e.matches("main nav"))'
                         '.map(e => e.outerHTML.slice(0, 80))')
        assert not shown, f'{path} on paper: {shown}'
    b.cdp('Emulation.setEmulatedMedia', {'media': ''})


with Browser(*sys.argv[1:3]) as b:
    b.go('/signin?next=/')
    sign_in(b)
    b.until('signed in', 'return location.pathname == "/" && !!document.querySelector("form.who")')
    assert b.script('return document.cookie') == '', 'a script can read the cookie'

    # A cell changes by itself, without the page being loaded again.
    cell = '[href^="/site/4102000001"]'
    is_now = f'return document.querySelector(\'.grid a{cell}\').classList.contains("%s")'
    b.script('window.here = 1')
    b.until('live', 'return document.getElementById("live").textContent == "live"')
    b.until('the cell at first', is_now % 'up')
    for pid in agent:
        os.kill(pid, signal.SIGSTOP)
    began = time.time()
    try:
        b.until('the cell', is_now % 'silent', 90)
        print(f'the cell changed {time.time() - began:.1f} s after the agent had stopped')
        assert b.script('return window.here') == 1
        assert 'silent' in b.script(
            f'return document.querySelector(\'.grid a{cell}\').getAttribute("aria-label")')
        b.until('the list', f'return !!document.querySelector(\'#beside .now a{cell}\')')
        b.until('the figure',
                'return document.querySelector(".legend [data-sum=silent]").textContent == "1"')
        b.shot('overview.png')
        # Nothing more is told: the open page says so, and that it may be old.
        b.until('live still', 'return !document.body.classList.contains("stale")')
        b.script('source.close()')
        began = time.time()
        b.until('not live',
                'const sign = document.getElementById("live"); return !sign.hidden && '
                'sign.className == "note" && sign.innerText == sign.dataset.off && '
                'document.body.classList.contains("stale")', 90)
        assert b.script('return document.getElementById("live").innerText.includes("not live")')
        print(f'said not to be live after {time.time() - began:.1f} s')
        b.shot('stale.png')
        # It is asked for once a minute.
        b.script(f'look();'
                 f'document.querySelector(\'.grid a{cell}\').className = "up";'
                 'document.querySelector(".legend [data-sum=silent]").textContent = "7"')
        b.until('the cell, asked for', is_now % 'silent')
        b.until('the figure, asked for',
                'return document.querySelector(".legend [data-sum=silent]").textContent == "1"')
        acknowledge(b)
        all_pages(b, PAGES)
    finally:
        for pid in agent:
            os.kill(pid, signal.SIGCONT)
    b.look(1440)
    b.go('/')
    b.until('the cell again', is_now % 'up')

    # By keyboard: the grid is one stop, arrows lead through it.
    assert b.script('return document.querySelectorAll(".grid a[tabindex=\\"0\\"]").length') == 1
    b.script('document.querySelector(".grid a").focus()')
    b.keys(RIGHT)
    assert b.script('return document.activeElement.pathname') == '/site/4102000001'

    # Announcing, without a script.
    b.look(1440, scripts=False)
    b.go('/notices?site=4103000001')
    b.press('details summary')
    b.fill('form.act [name=reason]', '系统升级')
    b.press('form.act button')
    b.cdp('Emulation.setScriptExecutionDisabled', {'value': False})
    b.until('announced', 'return location.search.includes("done=")')
    b.go('/notices')
    assert '系统升级' in b.script('return document.querySelector("#list").innerText')
    b.look(1440)
    take_back(b)
    b.no_errors()
    refused(b)
    ran_out(b)
    b.call('POST', '/se/log', {'type': 'browser'})  # a refusal's status is one to it
    on_paper(b)

    b.press('form.who button')
    b.until('signed out', 'return !document.querySelector("form.who")')
    b.go('/alerts')
    assert b.script('return document.querySelectorAll("form.act").length') == 0
    b.no_errors()
    all_pages(b, NO_PAGES)
    faults(b)
    print('page: fine')
