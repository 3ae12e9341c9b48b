/* See movelist_said.h. */
#include "protocol/movelist_said.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/date.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/say_fit.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

#define SHOWN 200		/* bytes of a word that is odd */
#define EXTENSION_MAX 5		/* of a page: "shtml", "xhtml" */

void
movelist_said_init(struct movelist_said *s)
{
	*s = (struct movelist_said){ .from = CLOCK_NONE,
	    .until = CLOCK_NONE };
	buf_init(&s->old, LIMIT_URL);
	buf_init(&s->new, LIMIT_URL);
}

void
movelist_said_clear(struct movelist_said *s)
{
	buf_clear(&s->old);
	buf_clear(&s->new);
}

/* --- its words ------------------------------------------------------------ */

static bool
read_scope(struct movelist_said *s, struct span word, struct buf *why)
{
	s->scope = word.n > 0 ? rewrite_scope_named(word) : REWRITE_ADDRESS;
	if (s->scope != 0)
		return true;
	buf_printf(why, _("%.*s: expected address, prefix or domain"),
	    SPAN_ARGS(text_cut(word, SHOWN)));
	return false;
}

/* "a.html", "list.aspx"; but "v1.2" and "2024" are names of directories. */
static bool
is_file(struct span name)
{
	const char *dot = name.n > 0 ? memrchr(name.at, '.', name.n) : NULL;
	size_t n = dot != NULL ? (size_t)(name.at + name.n - dot) - 1 : 0;
	bool letter = false;

	if (dot == name.at || n < 1 || n > EXTENSION_MAX)
		return false;
	for (size_t i = 1; i <= n; i++) {
		char c = dot[i] | 0x20;

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			return false;
		letter |= c >= 'a';
	}
	return letter;
}

bool
movelist_said_is_column(struct span url, struct buf *why)
{
	const char *query = memchr(url.at, '?', url.n);
	size_t n = query != NULL ? (size_t)(query - url.at) : url.n, last = n;

	while (last > 0 && url.at[last - 1] != '/')
		last--;
	if (!is_file((struct span){ url.at + last, n - last }))
		return true;
	buf_printf(why, _("%.*s is one page. A prefix is all that is below an "
	    "address with a slash at its end, such as %.*s; a page is moved "
	    "without prefix"), SPAN_ARGS(url), (int)last, url.at);
	return false;
}

static bool
read_address(struct buf *out, enum rewrite_scope scope, struct span word,
    struct buf *why)
{
	const char *wrong = "";

	if (!url_normal(out, word, &wrong)) {
		buf_printf(why, "%.*s: %s; %s",
		    SPAN_ARGS(text_cut(word, LIMIT_URL)), wrong,
		    _("give the whole address, such as "
		    "https://www.example.gov.cn/a.html"));
		return false;
	}
	if (scope == REWRITE_PREFIX &&
	    !movelist_said_is_column(buf_look(out), why))
		return false;
	if (scope != REWRITE_ADDRESS && out->at[out->n - 1] != '/')
		buf_byte(out, '/');
	return true;
}

static bool
read_time(int64_t *ms, struct span word, int zone, struct buf *why)
{
	*ms = CLOCK_NONE;
	if (word.n == 0 || date_said(word, zone, ms))
		return true;
	buf_printf(why, _("%.*s: expected a date such as "
	    "\"2026-12-01 00:00\""), SPAN_ARGS(text_cut(word, SHOWN)));
	return false;
}

/* An end that is over would be held at the hub. */
static bool
read_times(struct movelist_said *s, const struct movelist_words *w, int zone,
    int64_t now, struct buf *why)
{
	if (!read_time(&s->from, w->at, zone, why) ||
	    !read_time(&s->until, w->until, zone, why))
		return false;
	if (s->until == CLOCK_NONE || s->until > now)
		return true;
	buf_printf(why, _("%.*s has passed: until when do old addresses "
	    "answer? Give a time that is to come, or none"),
	    SPAN_ARGS(w->until));
	return false;
}

bool
movelist_said_read(struct movelist_said *s, const struct movelist_words *w,
    size_t reason_most, int zone, int64_t now, struct buf *why)
{
	s->reason = w->reason;
	return say_fits("reason", w->reason, reason_most, why) &&
	    read_scope(s, w->scope, why) &&
	    read_address(&s->old, s->scope, w->old, why) &&
	    (w->back || read_address(&s->new, s->scope, w->new, why)) &&
	    read_times(s, w, zone, now, why);
}

/* --- among others --------------------------------------------------------- */

/* A number in a sentence would be nobody's; the address stays. */
static void
drop_number(struct buf *why)
{
	char *at = why->n > 0 ? strstr(why->at, ": move ") : NULL;
	char *rest = at != NULL ? strstr(at, ", from ") : NULL;

	if (rest == NULL)
		return;
	memmove(at + 2, rest + 2, strlen(rest + 2) + 1);
	why->n = strlen(why->at);
}

bool
movelist_said_rule(const struct movelist_said *s, struct rewrite *set,
    int64_t at, uint32_t number, uint32_t *other, struct buf *why)
{
	/* It moves for good: that its redirect ends one day changes nothing. */
	const struct rewrite_rule r = { .scope = s->scope,
	    .from = buf_look(&s->old), .to = buf_look(&s->new), .at = at,
	    .until = CLOCK_NONE, .number = number };
	struct buf clash;
	bool good;

	buf_init(&clash, 4 * LIMIT_URL);
	good = rewrite_add(set, &r, other, &clash);
	if (!good) {
		drop_number(&clash);
		buf_printf(why, "%.*s → %.*s: %s", SPAN_ARGS(r.from),
		    SPAN_ARGS(r.to), buf_cstr(&clash));
	}
	buf_clear(&clash);
	return good;
}

bool
movelist_said_is_back(const struct movelist_said *s,
    const struct rewrite_rule *other)
{
	return other->scope == s->scope &&
	    url_place_same(other->from, buf_look(&s->new)) &&
	    url_place_same(other->to, buf_look(&s->old));
}
