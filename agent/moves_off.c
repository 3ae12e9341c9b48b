/* See moves_off.h. */
#include "agent/moves_off.h"

#include "agent/moves.h"
#include "protocol/mending.h"

struct work {
	const struct letter *l;
	struct store_txn *t;
	size_t n;
};

/* Announced otherwise since it is another one, and stays. */
static void
end(struct work *w, const struct mending_link *l, enum rewrite_scope scope)
{
	struct span name = span_of(rewrite_scope_name(scope));
	struct moved was, now;

	if (!moves_get(w->t, name, l->old, &was) || was.state != MOVES_SAID ||
	    !span_is(was.new, l->new))
		return;
	now = (struct moved){ .state = MOVES_OFF, .scope = name,
	    .old = l->old, .new = l->new, .reason = l->reason, .by = l->by,
	    .from = was.from, .until = was.until, .when = w->l->when };
	w->n += moves_put(w->t, &now);
}

static void
on_link(void *arg, const struct mending_link *l)
{
	if (l->state != MENDING_OFF || l->scope == 0)
		return;
	end(arg, l, l->scope);
	/* The hub calls a prefix that is a whole host a domain. */
	if (l->scope == REWRITE_DOMAIN)
		end(arg, l, REWRITE_PREFIX);
}

static bool
work(struct store_txn *t, void *arg)
{
	static const struct mending_reader reader = { .link = on_link };
	struct work *w = arg;

	w->t = t;
	w->n = 0;
	(void)mending_read(w->l->body, &reader, w, NULL);
	return true;
}

size_t
moves_off(struct store *s, const struct letter *l, bool *done)
{
	struct work w = { .l = l };

	*done = store_do(s, work, &w) == STORE_DONE;
	return *done ? w.n : 0;
}
