/* See tell_who.h. */
#include "hub/tell_who.h"

#include "hub/site.h"
#include "protocol/limits.h"

void
tell_who_init(struct tell_who *w)
{
	buf_init(&w->by, LIMIT_TEXT);
	buf_init(&w->name, LIMIT_TEXT);
	buf_init(&w->person, LIMIT_TEXT);
	buf_init(&w->operator, LIMIT_TEXT);
}

void
tell_who_clear(struct tell_who *w)
{
	buf_clear(&w->by);
	buf_clear(&w->name);
	buf_clear(&w->person);
	buf_clear(&w->operator);
}

static void
note_site(struct tell_who *w, struct db_txn *t, uint32_t site)
{
	struct site s;

	if (site == 0 || !site_get(t, site, &s))
		return;
	buf_span(&w->by, s.code);
	buf_span(&w->name, s.name);
}

/* A site's word, or (site 0) none's. */
static void
note(struct tell_who *w, struct db_txn *t, uint32_t site, struct span person,
    struct span operator, struct mending_link *l)
{
	tell_who_clear(w);
	tell_who_init(w);
	note_site(w, t, site);
	buf_span(&w->person, person);
	buf_span(&w->operator, operator);
	l->by = buf_look(&w->by);
	l->name = buf_look(&w->name);
	l->person = buf_look(&w->person);
	l->operator = buf_look(&w->operator);
}

void
tell_who_of_site(struct tell_who *w, struct db_txn *t, uint32_t site,
    struct mending_link *l)
{
	note(w, t, site, SPAN_NONE, SPAN_NONE, l);
}

/* What an operator says of a site's address isn't the site's word: nothing
 * names it then. */
void
tell_who_of_move(struct tell_who *w, struct db_txn *t, const struct move *m,
    struct mending_link *l)
{
	if (m->operated)
		note(w, t, 0, SPAN_NONE, m->by, l);
	else
		note(w, t, m->site, m->by, SPAN_NONE, l);
}

void
tell_who_of_operator(struct tell_who *w, struct span name,
    struct mending_link *l)
{
	note(w, NULL, 0, SPAN_NONE, name, l);
	l->by = l->operator;
}
