/*
 * Pins; see govern_check.h.
 */
#include "hub/govern_check.h"

#include "contrib/base/lang.h"
#include "hub/checked.h"
#include "hub/target.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define PIN_MOST (366 * INT64_C(86400000))	/* ms: no verdict is for ever */

/* The address in normal form. False: refused. */
static bool
read_url(struct ask *a, struct buf *url)
{
	const char *why = _("too long");

	if (url_normal(url, span_of(ask_word(a, "url")), &why))
		return true;
	return ask_refuse(a, NULL, "%s: %s", ask_word(a, "url"), why);
}

static bool
judge_pin(struct ask *a, enum outcome *outcome, int64_t *until)
{
	*until = (int64_t)json_integer_value(json_object_get(a->said,
	    "until"));
	if (!outcome_parse(outcome, span_of(ask_word(a, "outcome"))))
		return ask_refuse(a, _("ok, moved, gone, blocked, "
		    "unreachable, soft-404, suspicious, login or unknown"),
		    _("there is no outcome \"%s\""), ask_word(a, "outcome"));
	if (*until <= a->now)
		return ask_refuse(a, NULL, _("--until: that time is over"));
	if (*until > a->now + PIN_MOST)
		return ask_refuse(a, NULL, _("--until: a year at most: what "
		    "is true now is to be looked at again"));
	return true;
}

/* An agent's word counts before any pin. */
static bool
is_nobodys(struct ask *a, struct span url)
{
	struct db_txn *t = view_read(a->view);
	struct target_verdict v;

	target_judge(t, NULL, url, a->now, &v, NULL);
	db_abort(t);
	return v.state == TARGET_UNKNOWN || v.state == TARGET_OUTSIDE ||
	    ask_refuse(a, _("what its page, or a move, should be is said at "
	    "the site"), _("%.*s: its site's own agent says what is there "
	    "(%s), and a pin would change nothing"), SPAN_ARGS(url),
	    _(target_state_name(v.state)));
}

bool
govern_check_pin(struct ask *a)
{
	enum outcome outcome;
	int64_t until;
	struct buf url;
	bool good;

	buf_init(&url, LIMIT_URL);
	good = ask_reason(a) && read_url(a, &url) &&
	    judge_pin(a, &outcome, &until) && is_nobodys(a, buf_look(&url));
	if (good) {
		ask_put(a, json_pack("{s:s, s:s, s:s, s:I}", "do",
		    "check-pin", "url", buf_cstr(&url), "outcome",
		    outcome_name(outcome), "until", (json_int_t)until));
		a->result = json_pack("{s:s, s:s}", "url", buf_cstr(&url),
		    "outcome", outcome_name(outcome));
	}
	buf_clear(&url);
	return good;
}

static bool
is_pinned(struct ask *a, struct span url)
{
	struct db_txn *t = view_read(a->view);
	struct checked c;
	bool pinned = checked_get(t, url, &c) && c.has_pin;

	db_abort(t);
	return pinned || ask_refuse(a, _("zqhub check list --pinned shows "
	    "what is"), _("nothing is pinned for %.*s"), SPAN_ARGS(url));
}

bool
govern_check_unpin(struct ask *a)
{
	struct buf url;
	bool good;

	buf_init(&url, LIMIT_URL);
	good = ask_reason(a) && read_url(a, &url) &&
	    is_pinned(a, buf_look(&url));
	if (good) {
		ask_put(a, json_pack("{s:s, s:s}", "do", "check-unpin",
		    "url", buf_cstr(&url)));
		a->result = json_pack("{s:s}", "url", buf_cstr(&url));
	}
	buf_clear(&url);
	return good;
}

bool
govern_check_accept(struct ask *a)
{
	const char *host = ask_word(a, "host");
	struct baseline b;
	struct db_txn *t;
	bool known;

	if (!ask_reason(a))
		return false;
	t = view_read(a->view);
	known = checked_host(t, span_of(host), &b);
	db_abort(t);
	if (!known)
		return ask_refuse(a, _("as it stands in the address, with "
		    "its port if there is one"), _("nothing is known of the "
		    "host %s"), host);
	ask_put(a, json_pack("{s:s, s:s}", "do", "check-accept", "host",
	    host));
	a->result = json_pack("{s:s}", "host", host);
	return true;
}
