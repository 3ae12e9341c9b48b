/*
 * Plain text: a scanner that only moves forward; see plaintext.h.
 */
#include "hub/plaintext.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "contrib/base/text.h"

#define NAME_MAX_SEEN 16	/* bytes of a tag's name that matter */
#define ENTITY_MAX 10		/* bytes between & and ; */

struct scan {
	struct plaintext *to;
	const char *at, *end;
	bool in_title, in_heading;
	bool blank;		/* the last thing put was one */
};

struct tag {
	char name[NAME_MAX_SEEN];
	bool closes;
	const char *at, *end;	/* its attributes */
};

void
plaintext_init(struct plaintext *p, size_t most)
{
	*p = (struct plaintext){ .password = false };
	buf_init(&p->text, most);
	buf_init(&p->title, PLAINTEXT_TITLE);
	buf_init(&p->article, PLAINTEXT_META);
	buf_init(&p->heading, PLAINTEXT_TITLE);
	buf_init(&p->refresh, PLAINTEXT_REFRESH);
	buf_init(&p->code, PLAINTEXT_META);
	buf_init(&p->domain, PLAINTEXT_META);
}

void
plaintext_clear(struct plaintext *p)
{
	buf_clear(&p->text);
	buf_clear(&p->title);
	buf_clear(&p->article);
	buf_clear(&p->heading);
	buf_clear(&p->refresh);
	buf_clear(&p->code);
	buf_clear(&p->domain);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* --- what is seen ---------------------------------------------------------- */

static void
put_blank(struct scan *s)
{
	struct buf *b = s->in_title ? &s->to->title : &s->to->text;

	if (!s->blank && b->n > 0)
		buf_byte(b, ' ');
	if (!s->blank && s->in_heading)
		buf_byte(&s->to->heading, ' ');
	s->blank = true;
}

static void
put(struct scan *s, const char *at, size_t n)
{
	if (s->in_title) {
		buf_put(&s->to->title, at, n);
	} else {
		for (size_t i = 0; i < n; i++)
			buf_byte(&s->to->text, lower(at[i]));
		if (s->in_heading)
			buf_put(&s->to->heading, at, n);
	}
	s->blank = false;
}

static const struct {
	const char *name;
	uint32_t is;
} entities[] = {
	{ "nbsp", ' ' }, { "amp", '&' }, { "lt", '<' }, { "gt", '>' },
	{ "quot", '"' }, { "apos", '\'' }, { "copy", 0xa9 },
	{ "mdash", 0x2014 }, { "ndash", 0x2013 }, { "middot", 0xb7 },
	{ "ldquo", 0x201c }, { "rdquo", 0x201d }, { "hellip", 0x2026 },
};

static uint32_t
number_entity(const char *at, size_t n)
{
	bool hex = n > 1 && lower(at[1]) == 'x';
	uint32_t value = 0;

	for (size_t i = hex ? 2 : 1; i < n; i++) {
		char c = lower(at[i]);
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') :
		    hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) :
		    UINT32_MAX;

		if (digit == UINT32_MAX)
			return 0;
		value = value * (hex ? 16 : 10) + digit;
		if (value > 0x10ffff)
			return 0;
	}
	return value >= 0xd800 && value < 0xe000 ? 0 : value;
}

/* At "&": past it, and what it stands for; a lone one is itself. */
static void
read_entity(struct scan *s)
{
	const char *at = s->at + 1;
	size_t n = 0, most = (size_t)(s->end - at);
	uint32_t c = 0;
	struct buf b;

	while (n < most && n < ENTITY_MAX && (is_alpha(at[n]) ||
	    at[n] == '#' || (at[n] >= '0' && at[n] <= '9')))
		n++;
	if (n > 1 && at[0] == '#')
		c = number_entity(at, n);
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (strlen(entities[i].name) == n &&
		    memcmp(entities[i].name, at, n) == 0)
			c = entities[i].is;
	}
	if (c == 0) {
		put(s, "&", 1);
		s->at++;
		return;
	}
	s->at = at + n + (n < most && at[n] == ';');
	if (c <= ' ' || c == 0xa0) {
		put_blank(s);
		return;
	}
	buf_init(&b, 8);
	text_put_char(&b, c);
	put(s, b.at, b.n);
	buf_clear(&b);
}

/* --- tags ------------------------------------------------------------------ */

/* The next attribute of a tag; false: there is none. */
static bool
next_attribute(struct tag *t, struct span *name, struct span *value)
{
	char quote = 0;

	while (t->at < t->end && (is_space(*t->at) || *t->at == '/'))
		t->at++;
	if (t->at >= t->end)
		return false;
	name->at = t->at;
	do
		t->at++;
	while (t->at < t->end && !is_space(*t->at) && *t->at != '=');
	name->n = (size_t)(t->at - name->at);
	*value = (struct span){ t->at, 0 };
	while (t->at < t->end && is_space(*t->at))
		t->at++;
	if (t->at >= t->end || *t->at != '=')
		return true;
	do
		t->at++;
	while (t->at < t->end && is_space(*t->at));
	if (t->at < t->end && (*t->at == '"' || *t->at == '\''))
		quote = *t->at++;
	value->at = t->at;
	while (t->at < t->end && (quote != 0 ? *t->at != quote :
	    !is_space(*t->at)))
		t->at++;
	value->n = (size_t)(t->at - value->at);
	if (quote != 0 && t->at < t->end)
		t->at++;
	return true;
}

/* content="0; url='/new/'" */
static void
take_refresh(struct plaintext *p, struct span content)
{
	size_t n = 0;
	unsigned seconds = 0;
	const char *at;

	content = text_trim(content);
	for (; n < content.n && content.at[n] >= '0' && content.at[n] <= '9';
	    n++) {
		if (seconds < 1000)
			seconds = seconds * 10 +
			    (unsigned)(content.at[n] - '0');
	}
	at = content.n > 0 ? memchr(content.at, '=', content.n) : NULL;
	if (seconds > PLAINTEXT_AT_ONCE || at == NULL ||
	    at - content.at < 4 || strncasecmp(at - 3, "url", 3) != 0)
		return;
	content.n -= (size_t)(at + 1 - content.at);
	content.at = at + 1;
	content = text_trim(content);
	if (content.n > 1 && (content.at[0] == '"' || content.at[0] == '\'')) {
		char quote = content.at[0];

		content.at++;
		content.n--;
		at = memchr(content.at, quote, content.n);
		if (at != NULL)
			content.n = (size_t)(at - content.at);
	}
	buf_reset(&p->refresh);
	buf_span(&p->refresh, content);
	if (p->refresh.bad)
		buf_reset(&p->refresh);
}

/* What the page says of its site and itself (国办发〔2017〕47号), in any case. */
static void
take_site(struct plaintext *p, struct span name, struct span content)
{
	struct buf *to = NULL;

	if (text_same_nocase(name, SPAN("SiteIDCode")))
		to = &p->code;
	else if (text_same_nocase(name, SPAN("SiteDomain")))
		to = &p->domain;
	else if (text_same_nocase(name, SPAN("ArticleTitle")))
		to = &p->article;
	content = text_trim(content);
	if (to != NULL && to->n == 0 && content.n <= PLAINTEXT_META)
		buf_span(to, content);
}

static void
look_at_meta(struct plaintext *p, struct tag t)
{
	struct span name, value, content = SPAN_NONE, called = SPAN_NONE;
	bool refresh = false;

	while (next_attribute(&t, &name, &value)) {
		if (text_same_nocase(name, SPAN("http-equiv")))
			refresh = text_same_nocase(value, SPAN("refresh"));
		else if (text_same_nocase(name, SPAN("content")))
			content = value;
		else if (text_same_nocase(name, SPAN("name")))
			called = text_trim(value);
	}
	if (refresh)
		take_refresh(p, content);
	take_site(p, called, content);
}

static void
look_at_input(struct plaintext *p, struct tag t)
{
	struct span name, value;

	while (next_attribute(&t, &name, &value))
		if (text_same_nocase(name, SPAN("type")) &&
		    text_same_nocase(value, SPAN("password")))
			p->password = true;
}

/* At "<" of a tag: past its ">". */
static void
read_tag(struct scan *s, struct tag *t)
{
	char quote = 0;
	size_t n = 0;

	*t = (struct tag){ .closes = s->at[1] == '/' };
	s->at += t->closes ? 2 : 1;
	while (s->at < s->end && !is_space(*s->at) && *s->at != '>' &&
	    *s->at != '/') {
		if (n < sizeof(t->name) - 1)
			t->name[n++] = lower(*s->at);
		s->at++;
	}
	t->at = s->at;
	for (; s->at < s->end && (quote != 0 || *s->at != '>'); s->at++) {
		if (quote != 0)
			quote = *s->at == quote ? 0 : quote;
		else if ((*s->at == '"' || *s->at == '\'') &&
		    s->at[-1] == '=')
			quote = *s->at;
	}
	t->end = s->at;
	s->at += s->at < s->end;
}

/* To the end tag of what has no text for readers. */
static void
skip_to_end_of(struct scan *s, const char *name)
{
	size_t n = strlen(name);

	for (; s->at < s->end; s->at++) {
		const char *at = memchr(s->at, '<', (size_t)(s->end - s->at));

		if (at == NULL)
			break;
		s->at = at;
		if ((size_t)(s->end - at) > n + 2 && at[1] == '/' &&
		    strncasecmp(at + 2, name, n) == 0)
			return;
	}
	s->at = s->end;
}

static bool
is_unseen(const char *name)
{
	static const char *const names[] = { "script", "style", "noscript",
	    "template", "textarea", "svg", "iframe" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool
is_inline(const char *name)
{
	static const char *const names[] = { "a", "b", "i", "em", "font",
	    "span", "strong", "u" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void
on_tag(struct scan *s, const struct tag *t)
{
	struct plaintext *p = s->to;

	if (strcmp(t->name, "title") == 0) {
		/* Only the first counts: pictures have titles, too. */
		s->in_title = !t->closes && p->title.n == 0;
		s->blank = true;
	} else if (strcmp(t->name, "h1") == 0 ||
	    strcmp(t->name, "h2") == 0) {
		put_blank(s);
		s->in_heading = !t->closes;
		if (s->in_heading && p->heading.n > 0)
			buf_text(&p->heading, "| ");
	} else if (!t->closes && is_unseen(t->name)) {
		p->scripts = p->scripts || strcmp(t->name, "script") == 0;
		skip_to_end_of(s, t->name);
	} else if (!t->closes && strcmp(t->name, "meta") == 0) {
		look_at_meta(p, *t);
	} else if (!t->closes && strcmp(t->name, "input") == 0) {
		look_at_input(p, *t);
	}
	if (!is_inline(t->name))
		put_blank(s);
}

static void
read_markup(struct scan *s)
{
	size_t left = (size_t)(s->end - s->at);
	struct tag t;
	const char *end;

	if (left >= 4 && memcmp(s->at, "<!--", 4) == 0) {
		end = memmem(s->at + 4, left - 4, "-->", 3);
		s->at = end != NULL ? end + 3 : s->end;
	} else if (left >= 2 && (s->at[1] == '!' || s->at[1] == '?')) {
		end = memchr(s->at, '>', left);
		s->at = end != NULL ? end + 1 : s->end;
	} else if (left >= 2 && (is_alpha(s->at[1]) || (s->at[1] == '/' &&
	    left >= 3 && is_alpha(s->at[2])))) {
		read_tag(s, &t);
		on_tag(s, &t);
	} else {
		put(s, s->at++, 1);
	}
}

void
plaintext_read(struct plaintext *p, struct span page)
{
	const char *at = page.n > 0 ? page.at : "";
	struct scan s = { .to = p, .at = at, .end = at + page.n,
	    .blank = true };

	buf_reset(&p->text);
	buf_reset(&p->title);
	buf_reset(&p->article);
	buf_reset(&p->heading);
	buf_reset(&p->refresh);
	buf_reset(&p->code);
	buf_reset(&p->domain);
	p->password = p->scripts = false;
	while (s.at < s.end) {
		const char *from = s.at;

		while (s.at < s.end && *s.at != '<' && *s.at != '&' &&
		    !is_space(*s.at))
			s.at++;
		if (s.at > from)
			put(&s, from, (size_t)(s.at - from));
		if (s.at == s.end)
			break;
		if (*s.at == '<')
			read_markup(&s);
		else if (*s.at == '&')
			read_entity(&s);
		else {
			put_blank(&s);
			s.at++;
		}
	}
}
