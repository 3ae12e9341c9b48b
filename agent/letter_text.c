/* See letter_text.h. */
#include "agent/letter_text.h"

#include <string.h>

#include "agent/letter_links.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "protocol/letter.h"
#include "protocol/reason.h"

/* --- how many are how ----------------------------------------------------- */

static size_t
count(json_t *links, const char *state)
{
	size_t i, n = 0;
	json_t *l;

	json_array_foreach(links, i, l)
		n += strcmp(json_text(l, "state"), state) == 0;
	return n;
}

/* "moved", or "moved: 3; was deleted: 1". */
static void
put_states(struct buf *b, json_t *letter)
{
	json_t *links = json_object_get(letter, "links");
	bool of_target = letter_links_is_of_target(letter);
	size_t all = json_array_size(links), before = 0;
	const char *state;

	for (size_t i = 0; (state = letter_links_state(i)) != NULL; i++) {
		size_t n = count(links, state);

		if (n == 0)
			continue;
		buf_printf(b, "%s%s", before > 0 ? _("; ") : "",
		    letter_links_word(state, of_target));
		if (n < all)
			buf_printf(b, _(": %zu"), n);
		before += n;
	}
}

static bool
is_settled(const char *state)
{
	return strcmp(state, "fixed") == 0 || strcmp(state, "off") == 0 ||
	    strcmp(state, "open") == 0;
}

/* Those on pages that were named, and on pages that are like them. */
static long long
to_change(json_t *letter)
{
	json_t *page, *l;
	long long n = 0;
	size_t i, j;

	json_array_foreach(json_object_get(letter, "pages"), i, page)
		json_array_foreach(json_object_get(page, "links"), j, l)
			if (!is_settled(json_text(l, "state")))
				n += 1 + json_integer_value(
				    json_object_get(l, "more"));
	return n;
}

const char *
letter_text_kind(const char *kind)
{
	static const char *const words[] = { N_("links"), N_("referred"),
		N_("danger"), N_("unanswered"), N_("off"), N_("held"),
		N_("release"), N_("refuse"), N_("settled"), N_("trust"),
		N_("move"), N_("notice"), N_("look") };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], kind) == 0)
			return _(words[i]);
	return kind;
}

/* --- by kind -------------------------------------------------------------- */

static void
put_links(struct buf *b, json_t *letter, size_t n)
{
	long long change = to_change(letter);

	buf_printf(b, ngettext("%zu address that pages of this site link to: ",
	    "%zu addresses that pages of this site link to: ", n), n);
	put_states(b, letter);
	if (change > 0)
		buf_printf(b, ngettext("; by this letter %lld link is to be "
		    "changed", "; by this letter %lld links are to be "
		    "changed", (unsigned long)change), change);
}

static void
put_danger(struct buf *b, json_t *letter, size_t n)
{
	(void)letter;
	buf_printf(b, ngettext("DANGER: %zu address that pages of this site "
	    "link to is in wrong hands, or seems so: take the link away",
	    "DANGER: %zu addresses that pages of this site link to are in "
	    "wrong hands, or seem so: take the links away", n), n);
}

static void
put_referred(struct buf *b, json_t *letter, size_t n)
{
	buf_printf(b, ngettext("%zu address of this site that pages of others "
	    "link to: ", "%zu addresses of this site that pages of others "
	    "link to: ", n), n);
	put_states(b, letter);
	buf_text(b, _("; they were told"));
}

static void
put_off(struct buf *b, json_t *letter, size_t n)
{
	json_t *l = json_array_get(json_object_get(letter, "links"), 0);

	(void)n;
	buf_printf(b, _("move %lld that this site announced is withdrawn by "
	    "%s"), (long long)json_integer_value(json_object_get(l, "move")),
	    json_text(l, "by"));
}

typedef void put_fn(struct buf *b, json_t *letter, size_t n);

static const struct { const char *kind; put_fn *put; } kinds[] = {
	{ LETTER_LINKS, put_links }, { LETTER_DANGER, put_danger },
	{ LETTER_REFERRED, put_referred }, { LETTER_OFF, put_off },
};

void
letter_text_put(struct buf *b, json_t *letter)
{
	size_t n = json_array_size(json_object_get(letter, "links"));

	for (size_t i = 0; n > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(json_text(letter, "kind"), kinds[i].kind) == 0) {
			kinds[i].put(b, letter, n);
			return;
		}
	reason_put(b, json_text_span(letter, "text"));
}
