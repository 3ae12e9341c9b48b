/*
 * Change lists: what is written is read, however it is cut up on the way;
 * and every hostile input is named, costs one change where XML allows that,
 * and never the numbering. Each is read twice, by a parser that is new and by
 * one that had others before: nobody can tell them apart.
 */
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
	char why[1024], title[256], agent[64], critical[256];
	struct change last;
	char trouble[1200];
	struct buf unknown, rows;
};

static struct got got, fresh;

static void
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

static void
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
	snprintf(got.title, sizeof(got.title), "%.*s",
	    SPAN_ARGS(c->word[WORD_TITLE]));
	snprintf(got.critical, sizeof(got.critical), "%.*s",
	    SPAN_ARGS(c->critical));
	buf_reset(&got.unknown);
	buf_span(&got.unknown, c->unknown);
	change_write(&got.rows, c);
}

static void
forget(void)
{
	buf_clear(&got.unknown);
	buf_clear(&got.rows);
	got = (struct got){ .heads = 0 };
	buf_init(&got.unknown, LIMIT_UNKNOWN);
	buf_init(&got.rows, 16u << 20);
}

static bool
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
static bool
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
static void
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

static void
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
static const char *
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

static const char *
reads_text(const char *text)
{
	return reads(span_of(text), strlen(text));
}

/* --- round trips ---------------------------------------------------------------- */

static void
write_some(struct buf *xml, struct buf *rows, unsigned count)
{
	struct help_change h;
	struct batch b = { .incarnation = UINT64_MAX, .first = 1000,
		.head = 5000, .now = 1795000000000, .needs_snapshot = true,
		.features = SPAN("move links"), .agent = SPAN("a<b>&\"/0.1") };

	help_change_init(&h);
	changelist_begin(xml, &b);
	for (unsigned i = 0; i < count; i++) {
		help_change(&h, 1000 + i);
		changelist_put(xml, &h.c);
		change_write(rows, &h.c);
	}
	changelist_end(xml);
	ck_assert(!xml->bad && !rows->bad);
	help_change_clear(&h);
}

START_TEST(round_trip)
{
	struct buf xml, rows;
	static const size_t pieces[] = { 1u << 24, 1, 2, 7, 4096, 0, 0 };

	buf_init(&xml, 16u << 20);
	buf_init(&rows, 16u << 20);
	help_seed(11);
	write_some(&xml, &rows, 40);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		const char *error = reads(buf_look(&xml), pieces[i]);

		ck_assert_msg(error == NULL, "%s", error);
		ck_assert_msg(got.bad == 0, "%s", got.why);
		ck_assert_uint_eq(got.good, 40);
		ck_assert(span_is(buf_look(&got.rows), buf_look(&rows)));
		ck_assert_uint_eq(got.head.incarnation, UINT64_MAX);
		ck_assert_uint_eq(got.head.head, 5000);
		ck_assert_int_eq(got.head.now, 1795000000000);
		ck_assert(got.head.needs_snapshot);
		ck_assert_str_eq(got.agent, "a<b>&\"/0.1");
	}
	for (int i = 0; i < 50; i++) {
		buf_reset(&xml);
		buf_reset(&rows);
		write_some(&xml, &rows, 20);
		ck_assert(reads(buf_look(&xml), 1u << 24) == NULL);
		ck_assert(span_is(buf_look(&got.rows), buf_look(&rows)));
	}
	buf_clear(&xml);
	buf_clear(&rows);
}
END_TEST

/* A full batch of long titles, in one go and in pieces. */
START_TEST(large)
{
	struct buf xml, rows;

	buf_init(&xml, 64u << 20);
	buf_init(&rows, 64u << 20);
	help_seed(12);
	write_some(&xml, &rows, LIMIT_BATCH);
	ck_assert(reads(buf_look(&xml), 1u << 30) == NULL);
	ck_assert_uint_eq(got.good, LIMIT_BATCH);
	ck_assert(reads(buf_look(&xml), 65536) == NULL);
	ck_assert_uint_eq(got.good, LIMIT_BATCH);
	buf_reset(&xml);
	buf_reset(&rows);
	write_some(&xml, &rows, LIMIT_BATCH + 1);
	const char *error = reads(buf_look(&xml), 1u << 30);

	ck_assert(error != NULL && strstr(error,
	    "more than 1000 changes in one batch") != NULL);
	buf_clear(&xml);
	buf_clear(&rows);
}
END_TEST

/* --- golden ---------------------------------------------------------------------- */

static void
put_golden(struct buf *b)
{
	struct change c;
	struct buf links;
	struct link l = { .kind = LINK_ANCHOR, .line = 87,
		.to = SPAN("https://www.henan.gov.cn/"),
		.text = SPAN("河南省人民政府") };

	buf_init(&links, 1000);
	change_link_put(&links, &l);
	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.when = 1795219200456;
	c.url = SPAN("https://www.zhengzhou.gov.cn/art/2026/11/21/art_1_2.html");
	c.modified = 1795219200000;
	c.published = 1795190400000;
	c.has_hash = true;
	memset(c.hash, 0x5a, 32);
	c.length = 20480;
	c.type = SPAN("text/html");
	c.id = SPAN("art/2026/11/21/art_1_2.html");
	c.word[WORD_TITLE] = SPAN("关于推进政务公开工作的意见 <试行> & 解读");
	c.word[WORD_COLUMN] = SPAN("政务公开");
	c.word[WORD_SITE_NAME] = SPAN("郑州市人民政府");
	c.links = buf_look(&links);
	c.unknown = SPAN("<mood xmlns=\"urn:example:mood\">calm</mood>");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_DELETED;
	c.when = 1795219201000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/old.html");
	c.word[WORD_REASON] = SPAN("superseded");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_MOVE;
	c.when = 1795219202000;
	c.from = 1797811200000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/gk/");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SUCCESSOR] = SPAN("https://gk.zhengzhou.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("prefix");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219203000;
	c.from = 1795284000000;
	c.until = 1795291200000;
	c.word[WORD_REASON] = SPAN("power maintenance");
	c.word[WORD_SCOPE] = SPAN("maintenance");
	changelist_put(b, &c);
	buf_clear(&links);
}

START_TEST(golden)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4711, .head = 4714,
	    .now = 1795219204000, .from = 1795219200456,
	    .features = SPAN("links moves"), .agent = SPAN("zqagentd/0.1") });
	put_golden(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 4);
	buf_clear(&b);
}
END_TEST

/* What is said about moves besides the move itself. */
static void
put_moves(struct buf *b)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_UPDATED;
	c.when = 1795219205000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/zw/1.html");
	c.id = SPAN("zw/1.html");
	c.word[WORD_TITLE] = SPAN("政务公开");
	c.word[WORD_FORMER] = SPAN("gk/1.html");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_REPLY;
	c.when = 1795219206000;
	c.url = SPAN("https://www.kaifeng.gov.cn/old/");
	c.word[WORD_REASON] = SPAN("a page of the archive");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SCOPE] = SPAN("refused");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_COVER;
	c.when = 1795219207000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("whole");
	c.word[WORD_INCLUDE] = SPAN("*.html *.pdf");
	c.word[WORD_EXCLUDE] = SPAN("a%20b/*");
	c.word[WORD_INDEX] = SPAN("index.html");
	changelist_put(b, &c);
}

START_TEST(golden_moves)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4715, .head = 4717,
	    .now = 1795219208000, .features = SPAN("moves"),
	    .agent = SPAN("zqagentd/0.1") });
	put_moves(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist-moves.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 3);
	ck_assert_int_eq(got.last.kind, CHANGE_COVER);
	buf_clear(&b);
}
END_TEST

static void
put_notices(struct buf *b)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219208000;
	c.from = 1795219200000;
	c.until = 1795233600000;
	c.word[WORD_REASON] = SPAN("数据库故障");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SCOPE] = SPAN("outage");
	c.word[WORD_SERVICE] = SPAN("办事大厅");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219209000;
	c.word[WORD_SCOPE] = SPAN("resolved");
	c.word[WORD_SERVICE] = SPAN("办事大厅");
	changelist_put(b, &c);
	c.when = 1795219210000;
	c.word[WORD_SCOPE] = SPAN("maintenance");
	c.word[WORD_SERVICE] = SPAN_NONE;
	c.word[WORD_RECURS] = SPAN("sun 02:00-04:00");
	c.word[WORD_ZONE] = SPAN("Asia/Shanghai");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219211000;
	c.from = 1798732800000;
	c.word[WORD_REASON] = SPAN("并入省政府门户网站");
	c.word[WORD_SUCCESSOR] = SPAN("https://www.henan.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("closing");
	changelist_put(b, &c);
}

START_TEST(golden_notices)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4718, .head = 4721,
	    .now = 1795219212000, .features = SPAN("moves"),
	    .agent = SPAN("zqagentd/0.1") });
	put_notices(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist-notices.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 4);
	ck_assert_int_eq(got.last.kind, CHANGE_NOTICE);
	buf_clear(&b);
}
END_TEST

static const struct health well = { .told = true, .beat = 5000,
	.sources = 2, .until = 1802908800000, .home_at = 1795219220000,
	.home_status = 200, .home_ms = 35 };

static void
same_health(const struct health *a, const struct health *b)
{
	ck_assert_int_eq(a->told, b->told);
	ck_assert_uint_eq(a->beat, b->beat);
	ck_assert_uint_eq(a->sources, b->sources);
	ck_assert_uint_eq(a->troubled, b->troubled);
	ck_assert_uint_eq(a->spool, b->spool);
	ck_assert_int_eq(a->until, b->until);
	ck_assert_int_eq(a->home_at, b->home_at);
	ck_assert_uint_eq(a->home_status, b->home_status);
	ck_assert_int_eq(a->home_error, b->home_error);
	ck_assert_uint_eq(a->home_ms, b->home_ms);
}

/* What an agent of today says of itself; its beat, without any change. */
START_TEST(beat)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4715, .head = 4714,
	    .now = 1795219224000, .features = SPAN(FEATURES_AGENT),
	    .agent = SPAN("zqagentd/0.1.0"), .held = 120, .health = well,
	    .instance = UINT64_C(12297829382473034410) });
	changelist_end(&b);
	help_golden(GOLDEN "beat.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.heads, 1);
	ck_assert_uint_eq(got.good + got.bad, 0);
	ck_assert_uint_eq(got.head.instance, UINT64_C(12297829382473034410));
	ck_assert_uint_eq(got.head.held, 120);
	ck_assert(!got.head.needs_snapshot);
	same_health(&got.head.health, &well);
	buf_clear(&b);
	/* One of before says neither. */
	ck_assert(reads_text(HEAD BATCH END) == NULL);
	ck_assert_uint_eq(got.head.instance, 0);
	ck_assert_uint_eq(got.head.held, 0);
	ck_assert_str_eq(got.trouble, "");
	ck_assert(!got.head.health.told);
}
END_TEST

/* Each way in which it can be, there and back again. */
START_TEST(health)
{
	struct health h = { .told = true, .spool = INT64_MAX,
	    .sources = HEALTH_SOURCES, .troubled = 7,
	    .home_at = 1795219220000, .home_ms = HEALTH_HOME_MS };
	struct buf b;

	buf_init(&b, 1u << 20);
	for (int e = HEALTH_FINE + 1; e < HEALTH_ERRORS; e++) {
		h.home_error = (enum health_error)e;
		buf_reset(&b);
		changelist_begin(&b, &(struct batch){ .incarnation = 1,
		    .first = 1, .now = 1795219224000, .health = h });
		changelist_end(&b);
		ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
		same_health(&got.head.health, &h);
		ck_assert(!health_home_is_well(&got.head.health));
	}
	h = (struct health){ .told = true };
	buf_reset(&b);
	changelist_begin(&b, &(struct batch){ .incarnation = 1, .first = 1,
	    .now = 1795219224000, .health = h });
	changelist_end(&b);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	same_health(&got.head.health, &h);
	buf_clear(&b);
}
END_TEST

START_TEST(health_home)
{
	static const struct { uint16_t status; bool well; } is[] = {
		{ 0, false }, { 100, false }, { 199, false }, { 200, true },
		{ 302, true }, { 399, true }, { 400, false }, { 503, false },
	};

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++)
		ck_assert(health_home_is_well(&(struct health){ .home_at = 1,
		    .home_status = is[i].status }) == is[i].well);
	ck_assert(!health_home_is_well(&(struct health){
	    .home_status = 200 }));
}
END_TEST

/* A newer agent's word and attribute are passed over; what is no number, or
 * stands where it would be a change, is named. */
START_TEST(health_from_outside)
{
	static const struct { const char *in, *why; } bad[] = {
		{ "<zq:health spool='-1'/>" BATCH, "spool: expected" },
		{ "<zq:health beat='999'/>" BATCH, "beat: expected" },
		{ "<zq:health beat=''/>" BATCH, "beat: expected" },
		{ "<zq:health sources='100001'/>" BATCH, "sources: expected" },
		{ "<zq:health until='soon'/>" BATCH, "until: expected" },
		{ "<zq:health home-at='now'/>" BATCH, "home-at: expected" },
		{ "<zq:health home-at='2026-11-21T00:00:00Z' "
		    "home-status='99'/>" BATCH, "home-status: expected" },
		{ "<zq:health home-ms='600001'/>" BATCH, "home-ms: expected" },
		{ "<zq:health/><zq:health/>" BATCH, "a second <zq:health>" },
		{ BATCH "<zq:health/>", "after <zq:batch>" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[2000];
		const char *why;

		snprintf(text, sizeof(text), HEAD "%s" END, bad[i].in);
		why = reads_text(text);
		ck_assert_msg(why != NULL && strstr(why, bad[i].why) != NULL,
		    "%s: %s", bad[i].in, why);
	}
	ck_assert(reads_text(HEAD "<zq:health home-status='200' new='1'>"
	    "<zq:more/></zq:health>" BATCH GOOD END) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert(got.head.health.told && got.head.health.home_at == 0);
	ck_assert_uint_eq(got.head.health.home_status, 0);
	ck_assert(reads_text(HEAD "<zq:health home-error='flood' "
	    "home-at='2026-11-21T00:00:00Z'/>" BATCH END) == NULL);
	ck_assert_int_eq(got.head.health.home_error, HEALTH_OTHER);
}
END_TEST

/* What is the matter at the agent, up to a ceiling. */
START_TEST(trouble)
{
	char most[1026];
	struct buf b;

	memset(most, 'x', sizeof(most));
	for (size_t n = 1024; n <= 1025; n++) {
		buf_init(&b, 1u << 20);
		changelist_begin(&b, &(struct batch){ .incarnation = 1,
		    .first = 1, .now = 1795219224000,
		    .trouble = { most, n } });
		changelist_end(&b);
		ck_assert((reads(buf_look(&b), 1u << 20) == NULL) ==
		    (n == 1024));
		buf_clear(&b);
	}
	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation = 1, .first = 1,
	    .now = 1795219224000, .trouble = SPAN("目录 \"<&>") });
	changelist_end(&b);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_str_eq(got.trouble, "目录 \"<&>");
	buf_clear(&b);
}
END_TEST

/* A stranger's list, as a few lines of shell would write it, is read. */
START_TEST(by_hand)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	help_file(&b, GOLDEN "changelist-by-hand.xml");
	ck_assert_msg(reads(buf_look(&b), 1u << 20) == NULL, "%s",
	    reads(buf_look(&b), 1u << 20));
	ck_assert_msg(got.bad == 0, "%s", got.why);
	ck_assert_uint_eq(got.good, 2);
	ck_assert_uint_eq(got.head.incarnation, 815);
	buf_clear(&b);
}
END_TEST

/* --- one bad change ------------------------------------------------------------------ */

static const struct { const char *change, *why; } spoilt[] = {
	{ "<url>" MD "</url>", "loc: missing" },
	{ "<url><loc/>" MD "</url>", "loc: not an address" },
	{ "<url><loc>ftp://a.cn/</loc>" MD "</url>", "loc: not an address" },
	{ "<url><loc>http://u:p@a.cn/</loc>" MD "</url>", "loc: an address "
	    "with a user name" },
	{ "<url>" LOC LOC MD "</url>", "loc: given twice" },
	{ "<url>" LOC MD MD "</url>", "rs:md: given twice" },
	{ "<url>" LOC "</url>", "rs:md: missing" },
	{ "<url>" LOC "<rs:md change=\"gone\" datetime=\"2026-11-21\"/></url>",
	    "rs:md: change: expected created, updated or deleted" },
	{ "<url>" LOC "<rs:md datetime=\"2026-11-21\"/></url>",
	    "rs:md: change: expected" },
	{ "<url>" LOC "<rs:md change=\"updated\"/></url>",
	    "rs:md: datetime: missing" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"yesterday\"/>"
	    "</url>", "datetime: expected a time" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"1969-12-31\"/>"
	    "</url>", "datetime: not within 1970 to 9999" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "hash=\"sha-256:12\"/></url>", "rs:md: hash: expected" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "length=\"-1\"/></url>", "rs:md: length: expected" },
	{ "<url>" LOC MD "<lastmod>no</lastmod></url>",
	    "lastmod: expected a time" },
	{ "<url>" LOC MD "<dcterms:issued>2026-13-41</dcterms:issued></url>",
	    "dcterms:issued: expected a time" },
	{ "<url>" LOC MD "<dcterms:title>a<b/></dcterms:title></url>",
	    "dcterms:title: an element inside of it" },
	{ "<url>" LOC MD "<dcterms:title>a\xff</dcterms:title></url>",
	    "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<dcterms:title>\xe9\x83</dcterms:title></url>",
	    "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<dcterms:title>a\x01</dcterms:title></url>",
	    "dcterms:title: not UTF-8, or a character that XML" },
	{ "<url>" LOC MD "<dcterms:title zq:x=\"\xff\">a</dcterms:title>"
	    "</url>", "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<x xmlns=\"urn:x\">\xff</x></url>", "not UTF-8" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "type=\"\xff\"/></url>", "not UTF-8" },
	{ "<url>" LOC MD "<zq:link kind=\"odd\" href=\"http://b.cn/\"/></url>",
	    "zq:link: kind: expected" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\" href=\"/x\"/></url>",
	    "zq:link: href: not an address" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\"/></url>",
	    "zq:link: href: not an address" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\" line=\"x\" "
	    "href=\"http://b.cn/\"/></url>", "zq:link: line: expected" },
	{ "<url>" LOC MD "<zq:move/></url>", "zq:move: not expected here" },
	{ "<url>" LOC MD "<title xmlns=\"\">x</title></url>",
	    "<title>: without a namespace" },
	{ "<url>" LOC MD "<nope:title>x</nope:title></url>",
	    "<title>: without a namespace" },
	{ "<url xmlns=\"\">" LOC MD "</url>", "<url>: without a namespace" },
	{ "<dcterms:title>x</dcterms:title>",
	    "dcterms:title: not expected here" },
	{ "<zq:move from=\"never\">" LOC MD "</zq:move>",
	    "from: expected a time" },
	{ "<zq:move>" MD "</zq:move>", "loc: missing" },
	{ "<zq:notice>" LOC "</zq:notice>", "rs:md: datetime: missing" },
	{ "<url>" LOC MD "<a xmlns=\"urn:x\"><a><a><a><a><a><a><a><a><a><a>"
	    "<a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a>"
	    "</a></a></url>", "elements nested more than 16 deep" },
};

START_TEST(bad_change)
{
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct buf b;
		const char *error;

		buf_init(&b, 10000);
		buf_text(&b, HEAD BATCH GOOD "\n");
		buf_text(&b, spoilt[i].change);
		buf_text(&b, "\n" GOOD END);
		for (size_t piece = 1; piece < 10000; piece *= 20) {
			error = reads(buf_look(&b), piece);
			ck_assert_msg(error == NULL, "%s: %s",
			    spoilt[i].change, error);
			ck_assert_msg(got.good == 2 && got.bad == 1,
			    "%s: %u good, %u bad, %s", spoilt[i].change,
			    got.good, got.bad, got.why);
			ck_assert_uint_eq(got.bad_seq, 42);
			ck_assert_msg(strncmp(got.why, "line 6: ", 8) == 0 &&
			    strstr(got.why, spoilt[i].why) == got.why + 8,
			    "%s: %s", spoilt[i].change, got.why);
		}
		buf_clear(&b);
	}
}
END_TEST

static void
too_long(const char *element, size_t n, const char *why)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_printf(&b, HEAD BATCH "<url>" LOC MD "<%s>", element);
	for (size_t i = 0; i < n; i++)
		buf_byte(&b, 'a');
	buf_printf(&b, "</%s></url>" GOOD END, element);
	ck_assert(reads(buf_look(&b), 1000) == NULL);
	ck_assert_uint_eq(got.good, why == NULL ? 2 : 1);
	ck_assert_uint_eq(got.bad, why == NULL ? 0 : 1);
	if (why != NULL)
		ck_assert_msg(strstr(got.why, why) != NULL, "%s", got.why);
	buf_clear(&b);
}

START_TEST(long_parts)
{
	too_long("dcterms:title", LIMIT_TEXT, NULL);
	too_long("dcterms:title", LIMIT_TEXT + 1,
	    "dcterms:title: longer than 1024 bytes");
	too_long("dcterms:title", 3u << 20,
	    "dcterms:title: longer than 1024 bytes");
	too_long("dcterms:subject", LIMIT_LONG_TEXT, NULL);
	too_long("dcterms:subject", LIMIT_LONG_TEXT + 1,
	    "dcterms:subject: longer than 8192 bytes");
	too_long("dcterms:identifier", LIMIT_ID + 1,
	    "dcterms:identifier: longer than 1024 bytes");
	too_long("zq:unheard", LIMIT_UNKNOWN - 100, NULL);
	too_long("zq:unheard", LIMIT_UNKNOWN,
	    "unknown parts: longer than 16384 bytes");
}
END_TEST

/* Text is handed on before its end is seen, but never half a character. */
START_TEST(long_han)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD "<x xmlns='urn:x'>");
	for (int i = 0; i < 5000; i++)
		buf_text(&b, "\xe9\x83\x91");
	buf_text(&b, "</x></url>" END);
	for (size_t piece = 997; piece < 1010; piece++) {
		ck_assert(reads(buf_look(&b), piece) == NULL);
		ck_assert_msg(got.bad == 0, "%s", got.why);
		ck_assert_uint_eq(got.unknown.n, 15000 +
		    strlen("<x xmlns=\"urn:x\"></x>"));
	}
	buf_clear(&b);
}
END_TEST

START_TEST(links_limit)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD);
	for (int i = 0; i < LIMIT_LINKS; i++)
		buf_text(&b, "<zq:link kind=\"image\" href=\"HTTP://b.cn\"/>");
	size_t n = b.n;

	buf_text(&b, "</url>" END);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 1);
	buf_cut(&b, n);
	buf_text(&b, "<zq:link kind=\"image\" href=\"http://b.cn/\"/></url>"
	    END);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.bad, 1);
	ck_assert(strstr(got.why, "zq:link: more") != NULL);
	buf_clear(&b);
}
END_TEST

/* --- bad documents --------------------------------------------------------------------- */

static const struct { const char *text, *why; } refused[] = {
	{ "", "not well-formed" },
	{ "no XML", "not well-formed" },
	{ "<urlset/>", "found <urlset> without a namespace" },
	{ "<urlset xmlns='urn:x'/>", "found <urlset> of urn:x" },
	{ "<sitemapindex xmlns='" NS_SITEMAP "'/>", "found <sitemapindex>" },
	{ "<!DOCTYPE urlset><urlset/>", "a DOCTYPE is not taken" },
	{ "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
	    "line 1: a DOCTYPE is not taken" },
	{ "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "a DOCTYPE" },
	{ "<!ELEMENT a>", "begins nothing" },
	{ "<?xml version='1.0' encoding='GBK'?><a/>",
	    "the encoding \"GBK\" is not taken" },
	{ "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
	    "the encoding \"ISO-8859-1\" is not taken" },
	{ "<?xml version='1.0' encoding='x-klingon'?><a/>", "x-klingon" },
	{ "\xff\xfe<", "UTF-16" },
	{ HEAD BATCH "<url>" LOC MD "<dcterms:title>&nope;</dcterms:title>"
	    "</url>" END, "nope" },
	{ HEAD BATCH "<url>" LOC MD "</urlset>", "not well-formed" },
	{ HEAD BATCH GOOD, "not well-formed" },
	{ HEAD BATCH GOOD END "<x/>", "not well-formed" },
	{ HEAD BATCH "<url a='1' a='2'>" LOC MD "</url>" END,
	    "not well-formed" },
	{ HEAD BATCH "<zq:a:b/>" END, "more than one colon" },
	{ HEAD BATCH "<url zq:a:b='1'/>" END, "more than one colon" },
	{ HEAD BATCH BATCH END, "a second <zq:batch>" },
	{ HEAD GOOD END, "expected <rs:md> and then <zq:batch>" },
	{ "<urlset xmlns='" NS_SITEMAP "' xmlns:zq='" NS_ZQ "'>" BATCH
	    "</urlset>", "expected <rs:md> and then <zq:batch>" },
	{ "<urlset xmlns='" NS_SITEMAP "' xmlns:rs='" NS_RS "'>"
	    "<rs:md capability='resourcelist'/></urlset>",
	    "expected capability=\"changelist\"" },
	{ HEAD "<zq:batch incarnation='0' first='1' head='1' "
	    "now='2026-11-21'/>" END, "incarnation: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='0' head='1' "
	    "now='2026-11-21'/>" END, "first: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='18446744073709551615' "
	    "head='1' now='2026-11-21'/>" END, "first: not a number" },
	{ HEAD "<zq:batch incarnation='1' first='1' now='2026-11-21'/>" END,
	    "head: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='1' head='1'/>" END,
	    "now: expected a time" },
	{ HEAD "<zq:seal zq:critical='true'/>" BATCH END,
	    "<seal> is marked critical" },
};

START_TEST(bad_document)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		for (size_t piece = 1; piece < 10000; piece *= 9) {
			const char *error = reads(span_of(refused[i].text),
			    piece);

			ck_assert_msg(error != NULL, "%s was read",
			    refused[i].text);
			ck_assert_msg(strncmp(error, "line ", 5) == 0 &&
			    strstr(error, refused[i].why) != NULL,
			    "%s: %s", refused[i].text, error);
		}
}
END_TEST

START_TEST(large_tokens)
{
	struct buf b;
	const char *error;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url ");
	for (int i = 0; i < 65; i++)
		buf_printf(&b, "a%d='>'", i), buf_byte(&b, ' ');
	error = reads(buf_look(&b), 1000);
	ck_assert(error != NULL && strstr(error,
	    "a tag with more than 64 attributes") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH "<url a='");
	for (int i = 0; i < 1 << 20; i++)
		buf_byte(&b, '>');
	error = reads(buf_look(&b), 1000);
	ck_assert(error != NULL && strstr(error,
	    "a tag of more than 16384 bytes") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH);
	for (int i = 0; i < 100000; i++)
		buf_text(&b, "<a xmlns='urn:x'>");
	error = reads(buf_look(&b), 1u << 20);
	ck_assert(error != NULL && strstr(error,
	    "more than 64 namespaces at one place") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH "<url>");
	for (int i = 0; i < 100000; i++)
		buf_text(&b, "<a xmlns='urn:x'/>");
	error = reads(buf_look(&b), 1u << 20);
	ck_assert(error != NULL && strstr(error,
	    "more than 16384 namespace declarations") != NULL);
	buf_clear(&b);
}
END_TEST

START_TEST(many_bad_bytes)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD "<dcterms:title>");
	for (int i = 0; i < 3 << 20; i++)
		buf_byte(&b, (char)0xff);
	buf_text(&b, "</dcterms:title></url>" END);
	ck_assert(reads(buf_look(&b), 1u << 24) != NULL);
	buf_clear(&b);
}
END_TEST

/* --- what is taken all the same ------------------------------------------------------------ */

START_TEST(lenient)
{
	ck_assert(reads_text("\xef\xbb\xbf" HEAD "<rs:ln rel=\"up\" "
	    "href=\"http://a.cn/\"/><x:y xmlns:x=\"urn:x\"><z/></x:y>" BATCH
	    "<!-- don't <mind> --><?pi ?>\r\n"
	    "<url>\r\n  <dcterms:title>\r\n <![CDATA[a<b]]>&#33; "
	    "</dcterms:title>\r\n  <loc>\n HTTP://A.cn \n</loc>\n"
	    "<priority>0.5</priority><rs:ln rel=\"x\" href=\"y\"/>"
	    "<rs:md odd=\"x\" change=\"created\" datetime=\"2026-11-21\" "
	    "hash=\"md5:1 sha-256:" "00000000000000000000000000000000"
	    "000000000000000000000000000000FF\" "
	    "type=\"text/html; charset=utf-8\"/>"
	    "</url>" END) == NULL);
	ck_assert_msg(got.bad == 0, "%s", got.why);
	ck_assert_uint_eq(got.good, 1);
	ck_assert_str_eq(got.title, "a<b!");
	ck_assert(got.last.has_hash && got.last.hash[31] == 0xff);
	ck_assert_int_eq(got.last.when, 1795190400000);	/* Beijing's day */
	ck_assert_uint_eq(got.last.type.n, strlen("text/html"));
	ck_assert_str_eq(buf_cstr(&got.unknown),
	    "<priority xmlns=\"" NS_SITEMAP "\">0.5</priority>"
	    "<ln xmlns=\"" NS_RS "\" rel=\"x\" href=\"y\"></ln>");
	ck_assert(reads_text(HEAD BATCH END) == NULL);
	ck_assert_uint_eq(got.good + got.bad, 0);
	ck_assert_uint_eq(got.heads, 1);
	ck_assert(reads_text(HEAD BATCH "<url a='x>y' b=\"'>\">" LOC MD
	    "</url>" END) == NULL);
	ck_assert_uint_eq(got.good, 1);
}
END_TEST

START_TEST(unknown_parts)
{
	char once[1000];
	struct buf b;

	ck_assert(reads_text(HEAD BATCH "<url>" LOC MD
	    "<zq:seal xmlns:o='urn:o' zq:critical='true' o:a='1' b='2&lt;' "
	    "xml:lang='zh'>x&amp;y<o:i/><plain xmlns=''>&#13;</plain>"
	    "</zq:seal></url>" END) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert_str_eq(got.critical, "{" NS_ZQ "}seal");
	ck_assert_str_eq(buf_cstr(&got.unknown), "<seal xmlns=\"" NS_ZQ "\" "
	    "xmlns:a0=\"" NS_ZQ "\" a0:critical=\"true\" "
	    "xmlns:a1=\"urn:o\" a1:a=\"1\" b=\"2&lt;\" xml:lang=\"zh\">"
	    "x&amp;y<i xmlns=\"urn:o\"></i>"
	    "<plain xmlns=\"\">&#13;</plain></seal>");
	snprintf(once, sizeof(once), "%s", buf_cstr(&got.unknown));
	buf_init(&b, 10000);
	buf_printf(&b, HEAD BATCH "<url>" LOC MD "%s</url>" END, once);
	ck_assert(reads(buf_look(&b), 1000) == NULL);
	ck_assert_str_eq(buf_cstr(&got.unknown), once);	/* for ever */
	buf_clear(&b);
	ck_assert(reads_text(HEAD BATCH "<url>" LOC MD "<zq:seal "
	    "zq:critical='false'/></url>" END) == NULL);
	ck_assert_str_eq(got.critical, "");
}
END_TEST

START_TEST(unknown_change)
{
	struct buf b;

	ck_assert(reads_text(HEAD BATCH GOOD "<zq:closing "
	    "datetime='2026-11-22T00:00:00Z' zq:critical='1'><loc>x</loc>"
	    "</zq:closing>" GOOD END) == NULL);
	ck_assert_uint_eq(got.good, 3);
	ck_assert(reads_text(HEAD BATCH "<o:closing xmlns:o='urn:o'>z"
	    "</o:closing>" END) == NULL);
	ck_assert_int_eq(got.last.kind, CHANGE_OTHER);
	ck_assert_int_eq(got.last.when, 1795219200000);	/* the batch's now */
	ck_assert_str_eq(got.critical, "");
	buf_init(&b, 10000);
	buf_text(&b, HEAD BATCH);
	got.last.unknown = buf_look(&got.unknown);
	changelist_put(&b, &got.last);
	buf_text(&b, END);
	ck_assert(strstr(b.at, "<closing xmlns=\"urn:o\">z</closing>"));
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, round_trip);
	tcase_add_test(t, large);
	tcase_add_test(t, golden);
	tcase_add_test(t, golden_moves);
	tcase_add_test(t, golden_notices);
	tcase_add_test(t, beat);
	tcase_add_test(t, health);
	tcase_add_test(t, health_home);
	tcase_add_test(t, health_from_outside);
	tcase_add_test(t, trouble);
	tcase_add_test(t, by_hand);
	tcase_add_test(t, bad_change);
	tcase_add_test(t, long_parts);
	tcase_add_test(t, long_han);
	tcase_add_test(t, links_limit);
	tcase_add_test(t, bad_document);
	tcase_add_test(t, large_tokens);
	tcase_add_test(t, many_bad_bytes);
	tcase_add_test(t, lenient);
	tcase_add_test(t, unknown_parts);
	tcase_add_test(t, unknown_change);
}

int
main(void)
{
	int rc = help_main("changelist", fill);

	forget();
	buf_clear(&got.unknown);
	buf_clear(&got.rows);
	return rc;
}
