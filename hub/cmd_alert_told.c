/*
 * zqhub alert rules, receivers, test: who is told of what, and whether it
 * arrives.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/units.h"
#include "hub/alert_rule.h"
#include "hub/columns.h"
#include "hub/config_alert.h"
#include "hub/query_alert.h"

#define PAUSE 100000	/* µs */
#define WAITS 20000	/* ms for what came of a test */

/* --- rules --------------------------------------------------------------- */

static json_t *
json_names(char *const *names)
{
	json_t *list = json_array();

	for (; names != NULL && *names != NULL; names++)
		json_array_append_new(list, json_string(*names));
	return list;
}

static json_t *
json_rule(enum alert_what w, const struct alert_rule *r)
{
	return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I, s:o}", "rule",
	    alert_what_name(w), "tell", r->on, "severity",
	    alert_severity_name(r->severity), "for_ms", (json_int_t)r->hold,
	    "remind_ms", (json_int_t)r->remind, "reminders",
	    (json_int_t)r->reminders, "receivers",
	    json_names(r->receivers));
}

static void
put_rule(struct columns *table, enum alert_what w,
    const struct alert_rule *r)
{
	char text[UNITS_TEXT_MAX];

	columns_put(table, span_of(alert_what_name(w)));
	columns_put(table, span_of(r->on ? alert_severity_word(r->severity) :
	    _("not told")));
	columns_put(table, span_of(units_format_time(text, r->hold)));
	columns_put(table, span_of(units_format_time(text, r->remind)));
	columns_number(table, r->reminders);
	columns_put(table, span_of(alert_what_about(w)));
}

int
cmd_alert_rules(struct cmd_line *l)
{
	static const char *const headings[] = { N_("RULE"), N_("SEVERITY"),
		N_("FOR"), N_("AGAIN"), N_("TIMES"), N_("ABOUT"), NULL };
	struct columns *table = columns_new(headings);
	json_t *list = json_array();
	struct alert_rules rules;

	alert_rules_init(&rules, l->config->file);
	for (enum alert_what w = 0; w < ALERT_RULES; w++) {
		put_rule(table, w, &rules.rule[w]);
		json_array_append_new(list, json_rule(w, &rules.rule[w]));
	}
	if (l->json)
		cmd_json_list("rules", list);
	else
		columns_print(table, stdout), json_decref(list);
	columns_free(table);
	return CMD_OK;
}

/* --- receivers ----------------------------------------------------------- */

static const char *
where_to(const struct config_receiver *r)
{
	return r->url[0] != '\0' ? r->url :
	    r->command[0] != NULL ? r->command[0] : "";
}

static void
put_receiver(struct columns *table, const char *name,
    const struct config_receiver *r)
{
	enum alert_severity least = ALERT_INFO;

	(void)alert_severity_parse(&least, span_of(r->severity));
	columns_put(table, span_of(name));
	columns_put(table, span_of(r->kind));
	columns_put(table, span_of(alert_severity_word(least)));
	columns_put(table, span_of(r->quiet[0] != '\0' ? r->quiet : "-"));
	columns_put(table, span_of(where_to(r)));
}

static json_t *
json_receiver(const char *name, const struct config_receiver *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "receiver",
	    name, "kind", r->kind, "severity", r->severity, "quiet", r->quiet,
	    "where", where_to(r), "rules", json_names(r->rules),
	    "language", r->language);
}

int
cmd_alert_receivers(struct cmd_line *l)
{
	static const char *const headings[] = { N_("RECEIVER"), N_("KIND"),
		N_("FROM SEVERITY"), N_("QUIET HOURS"), N_("WHERE"), NULL };
	struct columns *table = columns_new(headings);
	const struct config_receiver *r;
	json_t *list = json_array();
	const char *name;
	size_t n;

	for (n = 0; (r = config_receiver(l->config->file, n, &name)) != NULL;
	    n++) {
		put_receiver(table, name, r);
		json_array_append_new(list, json_receiver(name, r));
	}
	if (l->json)
		cmd_json_list("receivers", json_incref(list));
	else if (n == 0)
		puts(_("Nobody is told: hub.conf has no [receiver NAME]."));
	else
		columns_print(table, stdout);
	json_decref(list);
	columns_free(table);
	return CMD_OK;
}

/* --- a test -------------------------------------------------------------- */

struct waiting {
	uint64_t number;	/* of the test's delivery */
	const char *receiver;
	bool unseen;		/* whoever asks may not see the ledger */
	enum delivery_state state;	/* what became of it … */
	char error[LEDGER_ERROR + 1];
	uint64_t before;	/* 0, or one to the same receiver that fails … */
	char why[LEDGER_ERROR + 1];	/* … with this */
};

/* Newest first. */
static bool
look(void *arg, const struct delivery *d)
{
	struct waiting *w = arg;

	if (d->number == w->number) {
		w->state = d->state;
		snprintf(w->error, sizeof(w->error), "%.*s",
		    SPAN_ARGS(d->error));
	} else if (d->number < w->number && w->before == 0 &&
	    d->state == DELIVERY_TRYING &&
	    span_is(d->receiver, span_of(w->receiver))) {
		w->before = d->number;
		snprintf(w->why, sizeof(w->why), "%.*s",
		    SPAN_ARGS(d->error));
	}
	return w->state == DELIVERY_INTENDED;
}

/* Until something came of it, or time is over. */
static void
wait_for(struct cmd_line *l, struct waiting *w)
{
	int64_t until = clock_mono() + WAITS;
	struct store *s = cmd_store(l);
	struct query *q;

	w->unseen = s == NULL;
	while (s != NULL) {
		w->before = 0;
		q = query_begin(s);
		query_deliveries(q, 0, look, w);
		query_end(q);
		if (w->state != DELIVERY_INTENDED || clock_mono() > until)
			break;
		usleep(PAUSE);
	}
	store_close(s);
}

static int
fail(const struct waiting *w)
{
	const char *hint = _("zqhub alert ledger shows what comes of it");

	if (w->unseen)
		return cmd_fail(NULL, _("%s: the test is under way, but what "
		    "comes of it can't be seen from here"), w->receiver);
	if (w->state == DELIVERY_FAILED)
		return cmd_fail(_("it is not tried again: put it right, and "
		    "test again"), "%s: %s", w->receiver, w->error);
	if (w->state == DELIVERY_TRYING)
		return cmd_fail(_("it is tried again; zqhub alert ledger "
		    "shows it"), "%s: %s", w->receiver, w->error);
	if (w->before != 0)
		return cmd_fail(hint, _("the test waits behind delivery %"
		    PRIu64 ", which %s has not taken: %s"), w->before,
		    w->receiver, w->why);
	return cmd_fail(hint, _("%s: the test was not tried yet: is zqhubd "
	    "running?"), w->receiver);
}

int
cmd_alert_test(struct cmd_line *l)
{
	struct waiting w = { .receiver = l->word[0],
		.state = DELIVERY_INTENDED };
	json_t *result = cmd_act(l, json_pack("{s:s, s:s}", "do",
	    "alert-test", "receiver", l->word[0]));

	if (result == NULL)
		return CMD_NO;
	w.number = (uint64_t)json_integer_value(json_object_get(result,
	    "delivery"));
	json_decref(result);
	wait_for(l, &w);
	if (w.state != DELIVERY_SENT && w.state != DELIVERY_CONFIRMED)
		return fail(&w);
	puts(w.state == DELIVERY_SENT ? _("The mail server took it.") :
	    _("The receiver took it."));
	if (w.error[0] != '\0')
		return cmd_fail(_("the others have it: put it right, and test "
		    "again"), "%s: %s", w.receiver, w.error);
	return CMD_OK;
}
