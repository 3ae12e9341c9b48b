"""The readers' pages in Chromium: in both languages, at a phone's width, by
keyboard; no console errors. browser.py WEB SCRATCH"""
import sys

from webdriver import ENTER, Browser

with Browser(*sys.argv[1:3]) as b:
    for width in (1200, 390):
        b.look(width)
        for path in ('/?lang=zh', '/?lang=en', '/site/4101000001?lang=zh',
                     '/search?q=%E6%98%A5%E8%80%95&lang=zh', '/item/1?lang=zh'):
            b.go(path)
            b.check(path)
            b.shot(f'{width}{path.split("?")[0].replace("/", "-")}-{path[-2:]}.png')

    # By keyboard alone: the field, and Enter.
    b.look(1200)
    b.go('/?lang=zh')
    b.fill('input[type=search]', '春耕生产' + ENTER)
    b.until('20 results on the first page',
            'return document.querySelectorAll("ul.items li").length == 20')
    b.find('a[rel=next]')
    b.no_errors()
    print('browser: fine')
