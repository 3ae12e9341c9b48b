/*
 * Feeds: the head is written last, because it says when the newest of the
 * entries was taken.
 */
#include "hub/feed.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/item.h"
#include "hub/markup.h"
#include "hub/word.h"
#include "protocol/limits.h"
#include "protocol/sha.h"

#define FOLDED_MAX (LIMIT_LONG_TEXT * 18)	/* see text_fold() */
#define NAMES_MAX 32768		/* five arguments, see asked.h */

struct feed {
	struct visit *v;
	struct query_spec spec;
	struct site_info site;	/* if the spec has one; later the last one
				 * that an entry asked for */
	struct buf entries;
	struct buf text;	/* to work in */
	struct phrase phrase;
	int64_t newest;		/* taken, of all that stands here */
	bool mute;		/* tombstones are only gone through … */
	bool old;		/* … up to this one, that is too old */
};

/* --- pieces -------------------------------------------------------------- */

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

/* RFC 9562 §5.8: a UUID of our own making, from all that names the thing. */
static void
uuid(struct buf *b, const struct buf *names)
{
	uint8_t hash[32];

	sha_of(hash, buf_look(names));
	hash[6] = 0x80 | (hash[6] & 0x0f);
	hash[8] = 0x80 | (hash[8] & 0x3f);
	buf_text(b, "urn:uuid:");
	for (int i = 0; i < 16; i++)
		buf_printf(b, "%s%02x", i == 4 || i == 6 || i == 8 ||
		    i == 10 ? "-" : "", hash[i]);
}

static void
name(struct buf *names, struct span part)
{
	buf_span(names, part);
	buf_byte(names, '\0');	/* no two of them run together */
}

static const struct site_info *
site_of(struct feed *f, const struct item_info *i)
{
	if (f->site.number != i->site &&
	    !query_site_by_number(f->v->query, i->site, &f->site))
		f->site = (struct site_info){ .number = i->site };
	return &f->site;
}

/* The same for ever, wherever the hub is: what the item is called is its
 * site's code and its own id there. */
static void
item_uuid(struct feed *f, struct buf *b, const struct item_info *i)
{
	struct buf names;

	buf_init(&names, NAMES_MAX);
	name(&names, SPAN("zhanqun item"));
	name(&names, span_of(site_of(f, i)->code));
	name(&names, item_id(&i->said));
	uuid(b, &names);
	buf_clear(&names);
}

/* RFC 4287 §3.3: something with a slash between two tokens. */
static bool
is_media_type(struct span s)
{
	const char *slash = s.n > 0 ? memchr(s.at, '/', s.n) : NULL;

	return slash != NULL && slash > s.at && slash < s.at + s.n - 1;
}

static void
link_to(struct buf *b, const struct item_info *i)
{
	buf_text(b, "<link rel=\"alternate\"");
	if (is_media_type(i->said.type)) {
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
}

/* --- entries ------------------------------------------------------------- */

static struct span
author(struct feed *f, const struct item_info *i)
{
	struct span site = site_of(f, i)->name;

	if (i->said.word[WORD_SOURCE].n > 0)
		return i->said.word[WORD_SOURCE];
	return site.n > 0 ? site : span_of(f->v->config->name);
}

static bool
entry(void *arg, const struct item_info *i)
{
	struct feed *f = arg;
	struct buf *b = &f->entries;

	note(f, i->updated);
	buf_text(b, "<entry>\n<id>");
	item_uuid(f, b, i);
	buf_text(b, "</id>\n<title>");
	visit_put_title(b, &i->said);
	buf_text(b, "</title>\n");
	date(b, "updated", i->updated);
	date(b, "published", i->said.published != CLOCK_NONE ?
	    i->said.published : i->created);
	buf_text(b, "<author><name>");
	markup_text(b, author(f, i));
	buf_text(b, "</name></author>\n");
	link_to(b, i);
	if (i->said.word[WORD_COLUMN].n > 0) {
		buf_text(b, "<category term=\"");
		markup_text(b, i->said.word[WORD_COLUMN]);
		buf_text(b, "\"/>\n");
	}
	element(b, "summary", i->said.word[WORD_DESCRIPTION]);
	buf_text(b, "</entry>\n");
	return !b->bad;
}

/* --- tombstones ---------------------------------------------------------- */

/* Was it in this feed while it was there? */
static bool
was_in(struct feed *f, const struct item_info *i)
{
	struct span column = f->spec.column;

	if (column.n > 0 && !span_is(column, i->said.word[WORD_COLUMN]))
		return false;
	return f->phrase.pieces == 0 ||
	    phrase_is_in(&f->phrase, &i->said, &f->text);
}

/* RFC 6721 §3: by the id that the entry had. */
static bool
tombstone(void *arg, const struct item_info *i)
{
	struct feed *f = arg;
	struct buf *b = &f->entries;
	char when[CLOCK_TEXT_MAX];

	f->old = clock_wall() - i->updated >
	    FEED_GRAVE_DAYS * INT64_C(86400000);
	if (f->old || f->mute || !was_in(f, i))
		return !f->old;
	note(f, i->updated);
	buf_text(b, "<at:deleted-entry ref=\"");
	item_uuid(f, b, i);
	buf_printf(b, "\" when=\"%s\">\n", clock_format(when, i->updated));
	element(b, "at:comment", i->said.word[WORD_REASON]);
	link_to(b, i);
	buf_text(b, "</at:deleted-entry>\n");
	return !b->bad;
}

/* So many of them; page->next is where the others are. They come with the first
 * page, for who polls; where they are too many the others follow the last
 * entries. False: `after` is no cursor among them. */
static bool
tombstones(struct feed *f, struct span after, struct query_page *page)
{
	struct query_spec spec = { .site = f->spec.site,
		.since = f->spec.since, .until = f->spec.until,
		.limit = QUERY_LIMIT, .withdrawn = true, .after = after };
	char from[sizeof(page->next)];

	for (size_t seen = 0; seen < FEED_GRAVES; seen += QUERY_LIMIT) {
		query_items(f->v->query, &spec, tombstone, f, page);
		if (page->error != NULL)
			return false;
		if (f->old)
			page->next[0] = '\0';
		if (page->next[0] == '\0' || page->shown < QUERY_LIMIT)
			break;
		snprintf(from, sizeof(from), "%s", page->next);
		spec.after = span_of(from);
	}
	return true;
}

/* --- the whole ----------------------------------------------------------- */

static bool
take_chain(void *arg, const struct journal_line *l)
{
	buf_put(arg, l->chain, sizeof(l->chain));
	return false;
}

/* The feed's name: the hub it is of (the first entry of its journal, which
 * no other has), and what was asked. */
static void
feed_uuid(struct feed *f, struct buf *b)
{
	static const enum visit_argument parts[] = { VISIT_Q, VISIT_SITE,
		VISIT_COLUMN, VISIT_SINCE, VISIT_UNTIL };
	struct buf names;

	buf_init(&names, NAMES_MAX);
	name(&names, SPAN("zhanqun feed"));
	query_journal(f->v->query, 1, take_chain, &names);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		name(&names, f->v->argument[parts[i]]);
	uuid(b, &names);
	buf_clear(&names);
}

static void
title(struct visit *v, struct span site)
{
	static const enum visit_argument parts[] = { VISIT_COLUMN, VISIT_Q };

	markup_text(v->out, site.n > 0 ? site : span_of(v->config->name));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (v->argument[parts[i]].n == 0)
			continue;
		buf_text(v->out, " · ");
		markup_text(v->out, v->argument[parts[i]]);
	}
}

/* RFC 5005 §3: self, first and next. */
static void
link_rel(struct visit *v, const char *rel, struct span after)
{
	struct buf *b = v->out;

	buf_printf(b, "<link rel=\"%s\" type=\"application/atom+xml\" href=\"",
	    rel);
	markup_text(b, v->origin);
	buf_text(b, "/feed");
	visit_link(v, b, VISIT_AFTER, after);
	buf_text(b, "\"/>\n");
}

static void
head(struct feed *f, struct span site, const char *next)
{
	struct visit *v = f->v;
	struct buf *b = v->out;

	buf_text(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\""
	    " xmlns:at=\"http://purl.org/atompub/tombstones/1.0\">\n<id>");
	feed_uuid(f, b);
	buf_text(b, "</id>\n<title>");
	title(v, site);
	buf_text(b, "</title>\n");
	date(b, "updated", f->newest != CLOCK_NONE ? f->newest : 0);
	buf_text(b, "<author><name>");
	markup_text(b, span_of(v->config->name));
	buf_printf(b, "</name></author>\n<generator version=\"%s\">Zhanqun"
	    "</generator>\n", ZQ_VERSION);
	link_rel(v, "self", v->argument[VISIT_AFTER]);
	link_rel(v, "first", SPAN_NONE);
	if (next[0] != '\0')
		link_rel(v, "next", span_of(next));
}

static void
fail(struct visit *v, const char *why)
{
	v->status = 400;
	v->type = "text/plain; charset=utf-8";
	buf_printf(v->out, "%s\n", why);
}

/* False: the visitor was told why not. */
static bool
pieces(struct feed *f, struct query_page *page)
{
	struct span after = f->spec.after;
	struct query_page gone = { .next = "" };

	if (!phrase_parse(&f->phrase, f->spec.phrase, &page->error)) {
		fail(f->v, _(page->error));
		return false;
	}
	if (after.n > 0 && tombstones(f, after, page))
		return true;
	f->spec.by_taken = f->spec.phrase.n == 0;
	query_items(f->v->query, &f->spec, entry, f, page);
	if (page->error != NULL) {
		fail(f->v, _(page->error));
		return false;
	}
	f->mute = after.n > 0;
	if (!f->mute || page->next[0] == '\0')
		(void)tombstones(f, SPAN_NONE, &gone);
	if (page->next[0] == '\0')
		memcpy(page->next, gone.next, sizeof(page->next));
	return true;
}

static void
make(struct feed *f)
{
	struct visit *v = f->v;
	struct span site = f->spec.site != 0 ? f->site.name : SPAN_NONE;
	struct query_page page = { .next = "" };

	if (!pieces(f, &page))
		return;
	v->type = FEED_TYPE;
	head(f, site, page.next);
	buf_span(v->out, buf_look(&f->entries));
	buf_text(v->out, "</feed>\n");
	v->out->bad = v->out->bad || f->entries.bad;
}

void
feed_make(struct visit *v)
{
	struct feed f = { .v = v, .newest = CLOCK_NONE };
	struct buf why;

	v->argument[VISIT_LANG] = SPAN_NONE;	/* a feed has no language */
	buf_init(&why, VISIT_WHY);
	buf_init(&f.entries, VISIT_BODY_MAX);
	buf_init(&f.text, FOLDED_MAX);
	if (visit_spec(v, &f.spec, &f.site, &why))
		make(&f);
	else
		fail(v, buf_cstr(&why));
	phrase_clear(&f.phrase);
	buf_clear(&f.text);
	buf_clear(&f.entries);
	buf_clear(&why);
}
