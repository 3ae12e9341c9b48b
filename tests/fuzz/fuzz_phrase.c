/*
 * A phrase and a text, with a NUL between: if the phrase is in the text, its
 * terms must lead to it; if its terms prove a match, it must be one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/word.h"

static bool
leads_to(const struct phrase *p, const struct change *c)
{
	struct terms t;
	bool all = true;

	terms_init(&t);
	word_terms(&t, c);
	for (size_t i = 0; i < p->terms && all; i++) {
		all = false;
		for (size_t n = 0; n < t.n && !all; n++)
			all = t.at[n] == p->term[i];
	}
	terms_clear(&t);
	return all;
}

static void
check(struct span phrase, struct span text)
{
	const char *why = NULL;
	struct change c;
	struct phrase p;
	struct buf room;
	bool in;

	change_init(&c);
	c.word[WORD_TITLE] = text;
	if (!phrase_parse(&p, phrase, &why)) {
		must(why != NULL);
		return;
	}
	buf_init(&room, 1 << 20);
	in = phrase_is_in(&p, &c, &room);
	must(!in || leads_to(&p, &c));
	must(!p.exact || p.terms == 0 || in == leads_to(&p, &c));
	buf_clear(&room);
	phrase_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	const uint8_t *nul = n > 0 ? memchr(at, 0, n) : NULL;
	struct span phrase = { (const char *)at, n }, text = SPAN_NONE;

	if (nul != NULL) {
		phrase.n = (size_t)(nul - at);
		text = (struct span){ (const char *)nul + 1,
		    n - phrase.n - 1 };
	}
	if (text.n <= 8192 && text_is_utf8(text))
		check(phrase, text);
	return 0;
}
