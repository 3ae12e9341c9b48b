/*
 * Letters about links, filled and sent; see tell_letter.h. Their words are in
 * English, for the view is a function of the journal and knows no language:
 * an agent that knows the kind makes its own sentence of the body.
 */
#include "hub/tell_letter.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/outbox.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

#define TAGS 400		/* bytes of a link and a page, without their texts */

static void
begin_body(struct tell_letter *l)
{
	buf_reset(&l->xml);
	l->links = l->pages = 0;
	l->here = 0;
	l->open = false;
	mending_begin(&l->xml, &l->common);
}

void
tell_letter_begin(struct tell_letter *l, struct group *g, uint32_t site,
    int64_t at, const char *kind, struct span about,
    const struct mending_link *common)
{
	*l = (struct tell_letter){ .g = g, .site = site, .at = at,
	    .kind = kind, .about = about, .common = *common };
	buf_init(&l->xml, LIMIT_LETTER);
	buf_init(&l->old, LIMIT_URL);
	begin_body(l);
}

/* --- what it says --------------------------------------------------------- */

static void
put_where(struct buf *b, const struct mending_link *c)
{
	buf_printf(b, "move %u: %.*s is %.*s", (unsigned)c->move,
	    SPAN_ARGS(c->old), SPAN_ARGS(c->new));
}

static void
put_sentence(struct buf *b, const struct tell_letter *l)
{
	const struct mending_link *c = &l->common;
	char from[CLOCK_TEXT_MAX];

	if (l->lead.n > 0) {
		buf_span(b, l->lead);
	} else if (strcmp(l->kind, LETTER_DANGER) == 0) {
		buf_printf(b, "DANGER: %zu %s%s that pages of this site link "
		    "to %s in wrong hands, or seem so: take the links away",
		    l->links, l->links == 1 ? "address" : "addresses",
		    l->inside ? "" : " outside of the cluster",
		    l->links == 1 ? "is" : "are");
	} else if (strcmp(l->kind, LETTER_OFF) == 0) {
		buf_printf(b, "move %u is withdrawn by %.*s: %.*s does not "
		    "move to %.*s: %.*s", (unsigned)c->move, SPAN_ARGS(c->by),
		    SPAN_ARGS(c->old), SPAN_ARGS(c->new),
		    SPAN_ARGS(c->reason));
	} else if (c->move == 0 || c->new.n == 0) {
		buf_printf(b, "%zu %s that pages %s link to %s gone, "
		    "elsewhere, or well again", l->links,
		    l->links == 1 ? "address" : "addresses",
		    l->sites > 0 ? "of other sites" : "of this site",
		    l->links == 1 ? "is" : "are");
	} else if (c->state == MENDING_FIXED) {
		buf_printf(b, "move %u: no page of this site links to %.*s "
		    "any more", (unsigned)c->move, SPAN_ARGS(c->old));
	} else if (c->state == MENDING_OFF) {
		buf_printf(b, "move %u is called off: %.*s stays where it is",
		    (unsigned)c->move, SPAN_ARGS(c->old));
	} else {
		put_where(b, c);
		if (c->from != CLOCK_NONE && c->state == MENDING_ANNOUNCED)
			buf_printf(b, " from %s on",
			    clock_format(from, c->from));
	}
	if (l->sites > 0)
		buf_printf(b, "; %" PRIu64 " %s of %" PRIu64 " other %s "
		    "%s there, and were told", l->here,
		    l->here == 1 ? "page" : "pages", l->sites,
		    l->sites == 1 ? "site" : "sites",
		    l->here == 1 ? "links" : "link");
	else if (l->here > 0)
		buf_printf(b, "; by this letter %" PRIu64 " %s to be changed",
		    l->here, l->here == 1 ? "link is" : "links are");
}

/* --- sending -------------------------------------------------------------- */

static void
close_link(struct tell_letter *l)
{
	if (l->open)
		mending_link_end(&l->xml);
	l->open = false;
}

static void
send(struct tell_letter *l)
{
	struct letter out = { .when = l->at, .kind = span_of(l->kind) };
	struct buf text;

	close_link(l);
	if (l->links == 0)
		return;
	mending_end(&l->xml);
	must(!l->xml.bad);
	buf_init(&text, LIMIT_LONG_TEXT);
	put_sentence(&text, l);
	out.text = buf_look(&text);
	out.about = l->about;
	out.body = buf_look(&l->xml);
	outbox_put(l->g, l->site, &out);
	if (l->first == 0)
		l->first = out.number;
	if (out.number > 0)
		l->last = out.number;
	buf_clear(&text);
	begin_body(l);
}

static size_t
escaped(struct span s)
{
	size_t n = s.n;

	for (size_t i = 0; i < s.n; i++)
		if (strchr("&<>\"\t\r\n", s.at[i]) != NULL)
			n += 5;
	return n;
}

/* Is there no room for one more? A letter that is empty has it: its texts
 * are those of two links and a page at most, and escaped less than 64 KiB. */
static bool
is_full(const struct tell_letter *l, const struct mending_link *link,
    const struct mending_page *page)
{
	size_t need = TAGS + escaped(link->old) + escaped(link->new) +
	    escaped(link->reason) + escaped(link->by) +
	    escaped(link->name) + escaped(link->person) +
	    escaped(link->operator) +
	    (page != NULL ? escaped(page->url) : 0);

	return l->links > 0 && (l->xml.n + need > TELL_LETTER_BODY ||
	    l->links == MENDING_LINKS || l->pages == MENDING_PAGES);
}

static void
open_link(struct tell_letter *l, const struct mending_link *link)
{
	close_link(l);
	mending_link(&l->xml, link, &l->common);
	buf_reset(&l->old);
	buf_span(&l->old, link->old);
	l->open = true;
	l->links++;
}

void
tell_letter_page(struct tell_letter *l, const struct mending_link *link,
    const struct mending_page *page)
{
	if (is_full(l, link, page))
		send(l);
	if (!l->open || !span_is(buf_look(&l->old), link->old))
		open_link(l, link);
	mending_page(&l->xml, page);
	l->pages++;
	l->here += 1 + page->more;
	l->all += 1 + page->more;
}

void
tell_letter_link(struct tell_letter *l, const struct mending_link *link)
{
	if (is_full(l, link, NULL))
		send(l);
	open_link(l, link);
	close_link(l);
}

void
tell_letter_end(struct tell_letter *l)
{
	send(l);
	buf_clear(&l->xml);
	buf_clear(&l->old);
}
