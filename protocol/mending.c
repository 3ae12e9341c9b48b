/*
 * Links to be changed, as a document; see mending.h.
 */
#include "protocol/mending.h"

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/url.h"
#include "protocol/words.h"


static const char *const names[] = {
	[MENDING_ANNOUNCED] = "announced",
	[MENDING_EFFECTIVE] = "effective",
	[MENDING_WITHDRAWN] = "withdrawn",
	[MENDING_NEVER] = "never",
	[MENDING_FIXED] = "fixed",
	[MENDING_OFF] = "off",
	[MENDING_DANGER] = "danger",
};
#define STATES (sizeof(names) / sizeof(names[0]))

const char *
mending_state_name(enum mending_state s)
{
	return s >= MENDING_ANNOUNCED && s < STATES ? names[s] : "unknown";
}

/* --- writing -------------------------------------------------------------- */

static const struct mending_link nothing = {
	.from = CLOCK_NONE,
	.until = CLOCK_NONE,
};

static void
put_time(struct buf *b, const char *name, int64_t ms, int64_t than)
{
	if (ms != than)
		xml_put_time(b, name, ms);	/* none is "" */
}

static void
put_text(struct buf *b, const char *name, struct span s, struct span than)
{
	if (!span_is(s, than))
		xml_put_attribute(b, name, s);
}

/* What differs from what the reader has already. */
static void
put_shared(struct buf *b, const struct mending_link *l,
    const struct mending_link *than)
{
	if (l->state != than->state)
		xml_put_attribute(b, "state",
		    span_of(mending_state_name(l->state)));
	if (l->scope != than->scope)
		xml_put_attribute(b, "scope",
		    span_of(rewrite_scope_name(l->scope)));
	if (l->move != than->move)
		xml_put_number(b, "move", l->move);
	put_time(b, "from", l->from, than->from);
	put_time(b, "until", l->until, than->until);
	put_text(b, "by", l->by, than->by);
	put_text(b, "name", l->name, than->name);
	put_text(b, "person", l->person, than->person);
	put_text(b, "operator", l->operator, than->operator);
	put_text(b, "reason", l->reason, than->reason);
}

void
mending_begin(struct buf *b, const struct mending_link *common)
{
	buf_text(b, "<zq:links xmlns:zq=\"" NS_ZQ "\"");
	if (common != NULL)
		put_shared(b, common, &nothing);
	buf_text(b, ">\n");
}

void
mending_link(struct buf *b, const struct mending_link *l,
    const struct mending_link *common)
{
	buf_text(b, "<zq:link");
	xml_put_attribute(b, "old", l->old);
	if (l->new.n > 0)
		xml_put_attribute(b, "new", l->new);
	put_shared(b, l, common != NULL ? common : &nothing);
	if (l->pages > 0)
		xml_put_number(b, "pages", l->pages);
	buf_text(b, ">");
}

void
mending_page(struct buf *b, const struct mending_page *p)
{
	buf_text(b, "<zq:page");
	xml_put_attribute(b, "url", p->url);
	if (p->line > 0)
		xml_put_number(b, "line", p->line);
	if (p->kind >= LINK_ANCHOR && p->kind <= LINK_STYLE)
		xml_put_attribute(b, "kind",
		    span_of(words_link_kind[p->kind]));
	if (p->more > 0)
		xml_put_number(b, "more", p->more);
	buf_text(b, "/>");
}

void
mending_link_end(struct buf *b)
{
	buf_text(b, "</zq:link>\n");
}

void
mending_end(struct buf *b)
{
	buf_text(b, "</zq:links>");
}

/* --- reading -------------------------------------------------------------- */

enum piece { P_LINKS, P_LINK, P_PAGE, P_COUNT };

static const struct xml_name pieces[P_COUNT] = {
	[P_LINKS] = { NS_ZQ, "links" },
	[P_LINK] = { NS_ZQ, "link" },
	[P_PAGE] = { NS_ZQ, "page" },
};

struct texts {			/* what a link's spans point into */
	struct buf old, new, by, name, person, operator, reason;
};

struct reading {
	const struct mending_reader *to;
	void *arg;
	struct mending_link common, link;
	struct texts of_all, of_link;
	size_t links, pages;
	bool skip;	/* skip: the link: its state isn't known here */
};

static void
read_state(struct xml *x, enum mending_state *state)
{
	struct span s = xml_attribute(x, NULL, "state");

	if (s.at == NULL)
		return;
	*state = 0;
	for (size_t i = MENDING_ANNOUNCED; i < STATES; i++)
		if (span_is(s, span_of(names[i])))
			*state = (enum mending_state)i;
}

static void
read_scope(struct xml *x, enum rewrite_scope *scope)
{
	struct span s = xml_attribute(x, NULL, "scope");

	if (s.at != NULL)
		*scope = rewrite_scope_named(s);
}

/* "" takes back what the root said. */
static void
read_time(struct xml *x, const char *name, int64_t *ms)
{
	struct span s = xml_attribute(x, NULL, name);

	if (s.at != NULL && s.n == 0)
		*ms = CLOCK_NONE;
	else
		attributes_time(x, name, ms);
}

static void
read_text(struct xml *x, const char *name, struct buf *keep, struct span *s)
{
	struct span said = xml_attribute(x, NULL, name);

	if (said.at == NULL)
		return;
	if (said.n > LIMIT_TEXT)
		xml_fail(x, "%s: longer than %d bytes", name, LIMIT_TEXT);
	buf_reset(keep);
	buf_span(keep, said);
	*s = buf_look(keep);
}

static void
read_shared(struct xml *x, struct mending_link *l, struct texts *t)
{
	uint64_t move = l->move;

	read_state(x, &l->state);
	read_scope(x, &l->scope);
	if (attributes_count(x, "move", UINT32_MAX, &move))
		l->move = (uint32_t)move;
	read_time(x, "from", &l->from);
	read_time(x, "until", &l->until);
	read_text(x, "by", &t->by, &l->by);
	read_text(x, "name", &t->name, &l->name);
	read_text(x, "person", &t->person, &l->person);
	read_text(x, "operator", &t->operator, &l->operator);
	read_text(x, "reason", &t->reason, &l->reason);
}

static void
read_address(struct xml *x, const char *name, bool needed, struct buf *keep,
    struct span *s)
{
	struct span said = xml_attribute(x, NULL, name);

	buf_reset(keep);
	*s = SPAN_NONE;
	if (said.n == 0 && !needed)
		return;
	if (said.n == 0 || !url_is_normal(said))
		xml_fail(x, "%s: expected an address in normal form", name);
	buf_span(keep, said);
	*s = buf_look(keep);
}

static void
begin_link(struct reading *r, struct xml *x)
{
	struct mending_link *l = &r->link;

	if (++r->links > MENDING_LINKS) {
		xml_fail(x, "more than %d links", MENDING_LINKS);
		return;
	}
	*l = r->common;
	l->pages = 0;
	read_shared(x, l, &r->of_link);
	read_address(x, "old", true, &r->of_link.old, &l->old);
	read_address(x, "new", false, &r->of_link.new, &l->new);
	attributes_count(x, "pages", INT64_MAX, &l->pages);
	r->skip = l->state == 0;
	if (!r->skip && *xml_error(x) == '\0' && r->to->link != NULL)
		r->to->link(r->arg, l);
}

static void
read_page(struct reading *r, struct xml *x)
{
	struct span kind = xml_attribute(x, NULL, "kind");
	struct mending_page p = { .url = xml_attribute(x, NULL, "url") };
	uint64_t line = 0;

	if (++r->pages > MENDING_PAGES)
		xml_fail(x, "more than %d pages", MENDING_PAGES);
	else if (p.url.n == 0 || !url_is_normal(p.url))
		xml_fail(x, "url: expected an address in normal form");
	attributes_count(x, "line", UINT32_MAX, &line);
	attributes_count(x, "more", INT64_MAX, &p.more);
	p.line = (uint32_t)line;
	for (int k = LINK_ANCHOR; k <= LINK_STYLE; k++)
		if (span_is(kind, span_of(words_link_kind[k])))
			p.kind = (enum link_kind)k;
	if (!r->skip && *xml_error(x) == '\0' && r->to->page != NULL)
		r->to->page(r->arg, &r->link, &p);
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	if (depth > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (depth == 1 && name != P_LINKS)
		xml_fail(x, "expected <zq:links xmlns:zq=\"" NS_ZQ "\">");
	else if (depth == 1)
		read_shared(x, &r->common, &r->of_all);
	else if (depth == 2 && name == P_LINK)
		begin_link(r, x);
	else if (depth == 2)
		r->skip = true;		/* of a newer hub */
	else if (depth == 3 && name == P_PAGE && !r->skip)
		read_page(r, x);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (xml_depth(x) == 2 && name == P_LINK && !r->skip &&
	    r->to->end != NULL)
		r->to->end(r->arg, &r->link);
}

static void
texts_init(struct texts *t)
{
	buf_init(&t->old, LIMIT_URL);
	buf_init(&t->new, LIMIT_URL);
	buf_init(&t->by, LIMIT_TEXT);
	buf_init(&t->name, LIMIT_TEXT);
	buf_init(&t->person, LIMIT_TEXT);
	buf_init(&t->operator, LIMIT_TEXT);
	buf_init(&t->reason, LIMIT_TEXT);
}

static void
texts_clear(struct texts *t)
{
	buf_clear(&t->old);
	buf_clear(&t->new);
	buf_clear(&t->by);
	buf_clear(&t->name);
	buf_clear(&t->person);
	buf_clear(&t->operator);
	buf_clear(&t->reason);
}

bool
mending_read(struct span body, const struct mending_reader *to, void *arg,
    const char **why)
{
	static const struct xml_events events = { .start = on_start,
		.end = on_end };
	struct reading r = { .to = to, .arg = arg, .common = nothing };
	struct xml *x = xml_new(pieces, P_COUNT, &events, &r);
	bool good;

	texts_init(&r.of_all);
	texts_init(&r.of_link);
	if (body.n > LIMIT_LETTER)
		xml_fail(x, "a letter of more than %u bytes", LIMIT_LETTER);
	good = xml_read(x, body, why);
	texts_clear(&r.of_all);
	texts_clear(&r.of_link);
	xml_free(x);
	return good;
}
