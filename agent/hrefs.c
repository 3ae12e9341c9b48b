/*
 * See hrefs.h. The states are those of the standard's tokenizer ("Parsing HTML
 * documents"), as far as they decide where a tag ends and what an attribute
 * is; each state is a function that moves on.
 */
#include "agent/hrefs.h"

#include <string.h>

#include "contrib/base/text.h"

/* Of one tag: more than linktag.c has of any element. */
#define ATTRIBUTES_MAX 8

struct attribute {
	struct span name, value;
	char quote;
};

struct scan {
	const char *start, *at, *end;
	const char *counted;	/* lines are counted up to here */
	uint32_t line;
	hrefs_fn *fn;		/* or */
	hrefs_hidden_fn *hidden;
	void *arg;
	/* The tag just read, and what counts of its attributes. */
	struct span tag;
	struct attribute attribute[ATTRIBUTES_MAX];
	size_t count;
};

static bool
is_blank(char c)	/* a NUL is one for page.c, too */
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
	    c == '\f' || c == '\0';
}

static bool
is_end(char c)		/* of a tag's name */
{
	return is_blank(c) || c == '/' || c == '>';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t
left(const struct scan *s)
{
	return (size_t)(s->end - s->at);
}

static bool
stands(const struct scan *s, const char *word)
{
	struct span w = span_of(word);

	return left(s) >= w.n &&
	    text_same_nocase((struct span){ s->at, w.n }, w);
}

/* To behind the next such bytes, or to the end. */
static void
skip_past(struct scan *s, const char *bytes)
{
	size_t n = strlen(bytes);
	const char *found = memmem(s->at, left(s), bytes, n);

	s->at = found != NULL ? found + n : s->end;
}

static void
hide(const struct scan *s, const char *from)
{
	if (s->hidden != NULL && s->at > from)
		s->hidden(s->arg, (size_t)(from - s->start),
		    (size_t)(s->at - from));
}

/* --- what is no text ---------------------------------------------------- */

/* From behind "<!--". "-->" and "--!>" end it, and "<!-->" and "<!--->" are
 * whole ones. */
static void
skip_comment(struct scan *s)
{
	const char *dashes;

	if (stands(s, ">") || stands(s, "->")) {
		skip_past(s, ">");
		return;
	}
	while ((dashes = memmem(s->at, left(s), "--", 2)) != NULL) {
		s->at = dashes + 2;
		if (stands(s, ">") || stands(s, "!>")) {
			skip_past(s, ">");
			return;
		}
		s->at--;	/* the second dash may be a first one */
	}
	s->at = s->end;
}

/* From behind "<!". */
static void
skip_declaration(struct scan *s)
{
	if (stands(s, "--")) {
		s->at += 2;
		skip_comment(s);
	} else {
		skip_past(s, ">");
	}
}

/* Is this the name of a tag that ends here? */
static bool
is_tag_end(const struct scan *s, struct span name)
{
	return left(s) > name.n &&
	    text_same_nocase((struct span){ s->at, name.n }, name) &&
	    is_end(s->at[name.n]);
}

/* To the "</name" that ends such an element, or to the end. */
static void
skip_raw(struct scan *s, struct span name)
{
	while ((s->at = memchr(s->at, '<', left(s))) != NULL) {
		s->at++;
		if (s->at == s->end || *s->at != '/')
			continue;
		s->at++;
		if (is_tag_end(s, name)) {
			s->at -= 2;
			return;
		}
	}
	s->at = s->end;
}

/*
 * The same for a script, where a comment may hold a script of its own: in
 * <script><!-- <script> </script> --></script> the second end is the end.
 */
static void
skip_script(struct scan *s)
{
	struct span name = SPAN("script");
	bool comment = false, inner = false;

	while (s->at < s->end) {
		if (stands(s, "<!--")) {
			comment = true;
			s->at++;	/* "<!-->" is one and its end */
		} else if (comment && stands(s, "-->")) {
			comment = inner = false;
		} else if (stands(s, "</")) {
			s->at += 2;
			if (!is_tag_end(s, name))
				continue;
			if (!inner) {
				s->at -= 2;
				return;
			}
			inner = false;
			continue;
		} else if (comment && *s->at == '<') {
			s->at++;
			inner |= is_tag_end(s, name);
			continue;
		}
		s->at++;
	}
}

static void
skip_content(struct scan *s)
{
	static const char *const raw[] = { "style", "title", "textarea",
		"xmp" };

	if (text_same_nocase(s->tag, SPAN("script"))) {
		skip_script(s);
		return;
	}
	if (text_same_nocase(s->tag, SPAN("plaintext")))
		s->at = s->end;
	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++)
		if (text_same_nocase(s->tag, span_of(raw[i])))
			skip_raw(s, s->tag);
}

/* --- tags --------------------------------------------------------------- */

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->end && is_blank(*s->at))
		s->at++;
}

/* From behind the "=". False: the page ends in it. */
static bool
read_value(struct scan *s, struct attribute *a)
{
	const char *from;

	skip_blanks(s);
	if (s->at == s->end)
		return false;
	if (*s->at == '"' || *s->at == '\'') {
		a->quote = *s->at++;
		from = s->at;
		s->at = memchr(from, a->quote, left(s));
		if (s->at == NULL) {
			s->at = s->end;
			return false;
		}
		a->value = (struct span){ from, (size_t)(s->at++ - from) };
		return true;
	}
	from = s->at;
	while (s->at < s->end && !is_blank(*s->at) && *s->at != '>')
		s->at++;
	a->value = (struct span){ from, (size_t)(s->at - from) };
	return true;
}

static const struct attribute *
find(const struct scan *s, struct span name)
{
	for (size_t i = 0; i < s->count; i++)
		if (text_same_nocase(s->attribute[i].name, name))
			return &s->attribute[i];
	return NULL;
}

/* However many others there are. The first of a name counts, as in
 * browsers. */
static void
keep(struct scan *s, const struct attribute *a)
{
	if (s->count < ATTRIBUTES_MAX &&
	    (linktag_find(s->tag, a->name) != NULL ||
	    linktag_is_needed(s->tag, a->name)) && find(s, a->name) == NULL)
		s->attribute[s->count++] = *a;
}

static bool
read_attribute(struct scan *s)
{
	struct attribute a = { .name = { s->at, 0 } };

	do				/* a "=" may begin a name */
		s->at++;
	while (s->at < s->end && !is_end(*s->at) && *s->at != '=');
	a.name.n = (size_t)(s->at - a.name.at);
	a.value = (struct span){ s->at, 0 };
	skip_blanks(s);
	if (s->at < s->end && *s->at == '=') {
		s->at++;
		if (!read_value(s, &a))
			return false;
	}
	if (s->fn != NULL)
		keep(s, &a);
	return true;
}

/* From its name to behind its ">". False: the page ends in it, so it is no
 * tag. */
static bool
read_tag(struct scan *s)
{
	s->tag.at = s->at;
	s->count = 0;
	while (s->at < s->end && !is_end(*s->at))
		s->at++;
	s->tag.n = (size_t)(s->at - s->tag.at);
	for (;;) {
		const char *from = s->at;

		while (s->at < s->end && (is_blank(*s->at) || *s->at == '/'))
			s->at++;
		if (s->at == s->end)
			return false;
		if (*s->at == '>') {
			s->at++;
			return true;
		}
		hide(s, from);	/* slashes before an attribute, too */
		if (!read_attribute(s))
			return false;
	}
}

/* --- what a tag says ---------------------------------------------------- */

static void
count_lines(struct scan *s, const char *to)
{
	while ((s->counted = memchr(s->counted, '\n',
	    (size_t)(to - s->counted))) != NULL) {
		s->counted++;
		s->line++;
	}
	s->counted = to;
}

static void
tell(struct scan *s, const struct linktag *t, const struct attribute *a,
    struct span value, bool held)
{
	count_lines(s, s->tag.at);
	s->fn(s->arg, &(struct href){ .at = (size_t)(value.at - s->start),
	    .n = value.n, .kind = t->kind, .quote = a->quote,
	    .listed = t->form == LINKTAG_LIST,
	    .base = strcmp(t->element, "base") == 0,
	    .held = held ? t : NULL, .line = s->line });
}

static bool
is_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '#';
}

/* Other than "&amp;", which nothing that takes a value apart looks for. */
static bool
has_entity(struct span v)
{
	const char *and, *end = v.at + v.n;

	while (v.n > 0 && (and = memchr(v.at, '&', v.n)) != NULL) {
		const char *to = and + 1;

		while (to < end && is_name(*to))
			to++;
		if ((to > and + 1 && and[1] == '#') ||
		    (to < end && *to == ';' && !span_is((struct span){ and + 1,
		    (size_t)(to - and - 1) }, SPAN("amp"))))
			return true;
		v = (struct span){ to, (size_t)(end - to) };
	}
	return false;
}

static struct span
value_of(const struct scan *s, const char *name)
{
	const struct attribute *a = name != NULL ? find(s, span_of(name)) :
	    NULL;

	return a != NULL ? a->value : SPAN_NONE;
}

static void
tell_tag(struct scan *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct attribute *a = &s->attribute[i];
		const struct linktag *t = linktag_find(s->tag, a->name);
		struct span rest = a->value, address;

		if (t == NULL || !linktag_is_meant(t, value_of(s, t->needs)))
			continue;
		if (t->form != LINKTAG_ONE && has_entity(a->value)) {
			tell(s, t, a, a->value, true);
			continue;
		}
		while (linktag_next(t, &rest, &address))
			tell(s, t, a, address, false);
	}
}

/* From behind "<!". A DOCTYPE isn't hidden. */
static void
scan_declaration(struct scan *s)
{
	const char *from = s->at - 2;
	bool hides = !stands(s, "doctype");

	skip_declaration(s);
	if (hides)
		hide(s, from);
}

/* To the end of what is a comment for browsers: "<?x>", "</1>". */
static void
scan_bogus(struct scan *s, const char *from)
{
	skip_past(s, ">");
	hide(s, from);
}

/* What a title has isn't hidden: it is the title. */
static void
scan_content(struct scan *s)
{
	const char *from = s->at;

	skip_content(s);
	if (!text_same_nocase(s->tag, SPAN("title")))
		hide(s, from);
}

/* At a "<". */
static void
scan_markup(struct scan *s)
{
	const char *from = s->at++;

	if (s->at == s->end)
		return;
	if (*s->at == '!') {
		s->at++;
		scan_declaration(s);
	} else if (*s->at == '?') {
		scan_bogus(s, from);
	} else if (*s->at == '/') {
		s->at++;
		if (s->at < s->end && is_letter(*s->at))
			(void)read_tag(s);
		else if (s->at < s->end)
			scan_bogus(s, from);
	} else if (is_letter(*s->at) && read_tag(s)) {
		if (s->fn != NULL)
			tell_tag(s);
		scan_content(s);
	}
}

static void
scan_page(struct scan *s, struct span page)
{
	s->start = s->at = s->counted = page.at;
	s->line = 1;
	if (page.n == 0)
		return;
	s->end = page.at + page.n;
	while (s->at < s->end && (s->at = memchr(s->at, '<', left(s))) != NULL)
		scan_markup(s);
}

void
hrefs_each(struct span page, hrefs_fn *fn, void *arg)
{
	struct scan s = { .fn = fn, .arg = arg };

	scan_page(&s, page);
}

void
hrefs_hidden(struct span page, hrefs_hidden_fn *fn, void *arg)
{
	struct scan s = { .hidden = fn, .arg = arg };

	scan_page(&s, page);
}
