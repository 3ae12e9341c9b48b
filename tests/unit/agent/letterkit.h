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
