#include "hub/feed.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/markup.h"
#include "protocol/limits.h"

struct feed {
	struct visit *v;
	struct buf entries;
	int64_t newest;		/* atom:updated: the newest in the feed */
	int64_t oldest;		/* of the entries shown: tombstones older than
				 * that belong to another page */
	struct buf folded;	/* the phrase as search compares it */
};

static void
element(struct buf *b, const char *name, struct span text)
{
	if (text.n == 0)
		return;
	buf_printf(b, "<%s>", name);
	markup_text(b, text);
	buf_printf(b, "</%s>\n", name);
}

static void
date(struct buf *b, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		buf_printf(b, "<%s>%s</%s>\n", name, clock_format(text, ms),
		    name);
}

/* The item's own name, the same for ever and wherever the hub is. */
static void
item_id(struct buf *b, const struct item_info *i)
{
	buf_printf(b, "urn:zhanqun:item:%llu", (unsigned long long)i->number);
}

static struct span
author(struct visit *v, const struct item_info *i, struct site_info *site)
{
	if (i->said.word[WORD_SOURCE].n > 0)
		return i->said.word[WORD_SOURCE];
	if (query_site_by_number(v->query, i->site, site))
		return site->name;
	return span_of(v->config->name);
}

static void
links(struct buf *b, const struct item_info *i)
{
	buf_text(b, "<link rel=\"alternate\"");
	if (i->said.type.n > 0) {
		buf_text(b, " type=\"");
		markup_text(b, i->said.type);
		buf_byte(b, '"');
	}
	buf_text(b, " href=\"");
	markup_href(b, i->said.url);
	buf_text(b, "\"/>\n");
}

static void
note(struct feed *f, int64_t at)
{
	if (f->newest == CLOCK_NONE || at > f->newest)
		f->newest = at;
	if (f->oldest == CLOCK_NONE || at < f->oldest)
		f->oldest = at;
}

static bool
entry(void *arg, const struct item_info *i)
{
	struct feed *f = arg;
	struct buf *b = &f->entries;
	struct site_info site;

	note(f, i->updated);
	buf_text(b, "<entry>\n<id>");
	item_id(b, i);
	buf_text(b, "</id>\n");
	element(b, "title", visit_title(&i->said));
	date(b, "updated", i->updated);
	date(b, "published",
	    i->said.published != CLOCK_NONE ? i->said.published : i->created);
	buf_text(b, "<author><name>");
	markup_text(b, author(f->v, i, &site));
	buf_text(b, "</name></author>\n");
	links(b, i);
	if (i->said.word[WORD_COLUMN].n > 0) {
		buf_text(b, "<category term=\"");
		markup_text(b, i->said.word[WORD_COLUMN]);
		buf_text(b, "\"/>\n");
	}
	element(b, "summary", i->said.word[WORD_DESCRIPTION]);
	buf_text(b, "</entry>\n");
	return !b->bad;
}

/* Did the search that this feed is of find the item while it was there? */
static bool
was_found(struct feed *f, const struct item_info *i)
{
	static const enum change_word where[] = {
		WORD_TITLE, WORD_KEYWORDS, WORD_DESCRIPTION };
	struct buf text;
	bool found = f->folded.n == 0;

	buf_init(&text, (size_t)LIMIT_LONG_TEXT * 8);
	for (size_t n = 0; n < sizeof(where) / sizeof(*where) && !found; n++) {
		buf_reset(&text);
		if (text_fold(&text, i->said.word[where[n]]) && text.n > 0)
			found = memmem(text.at, text.n, f->folded.at,
			    f->folded.n) != NULL;
	}
	buf_clear(&text);
	return found;
}

/* RFC 6721 §3: at:deleted-entry, by the id the entry had. */
static bool
tombstone(void *arg, const struct item_info *i)
{
	struct feed *f = arg;
	struct buf *b = &f->entries;
	char when[CLOCK_TEXT_MAX];
	struct span column = f->v->argument[VISIT_COLUMN];

	if (column.n > 0 && !span_is(column, i->said.word[WORD_COLUMN]))
		return true;
	if (!was_found(f, i))
		return true;
	if (f->newest == CLOCK_NONE || i->updated > f->newest)
		f->newest = i->updated;
	buf_text(b, "<at:deleted-entry ref=\"");
	item_id(b, i);
	buf_printf(b, "\" when=\"%s\">\n", clock_format(when, i->updated));
	element(b, "at:comment", i->said.word[WORD_REASON]);
	links(b, i);
	buf_text(b, "</at:deleted-entry>\n");
	return !b->bad;
}

static void
self(struct visit *v, struct buf *b)
{
	buf_text(b, "http://");
	markup_text(b, v->host);
	buf_text(b, "/feed");
}

static void
title(struct visit *v, const struct site_info *site, struct buf *b)
{
	markup_text(b, v->argument[VISIT_SITE].n > 0 ? site->name :
	    span_of(v->config->name));
	if (v->argument[VISIT_COLUMN].n > 0) {
		buf_text(b, " · ");
		markup_text(b, v->argument[VISIT_COLUMN]);
	}
	if (v->argument[VISIT_Q].n > 0) {
		buf_text(b, " · ");
		markup_text(b, v->argument[VISIT_Q]);
	}
}

static void
head(struct feed *f, const struct site_info *site,
    const struct query_page *page)
{
	struct visit *v = f->v;
	struct buf *b = v->out;

	buf_text(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\""
	    " xmlns:at=\"http://purl.org/atompub/tombstones/1.0\">\n<id>");
	self(v, b);
	visit_link(v, b, '?', VISIT_LANG, SPAN_NONE);
	buf_text(b, "</id>\n<title>");
	title(v, site, b);
	buf_text(b, "</title>\n");
	date(b, "updated", f->newest != CLOCK_NONE ? f->newest : 0);
	buf_printf(b, "<generator version=\"%s\">Zhanqun</generator>\n",
	    ZQ_VERSION);
	buf_text(b, "<author><name>");
	markup_text(b, span_of(v->config->name));
	buf_text(b, "</name></author>\n<link rel=\"self\" type=\""
	    "application/atom+xml\" href=\"");
	self(v, b);
	visit_link(v, b, '?', VISIT_AFTER, v->argument[VISIT_AFTER]);
	buf_text(b, "\"/>\n<link rel=\"first\" href=\"");
	self(v, b);
	visit_link(v, b, '?', VISIT_AFTER, SPAN_NONE);
	buf_text(b, "\"/>\n");
	if (page->next[0] != '\0') {
		buf_text(b, "<link rel=\"next\" href=\"");
		self(v, b);
		visit_link(v, b, '?', VISIT_AFTER, span_of(page->next));
		buf_text(b, "\"/>\n");
	}
}

static void
fail(struct visit *v, int status, const char *why)
{
	v->status = status;
	v->type = "text/plain; charset=utf-8";
	buf_printf(v->out, "%s\n", why);
}

/* Tombstones stand on the first page only: a reader that pages backwards
 * through the whole has no use for them. */
static void
tombstones(struct feed *f, const struct query_spec *like)
{
	struct query_spec spec = { .site = like->site, .limit = QUERY_LIMIT,
		.since = CLOCK_NONE, .until = CLOCK_NONE, .withdrawn = true };
	struct query_page page;

	if (like->after.n == 0)
		query_items(f->v->query, &spec, tombstone, f, &page);
}

void
feed_make(struct visit *v)
{
	struct feed f = { .v = v, .newest = CLOCK_NONE, .oldest = CLOCK_NONE };
	struct query_spec spec;
	struct query_page page;
	struct site_info site;
	struct buf why;

	buf_init(&why, 1024);
	if (!visit_spec(v, &spec, &site, &why)) {
		fail(v, 400, buf_cstr(&why));
		buf_clear(&why);
		return;
	}
	buf_clear(&why);
	buf_init(&f.entries, VISIT_BODY_MAX);
	buf_init(&f.folded, (size_t)LIMIT_TEXT * 8);
	text_fold(&f.folded, spec.phrase);
	spec.by_taken = spec.phrase.n == 0;
	query_items(v->query, &spec, entry, &f, &page);
	if (page.error != NULL) {
		fail(v, 400, page.error);
	} else {
		tombstones(&f, &spec);
		v->type = FEED_TYPE;
		head(&f, &site, &page);
		buf_span(v->out, buf_look(&f.entries));
		buf_text(v->out, "</feed>\n");
	}
	buf_clear(&f.entries);
	buf_clear(&f.folded);
}
