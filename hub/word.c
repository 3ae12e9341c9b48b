/*
 * From text to terms; see word.h.
 */
#include "hub/word.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "contrib/base/mem.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/term.h"
#include "protocol/limits.h"

/* NFKC makes at most 18 characters of one. */
#define FOLDED_MAX ((size_t)LIMIT_LONG_TEXT * 18)

static const enum change_word fields[] = {
	WORD_TITLE, WORD_KEYWORDS, WORD_DESCRIPTION,
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

enum class { CLASS_NONE, CLASS_WORD, CLASS_RUN };

/* Scripts that are written without blanks between words. */
static const struct { uint32_t from, to; } runs[] = {
	{ 0x0e00, 0x0eff },	/* Thai, Lao */
	{ 0x1000, 0x109f },	/* Burmese */
	{ 0x1780, 0x17ff },	/* Khmer */
	{ 0x2e80, 0x2fdf },	/* Han radicals */
	{ 0x3005, 0x3007 },	/* 々 〆 〇 */
	{ 0x3021, 0x3029 },
	{ 0x3038, 0x303b },
	{ 0x3041, 0x30ff },	/* kana */
	{ 0x3105, 0x312f },	/* Bopomofo */
	{ 0x31a0, 0x31bf },
	{ 0x31f0, 0x31ff },
	{ 0x3400, 0x4dbf },	/* Han, extension A */
	{ 0x4e00, 0x9fff },	/* Han */
	{ 0xa000, 0xa4cf },	/* Yi */
	{ 0xac00, 0xd7a3 },	/* Hangul */
	{ 0xf900, 0xfaff },
	{ 0x20000, 0x3ffff },	/* Han, all other extensions */
};

static enum class
class_of(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ?
		    CLASS_WORD : CLASS_NONE;
	if (c >= 0x4e00 && c <= 0x9fff)
		return CLASS_RUN;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (c >= runs[i].from && c <= runs[i].to)
			return CLASS_RUN;
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L |
	    UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N) ? CLASS_WORD : CLASS_NONE;
}

/* --- a list of terms ------------------------------------------------------------ */

void
terms_init(struct terms *t)
{
	*t = (struct terms){ .n = 0 };
	buf_init(&t->text, FOLDED_MAX);
}

void
terms_clear(struct terms *t)
{
	free(t->at);
	buf_clear(&t->text);
	terms_init(t);
}

void
terms_reset(struct terms *t)
{
	t->n = 0;
}

void
terms_put(struct terms *t, uint64_t term)
{
	if (t->n == t->room) {
		t->room = t->room != 0 ? t->room * 2 : 256;
		t->at = mem_grow(t->at, t->room, sizeof(*t->at));
	}
	t->at[t->n++] = term;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

void
terms_sort(struct terms *t)
{
	size_t n = 0;

	if (t->n == 0)
		return;
	qsort(t->at, t->n, sizeof(*t->at), by_number);
	for (size_t i = 1; i < t->n; i++)
		if (t->at[i] != t->at[n])
			t->at[++n] = t->at[i];
	t->n = n + 1;
}

/* --- text ------------------------------------------------------------------------ */

static uint64_t
word_term(struct span word)
{
	uint64_t packed = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (word.n > TERM_WORD_EXACT || (word.at[i] & 0x80) != 0)
			return term_of(TERM_LONG_WORD, term_hash(0, word));
		packed = packed << 8 | (unsigned char)word.at[i];
	}
	return term_of(TERM_WORD, packed);
}

/* Where a text is being taken apart. */
struct cut {
	struct span rest;
	uint32_t c;		/* the next character */
	enum class class;	/* its class */
	const char *at;		/* where it begins */
};

static void
advance(struct cut *k)
{
	k->at = k->rest.at;
	k->c = text_next(&k->rest);
	k->class = k->c != UINT32_MAX ? class_of(k->c) : CLASS_NONE;
}

static void
take_word(struct cut *k, struct terms *t)
{
	const char *from = k->at;

	while (k->class == CLASS_WORD)
		advance(k);
	terms_put(t, word_term((struct span){ .at = from,
	    .n = (size_t)(k->at - from) }));
}

static void
take_run(struct cut *k, struct terms *t, bool with_last)
{
	uint32_t last = k->c;

	for (advance(k); k->class == CLASS_RUN; advance(k)) {
		terms_put(t, term_pair(last, k->c));
		last = k->c;
	}
	if (with_last)
		terms_put(t, term_of(TERM_LAST, last));
}

/* The last character of each run too, if with_last. */
static void
take_text(struct span s, struct terms *t, bool with_last)
{
	struct cut k = { .rest = s };

	advance(&k);
	while (k.c != UINT32_MAX) {
		if (k.class == CLASS_WORD)
			take_word(&k, t);
		else if (k.class == CLASS_RUN)
			take_run(&k, t, with_last);
		else
			advance(&k);
	}
}

/* The first WORD_CHARS characters of valid UTF-8. */
static struct span
beginning(struct span s)
{
	size_t chars = 0, i = 0;

	if (s.n <= WORD_CHARS)
		return s;
	for (; i < s.n; i++)
		if ((s.at[i] & 0xc0) != 0x80 && ++chars > WORD_CHARS)
			break;
	return (struct span){ .at = s.at, .n = i };
}

/* What is searched of a field, folded; lives in text until the next. */
static struct span
field(const struct change *c, enum change_word w, struct buf *text)
{
	buf_reset(text);
	if (c->word[w].n == 0 || !text_fold(text, c->word[w]))
		return SPAN_NONE;
	return beginning(buf_look(text));
}

void
word_terms(struct terms *t, const struct change *c)
{
	for (size_t i = 0; i < FIELDS; i++)
		take_text(field(c, fields[i], &t->text), t, true);
}

/* --- phrases ----------------------------------------------------------------------- */

static struct span
next_piece(struct span *rest)
{
	struct span piece;
	size_t n = 0;

	while (rest->n > 0 && rest->at[0] == ' ')
		rest->at++, rest->n--;
	if (rest->n == 0)
		return SPAN_NONE;
	while (n < rest->n && rest->at[n] != ' ')
		n++;
	piece = (struct span){ .at = rest->at, .n = n };
	rest->at += n;
	rest->n -= n;
	return piece;
}

/* Just a pair, or just a short word: the term says it all. */
static bool
is_proven(struct span piece, const struct terms *t)
{
	enum term_tag tag = t->n == 1 ? term_tag(t->at[0]) : TERM_LONG_WORD;
	enum class class = tag == TERM_PAIR ? CLASS_RUN : CLASS_WORD;
	struct span rest = piece;

	if (tag != TERM_PAIR && tag != TERM_WORD)
		return false;
	while (rest.n > 0)
		if (class_of(text_next(&rest)) != class)
			return false;
	return true;
}

static void
add_piece(struct phrase *p, struct span piece, struct terms *t)
{
	struct cut k = { .rest = piece };

	p->piece[p->pieces++] = piece;
	terms_reset(t);
	take_text(piece, t, false);
	p->exact = p->exact && is_proven(piece, t);
	for (size_t i = 0; i < t->n && p->terms < PHRASE_TERMS; i++)
		p->term[p->terms++] = t->at[i];
	for (advance(&k); p->single == 0 && k.c != UINT32_MAX; advance(&k))
		if (k.class == CLASS_RUN)
			p->single = k.c;
}

static bool
take_pieces(struct phrase *p)
{
	struct span rest = buf_look(&p->text), piece;
	struct terms t;
	bool fits = true;

	terms_init(&t);
	while (fits && (piece = next_piece(&rest)).n > 0) {
		fits = p->pieces < PHRASE_PIECES;
		if (fits)
			add_piece(p, piece, &t);
	}
	terms_clear(&t);
	return fits;
}

bool
phrase_parse(struct phrase *p, struct span s, const char **why)
{
	*p = (struct phrase){ .exact = true };
	buf_init(&p->text, PHRASE_MAX);
	if (!text_is_utf8(s)) {
		*why = N_("the phrase is not UTF-8");
	} else if (s.n > PHRASE_MAX || !text_fold(&p->text, s) ||
	    p->text.bad) {
		*why = N_("the phrase is too long: up to 512 bytes");
	} else if (!take_pieces(p)) {
		*why = N_("the phrase has too many words: up to 16");
	} else {
		if (p->terms > 0)
			p->single = 0;
		return true;
	}
	phrase_clear(p);
	return false;
}

void
phrase_clear(struct phrase *p)
{
	buf_clear(&p->text);
	*p = (struct phrase){ .exact = true };
}

/* The character of s that begins last before byte `at`, or at it. */
static bool
is_word_before(struct span s, size_t at)
{
	size_t i = at;

	while (i > 0 && (s.at[--i] & 0xc0) == 0x80)
		;
	s = (struct span){ .at = s.at + i, .n = at - i };
	return s.n > 0 && class_of(text_next(&s)) == CLASS_WORD;
}

static bool
is_word_at(struct span s, size_t at)
{
	s = (struct span){ .at = s.at + at, .n = s.n - at };
	return s.n > 0 && class_of(text_next(&s)) == CLASS_WORD;
}

/* Does no word reach across byte `at` of s? */
static bool
is_edge(struct span s, size_t at)
{
	return !is_word_before(s, at) || !is_word_at(s, at);
}

static bool
has_piece(struct span s, struct span piece)
{
	struct span rest = s;
	const char *hit;

	while ((hit = memmem(rest.at, rest.n, piece.at, piece.n)) != NULL) {
		size_t at = (size_t)(hit - s.at);

		if (is_edge(s, at) && is_edge(s, at + piece.n))
			return true;
		rest = (struct span){ .at = hit + 1, .n = s.n - at - 1 };
	}
	return false;
}

bool
phrase_is_in(const struct phrase *p, const struct change *c, struct buf *text)
{
	bool found[PHRASE_PIECES] = { false };
	size_t left = p->pieces;

	for (size_t i = 0; i < FIELDS && left > 0; i++) {
		struct span s = field(c, fields[i], text);

		for (size_t k = 0; s.n > 0 && k < p->pieces; k++) {
			if (found[k] || !has_piece(s, p->piece[k]))
				continue;
			found[k] = true;
			left--;
		}
	}
	return left == 0;
}
