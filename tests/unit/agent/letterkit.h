/*
 * For tests of letters about links: put into the store, listed, and as people
 * read them.
 */
#ifndef ZQ_TESTS_LETTERKIT_H
#define ZQ_TESTS_LETTERKIT_H

#include "agent/letter_links.h"
#include "agent/letter_sinks_text.h"
#include "contrib/base/text.h"
#include "tests/unit/agent/mendkit.h"

#define B "https://www.b.gov.cn/"

static inline void
put_letter(struct span kind, struct span body)
{
	struct letter l = { .number = ++kit_letter, .when = 1000,
	    .kind = kind, .text = SPAN("text"), .body = body };

	ck_assert_int_eq(store_do(kit_store, kit_letter_work, &l),
	    STORE_DONE);
}

/* Two pages, two links; of a move (or 0, a closing) that was announced. */
static inline void
put_links_of(uint32_t move, enum mending_state state)
{
	struct mending_link l = { .state = state, .move = move,
	    .scope = REWRITE_PREFIX, .from = 1798761600000,
	    .until = CLOCK_NONE, .by = SPAN("4101000002"),
	    .reason = SPAN("改版") };
	struct mending_page p = { .kind = LINK_ANCHOR };
	struct buf body;

	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, &l);
	for (int i = 1; i <= 2; i++) {
		l.old = i == 1 ? SPAN(B "old/1") : SPAN(B "old/%E4%B8%AD");
		l.new = i == 1 ? SPAN(B "new/1") : SPAN_NONE;
		mending_link(&body, &l, &l);
		p.url = SPAN(KIT_SITE "z.html");
		p.line = (uint32_t)(90 - 10 * i);
		p.more = i == 1 ? 11 : 0;
		mending_page(&body, &p);
		p.url = SPAN(KIT_SITE "a.html");
		p.line = 5;
		p.more = 0;
		if (i == 2)
			mending_page(&body, &p);
		mending_link_end(&body);
	}
	mending_end(&body);
	ck_assert(!body.bad);
	put_letter(SPAN(LETTER_LINKS), buf_look(&body));
	buf_clear(&body);
}

#define put_links(state) put_links_of(7, state)

static inline json_t *
list(void)
{
	struct store_txn *t = store_look(kit_store);
	json_t *l = inbox_list(t, 100);

	store_end(t);
	letter_links_add(l);
	return l;
}

static inline void
ck_prints(json_t *letter, size_t most, const char *want)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	letter_links_print(f, letter, most);
	fclose(f);
	ck_assert_str_eq(text, want);
	free(text);
}

/* What a mail of these letters says, as people read it. */
static inline void
read_mail(struct buf *text, json_t *letters)
{
	struct span body;
	struct buf mail;

	buf_init(&mail, 1u << 20);
	letter_sinks_mail(&mail, letters, kit_config->top,
	    json_array_size(letters));
	body = span_of(strstr(buf_cstr(&mail), "\n\n") + 2);
	while (body.n > 0) {
		const char *end = memchr(body.at, '\n', body.n);
		size_t n = (size_t)(end - body.at);

		ck_assert(text_unbase64(text, (struct span){ body.at, n }));
		body.at += n + 1;
		body.n -= n + 1;
	}
	buf_clear(&mail);
}

#endif
