/*
 * Changes as rows: what is written is read; rows of a newer version are
 * stepped through; every field counts in the hash, seq and when don't.
 */
#include "protocol/change.h"
#include "protocol/wire.h"

#include "tests/unit/protocol/help.h"

static void
same(const struct change *a, const struct change *b)
{
	ck_assert_int_eq(a->kind, b->kind);
	ck_assert_uint_eq(a->seq, b->seq);
	ck_assert_int_eq(a->when, b->when);
	ck_assert(span_is(a->url, b->url));
	ck_assert(span_is(a->id, b->id));
	ck_assert_int_eq(a->published, b->published);
	ck_assert_int_eq(a->modified, b->modified);
	ck_assert_int_eq(a->from, b->from);
	ck_assert_int_eq(a->until, b->until);
	ck_assert_uint_eq(a->length, b->length);
	ck_assert(span_is(a->type, b->type));
	ck_assert(a->has_hash == b->has_hash);
	ck_assert_mem_eq(a->hash, b->hash, 32);
	ck_assert(span_is(a->links, b->links));
	ck_assert(span_is(a->unknown, b->unknown));
	ck_assert(span_is(a->critical, b->critical));
	ck_assert(a->links_cut == b->links_cut);
	for (int w = 0; w < WORD_COUNT; w++)
		ck_assert(span_is(a->word[w], b->word[w]));
}

START_TEST(round_trip)
{
	struct help_change h;
	struct change again;
	struct buf row;
	uint8_t one[32], two[32];
	const char *why;

	help_change_init(&h);
	buf_init(&row, LIMIT_CHANGE);
	help_seed(2);
	for (uint64_t i = 1; i <= 2000; i++) {
		help_change(&h, i);
		ck_assert_msg(change_is_sane(&h.c, &why), "%s", why);
		buf_reset(&row);
		change_write(&row, &h.c);
		ck_assert(!row.bad);
		ck_assert(change_read(&again, buf_look(&row)));
		same(&h.c, &again);
		change_hash(&h.c, one);
		change_hash(&again, two);
		ck_assert_mem_eq(one, two, 32);
	}
	buf_clear(&row);
	help_change_clear(&h);
}
END_TEST

/* Any prefix of a row is none; any byte changed reads or doesn't, without
 * harm (ASan and UBSan look on). */
START_TEST(damaged)
{
	struct help_change h;
	struct change c;
	struct buf row;

	help_change_init(&h);
	buf_init(&row, LIMIT_CHANGE);
	help_seed(3);
	for (int i = 0; i < 20; i++) {
		help_change(&h, 5);
		buf_reset(&row);
		change_write(&row, &h.c);
		for (size_t n = 0; n < row.n && n < 600; n++) {
			char kept = row.at[n];
			char *cut = malloc(n + 1);

			memcpy(cut, row.at, n);
			if (change_read(&c, (struct span){ cut, n }))
				ck_assert(n >= 18);
			free(cut);
			row.at[n] = (char)help_random(256);
			(void)change_read(&c, buf_look(&row));
			row.at[n] = kept;
		}
	}
	buf_clear(&row);
	help_change_clear(&h);
}
END_TEST

static void
smallest(struct change *c)
{
	change_init(c);
	c->seq = 4711;
	c->kind = CHANGE_UPDATED;
	c->when = 1795000000123;
	c->url = SPAN("https://www.zhengzhou.gov.cn/a.html");
	c->word[WORD_TITLE] = SPAN("政务公开");
	c->length = 20480;
}

START_TEST(golden)
{
	struct change c;
	struct buf row;
	uint8_t hash[32];
	struct link l = { .kind = LINK_ANCHOR, .line = 12,
		.to = SPAN("http://www.gov.cn/"), .text = SPAN("国务院") };
	struct buf links;

	buf_init(&row, 4000);
	buf_init(&links, 4000);
	smallest(&c);
	change_write(&row, &c);
	change_hash(&c, hash);
	buf_put(&row, hash, 32);
	help_golden(GOLDEN "change-small.row", buf_look(&row));

	change_link_put(&links, &l);
	c.id = SPAN("a.html");
	c.published = 1;
	c.modified = 2;
	c.from = 3;
	c.until = 4;
	c.type = SPAN("text/html");
	c.has_hash = true;
	memset(c.hash, 0xa5, 32);
	c.links = buf_look(&links);
	c.unknown = SPAN("<a xmlns=\"urn:x\"></a>");
	c.critical = SPAN("{urn:x}a");
	for (int w = 0; w <= WORD_SCOPE; w++)	/* those of 0.1 */
		c.word[w] = span_of(change_word_name(w));
	buf_reset(&row);
	change_write(&row, &c);
	change_hash(&c, hash);
	buf_put(&row, hash, 32);
	help_golden(GOLDEN "change-full.row", buf_look(&row));

	struct buf kept;		/* and the kept bytes read the same */
	struct change again;

	buf_init(&kept, 4000);
	help_file(&kept, GOLDEN "change-full.row");
	ck_assert(change_read(&again, (struct span){ kept.at, kept.n - 32 }));
	same(&c, &again);
	buf_clear(&kept);
	buf_clear(&links);
	buf_clear(&row);
}
END_TEST

/* Words and kinds of 0.2, beside the older ones. */
START_TEST(golden_moves)
{
	static const struct {
		enum change_kind kind;
		const char *file;
	} files[] = {
		{ CHANGE_UPDATED, GOLDEN "change-former.row" },
		{ CHANGE_REPLY, GOLDEN "change-reply.row" },
		{ CHANGE_COVER, GOLDEN "change-cover.row" },
	};
	struct change c, again;
	struct buf row;
	uint8_t hash[32];

	buf_init(&row, 4000);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		smallest(&c);
		c.kind = files[i].kind;
		for (int w = WORD_SCOPE; w <= WORD_INDEX; w++)
			c.word[w] = span_of(change_word_name(w));
		buf_reset(&row);
		change_write(&row, &c);
		ck_assert(change_read(&again, buf_look(&row)));
		same(&c, &again);
		change_hash(&c, hash);
		buf_put(&row, hash, 32);
		help_golden(files[i].file, buf_look(&row));
	}
	buf_clear(&row);
}
END_TEST

/* That there are more links: a hub of before steps over it, and comes to the
 * same hash. */
START_TEST(golden_cut)
{
	struct change c, again;
	struct buf row;
	uint8_t hash[32], item[32], all[32];

	buf_init(&row, 4000);
	smallest(&c);
	change_hash(&c, hash);
	change_item_hash(&c, item);
	c.links_cut = true;
	change_hash(&c, all);
	ck_assert_mem_eq(hash, all, 32);
	change_item_hash(&c, all);
	ck_assert_mem_eq(item, all, 32);
	change_write(&row, &c);
	ck_assert(change_read(&again, buf_look(&row)));
	same(&c, &again);
	ck_assert(again.links_cut);
	buf_put(&row, hash, 32);
	help_golden(GOLDEN "change-cut.row", buf_look(&row));
	buf_clear(&row);
}
END_TEST

START_TEST(newer_tags)
{
	struct change c, again;
	struct buf row;

	buf_init(&row, 4000);
	smallest(&c);
	change_write(&row, &c);
	write_u8(&row, 200);
	write_span(&row, SPAN("from the future"));
	ck_assert(change_read(&again, buf_look(&row)));
	same(&c, &again);
	write_u8(&row, 100);		/* tags rise */
	write_span(&row, SPAN("x"));
	ck_assert(!change_read(&again, buf_look(&row)));
	buf_clear(&row);
}
END_TEST

START_TEST(strict_rows)
{
	struct change c, again;
	struct buf row;

	buf_init(&row, 4000);
	smallest(&c);
	change_write(&row, &c);
	row.at[0] = 2;			/* another version */
	ck_assert(!change_read(&again, buf_look(&row)));
	row.at[0] = 1;
	row.at[1] = CHANGE_LAST + 1;	/* no such kind */
	ck_assert(!change_read(&again, buf_look(&row)));
	row.at[1] = CHANGE_UPDATED;
	ck_assert(change_read(&again, buf_look(&row)));
	write_u8(&row, 200);
	write_span(&row, SPAN_NONE);	/* empty parts aren't written */
	ck_assert(!change_read(&again, buf_look(&row)));
	buf_clear(&row);
}
END_TEST

#define CHANGED(what) do {						\
	smallest(&c);							\
	what;								\
	change_hash(&c, hash);						\
	ck_assert_msg(memcmp(hash, first, 32) != 0, #what);		\
} while (0)

START_TEST(hash_counts_all)
{
	struct change c;
	uint8_t first[32], hash[32];

	smallest(&c);
	change_hash(&c, first);
	c.seq++;
	c.when++;
	change_hash(&c, hash);
	ck_assert_mem_eq(hash, first, 32);
	CHANGED(c.kind = CHANGE_CREATED);
	CHANGED(c.url.n--);
	CHANGED(c.id = SPAN("x"));
	CHANGED(c.published = 0);
	CHANGED(c.modified = 0);
	CHANGED(c.from = 0);
	CHANGED(c.until = 0);
	CHANGED(c.length = 0);
	CHANGED(c.type = SPAN("x"));
	CHANGED(c.has_hash = true);
	CHANGED(c.links = SPAN("x"));
	CHANGED(c.unknown = SPAN("x"));
	CHANGED(c.critical = SPAN("x"));
	for (int w = 0; w < WORD_COUNT; w++)
		CHANGED(c.word[w] = SPAN("x"));
	/* Nothing slips from one part into the next. */
	smallest(&c);
	c.word[WORD_TITLE] = SPAN("ab");
	c.word[WORD_COLUMN] = SPAN("c");
	change_hash(&c, first);
	CHANGED(c.word[WORD_TITLE] = SPAN("a"); c.word[WORD_COLUMN] =
	    SPAN("bc"));
	/* Blanks around a word are no news. */
	smallest(&c);
	change_hash(&c, first);
	c.word[WORD_TITLE] = SPAN(" \n政务公开\t");
	change_hash(&c, hash);
	ck_assert_mem_eq(hash, first, 32);
}
END_TEST

START_TEST(item_hash_is_the_items)
{
	struct change c;
	uint8_t first[32], hash[32];

	smallest(&c);
	change_item_hash(&c, first);
	c.kind = CHANGE_CREATED;
	change_item_hash(&c, hash);
	ck_assert_mem_eq(hash, first, 32);
	change_hash(&c, hash);
	ck_assert_mem_eq(hash, first, 32);
	c.word[WORD_TITLE] = SPAN("x");
	change_item_hash(&c, hash);
	ck_assert_mem_ne(hash, first, 32);
	/* What it was called before is how it came here, not what it is. */
	smallest(&c);
	change_item_hash(&c, first);
	c.word[WORD_FORMER] = SPAN("b.html");
	change_item_hash(&c, hash);
	ck_assert_mem_eq(hash, first, 32);
	change_hash(&c, hash);
	ck_assert_mem_ne(hash, first, 32);
	smallest(&c);
	c.kind = CHANGE_DELETED;
	change_item_hash(&c, hash);
	ck_assert_mem_ne(hash, first, 32);
}
END_TEST

#define INSANE(part, what) do {						\
	const char *why_ = NULL;					\
	smallest(&c);							\
	what;								\
	ck_assert_msg(!change_is_sane(&c, &why_), #what);		\
	ck_assert_msg(strncmp(why_, part, strlen(part)) == 0,		\
	    #what ": %s", why_);					\
} while (0)

START_TEST(insane)
{
	static char text[LIMIT_LONG_TEXT + 2];
	struct change c;

	memset(text, 'a', sizeof(text) - 1);
	smallest(&c);
	ck_assert(change_is_sane(&c, NULL));
	INSANE("rs:md change:", c.kind = 0);
	INSANE("rs:md change:", c.kind = CHANGE_LAST + 1);
	INSANE("loc:", c.url = SPAN_NONE);
	INSANE("loc:", c.url = SPAN("http://A.cn/"));
	INSANE("loc:", c.url = SPAN("http://a.cn/\xff"));
	INSANE("datetime:", c.when = CLOCK_NONE);
	INSANE("datetime:", c.when = -1);
	INSANE("datetime:", c.when = 253402300800000);
	INSANE("dcterms:issued:", c.published = -1);
	INSANE("lastmod:", c.modified = -1);
	INSANE("from:", c.from = INT64_MAX);
	INSANE("until:", c.until = INT64_MAX);
	INSANE("dcterms:identifier:", c.id = SPAN("\x01"));
	INSANE("dcterms:identifier:", c.id = span_of(text));
	INSANE("rs:md type:", c.type = SPAN("\xff"));
	INSANE("unknown parts:", c.unknown = SPAN("\xff"));
	INSANE("name of", c.critical = SPAN("\xff"));
	INSANE("zq:link:", c.links = SPAN("\xff"));
	for (int w = 0; w < WORD_COUNT; w++) {
		INSANE(w < 1 ? "dcterms:title:" : "", c.word[w] =
		    span_of(text));
		INSANE("", c.word[w] = SPAN("\xed\xa0\x80"));
	}
	smallest(&c);
	c.kind = CHANGE_NOTICE;
	c.url = SPAN_NONE;
	ck_assert(change_is_sane(&c, NULL));
}
END_TEST

START_TEST(links)
{
	struct change c;
	struct buf b;
	struct link l = { .kind = LINK_FORM, .line = UINT32_MAX,
		.to = SPAN("http://a.cn/") };
	struct span rows;
	const char *why;

	buf_init(&b, LIMIT_CHANGE);
	change_link_put(&b, &l);
	rows = buf_look(&b);
	ck_assert(change_link_next(&rows, &l));
	ck_assert_int_eq(l.kind, LINK_FORM);
	ck_assert_uint_eq(l.line, UINT32_MAX);
	ck_assert_uint_eq(l.text.n, 0);
	ck_assert(!change_link_next(&rows, &l));
	for (int i = 1; i < LIMIT_LINKS; i++)
		change_link_put(&b, &(struct link){ .kind = LINK_IMAGE,
		    .to = SPAN("http://a.cn/") });
	smallest(&c);
	c.links = buf_look(&b);
	ck_assert(change_is_sane(&c, NULL));
	change_link_put(&b, &(struct link){ .kind = LINK_IMAGE,
	    .to = SPAN("http://a.cn/") });
	c.links = buf_look(&b);
	ck_assert(!change_is_sane(&c, &why));
	ck_assert_str_eq(why, "zq:link: more than 4000");
	buf_reset(&b);
	change_link_put(&b, &(struct link){ .kind = LINK_IMAGE,
	    .to = SPAN("/relative") });
	c.links = buf_look(&b);
	ck_assert(!change_is_sane(&c, NULL));
	buf_clear(&b);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(change_kind_name(CHANGE_CREATED), "created");
	ck_assert_str_eq(change_kind_name(CHANGE_OTHER), "other");
	ck_assert_str_eq(change_kind_name(CHANGE_COVER), "cover");
	ck_assert_str_eq(change_kind_name(99), "unknown");
	ck_assert_str_eq(change_word_name(WORD_TITLE), "title");
	ck_assert_str_eq(change_word_name(WORD_SCOPE), "scope");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, round_trip);
	tcase_add_test(t, damaged);
	tcase_add_test(t, golden);
	tcase_add_test(t, golden_moves);
	tcase_add_test(t, golden_cut);
	tcase_add_test(t, newer_tags);
	tcase_add_test(t, strict_rows);
	tcase_add_test(t, hash_counts_all);
	tcase_add_test(t, item_hash_is_the_items);
	tcase_add_test(t, insane);
	tcase_add_test(t, links);
	tcase_add_test(t, names);
}

int
main(void)
{
	return help_main("change", fill);
}
