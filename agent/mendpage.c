/* See mendpage.h. */
#include "agent/mendpage.h"

#include <stdint.h>
#include <stdlib.h>

#include "agent/hrefs.h"
#include "agent/refer.h"
#include "contrib/base/charset.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define WORDS_MAX (64u << 20)	/* bytes of all edits of a page */

/* As in outlink.c: the first <base> with an address counts. */
struct base {
	struct buf url;
	bool given, lost;
};

struct mendpage {
	struct charset *charset;
	enum charset_name is;
	struct span page;
	struct base base;
	mendpage_fn *fn;
	void *arg;
	struct mend_edit edit[MENDPAGE_EDITS_MAX];
	size_t count, left;
	uint32_t left_line[MENDPAGE_LEFT_MAX];
	bool many;
	struct buf words, target, written;	/* what edits point into */
	/* Reading it again. */
	struct span again;
	struct base base_again;
	size_t met;
	bool wrong;
};

struct mendpage *
mendpage_new(void)
{
	struct mendpage *m = mem_new(sizeof(*m));

	m->charset = charset_open();
	buf_init(&m->base.url, LIMIT_URL);
	buf_init(&m->base_again.url, LIMIT_URL);
	buf_init(&m->target, LIMIT_URL);
	buf_init(&m->written, (size_t)8 * LIMIT_URL);
	buf_init(&m->words, WORDS_MAX);
	return m;
}

void
mendpage_free(struct mendpage *m)
{
	if (m == NULL)
		return;
	charset_close(m->charset);
	buf_clear(&m->base.url);
	buf_clear(&m->base_again.url);
	buf_clear(&m->target);
	buf_clear(&m->written);
	buf_clear(&m->words);
	free(m);
}

/* --- one reference ------------------------------------------------------ */

static struct refer
refer_of(const struct mendpage *m, struct span page, const struct base *base,
    const struct href *h)
{
	return (struct refer){ .charset = m->charset, .is = m->is,
	    .base = buf_look(&base->url), .quote = h->quote,
	    .listed = h->listed,
	    .raw = refer_trim((struct span){ page.at + h->at, h->n }) };
}

/* In GBK a brace may be half of a character. */
static bool
is_template(const struct refer *r)
{
	struct buf text;
	bool is;

	if (!linktag_is_template(r->raw))
		return false;
	buf_init(&text, REFER_TEXT_MAX);
	is = refer_text(&text, r) && linktag_is_template(buf_look(&text));
	buf_clear(&text);
	return is;
}

/* The hub wasn't told of it: see resolve() in outlink.c. */
static bool
is_no_link(const struct base *base, const struct refer *r)
{
	return is_template(r) || (base->lost && !linktag_is_whole(r->raw));
}

static void
take_base(struct base *base, const struct refer *r)
{
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (!base->given && is_template(r)) {
		base->given = base->lost = true;
	} else if (!base->given && refer_read(&url, r)) {
		buf_reset(&base->url);
		buf_span(&base->url, buf_look(&url));
		base->given = true;
	}
	buf_clear(&url);
}

/* A copy among the words; as an offset until all are there. */
static struct span
keep(struct mendpage *m, struct span s)
{
	size_t at = m->words.n;

	buf_span(&m->words, s);
	return (struct span){ (const char *)(uintptr_t)at, s.n };
}

static struct span
kept(const struct mendpage *m, struct span s)
{
	return (struct span){ m->words.at + (uintptr_t)s.at, s.n };
}

static void
leave(struct mendpage *m, const struct href *h)
{
	if (m->left < MENDPAGE_LEFT_MAX)
		m->left_line[m->left] = h->line;
	m->left++;
}

static void
note(struct mendpage *m, const struct href *h, const struct refer *r,
    struct span to)
{
	struct mend_edit *e = &m->edit[m->count];

	buf_reset(&m->written);
	if (!refer_write(&m->written, r, to)) {
		leave(m, h);
		return;
	}
	if (m->count == MENDPAGE_EDITS_MAX) {
		m->many = true;
		return;
	}
	*e = (struct mend_edit){ .at = (size_t)(r->raw.at - m->page.at),
	    .line = h->line, .kind = h->kind, .old = r->raw,
	    .from = keep(m, buf_look(&m->target)), .to = keep(m, to) };
	e->new = keep(m, buf_look(&m->written));
	m->count++;
}

/* Some of its bytes are none of the page's character set: the hub was told of
 * the rest, and nothing can be written there. */
static void
on_lossy(struct mendpage *m, const struct href *h, struct refer *r)
{
	struct span to;

	r->lossy = true;
	buf_reset(&m->target);
	if (refer_read(&m->target, r) &&
	    m->fn(m->arg, h, buf_look(&m->target), &to))
		leave(m, h);
}

/* Of what such a value means nobody knows which bytes say it. */
static void
on_held(struct mendpage *m, const struct href *h, const struct refer *r)
{
	struct buf text;
	struct span rest, address, to;

	buf_init(&text, REFER_TEXT_MAX);
	if (refer_text(&text, r)) {
		rest = buf_look(&text);
		while (linktag_next(h->held, &rest, &address)) {
			buf_reset(&m->target);
			if (!linktag_is_template(address) && (!m->base.lost ||
			    linktag_is_whole(address)) && refer_resolve(&m->target, r, address) &&
			    m->fn(m->arg, h, buf_look(&m->target), &to))
				leave(m, h);
		}
	}
	buf_clear(&text);
}

static void
on_href(void *arg, const struct href *h)
{
	struct mendpage *m = arg;
	struct refer r = refer_of(m, m->page, &m->base, h);
	struct span to;

	if (h->base) {
		take_base(&m->base, &r);
		return;
	}
	if (h->held != NULL) {
		r.lossy = true;
		on_held(m, h, &r);
		return;
	}
	buf_reset(&m->target);
	if (m->many || is_no_link(&m->base, &r))
		return;
	if (!refer_read(&m->target, &r))
		on_lossy(m, h, &r);
	else if (m->fn(m->arg, h, buf_look(&m->target), &to))
		note(m, h, &r, to);
}

/* --- is it right? ------------------------------------------------------- */

/* Does this reference of the changed page lead to `to`, as it should? */
static bool
leads_right(struct mendpage *m, const struct refer *r, struct span to)
{
	struct url a, b;

	buf_reset(&m->target);
	return refer_read(&m->target, r) &&
	    url_parse(&a, buf_look(&m->target)) && url_parse(&b, to) &&
	    span_is(a.host, b.host) && span_is(a.path, b.path) &&
	    span_is(a.query, b.query);
}

/* Each reference of the changed page is either an edit, in its place, or
 * bytes that stood there before. */
static void
on_again(void *arg, const struct href *h)
{
	struct mendpage *m = arg;
	struct refer r = refer_of(m, m->again, &m->base_again, h);
	size_t at = (size_t)(r.raw.at - m->again.at);

	if (h->base)
		take_base(&m->base_again, &r);
	if (m->met == m->count || m->edit[m->met].at != at)
		return;
	m->wrong |= h->base || !span_is(r.raw, m->edit[m->met].new) ||
	    !leads_right(m, &r, m->edit[m->met].to);
	m->met++;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

/* Where nothing declares it, a page's character set is guessed by its bytes;
 * with some of them gone the guess must stay. */
static bool
reads_alike(const struct mendpage *m)
{
	return charset_find(m->again) == m->is || is_ascii(m->again);
}

static bool
is_right(struct mendpage *m, struct span url)
{
	struct buf b;
	size_t more = 0;

	if (m->count == 0)
		return true;
	buf_init(&b, m->page.n + m->words.n);
	mendpage_write(&b, m->page, m->edit, m->count);
	/* Where the edits are now; put right again below. */
	for (size_t i = 0; i < m->count; i++) {
		m->edit[i].at += more;
		more += m->edit[i].new.n - m->edit[i].old.n;
	}
	m->again = buf_look(&b);
	m->met = 0;
	m->wrong = b.bad || !reads_alike(m);
	m->base_again.given = m->base_again.lost = false;
	buf_reset(&m->base_again.url);
	buf_span(&m->base_again.url, url);
	hrefs_each(m->again, on_again, m);
	for (size_t i = m->count; i-- > 0;) {
		more -= m->edit[i].new.n - m->edit[i].old.n;
		m->edit[i].at -= more;
	}
	buf_clear(&b);
	return !m->wrong && m->met == m->count;
}

/* --- all of it ---------------------------------------------------------- */

/* A page that can't be written is only asked for: in UTF-8, as its query is. */
static void
ask_only(struct mendpage *m)
{
	struct buf utf8;

	buf_init(&utf8, 2 * m->page.n + 16);
	(void)charset_read(m->charset, &utf8, m->page, m->is);
	m->is = CHARSET_UTF8;
	m->page = buf_look(&utf8);
	hrefs_each(m->page, on_href, m);
	m->page = SPAN_NONE;
	m->left = 0;
	buf_clear(&utf8);
}

enum mendpage_result
mendpage_find(struct mendpage *m, struct span page, struct span url,
    mendpage_fn *fn, void *arg, struct mendpage_found *found)
{
	*found = (struct mendpage_found){ .edit = m->edit,
	    .left_line = m->left_line };
	m->page = page;
	m->fn = fn;
	m->arg = arg;
	m->is = charset_find(page);
	m->count = m->left = 0;
	m->many = m->base.given = m->base.lost = false;
	buf_reset(&m->words);
	buf_reset(&m->base.url);
	buf_span(&m->base.url, url);
	if (m->is == CHARSET_UTF16LE || m->is == CHARSET_UTF16BE) {
		ask_only(m);
		return MENDPAGE_CHARSET;
	}
	hrefs_each(page, on_href, m);
	if (m->many || m->words.bad)
		return MENDPAGE_MANY;
	for (size_t i = 0; i < m->count; i++) {
		struct mend_edit *e = &m->edit[i];

		e->from = kept(m, e->from);
		e->to = kept(m, e->to);
		e->new = kept(m, e->new);
	}
	if (!is_right(m, url))
		return MENDPAGE_UNSAFE;
	found->count = m->count;
	found->left = m->left;
	return MENDPAGE_GOOD;
}

void
mendpage_write(struct buf *out, struct span page,
    const struct mend_edit *edit, size_t count)
{
	size_t from = 0;

	for (size_t i = 0; i < count; i++) {
		must(edit[i].at >= from && edit[i].at <= page.n);
		buf_put(out, page.at + from, edit[i].at - from);
		buf_span(out, edit[i].new);
		from = edit[i].at + edit[i].old.n;
	}
	buf_put(out, page.at + from, page.n - from);
}
