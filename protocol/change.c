/*
 * A change as a row, and what it means as a hash; see change.h.
 *
 *	u8 1	the row's version; another one is another language
 *	u8	kind
 *	u64	seq
 *	u64	when, ms
 *	then parts, each only if it is given, tags rising:
 *	u8	tag
 *	varint	length, and that many bytes
 *
 * A reader that doesn't know a tag can step over it, so a newer version may
 * add parts. Tags are for ever; words stand from TAG_WORD on, in the order
 * of enum change_word.
 */
#include "protocol/change.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url.h"
#include "protocol/utf8.h"
#include "protocol/wire.h"

#define ROW_VERSION 1
#define WHEN_MOST INT64_C(253402300799999)	/* the last ms of year 9999 */

enum tag {
	TAG_URL = 1,
	TAG_ID = 2,
	TAG_PUBLISHED = 3,
	TAG_MODIFIED = 4,
	TAG_FROM = 5,
	TAG_UNTIL = 6,
	TAG_LENGTH = 7,
	TAG_TYPE = 8,
	TAG_HASH = 9,
	TAG_LINKS = 10,
	TAG_UNKNOWN = 11,
	TAG_CRITICAL = 12,
	TAG_LINKS_CUT = 13,	/* its value means nothing */
	TAG_WORD = 32,
};

void
change_init(struct change *c)
{
	*c = (struct change){
		.when = CLOCK_NONE,
		.published = CLOCK_NONE,
		.modified = CLOCK_NONE,
		.from = CLOCK_NONE,
		.until = CLOCK_NONE,
	};
}

/* --- writing --------------------------------------------------------------- */

static void
put_span(struct buf *b, uint8_t tag, struct span s)
{
	if (s.n == 0)
		return;
	write_u8(b, tag);
	write_span(b, s);
}

static void
put_number(struct buf *b, uint8_t tag, uint64_t v)
{
	write_u8(b, tag);
	write_varint(b, 8);
	write_u64(b, v);
}

static void
put_time(struct buf *b, uint8_t tag, int64_t ms)
{
	if (ms != CLOCK_NONE)
		put_number(b, tag, (uint64_t)ms);
}

void
change_write(struct buf *b, const struct change *c)
{
	write_u8(b, ROW_VERSION);
	write_u8(b, (uint8_t)c->kind);
	write_u64(b, c->seq);
	write_u64(b, (uint64_t)c->when);
	put_span(b, TAG_URL, c->url);
	put_span(b, TAG_ID, c->id);
	put_time(b, TAG_PUBLISHED, c->published);
	put_time(b, TAG_MODIFIED, c->modified);
	put_time(b, TAG_FROM, c->from);
	put_time(b, TAG_UNTIL, c->until);
	if (c->length != 0)
		put_number(b, TAG_LENGTH, c->length);
	put_span(b, TAG_TYPE, c->type);
	if (c->has_hash)
		put_span(b, TAG_HASH, (struct span){
		    .at = (const char *)c->hash, .n = sizeof(c->hash) });
	put_span(b, TAG_LINKS, c->links);
	put_span(b, TAG_UNKNOWN, c->unknown);
	put_span(b, TAG_CRITICAL, c->critical);
	if (c->links_cut)
		put_span(b, TAG_LINKS_CUT, SPAN("1"));
	for (unsigned w = 0; w < WORD_COUNT; w++)
		put_span(b, (uint8_t)(TAG_WORD + w), c->word[w]);
}

/* --- reading --------------------------------------------------------------- */

static uint64_t
get_number(struct reader *r, struct span s)
{
	if (s.n == 8)
		return wire_get_u64((const uint8_t *)s.at);
	r->bad = true;
	return 0;
}

static void
get_hash(struct reader *r, struct change *c, struct span s)
{
	if (s.n != sizeof(c->hash)) {
		r->bad = true;
		return;
	}
	memcpy(c->hash, s.at, sizeof(c->hash));
	c->has_hash = true;
}

static void
get_part(struct reader *r, struct change *c, uint8_t tag, struct span s)
{
	switch (tag) {
	case TAG_URL: c->url = s; break;
	case TAG_ID: c->id = s; break;
	case TAG_PUBLISHED: c->published = (int64_t)get_number(r, s); break;
	case TAG_MODIFIED: c->modified = (int64_t)get_number(r, s); break;
	case TAG_FROM: c->from = (int64_t)get_number(r, s); break;
	case TAG_UNTIL: c->until = (int64_t)get_number(r, s); break;
	case TAG_LENGTH: c->length = get_number(r, s); break;
	case TAG_TYPE: c->type = s; break;
	case TAG_HASH: get_hash(r, c, s); break;
	case TAG_LINKS: c->links = s; break;
	case TAG_UNKNOWN: c->unknown = s; break;
	case TAG_CRITICAL: c->critical = s; break;
	case TAG_LINKS_CUT: c->links_cut = true; break;
	default:
		if (tag >= TAG_WORD && tag < TAG_WORD + WORD_COUNT)
			c->word[tag - TAG_WORD] = s;
	}
}

bool
change_glance(struct change *c, struct span s)
{
	struct reader r = reader_of(s);
	uint8_t tag, last = 0;

	change_init(c);
	if (s.n > LIMIT_CHANGE || read_u8(&r) != ROW_VERSION)
		return false;
	c->kind = (enum change_kind)read_u8(&r);
	c->seq = read_u64(&r);
	c->when = (int64_t)read_u64(&r);
	while (reader_left(&r) > 0) {
		tag = read_u8(&r);
		struct span part = read_span(&r);

		if (tag <= last || part.n == 0)
			return false;
		get_part(&r, c, tag, part);
		last = tag;
	}
	return reader_done(&r);
}

bool
change_read(struct change *c, struct span s)
{
	return change_glance(c, s) && change_is_sane(c, NULL);
}

/* --- is it sane? ------------------------------------------------------------ */

#define SAY_(x) #x
#define SAY(x) SAY_(x)
#define RULE(name, element, most) {					\
	name, most, element ": longer than " SAY(most) " bytes",	\
	element ": not UTF-8, or a character that XML can't carry" }

struct rule {
	const char *name;
	size_t most;
	const char *too_long, *no_text;
};

static const struct rule words[WORD_COUNT] = {
	[WORD_TITLE] = RULE(N_("title"), "dcterms:title", LIMIT_TEXT),
	[WORD_COLUMN] = RULE(N_("column"), "zq:column", LIMIT_TEXT),
	[WORD_COLUMN_TYPE] = RULE(N_("column_type"), "zq:columnType", LIMIT_TEXT),
	[WORD_SOURCE] = RULE(N_("source"), "dcterms:source", LIMIT_TEXT),
	[WORD_AUTHOR] = RULE(N_("author"), "dcterms:creator", LIMIT_TEXT),
	[WORD_KEYWORDS] = RULE(N_("keywords"), "dcterms:subject",
	    LIMIT_LONG_TEXT),
	[WORD_DESCRIPTION] = RULE(N_("description"), "dcterms:description",
	    LIMIT_LONG_TEXT),
	[WORD_LANGUAGE] = RULE(N_("language"), "dcterms:language", LIMIT_TEXT),
	[WORD_IMAGE] = RULE(N_("image"), "zq:image", LIMIT_URL),
	[WORD_SITE_NAME] = RULE(N_("site_name"), "zq:siteName", LIMIT_TEXT),
	[WORD_SITE_DOMAIN] = RULE(N_("site_domain"), "zq:siteDomain", LIMIT_TEXT),
	[WORD_SITE_CODE] = RULE(N_("site_code"), "zq:siteCode", LIMIT_TEXT),
	[WORD_REASON] = RULE(N_("reason"), "zq:reason", LIMIT_TEXT),
	[WORD_BY] = RULE(N_("by"), "zq:by", LIMIT_TEXT),
	[WORD_SUCCESSOR] = RULE(N_("successor"), "zq:successor", LIMIT_URL),
	[WORD_SCOPE] = RULE(N_("scope"), "zq:scope", LIMIT_TEXT),
	[WORD_FORMER] = RULE(N_("former"), "zq:former", LIMIT_ID),
	[WORD_INCLUDE] = RULE(N_("include"), "zq:include", LIMIT_LONG_TEXT),
	[WORD_EXCLUDE] = RULE(N_("exclude"), "zq:exclude", LIMIT_LONG_TEXT),
	[WORD_INDEX] = RULE(N_("index"), "zq:index", LIMIT_TEXT),
	[WORD_SERVICE] = RULE(N_("service"), "zq:service", LIMIT_TEXT),
	[WORD_RECURS] = RULE(N_("recurs"), "zq:recurs", LIMIT_TEXT),
	[WORD_ZONE] = RULE(N_("zone"), "zq:zone", LIMIT_TEXT),
	[WORD_LETTER] = RULE(N_("letter"), "zq:letter", LIMIT_TEXT),
};
static const struct rule id_rule = RULE(N_("id"), "dcterms:identifier", LIMIT_ID);
static const struct rule type_rule = RULE(N_("type"), "rs:md type", LIMIT_TEXT);
static const struct rule unknown_rule = RULE(N_("unknown"), "unknown parts",
    LIMIT_UNKNOWN);
static const struct rule critical_rule = RULE("critical",
    "name of a critical part", LIMIT_TEXT);

static const char *
judge(struct span s, const struct rule *r)
{
	if (s.n > r->most)
		return r->too_long;
	return utf8_is_text(s) ? NULL : r->no_text;
}

static const char *
judge_url(const struct change *c)
{
	if (c->url.n == 0)
		return c->kind == CHANGE_NOTICE || c->kind == CHANGE_OTHER ?
		    NULL : "loc: missing";
	return url_is_normal(c->url) ? NULL :
	    "loc: not an address in normal form";
}

static const char *
judge_times(const struct change *c)
{
	const struct { int64_t ms; const char *why; } times[] = {
		{ c->published, "dcterms:issued: not within 1970 to 9999" },
		{ c->modified, "lastmod: not within 1970 to 9999" },
		{ c->from, "from: not within 1970 to 9999" },
		{ c->until, "until: not within 1970 to 9999" },
	};

	if (c->when < 0 || c->when > WHEN_MOST)
		return "datetime: not within 1970 to 9999";
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i].ms != CLOCK_NONE &&
		    (times[i].ms < 0 || times[i].ms > WHEN_MOST))
			return times[i].why;
	return NULL;
}

static const char *
judge_links(const struct change *c)
{
	struct span rows = c->links;
	struct link l;
	size_t count = 0;

	while (change_link_next(&rows, &l)) {
		if (++count > LIMIT_LINKS)
			return "zq:link: more than " SAY(LIMIT_LINKS);
		if (l.text.n > LIMIT_TEXT || !utf8_is_text(l.text))
			return "zq:link: its text is too long or no UTF-8";
		if (!url_is_normal(l.to))
			return "zq:link: href: not an address in normal form";
	}
	return rows.n == 0 ? NULL : "zq:link: rows that don't decode";
}

static const char *
judge_words(const struct change *c)
{
	const char *reason = NULL;

	for (size_t w = 0; w < WORD_COUNT && reason == NULL; w++)
		if (c->word[w].n > 0)
			reason = judge(c->word[w], &words[w]);
	return reason;
}

/* Bytes of the row, give or take what its numbers need. */
static size_t
size(const struct change *c)
{
	size_t n = 256 + c->url.n + c->id.n + c->type.n + c->links.n +
	    c->unknown.n + c->critical.n;

	for (size_t w = 0; w < WORD_COUNT; w++)
		n += c->word[w].n;
	return n;
}

static const char *
insane(const struct change *c)
{
	const char *reason;

	if (c->kind < CHANGE_CREATED || c->kind > CHANGE_LAST)
		return "rs:md change: neither created, updated nor deleted";
	if ((reason = judge_url(c)) != NULL ||
	    (reason = judge_times(c)) != NULL ||
	    (reason = judge(c->id, &id_rule)) != NULL ||
	    (reason = judge_words(c)) != NULL ||
	    (reason = judge(c->type, &type_rule)) != NULL ||
	    (reason = judge(c->unknown, &unknown_rule)) != NULL ||
	    (reason = judge(c->critical, &critical_rule)) != NULL)
		return reason;
	if (size(c) > LIMIT_CHANGE)
		return "a change of more than 512 KiB";
	return judge_links(c);
}

bool
change_is_sane(const struct change *c, const char **why)
{
	const char *reason = insane(c);

	if (why != NULL)
		*why = reason;
	return reason == NULL;
}

/* --- what it means ---------------------------------------------------------- */

/* Tag, length, value: no two different changes give the same bytes. */
static void
mean(struct sha *s, uint8_t tag, const void *at, size_t n)
{
	uint8_t head[5] = { tag };

	if (n == 0)
		return;
	wire_put_u32(head + 1, (uint32_t)n);
	sha_add(s, head, sizeof(head));
	sha_add(s, at, n);
}

static void
mean_number(struct sha *s, uint8_t tag, uint64_t v)
{
	uint8_t value[8];

	wire_put_u64(value, v);
	mean(s, tag, value, sizeof(value));
}

static void
mean_time(struct sha *s, uint8_t tag, int64_t ms)
{
	if (ms != CLOCK_NONE)
		mean_number(s, tag, (uint64_t)ms);
}

/* White space around a word means nothing: a page's title is the same on its
 * own line. */
static void
mean_word(struct sha *s, uint8_t tag, struct span word)
{
	while (word.n > 0 && (unsigned char)word.at[0] <= ' ')
		word.at++, word.n--;
	while (word.n > 0 && (unsigned char)word.at[word.n - 1] <= ' ')
		word.n--;
	mean(s, tag, word.at, word.n);
}

void
change_hash(const struct change *c, uint8_t out[32])
{
	struct sha s;
	const uint8_t head[2] = { ROW_VERSION, (uint8_t)c->kind };

	sha_begin(&s);
	sha_add(&s, head, sizeof(head));
	mean(&s, TAG_URL, c->url.at, c->url.n);
	mean(&s, TAG_ID, c->id.at, c->id.n);
	mean_time(&s, TAG_PUBLISHED, c->published);
	mean_time(&s, TAG_MODIFIED, c->modified);
	mean_time(&s, TAG_FROM, c->from);
	mean_time(&s, TAG_UNTIL, c->until);
	if (c->length != 0)
		mean_number(&s, TAG_LENGTH, c->length);
	mean(&s, TAG_TYPE, c->type.at, c->type.n);
	if (c->has_hash)
		mean(&s, TAG_HASH, c->hash, sizeof(c->hash));
	mean(&s, TAG_LINKS, c->links.at, c->links.n);
	mean(&s, TAG_UNKNOWN, c->unknown.at, c->unknown.n);
	mean(&s, TAG_CRITICAL, c->critical.at, c->critical.n);
	for (unsigned w = 0; w < WORD_COUNT; w++)
		mean_word(&s, (uint8_t)(TAG_WORD + w), c->word[w]);
	sha_end(&s, out);
}

void
change_item_hash(const struct change *c, uint8_t out[32])
{
	struct change item = *c;

	if (item.kind == CHANGE_UPDATED)
		item.kind = CHANGE_CREATED;
	item.word[WORD_FORMER] = SPAN_NONE;	/* how it came here */
	change_hash(&item, out);
}

/* --- links, names ------------------------------------------------------------ */

void
change_link_put(struct buf *b, const struct link *l)
{
	write_u8(b, (uint8_t)l->kind);
	write_varint(b, l->line);
	write_span(b, l->to);
	write_span(b, l->text);
}

bool
change_link_next(struct span *rows, struct link *l)
{
	struct reader r = reader_of(*rows);
	uint64_t line;

	if (rows->n == 0)
		return false;
	l->kind = (enum link_kind)read_u8(&r);
	line = read_varint(&r);
	l->to = read_span(&r);
	l->text = read_span(&r);
	if (r.bad || line > UINT32_MAX || l->kind < LINK_ANCHOR ||
	    l->kind > LINK_STYLE)
		return false;
	l->line = (uint32_t)line;
	*rows = (struct span){ (const char *)r.at, reader_left(&r) };
	return true;
}

const char *
change_kind_name(enum change_kind k)
{
	static const char *const names[] = {
		[CHANGE_CREATED] = N_("created"),
		[CHANGE_UPDATED] = N_("updated"),
		[CHANGE_DELETED] = N_("deleted"),
		[CHANGE_MOVE] = N_("move"),
		[CHANGE_NOTICE] = N_("notice"),
		[CHANGE_OTHER] = N_("other"),
		[CHANGE_REPLY] = N_("reply"),
		[CHANGE_COVER] = N_("cover"),
	};

	return k >= CHANGE_CREATED && k <= CHANGE_LAST ? names[k] : "unknown";
}

const char *
change_word_name(enum change_word w)
{
	must((unsigned)w < WORD_COUNT);
	return words[w].name;
}
