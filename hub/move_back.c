/* See move_back.h. */
#include "hub/move_back.h"

#include "contrib/base/lang.h"
#include "hub/move.h"
#include "hub/view.h"
#include "protocol/url_place.h"

static bool
find(struct db_txn *t, const struct rewrite_rule *r, struct move *m)
{
	bool below = r->scope != REWRITE_ADDRESS;
	uint32_t before = 0;

	while (move_of_old(t, r->to, below, before, m)) {
		if (move_counts(m) && m->scope == r->scope &&
		    url_place_same(m->new, r->from))
			return true;
		before = m->number;
	}
	return false;
}

static void
put_command(struct buf *b, const char *code, const struct rewrite_rule *r)
{
	static const char *const options[] = { [REWRITE_ADDRESS] = "",
		[REWRITE_PREFIX] = " --prefix",
		[REWRITE_DOMAIN] = " --domain" };

	buf_printf(b, "\n  printf '\"%%s\",\"%%s\"\\n' '%.*s' '%.*s' '%.*s' "
	    "'%.*s' | zqhub move announce %s --csv -%s --reason …",
	    SPAN_ARGS(r->to), SPAN_ARGS(r->from), SPAN_ARGS(r->from),
	    SPAN_ARGS(r->to), code, options[r->scope]);
}

static void
put_hint(struct buf *b, const struct move *m)
{
	if (move_is_effective(m->state))
		buf_printf(b, _("to have the two change places, withdraw "
		    "move %u (zqhub move withdraw), and announce both in one "
		    "table:"), (unsigned)m->number);
	else
		buf_text(b, _("to have the two change places, announce both "
		    "in one table, with one --at:"));
}

void
move_back_advise(struct ask *a, const char *code,
    const struct rewrite_rule *r)
{
	struct db_txn *t = view_read(a->view);
	struct buf hint;
	struct move m;

	buf_init(&hint, a->hint.most);
	if (find(t, r, &m)) {
		put_hint(&hint, &m);
		put_command(&hint, code, r);
	}
	if (hint.n > 0 && !hint.bad) {
		buf_reset(&a->hint);
		buf_span(&a->hint, buf_look(&hint));
	}
	db_abort(t);
	buf_clear(&hint);
}
