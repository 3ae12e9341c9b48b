/*
 * The part of movelist.h that reads what stands in a `map` of nginx: inside of
 * its braces, or with them around it. Keys are paths, or hosts and paths; a
 * regular expression is taken where it says no more than a prefix does.
 */
#include "protocol/movelist.h"

#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/movelist_read.h"

#define WORD_MOST 65536		/* bytes of a word */
#define SHOWN 200		/* bytes of what is odd */

struct words {			/* of a directive */
	struct buf word[3];
	size_t count;		/* of all; three are kept */
	unsigned line;
	char end;		/* ';', '{', '}' or 0: the file is over */
};

/* --- words -------------------------------------------------------------------- */

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_white(struct movelist_reading *r, struct span *s)
{
	while (s->n > 0 && (is_white(s->at[0]) || s->at[0] == '#')) {
		bool remark = s->at[0] == '#';

		(void)movelist_read_char(r, s);
		while (remark && s->n > 0 && s->at[0] != '\n')
			(void)movelist_read_char(r, s);
	}
}

static void
take_quoted(struct movelist_reading *r, struct span *s, struct buf *word)
{
	unsigned began = r->line;
	char quote = movelist_read_char(r, s);

	while (s->n > 0) {
		char c = movelist_read_char(r, s);

		if (c == quote)
			return;
		if (c == '\\' && s->n > 0 && (s->at[0] == quote ||
		    s->at[0] == '\\'))
			c = movelist_read_char(r, s);
		buf_byte(word, c);
	}
	if (movelist_read_complain(r, began))
		buf_text(r->why, _("a quote is opened and never closed"));
}

/* Braces belong to an unquoted word only as "${". */
static void
take_word(struct movelist_reading *r, struct span *s, struct buf *word)
{
	bool name = false;

	if (s->at[0] == '"' || s->at[0] == '\'') {
		take_quoted(r, s, word);
		return;
	}
	while (s->n > 0 && !is_white(s->at[0]) && s->at[0] != ';') {
		if ((s->at[0] == '{' && (word->n == 0 ||
		    word->at[word->n - 1] != '$')) ||
		    (s->at[0] == '}' && !name))
			return;
		if (s->at[0] == '{' || s->at[0] == '}')
			name = s->at[0] == '{';
		buf_byte(word, movelist_read_char(r, s));
	}
}

static void
take_words(struct movelist_reading *r, struct span *s, struct words *w)
{
	struct buf over;

	for (size_t i = 0; i < 3; i++)
		buf_reset(&w->word[i]);
	buf_init(&over, WORD_MOST);
	w->count = 0;
	w->end = '\0';
	skip_white(r, s);
	w->line = r->line;
	for (; s->n > 0; skip_white(r, s)) {
		if (strchr(";{}", s->at[0]) != NULL && s->at[0] != '\0') {
			w->end = movelist_read_char(r, s);
			break;
		}
		if (s->at[0] == '\0') {		/* no text has that */
			(void)movelist_read_char(r, s);
			continue;
		}
		take_word(r, s, w->count < 3 ? &w->word[w->count] : &over);
		w->count++;
	}
	buf_clear(&over);
}

/* --- what they mean -------------------------------------------------------------- */

static bool
ends_with(struct span s, struct span end)
{
	return s.n >= end.n &&
	    memcmp(s.at + s.n - end.n, end.at, end.n) == 0;
}

/* "~^/old/(.*)$" and "/new/$1" are the prefixes /old/ and /new/. False: it
 * says more than that. */
static bool
take_prefix(struct span *key, struct span *value)
{
	static const char special[] = "^$*+?()[]{}|\\";
	struct span k = *key;

	if (text_starts(k, "~*"))
		return false;
	k.at++;
	k.n--;
	if (!text_starts(k, "^/"))
		return false;
	k.at++;
	k.n--;
	if (ends_with(k, SPAN("(.*)$")))
		k.n -= 5;
	else if (ends_with(k, SPAN("(.*)")))
		k.n -= 4;
	else
		return false;
	if (!ends_with(k, SPAN("/")) || !ends_with(*value, SPAN("/$1")))
		return false;
	for (size_t i = 0; i < k.n; i++)
		if (strchr(special, k.at[i]) != NULL)
			return false;
	*key = k;
	value->n -= 2;
	return true;
}

/* A key without a scheme that is no path begins with a host. */
static char *
key_address(struct movelist_reading *r, struct span key, unsigned line)
{
	struct buf b;
	char *whole;

	if (key.n == 0 || key.at[0] == '/' || text_starts(key, "http"))
		return movelist_read_address(r, key, line);
	buf_init(&b, WORD_MOST + 8);
	buf_text(&b, "http://");
	buf_span(&b, key);
	whole = mem_copy(buf_cstr(&b), b.n);
	buf_clear(&b);
	return whole;
}

/* "$scheme://www.b.cn/x": http and https are one place. */
static char *
value_address(struct movelist_reading *r, struct span value, unsigned line)
{
	static const char scheme[] = "$scheme://";
	struct buf b;
	char *whole = NULL;

	buf_init(&b, WORD_MOST + 8);
	if (text_starts(value, scheme)) {
		buf_text(&b, "https://");
		value.at += sizeof(scheme) - 1;
		value.n -= sizeof(scheme) - 1;
	}
	buf_span(&b, value);
	if (b.n == 0 || memchr(b.at, '$', b.n) != NULL ||
	    (b.at[0] != '/' && !text_starts(buf_look(&b), "http"))) {
		if (movelist_read_complain(r, line))
			buf_printf(r->why, _("\"%.*s\" is no address that "
			    "can be announced"),
			    SPAN_ARGS(text_cut(value, SHOWN)));
	} else {
		whole = movelist_read_address(r, buf_look(&b), line);
	}
	buf_clear(&b);
	return whole;
}

static void
take_entry(struct movelist_reading *r, const struct words *w)
{
	struct movelist_row row = { .line = w->line };
	struct span key = buf_look(&w->word[0]);
	struct span value = buf_look(&w->word[1]);

	if (text_starts(key, "~")) {
		if (!take_prefix(&key, &value)) {
			if (movelist_read_complain(r, w->line))
				buf_printf(r->why, _("\"%.*s\": a regular "
				    "expression can't be announced; say what "
				    "it means as OLD/ NEW/ with --prefix"),
				    SPAN_ARGS(text_cut(key, SHOWN)));
			return;
		}
		row.scope = mem_text("prefix");
	}
	row.old = key_address(r, key, w->line);
	row.new = value_address(r, value, w->line);
	movelist_read_add(r, &row);
}

/* What a map may say besides: none of it is a move. */
static bool
is_setting(const struct words *w)
{
	struct span first = buf_look(&w->word[0]);

	return span_is(first, SPAN("default")) ||
	    span_is(first, SPAN("volatile")) ||
	    span_is(first, SPAN("hostnames"));
}

static void
take_directive(struct movelist_reading *r, const struct words *w)
{
	struct span first = buf_look(&w->word[0]);

	if (w->count == 0 || (w->end == ';' && is_setting(w)))
		return;
	if (w->end == '{' && span_is(first, SPAN("map")) && w->count == 3)
		return;
	if (w->end == ';' && w->count == 2 &&
	    !span_is(first, SPAN("include"))) {
		take_entry(r, w);
		return;
	}
	if (!movelist_read_complain(r, w->line))
		return;
	if (span_is(first, SPAN("include")))
		buf_text(r->why, _("an include is not followed: name that "
		    "file instead"));
	else if (w->end != ';')
		buf_printf(r->why, _("\"%.*s …\" is not closed by a "
		    "semicolon"), SPAN_ARGS(text_cut(first, SHOWN)));
	else
		buf_printf(r->why, _("expected OLD NEW; found %zu words"),
		    w->count);
}

bool
movelist_nginx(struct movelist *l, struct span bytes, const char *name,
    const char *base, struct buf *why)
{
	struct movelist_reading r = { .list = l, .name = name, .base = base,
	    .why = why };
	struct words w = { .count = 0 };
	struct buf utf8;
	struct span s;

	if (!movelist_read_begin(&r, &utf8, bytes))
		return false;
	for (size_t i = 0; i < 3; i++)
		buf_init(&w.word[i], WORD_MOST);
	for (s = buf_look(&utf8); s.n > 0;) {
		take_words(&r, &s, &w);
		take_directive(&r, &w);
	}
	for (size_t i = 0; i < 3; i++)
		buf_clear(&w.word[i]);
	buf_clear(&utf8);
	return movelist_read_end(&r);
}
