/* See linktag.h. */
#include "agent/linktag.h"

#include <string.h>

#include "contrib/base/text.h"

static const struct linktag table[] = {
	{ "a", "href", LINK_ANCHOR, LINKTAG_ONE, NULL, NULL },
	{ "a", "xlink:href", LINK_ANCHOR, LINKTAG_ONE, NULL, NULL },	/* SVG */
	{ "area", "href", LINK_ANCHOR, LINKTAG_ONE, NULL, NULL },
	{ "base", "href", LINK_ANCHOR, LINKTAG_ONE, NULL, NULL },
	/* a list of friendly sites to choose from, which a script follows */
	{ "option", "value", LINK_ANCHOR, LINKTAG_WHOLE, NULL, NULL },
	{ "meta", "content", LINK_ANCHOR, LINKTAG_REFRESH, "http-equiv",
	  "refresh" },
	{ "img", "src", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "img", "srcset", LINK_IMAGE, LINKTAG_LIST, NULL, NULL },
	{ "source", "src", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "source", "srcset", LINK_IMAGE, LINKTAG_LIST, NULL, NULL },
	{ "video", "src", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "video", "poster", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "audio", "src", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "input", "src", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "image", "href", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },	/* SVG */
	{ "image", "xlink:href", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "body", "background", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "table", "background", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "tr", "background", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "td", "background", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "th", "background", LINK_IMAGE, LINKTAG_ONE, NULL, NULL },
	{ "frame", "src", LINK_FRAME, LINKTAG_ONE, NULL, NULL },
	{ "iframe", "src", LINK_FRAME, LINKTAG_ONE, NULL, NULL },
	{ "embed", "src", LINK_FRAME, LINKTAG_ONE, NULL, NULL },
	{ "object", "data", LINK_FRAME, LINKTAG_ONE, NULL, NULL },
	{ "form", "action", LINK_FORM, LINKTAG_ONE, NULL, NULL },
	{ "button", "formaction", LINK_FORM, LINKTAG_ONE, NULL, NULL },
	{ "input", "formaction", LINK_FORM, LINKTAG_ONE, NULL, NULL },
	{ "script", "src", LINK_SCRIPT, LINKTAG_ONE, NULL, NULL },
	{ "link", "href", LINK_STYLE, LINKTAG_ONE, "rel", "stylesheet" },
};

const struct linktag *
linktag_find(struct span element, struct span attribute)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_same_nocase(element, span_of(table[i].element)) &&
		    text_same_nocase(attribute, span_of(table[i].attribute)))
			return &table[i];
	return NULL;
}

bool
linktag_is_needed(struct span element, struct span attribute)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].needs != NULL &&
		    text_same_nocase(element, span_of(table[i].element)) &&
		    text_same_nocase(attribute, span_of(table[i].needs)))
			return true;
	return false;
}

bool
linktag_is_meant(const struct linktag *t, struct span needed)
{
	struct span word;

	if (t->needs == NULL)
		return true;
	word = span_of(t->word);
	for (size_t i = 0; i + word.n <= needed.n; i++)
		if (text_same_nocase((struct span){ needed.at + i, word.n },
		    word))
			return true;
	return false;
}

/* --- taking values apart -------------------------------------------------- */

static bool
is_blank(char c)	/* a NUL is one for page.c, too */
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
	    c == '\f' || c == '\0';
}

static void
skip(struct span *s, size_t n)
{
	s->at += n;
	s->n -= n;
}

static void
skip_blanks(struct span *s)
{
	while (s->n > 0 && is_blank(s->at[0]))
		skip(s, 1);
}

/* A comma ends one, at the end of its address or behind what follows that. */
static bool
next_listed(struct span *rest, struct span *address)
{
	size_t n = 0;

	while (rest->n > 0 && (is_blank(rest->at[0]) || rest->at[0] == ','))
		skip(rest, 1);
	while (n < rest->n && !is_blank(rest->at[n]))
		n++;
	*address = (struct span){ rest->at, n };
	skip(rest, n);
	while (address->n > 0 && address->at[address->n - 1] == ',')
		address->n--;
	while (address->n == n && rest->n > 0 && rest->at[0] != ',')
		skip(rest, 1);
	return address->n > 0;
}

/* "5;", "0.5 ,": to behind it. False: that is no refresh. */
static bool
skip_time(struct span *s)
{
	size_t n = 0;

	skip_blanks(s);
	while (n < s->n && ((s->at[n] >= '0' && s->at[n] <= '9') ||
	    s->at[n] == '.'))
		n++;
	skip(s, n);
	if (n == 0 || (s->n > 0 && s->at[0] != ';' && s->at[0] != ',' &&
	    !is_blank(s->at[0])))
		return false;
	skip_blanks(s);
	if (s->n > 0 && (s->at[0] == ';' || s->at[0] == ','))
		skip(s, 1);
	skip_blanks(s);
	return true;
}

/* "url =": to behind it, if it is there. */
static void
skip_word(struct span *s)
{
	struct span t = *s;

	if (t.n < 3 || !text_same_nocase((struct span){ t.at, 3 },
	    SPAN("url")))
		return;
	skip(&t, 3);
	skip_blanks(&t);
	if (t.n == 0 || t.at[0] != '=')
		return;
	skip(&t, 1);
	skip_blanks(&t);
	*s = t;
}

/* As the HTML standard's "shared declarative refresh steps" have it. */
static bool
refreshed(struct span s, struct span *address)
{
	const char *quote;

	if (!skip_time(&s))
		return false;
	skip_word(&s);
	*address = s;
	if (s.n > 0 && (s.at[0] == '"' || s.at[0] == '\'')) {
		skip(address, 1);
		quote = memchr(address->at, s.at[0], address->n);
		if (quote != NULL)
			address->n = (size_t)(quote - address->at);
	}
	return address->n > 0;
}

bool
linktag_is_whole(struct span s)
{
	static const struct span scheme[] = { SPAN("http://"),
		SPAN("https://") };

	for (size_t i = 0; i < sizeof(scheme) / sizeof(scheme[0]); i++)
		if (s.n > scheme[i].n && text_same_nocase((struct span){
		    s.at, scheme[i].n }, scheme[i]))
			return true;
	return false;
}

bool
linktag_next(const struct linktag *t, struct span *rest, struct span *address)
{
	struct span all = *rest;

	if (t->form == LINKTAG_LIST)
		return next_listed(rest, address);
	*address = all;
	if (all.n == 0)		/* and nowhere, perhaps */
		return false;
	*rest = (struct span){ all.at + all.n, 0 };
	if (t->form == LINKTAG_REFRESH)
		return refreshed(all, address);
	if (t->form != LINKTAG_WHOLE)
		return true;
	skip_blanks(address);
	while (address->n > 0 && is_blank(address->at[address->n - 1]))
		address->n--;
	return linktag_is_whole(*address);
}

/* --- templates ------------------------------------------------------------- */

static bool
begins(struct span s, struct span word)
{
	return s.n >= word.n && memcmp(s.at, word.at, word.n) == 0;
}

/* A number as some systems give files for names: "{1B7F44A0-09…}". */
#define NUMBER_LEAST 8

static bool
is_number(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0123456789abcdefABCDEF-", s.at[i]) == NULL ||
		    s.at[i] == '\0')
			return false;
	return s.n >= NUMBER_LEAST;
}

/* At a "{": is something named up to the next "}"? */
static bool
is_braced(struct span s)
{
	const char *end = memchr(s.at, '}', s.n);
	struct span in = { s.at + 1, 0 };

	if (end == NULL)
		return false;
	in.n = (size_t)(end - in.at);
	return in.n > 0 && !is_number(in);
}

bool
linktag_is_template(struct span s)
{
	/* ASP and JSP, PHP, SSI, FreeMarker; 帝国CMS, DedeCMS */
	static const struct span begin[] = { SPAN("<%"), SPAN("<?"),
		SPAN("<!--#"), SPAN("<#"), SPAN("<@"), SPAN("[!--"),
		SPAN("[field:") };

	for (; s.n > 0; skip(&s, 1)) {
		for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
			if (begins(s, begin[i]))
				return true;
		if (s.at[0] == '{' && is_braced(s))
			return true;
		if (s.at[0] == '?' || (s.at[0] == '#' &&
		    !begins(s, SPAN("#{"))))
			return false;
	}
	return false;
}
