/*
 * Letters as rows and as a document; see letter.h. What is in a body is
 * nobody's business here: it is passed through element by element, each with
 * its namespace, so that an agent can keep what it does not know.
 */
#include "protocol/letter.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/utf8.h"
#include "protocol/wire.h"
#include "protocol/xml.h"


#define ROW_VERSION 1
#define KIND_MOST 32

/* --- rows -------------------------------------------------------------------- */

void
letter_write(struct buf *b, const struct letter *l)
{
	write_u8(b, ROW_VERSION);
	write_u64(b, l->number);
	write_u64(b, (uint64_t)l->when);
	write_span(b, l->kind);
	write_span(b, l->about);
	write_span(b, l->text);
	write_span(b, l->body);
}

static bool
is_kind(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.at[i] < 'a' || s.at[i] > 'z') && s.at[i] != '-')
			return false;
	return s.n > 0 && s.n <= KIND_MOST;
}

static const char *
insane(const struct letter *l)
{
	if (!is_kind(l->kind))
		return "zq:letter: kind: expected 1 to 32 of a-z and \"-\"";
	if (l->about.n > LIMIT_URL || !utf8_is_text(l->about))
		return "zq:letter: about: too long or not UTF-8";
	if (l->text.n > LIMIT_LONG_TEXT || !utf8_is_text(l->text))
		return "zq:text: too long or not UTF-8";
	if (l->body.n > LIMIT_LETTER || !utf8_is_text(l->body))
		return "zq:body: too long or not UTF-8";
	return NULL;
}

bool
letter_read(struct letter *l, struct span s)
{
	struct reader r = reader_of(s);
	bool good = read_u8(&r) == ROW_VERSION;

	l->number = read_u64(&r);
	l->when = (int64_t)read_u64(&r);
	l->kind = read_span(&r);
	l->about = read_span(&r);
	l->text = read_span(&r);
	l->body = read_span(&r);
	return good && reader_done(&r) && l->number > 0 &&
	    insane(l) == NULL;
}

/* --- writing the document -------------------------------------------------------- */

void
letters_begin(struct buf *b, const struct letters_head *h)
{
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:letters xmlns:zq=\"" NS_ZQ "\"");
	xml_put_number(b, "last", h->last);
	xml_put_time(b, "now", h->now);
	if (h->want.n > 0)
		xml_put_attribute(b, "want", h->want);
	if (h->map > 0)
		xml_put_number(b, "map", h->map);
	buf_text(b, ">\n");
}

void
letters_put(struct buf *b, const struct letter *l)
{
	buf_text(b, "<zq:letter");
	if (l->number > 0)
		xml_put_number(b, "number", l->number);
	xml_put_time(b, "when", l->when);
	xml_put_attribute(b, "kind", l->kind);
	if (l->about.n > 0)
		xml_put_attribute(b, "about", l->about);
	buf_text(b, "><zq:text>");
	xml_put_text(b, l->text);
	buf_text(b, "</zq:text>");
	if (l->body.n > 0) {
		buf_text(b, "<zq:body>");
		buf_span(b, l->body);
		buf_text(b, "</zq:body>");
	}
	buf_text(b, "</zq:letter>\n");
}

void
letters_end(struct buf *b)
{
	buf_text(b, "</zq:letters>\n");
}

/* --- reading it -------------------------------------------------------------------- */

enum element { E_LETTERS, E_LETTER, E_TEXT, E_BODY, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_LETTERS] = { NS_ZQ, "letters" },
	[E_LETTER] = { NS_ZQ, "letter" },
	[E_TEXT] = { NS_ZQ, "text" },
	[E_BODY] = { NS_ZQ, "body" },
};

struct reading {
	struct letters_head head;
	struct buf *want;	/* or NULL */
	letter_fn *on_letter;
	void *arg;
	struct letter l;
	bool is_letter;		/* else it is of a newer hub */
	struct buf kind, about, text, body;
	int open;	/* E_TEXT or E_BODY at depth 3, else E_COUNT */
};

static bool
read_number(struct xml *x, const char *name, uint64_t *n)
{
	if (text_number(xml_attribute(x, NULL, name), 0, UINT64_MAX, n))
		return true;
	xml_fail(x, "%s: expected a number", name);
	return false;
}

static void
read_time(struct xml *x, const char *name, int64_t *ms)
{
	struct span s = xml_attribute(x, NULL, name);

	if (!clock_parse(s.at != NULL ? s.at : "", s.n, 0, ms))
		xml_fail(x, "%s: expected a time such as "
		    "2026-11-21T08:00:00Z", name);
}

static void
read_root(struct reading *r, struct xml *x, int name)
{
	if (name != E_LETTERS)
		xml_fail(x, "expected <zq:letters xmlns:zq=\"" NS_ZQ "\">");
	else if (read_number(x, "last", &r->head.last) &&
	    attributes_count(x, "map", UINT64_MAX, &r->head.map))
		read_time(x, "now", &r->head.now);
	if (r->want != NULL)
		buf_span(r->want, xml_attribute(x, NULL, "want"));
}

/* Only what is said in passing has no number. */
static bool
has_number(struct xml *x)
{
	return xml_attribute(x, NULL, "number").at != NULL ||
	    !span_is(xml_attribute(x, NULL, "kind"), SPAN(LETTER_LOOK));
}

static void
begin_letter(struct reading *r, struct xml *x, int name)
{
	r->l = (struct letter){ .number = 0 };
	r->is_letter = name == E_LETTER;
	buf_reset(&r->kind);
	buf_reset(&r->about);
	buf_reset(&r->text);
	buf_reset(&r->body);
	if (!r->is_letter)
		return;
	buf_span(&r->kind, xml_attribute(x, NULL, "kind"));
	buf_span(&r->about, xml_attribute(x, NULL, "about"));
	if (!has_number(x) || attributes_number(x, "number", 1, UINT64_MAX,
	    &r->l.number))
		read_time(x, "when", &r->l.when);
}

static void
end_letter(struct reading *r, struct xml *x)
{
	r->l.kind = buf_look(&r->kind);
	r->l.about = buf_look(&r->about);
	r->l.text = buf_look(&r->text);
	r->l.body = buf_look(&r->body);
	if (r->text.bad || r->body.bad)
		xml_fail(x, "zq:letter: longer than %u bytes", LIMIT_LETTER);
	else if (insane(&r->l) != NULL)
		xml_fail(x, "%s", insane(&r->l));
	else
		r->on_letter(r->arg, &r->l);
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	if (depth > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (depth == 1)
		read_root(r, x, name);
	else if (depth == 2)
		begin_letter(r, x, name);
	else if (depth == 3)
		r->open = name == E_TEXT || name == E_BODY ? name : E_COUNT;
	else if (r->open == E_BODY)
		xml_copy_start(x, &r->body);
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct reading *r = arg;

	if (r->open == E_BODY)
		xml_put_text(&r->body, s);
	else if (r->open == E_TEXT && xml_depth(x) == 3)
		buf_span(&r->text, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	(void)name;
	if (depth > 3 && r->open == E_BODY)
		xml_copy_end(x, &r->body);
	else if (depth == 3)
		r->open = E_COUNT;
	else if (depth == 2 && r->is_letter)
		end_letter(r, x);
}

bool
letters_read(struct span xml, struct letters_head *h, struct buf *want,
    letter_fn *on_letter, void *arg, const char **why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct reading r = { .want = want, .on_letter = on_letter,
		.arg = arg, .open = E_COUNT };
	struct xml *x = xml_new(elements, E_COUNT, &events, &r);
	bool good;

	buf_init(&r.kind, LIMIT_TEXT);
	buf_init(&r.about, 2 * LIMIT_URL);
	buf_init(&r.text, LIMIT_LETTER);
	buf_init(&r.body, LIMIT_LETTER);
	if (xml.n > LIMIT_ANSWER)
		xml_fail(x, "letters of more than %u bytes", LIMIT_ANSWER);
	good = xml_read(x, xml, why);
	if (good) {
		*h = r.head;
		h->want = want != NULL ? buf_look(want) : SPAN_NONE;
	}
	buf_clear(&r.kind);
	buf_clear(&r.about);
	buf_clear(&r.text);
	buf_clear(&r.body);
	xml_free(x);
	return good;
}
