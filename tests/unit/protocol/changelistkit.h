/*
 * For tests of change lists: pieces of one, and reads(), which reads it twice,
 * by a parser that is new and by one that had others before. What was read is
 * in `got`.
 */
#ifndef ZQ_TESTS_CHANGELISTKIT_H
#define ZQ_TESTS_CHANGELISTKIT_H

#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/xml_parser.h"
#include "tests/unit/protocol/help.h"

#define HEAD								\
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"			\
	"<urlset xmlns=\"" NS_SITEMAP "\" xmlns:rs=\"" NS_RS "\""	\
	" xmlns:dcterms=\"" NS_DCTERMS "\" xmlns:zq=\"" NS_ZQ "\">\n"	\
	"<rs:md capability=\"changelist\" from=\"2026-11-21T00:00:00Z\"/>\n"
#define BATCH								\
	"<zq:batch incarnation=\"7\" first=\"41\" head=\"99\""		\
	" now=\"2026-11-21T00:00:00Z\"/>\n"
#define MD "<rs:md change=\"updated\" datetime=\"2026-11-21T00:00:00Z\"/>"
#define LOC "<loc>http://a.cn/</loc>"
#define GOOD "<url>" LOC MD "</url>"
#define END "</urlset>\n"

/* --- what was read ----------------------------------------------------------- */

struct got {
	struct batch head;
	unsigned heads, good, bad;
	uint64_t next, bad_seq;
	char why[1024], title[256], agent[64], critical[256], successor[256];
	struct change last;
	char trouble[1200];
	struct buf unknown, rows;
};

static struct got got, fresh;

static inline void
on_head(void *arg, const struct batch *h)
{
	ck_assert(arg == &got);
	got.head = *h;
	got.next = h->first;
	got.heads++;
	snprintf(got.agent, sizeof(got.agent), "%.*s", SPAN_ARGS(h->agent));
	snprintf(got.trouble, sizeof(got.trouble), "%.*s",
	    SPAN_ARGS(h->trouble));
}

static inline void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	ck_assert(arg == &got);
	ck_assert_uint_eq(got.heads, 1);
	ck_assert_uint_eq(seq, got.next);
	got.next++;
	if (c == NULL) {
		got.bad++;
		got.bad_seq = seq;
		snprintf(got.why, sizeof(got.why), "%s", why);
		return;
	}
	ck_assert(why == NULL);
	ck_assert(change_is_sane(c, NULL));
	ck_assert_uint_eq(c->seq, seq);
	got.good++;
	got.last = *c;
	snprintf(got.successor, sizeof(got.successor), "%.*s",
	    SPAN_ARGS(c->word[WORD_SUCCESSOR]));
	snprintf(got.title, sizeof(got.title), "%.*s",
	    SPAN_ARGS(c->word[WORD_TITLE]));
	snprintf(got.critical, sizeof(got.critical), "%.*s",
	    SPAN_ARGS(c->critical));
	buf_reset(&got.unknown);
	buf_span(&got.unknown, c->unknown);
	change_write(&got.rows, c);
}

static inline void
forget(void)
{
	buf_clear(&got.unknown);
	buf_clear(&got.rows);
	got = (struct got){ .heads = 0 };
	buf_init(&got.unknown, LIMIT_UNKNOWN);
	buf_init(&got.rows, 16u << 20);
}

static inline bool
read_once(struct span s, size_t piece, char error[1024])
{
	struct changelist *l = changelist_new(on_head, on_change, &got);
	bool good = true;

	forget();
	while (s.n > 0 && good) {
		size_t n = piece > 0 ? piece : 1 + help_random(300);

		n = n < s.n ? n : s.n;
		/* a copy of its own, so that ASan sees who reads past it */
		char *copy = malloc(n);

		memcpy(copy, s.at, n);
		good = changelist_feed(l, copy, n);
		free(copy);
		s.at += n;
		s.n -= n;
	}
	good = changelist_finish(l) && good;
	snprintf(error, 1024, "%s", changelist_error(l));
	changelist_free(l);
	return good;
}

/* While others have all parsers of the shelf. */
static inline bool
read_fresh(struct span s, size_t piece, char error[1024])
{
	struct changelist *others[XML_PARSERS];
	bool good;

	for (size_t i = 0; i < XML_PARSERS; i++)
		others[i] = changelist_new(on_head, on_change, &got);
	good = read_once(s, piece, error);
	for (size_t i = 0; i < XML_PARSERS; i++)
		changelist_free(others[i]);
	fresh = got;
	got = (struct got){ .heads = 0 };
	return good;
}

/* Leaves a parser that had all there is in a good document. */
static inline void
use_a_parser(void)
{
	static const char text[] = "\xef\xbb\xbf<?xml version='1.0' "
	    "encoding='UTF-8' standalone='yes'?>\n\n<!-- > --><?pi?>\n"
	    "<u:urlset xmlns:u='" NS_SITEMAP "' xmlns:rs='" NS_RS "' "
	    "xmlns:zq='" NS_ZQ "' xml:space='preserve'>"
	    "<rs:md capability='changelist'/>" BATCH "<u:url><u:loc>"
	    "http://a.cn/?b&amp;&#99;</u:loc>" MD "<x xmlns='urn:x'>"
	    "<a><a><a><nope b='1'/>\r\n<![CDATA[<]]></a></a></a></x>"
	    "</u:url></u:urlset>\n<!-- -->\n<?end?>\n";
	char error[1024];

	ck_assert_msg(read_once(SPAN(text), 100, error), "%s", error);
	ck_assert_uint_eq(got.good, 1);
	ck_assert_str_eq(error, "");
}

static inline void
same_as_fresh(void)
{
	ck_assert_uint_eq(got.heads, fresh.heads);
	ck_assert_uint_eq(got.good, fresh.good);
	ck_assert_uint_eq(got.bad, fresh.bad);
	ck_assert_uint_eq(got.next, fresh.next);
	ck_assert_uint_eq(got.bad_seq, fresh.bad_seq);
	ck_assert_str_eq(got.why, fresh.why);
	ck_assert_str_eq(got.title, fresh.title);
	ck_assert_str_eq(got.agent, fresh.agent);
	ck_assert_str_eq(got.critical, fresh.critical);
	ck_assert(span_is(buf_look(&got.rows), buf_look(&fresh.rows)));
	ck_assert(span_is(buf_look(&got.unknown), buf_look(&fresh.unknown)));
	buf_clear(&fresh.rows);
	buf_clear(&fresh.unknown);
}

/* Reads s in pieces of at most `piece` bytes (0: of random length). NULL, or
 * why it was refused. */
static inline const char *
reads(struct span s, size_t piece)
{
	static char error[1024];
	char first[1024];
	bool good;

	forget();
	good = read_fresh(s, piece, first);
	use_a_parser();
	ck_assert(read_once(s, piece, error) == good);
	ck_assert_str_eq(error, first);
	same_as_fresh();
	return good ? NULL : error;
}

static inline const char *
reads_text(const char *text)
{
	return reads(span_of(text), strlen(text));
}

static inline int
changelistkit_main(const char *name, void (*fill)(TCase *))
{
	int rc = help_main(name, fill);

	forget();
	buf_clear(&got.unknown);
	buf_clear(&got.rows);
	return rc;
}

#endif
