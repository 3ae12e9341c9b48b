/* See govern_move.h. */
#include "hub/govern_move.h"

#include <string.h>

#include "contrib/base/lang.h"
#include "hub/govern_moves.h"
#include "hub/govern_trial.h"
#include "hub/move.h"
#include "hub/move_back.h"
#include "protocol/limits.h"
#include "protocol/movelist_said.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

/* --- announcing ------------------------------------------------------------------- */

static bool
end_column(struct ask *a, enum rewrite_scope scope, struct buf *url)
{
	struct buf why;
	bool good;

	buf_init(&why, 2 * GOVERN_TRIAL_WHY);
	good = scope != REWRITE_PREFIX ||
	    movelist_said_is_column(buf_look(url), &why);
	if (good)
		buf_byte(url, '/');
	else
		ask_refuse(a, NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return good;
}

/* As people write it: a domain may be a name alone, a prefix may lack its
 * slash. */
static bool
read_address(struct ask *a, const char *name, enum rewrite_scope scope,
    struct buf *out)
{
	const char *given = ask_word(a, name), *why = NULL;
	struct buf full;
	bool good;

	buf_init(&full, 2 * GOVERN_TRIAL_WHY);
	if (scope == REWRITE_DOMAIN && strstr(given, "://") == NULL)
		buf_text(&full, "https://");
	buf_text(&full, given);
	good = url_normal(out, buf_look(&full), &why);
	if (!good)
		ask_refuse(a, _("expected an address like "
		    "https://www.example.gov.cn/zwgk/"), "%s: %s", given,
		    why != NULL ? why : "");
	else if (scope != REWRITE_ADDRESS && out->at[out->n - 1] != '/')
		good = end_column(a, scope, out);
	buf_clear(&full);
	return good;
}

static bool
may_speak(struct ask *a, const struct view_site *s, const struct buf *old)
{
	struct buf why;
	bool may;

	buf_init(&why, GOVERN_TRIAL_WHY);
	may = govern_trial_speaks(a, s, old, &why);
	if (!may)
		ask_refuse(a, _("zqhub site show lists a site's domains"),
		    "%s", buf_cstr(&why));
	buf_clear(&why);
	return may;
}

static bool
announce(struct ask *a, const struct view_site *s, enum rewrite_scope scope,
    const struct buf *old, const struct buf *new)
{
	json_t *act = govern_trial_act(a, s, scope, old, new);
	struct govern_trial r = { .old = buf_look(old), .new = buf_look(new),
	    .below = scope != REWRITE_ADDRESS };
	bool good = may_speak(a, s, old);

	if (good && !govern_trial_run(a, act, &r)) {
		move_back_advise(a, s->code, &(struct rewrite_rule){
		    .scope = scope, .from = r.old, .to = r.new });
		good = false;
	}
	if (good) {
		govern_trial_notice(a, a->result);
		if (!ask_flag(a, "dry")) {
			ask_put(a, json_incref(act));
			if (scope == REWRITE_DOMAIN)
				govern_trial_domain(a, a->result, s->number,
				    buf_look(new));
		}
		json_object_set_new(a->result, "dry",
		    json_boolean(ask_flag(a, "dry")));
		json_object_set_new(a->result, "code", json_string(s->code));
	}
	json_decref(act);
	return good;
}

/* --- announcing: either -------------------------------------------------------------- */

bool
govern_move_announce(struct ask *a)
{
	json_t *list = json_object_get(a->said, "moves");
	enum rewrite_scope scope = rewrite_scope_named(span_of(
	    ask_word(a, "scope")));
	struct view_site s = { .number = 0 };
	struct buf old, new;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (list != NULL)
		return govern_moves_announce(a, &s, list);
	buf_init(&old, LIMIT_URL);
	buf_init(&new, LIMIT_URL);
	good = read_address(a, "old", scope, &old) &&
	    read_address(a, "new", scope, &new) &&
	    announce(a, &s, scope, &old, &new);
	buf_clear(&old);
	buf_clear(&new);
	return good;
}

/* --- by number ---------------------------------------------------------------------- */

static bool
find(struct ask *a, uint32_t *number)
{
	json_int_t n = json_integer_value(json_object_get(a->said, "move"));

	*number = n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
	return *number != 0 || ask_refuse(a, _("zqhub move list shows all "
	    "moves"), _("which move? its number is missing"));
}

static json_t *
numbered(const char *act, uint32_t number)
{
	return json_pack("{s:s, s:I}", "do", act, "move",
	    (json_int_t)number);
}

static bool
put(struct ask *a, uint32_t number, json_t *act)
{
	struct govern_trial r = { .number = number };
	bool good = govern_trial_run(a, act, &r);

	if (good)
		ask_put(a, json_incref(act));
	json_decref(act);
	return good;
}

/* What is to be known of it; the address is the caller's to clear. */
static bool
new_of(struct ask *a, uint32_t number, struct move *m, struct buf *new)
{
	struct db_txn *t = view_read(a->view);
	bool found = move_get(t, number, m);

	buf_init(new, LIMIT_URL);
	if (found)
		buf_span(new, m->new);
	db_abort(t);
	return found;
}

/* Another says otherwise than this one: deciding for this one is to withdraw
 * that. */
static void
hint_at_rival(struct ask *a, uint32_t number)
{
	struct db_txn *t = view_read(a->view);
	uint32_t before = 0;
	struct move m, x;

	if (move_get(t, number, &m))
		while (move_of_old(t, m.old, m.scope != REWRITE_ADDRESS,
		    before, &x)) {
			before = x.number;
			if (x.state != MOVE_CONTESTED || x.rival != number)
				continue;
			buf_reset(&a->hint);
			buf_printf(&a->hint, _("move %u contradicts it: zqhub "
			    "move withdraw %u decides against that one"),
			    (unsigned)x.number, (unsigned)x.number);
			break;
		}
	db_abort(t);
}

bool
govern_move_agree(struct ask *a)
{
	uint32_t number;
	struct move m;
	struct buf new;
	bool good;

	if (!ask_reason(a) || !find(a, &number))
		return false;
	good = put(a, number, numbered("move-agree", number));
	if (!good)
		hint_at_rival(a, number);
	if (good && new_of(a, number, &m, &new)) {
		if (m.scope == REWRITE_DOMAIN)
			govern_trial_domain(a, a->result, m.site,
			    buf_look(&new));
		buf_clear(&new);
	}
	return good;
}

bool
govern_move_withdraw(struct ask *a)
{
	uint32_t number;

	return ask_reason(a) && find(a, &number) &&
	    put(a, number, numbered("move-withdraw", number));
}

bool
govern_move_looked(struct ask *a)
{
	static const char *const names[] = { "looked", "wrong", "why" };
	uint32_t number;
	json_t *act;

	if (!find(a, &number))
		return false;
	act = numbered("move-looked", number);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_object_get(a->said, names[i]) != NULL)
			json_object_set(act, names[i],
			    json_object_get(a->said, names[i]));
	return put(a, number, act);
}
