// What a page owes to those who read it by ear, by keyboard, or with poor
// eyes: WCAG 2.2 AA as far as a program can tell it from the page that is
// shown. A function body: the driver runs it, it returns what is amiss.
// axe-core (ZQ_AXE) judges more; this needs nothing but the browser.
const amiss = [];
const all = (css, root = document) => [...root.querySelectorAll(css)];
const blame = (rule, e, more = '') => amiss.push(`${rule}: ${
	e.cloneNode(false).outerHTML.slice(0, 160)} ${more}`);
const shown = e => e.checkVisibility({ checkVisibilityCSS: true }) &&
	e.getClientRects().length > 0;

// --- names -------------------------------------------------------------------

const byId = ids => (ids || '').split(/\s+/).filter(Boolean).map(id =>
	document.getElementById(id));
const name = e => [
	e.getAttribute('aria-label'),
	...byId(e.getAttribute('aria-labelledby')).map(l => l && l.textContent),
	...[...(e.labels || [])].map(l => l.textContent),
	e.getAttribute('alt'),
	...all(':scope > title', e).map(t => t.textContent),
	/^(A|BUTTON|SUMMARY|H\d)$/.test(e.tagName) ? e.textContent : '',
].find(text => text && text.trim());

all('input:not([type=hidden]),select,textarea,button,summary,a[href],img,svg,' +
    '[role=region],[role=group],h1,h2,h3,h4,nav').forEach(e => {
	if (e.closest('[aria-hidden=true]') || e.getAttribute('alt') === '')
		return;
	if (!name(e))
		blame('without a name', e);
	if (e.tagName == 'svg' && e.getAttribute('role') != 'img')
		blame('a picture that is none to a reader', e);
});
all('[aria-labelledby],[aria-describedby],[aria-controls]').forEach(e => {
	for (const a of ['aria-labelledby', 'aria-describedby', 'aria-controls'])
		if (byId(e.getAttribute(a)).includes(null))
			blame(`${a} leads nowhere`, e);
});
const ids = all('[id]').map(e => e.id);
all('[id]').forEach((e, i) => {
	if (ids.indexOf(e.id) != i)
		blame('an id twice', e);
});

// --- order -------------------------------------------------------------------

if (!/^(zh-CN|en)$/.test(document.documentElement.lang))
	amiss.push(`lang is "${document.documentElement.lang}"`);
if (!document.title.trim())
	amiss.push('no title');
for (const [css, n] of [['h1', 1], ['main', 1], ['body > header', 1],
    ['body > footer', 1], ['a.skip[href="#main"]', 1]])
	if (all(css).length != n)
		amiss.push(`${all(css).length} of ${css}, not ${n}`);
all('h1,h2,h3,h4,h5,h6').filter(shown).reduce((before, e) => {
	const level = Number(e.tagName[1]);
	if (level > before + 1)
		blame(`a heading after one of level ${before}`, e);
	return level;
}, 0);
all('table').forEach(e => {
	if (!all('th', e).length)
		blame('without headings', e);
});
all('tbody > tr:first-child > *').forEach(e => {
	const head = all('thead th', e.closest('table'))[e.cellIndex];
	if (head && getComputedStyle(head).textAlign != getComputedStyle(e).textAlign)
		blame('beside its heading', e, head.textContent);
});
all('th:not([scope])').forEach(e => blame('without scope', e));
all('li').filter(e => !/^(UL|OL|MENU)$/.test(e.parentNode.tagName)).forEach(e =>
	blame('outside of a list', e));
all('ul,ol,dl').forEach(e => {
	if (![...e.children].every(c => (e.tagName == 'DL' ?
	    /^(DT|DD|DIV)$/ : /^LI$/).test(c.tagName)))
		blame('a list of something else', e);
});
all('[tabindex]').filter(e => e.tabIndex > 0).forEach(e =>
	blame('an order of its own for the keyboard', e));

// --- colours -----------------------------------------------------------------

const rgba = text => {
	const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
	return { rgb: [r, g, b], a };
};
const over = (top, a, ground) => top.map((c, i) => c * a + ground[i] * (1 - a));
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const ground = e => {
	if (!e)
		return dark ? [0, 0, 0] : [255, 255, 255];
	const c = rgba(getComputedStyle(e).backgroundColor);
	return c.a == 1 ? c.rgb : over(c.rgb, c.a, ground(e.parentElement));
};
const seen = e => e ? Number(getComputedStyle(e).opacity) * seen(e.parentElement) : 1;
const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 :
	((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) =>
	sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => {
	const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
	return (high + 0.05) / (low + 0.05);
};
const judge = (e, style) => {
	const below = ground(e);
	const c = rgba(e instanceof SVGElement ? style.fill : style.color);
	const is = contrast(over(c.rgb, c.a * seen(e), below), below);
	if (is < 4.5)
		blame('too pale', e, `${is.toFixed(2)}:1`);
};
all('body *').filter(e => shown(e) && [...e.childNodes].some(n =>
	n.nodeType == Node.TEXT_NODE && n.data.trim())).forEach(e =>
	judge(e, getComputedStyle(e)));
all('[placeholder]').filter(shown).forEach(e =>
	judge(e, getComputedStyle(e, '::placeholder')));

// --- by keyboard, by finger --------------------------------------------------

const stops = all('a[href],button,input:not([type=hidden]),select,textarea,' +
	'summary,[tabindex]').filter(shown);
const was = document.activeElement;
stops.filter(e => e.tabIndex >= 0 && !e.disabled).forEach(e => {
	e.focus({ focusVisible: true, preventScroll: true });
	const style = getComputedStyle(e);
	if (document.activeElement != e)
		blame('out of the keyboard\'s reach', e);
	else if (style.outlineStyle == 'none' || !parseFloat(style.outlineWidth) ||
	    contrast(rgba(style.outlineColor).rgb, ground(e.parentElement)) < 3)
		blame('without a focus that can be seen', e);
});
document.activeElement.blur();
if (was != document.body)
	was.focus({ preventScroll: true });

// Targets of 24 by 24, or as far from all others as if they were (2.5.8);
// but for links within a sentence.
const wordy = e => getComputedStyle(e).display == 'inline' &&
	e.parentElement.textContent.trim() != e.textContent.trim();
const box = e => e.getBoundingClientRect();
const away = (r, x, y) => Math.hypot(Math.max(r.left - x, 0, x - r.right),
	Math.max(r.top - y, 0, y - r.bottom));
const fingers = stops.filter(e => !e.matches('.skip,[role=region]') && !wordy(e));
const small = e => Math.min(box(e).width, box(e).height) < 23.9;
fingers.filter(small).forEach(e => {
	const r = box(e), x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
	const near = fingers.find(o => o != e && !o.contains(e) && !e.contains(o) &&
	    (away(box(o), x, y) < 12 || (small(o) && Math.hypot(x - (box(o).left +
	    box(o).right) / 2, y - (box(o).top + box(o).bottom) / 2) < 24)));
	if (near)
		blame('too small for a finger', e,
		    `${r.width.toFixed()} by ${r.height.toFixed()}, beside "${
		    near.textContent.trim().slice(0, 30)}"`);
});
return amiss;
