/*
 * Operators' acts about alerts; see govern_alert.h.
 */
#include "hub/govern_alert.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/alert.h"
#include "hub/alert_notice.h"
#include "hub/alert_what.h"
#include "hub/config_alert.h"
#include "hub/ledger.h"
#include "hub/silence.h"

#define ACK_MOST (30 * INT64_C(86400000))	/* ms: somebody looks again */
#define SILENCE_MOST (366 * INT64_C(86400000))

static json_int_t
number_of(const struct ask *a, const char *name)
{
	return json_integer_value(json_object_get(a->said, name));
}

static bool
judge_until(struct ask *a, int64_t until, int64_t most)
{
	if (until <= a->now)
		return ask_refuse_at(a, "until", NULL, "%s", ask_either(a,
		    _("--until: that time is over"), _("that time is "
		    "over")));
	if (until > a->now + most)
		return ask_refuse_at(a, "until", NULL, ask_either(a,
		    _("--until: %d days at most: what is true now is to be "
		    "looked at again"), _("%d days at most: what is true now "
		    "is to be looked at again")), (int)(most / 86400000));
	return true;
}

/* --- one alert ----------------------------------------------------------------- */

static bool
read_alert(struct ask *a, uint32_t *number, bool *ended, bool *acked)
{
	json_int_t n = number_of(a, "alert");
	struct db_txn *t;
	struct alert alert;
	bool found;

	t = view_read(a->view);
	found = n > 0 && n <= UINT32_MAX &&
	    alert_get(t, (uint32_t)n, &alert);
	if (found) {
		*number = alert.number;
		*ended = alert.ended != CLOCK_NONE;
		*acked = alert.acked != CLOCK_NONE;
	}
	db_abort(t);
	return found || ask_refuse(a, _("zqhub alert list shows what there "
	    "is"), _("there is no alert %lld"), (long long)n);
}

bool
govern_alert_ack(struct ask *a)
{
	int64_t until = (int64_t)number_of(a, "until");
	bool ended = false, acked = false;
	uint32_t number = 0;

	if (!read_alert(a, &number, &ended, &acked))
		return false;
	if (until == 0 && !acked)
		return ask_refuse(a, NULL, _("alert %u is not "
		    "acknowledged"), number);
	if (until != 0 && ended)
		return ask_refuse(a, NULL, _("alert %u is over"), number);
	if (!ask_reason(a) ||
	    (until != 0 && !judge_until(a, until, ACK_MOST)))
		return false;
	ask_put(a, json_pack("{s:s, s:I, s:I}", "do", "alert-ack", "alert",
	    (json_int_t)number, "until", (json_int_t)until));
	a->result = json_pack("{s:I, s:I}", "alert", (json_int_t)number,
	    "until", (json_int_t)until);
	return true;
}

/* --- silences -------------------------------------------------------------------- */

bool
govern_alert_silence(struct ask *a)
{
	const char *rule = ask_word(a, "rule"), *code = ask_word(a, "code");
	int64_t until = (int64_t)number_of(a, "until");
	struct view_site s = { .number = 0 };
	struct db_txn *t;
	uint32_t number;

	if (rule[0] == '\0' && code[0] == '\0')
		return ask_refuse_at(a, "code", NULL, _("say which rule, "
		    "which site, or both: everything can't be silenced"));
	if (rule[0] != '\0' &&
	    alert_what_named(span_of(rule)) == ALERT_RULES)
		return ask_refuse_at(a, "rule", _("zqhub alert rules lists "
		    "them"),
		    _("there is no rule \"%s\""), rule);
	if ((code[0] != '\0' && !ask_site(a, &s)) || !ask_reason(a) ||
	    !judge_until(a, until, SILENCE_MOST))
		return false;
	t = view_read(a->view);
	number = silence_last(t) + 1;
	db_abort(t);
	ask_put(a, json_pack("{s:s, s:s, s:I, s:I}", "do", "alert-silence",
	    "rule", rule, "site", (json_int_t)s.number, "until",
	    (json_int_t)until));
	a->result = json_pack("{s:I, s:I}", "silence", (json_int_t)number,
	    "until", (json_int_t)until);
	return true;
}

bool
govern_alert_unsilence(struct ask *a)
{
	json_int_t n = number_of(a, "silence");
	struct db_txn *t;
	struct silence s;
	bool holds;

	t = view_read(a->view);
	holds = n > 0 && n <= UINT32_MAX &&
	    silence_get(t, (uint32_t)n, &s) && s.until > a->now;
	db_abort(t);
	if (!holds)
		return ask_refuse(a, _("zqhub alert silences shows what "
		    "holds"), _("there is no silence %lld, or it is over"),
		    (long long)n);
	if (!ask_reason(a))
		return false;
	ask_put(a, json_pack("{s:s, s:I}", "do", "alert-unsilence",
	    "silence", n));
	a->result = json_pack("{s:I}", "silence", n);
	return true;
}

/* --- a test ---------------------------------------------------------------------- */

bool
govern_alert_test(struct ask *a)
{
	const char *name = ask_word(a, "receiver");
	struct db_txn *t;
	uint64_t number;

	if (config_receiver_named(a->config->file, span_of(name)) == NULL)
		return ask_refuse(a, _("receivers are sections of hub.conf: "
		    "[receiver NAME]"), _("there is no receiver \"%s\""),
		    name);
	t = view_read(a->view);
	number = ledger_last(t) + 1;
	db_abort(t);
	ask_put(a, json_pack("{s:s, s:I, s:s, s:[s], s:o}", "do",
	    "alert-say", "alert", (json_int_t)0, "event",
	    alert_event_name(ALERT_TEST), "to", name, "notice",
	    alert_notice_test(a->config->name, a->actor, a->now)));
	a->result = json_pack("{s:I}", "delivery", (json_int_t)number);
	return true;
}
