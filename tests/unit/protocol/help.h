/*
 * What the tests of the protocol share: a seeded source of changes of every
 * shape, files, and the end of main().
 */
#ifndef ZQ_TESTS_PROTOCOL_HELP_H
#define ZQ_TESTS_PROTOCOL_HELP_H

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/change.h"
#include "protocol/limits.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define GOLDEN "tests/golden/protocol/"

/* --- chance: xorshift, the same everywhere -------------------------------- */
static uint64_t help_state;

static inline uint64_t
help_random(uint64_t below)
{
	help_state ^= help_state << 13;
	help_state ^= help_state >> 7;
	help_state ^= help_state << 17;
	return help_state % below;
}

static inline void
help_seed(uint64_t seed)
{
	help_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* --- changes -------------------------------------------------------------- */
struct help_change {
	struct change c;
	struct buf text, links;		/* what the spans point into */
};

static inline struct span
help_text(struct buf *b, size_t most)
{
	static const uint32_t some[] = { 'a', 'Z', '<', '&', '>', '"', '\'',
		']', 0x90d1, 0x5dde, 0x653f, 0xe9, 0x1f600, 0xfffd, 0x3000,
		'%', ' ' };
	size_t at = b->n, n = help_random(most);

	text_put_char(b, 'x');	/* no blanks at the ends: they mean nothing */
	while (b->n - at < n)
		text_put_char(b, some[help_random(sizeof(some) /
		    sizeof(some[0]))]);
	text_put_char(b, 0x6587);
	return (struct span){ b->at + at, b->n - at };
}

static inline struct span
help_url(struct buf *b)
{
	size_t at = b->n;

	buf_printf(b, "http%s://www%u.gov.cn%s/art/%u_%u.html%s",
	    help_random(2) ? "s" : "", (unsigned)help_random(9),
	    help_random(4) ? "" : ":8080", (unsigned)help_random(99),
	    (unsigned)help_random(100000),
	    help_random(3) ? "" : "?a=%E9%83%91&b='c'");
	return (struct span){ b->at + at, b->n - at };
}

static inline int64_t
help_time(void)
{
	return help_random(2) ? CLOCK_NONE :
	    (int64_t)help_random(4102444800000);
}

static inline void
help_links(struct help_change *h)
{
	for (uint64_t n = help_random(8); n > 0; n--) {
		struct link l = {
			.kind = LINK_ANCHOR + (int)help_random(LINK_STYLE),
			.line = (uint32_t)help_random(3000),
			.to = help_url(&h->text),
			.text = help_random(3) ? help_text(&h->text, 60) :
			    SPAN_NONE,
		};

		change_link_put(&h->links, &l);
	}
	h->c.links = buf_look(&h->links);
}

static inline void
help_words(struct help_change *h)
{
	for (int w = 0; w < WORD_COUNT; w++)
		if (help_random(2))
			h->c.word[w] = help_text(&h->text,
			    w == WORD_KEYWORDS ? 4000 : 300);
}

/* A sane change, of any kind but `other`. The buffer never moves: it gets
 * all its room at once. */
static inline void
help_change(struct help_change *h, uint64_t seq)
{
	struct change *c = &h->c;

	buf_reset(&h->text);
	buf_reset(&h->links);
	change_init(c);
	c->seq = seq;
	c->kind = CHANGE_CREATED + (int)help_random(CHANGE_LAST - 1);
	if (c->kind >= CHANGE_OTHER)
		c->kind++;
	c->when = (int64_t)help_random(4102444800000);
	c->url = help_url(&h->text);
	c->published = help_time();
	c->modified = help_time();
	c->from = help_time();
	c->until = help_time();
	c->length = help_random(2) ? 0 : help_random(1u << 30);
	c->has_hash = help_random(2);
	for (size_t i = 0; c->has_hash && i < 32; i++)
		c->hash[i] = (uint8_t)help_random(256);
	if (help_random(2))
		c->id = help_text(&h->text, 200);
	if (help_random(2))
		c->type = SPAN("text/html");
	if (help_random(4) == 0)
		c->unknown = SPAN("<mood xmlns=\"urn:x\">gut &amp; "
		    "sch\xc3\xb6n<a xmlns=\"urn:y\" b=\"&#9;\"></a></mood>");
	c->links_cut = c->kind <= CHANGE_DELETED && seq % 5 == 0;
	help_words(h);
	help_links(h);
}

static inline void
help_change_init(struct help_change *h)
{
	buf_init(&h->text, 1u << 20);
	buf_init(&h->links, 1u << 20);
	for (size_t i = 0; i < 1u << 17; i++)
		buf_byte(&h->text, 'x');
}

static inline void
help_change_clear(struct help_change *h)
{
	buf_clear(&h->text);
	buf_clear(&h->links);
}

/* --- files ------------------------------------------------------------------ */
static inline void
help_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	ck_assert_msg(f != NULL, "%s: run from the top of the tree", path);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(b, part, n);
	fclose(f);
}

/* What we write must be what stands in the golden file, for ever. A new one
 * is made by ZQ_GOLDEN=write and then read by a human. */
static inline void
help_golden(const char *path, struct span made)
{
	struct buf b;
	const char *mode = getenv("ZQ_GOLDEN");
	size_t same = 0;

	if (mode != NULL && strcmp(mode, "write") == 0) {
		FILE *f = fopen(path, "wb");

		ck_assert(f != NULL);
		ck_assert(fwrite(made.at, 1, made.n, f) == made.n);
		fclose(f);
	}
	buf_init(&b, 1u << 20);
	help_file(&b, path);
	while (same < made.n && same < b.n && b.at[same] == made.at[same])
		same++;
	ck_assert_msg(span_is(buf_look(&b), made), "%s is not what we write, "
	    "from byte %zu on:\n%.*s\ninstead of\n%.*s", path, same,
	    SPAN_ARGS(text_cut((struct span){ made.at + same, made.n - same },
	    600)), SPAN_ARGS(text_cut((struct span){ b.at + same,
	    b.n - same }, 600)));
	buf_clear(&b);
}

static inline int
help_main(const char *name, void (*fill)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	fill(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

#endif
