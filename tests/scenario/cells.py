"""The overview of many sites in Chromium: cells that a finger can hit and old
eyes can see, within reach by keyboard. cells.py WEB SCRATCH COUNT LEAST: so
many cells, each of at least so many pixels by mouse; by finger of 24."""
import sys, time

from webdriver import RIGHT, Browser

count, least = int(sys.argv[3]), float(sys.argv[4])
SIZES = ('const boxes = [...document.querySelectorAll(".grid a")].map(a => '
         'a.getBoundingClientRect()).filter(r => r.width); return [boxes.length, '
         'Math.min(...boxes.map(r => r.width)), Math.min(...boxes.map(r => r.height))]')


def cells(b, width, height, finger):
    b.look(width)
    b.cdp('Emulation.setDeviceMetricsOverride', {
        'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': finger})
    b.cdp('Emulation.setTouchEmulationEnabled', {'enabled': finger})
    b.go('/')
    b.until('all cells', f'return document.querySelectorAll(".grid a").length == {count}')
    wanted = 24 if finger else least
    n, wide, high = b.script(SIZES)
    assert n > 0 and min(wide, high) >= wanted, f'{width} px: {wide} x {high}, {n} cells'
    over = b.script('return document.documentElement.scrollWidth') - width
    assert over <= 0, f'{width} px: {over} px too wide'
    b.shot(f'cells-{count}-{width}.png')


with Browser(*sys.argv[1:3]) as b:
    cells(b, 1366, 768, False)
    began = time.time()
    b.script('document.querySelector(".grid a").focus()')
    b.keys(RIGHT)
    assert b.script('return document.activeElement == '
                    'document.querySelectorAll(".grid a")[1]')
    print(f'{count} cells: an arrow takes {time.time() - began:.2f} s')
    cells(b, 683, 384, False)       # 200 %
    cells(b, 390, 844, True)
    b.no_errors()
    print('cells: fine')
