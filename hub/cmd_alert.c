/*
 * zqhub alert …: what is wrong and who was told, and what an operator says
 * to it.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "contrib/base/units.h"
#include "hub/alert_print.h"
#include "hub/query_alert.h"

/* --- lists ------------------------------------------------------------------------ */

struct listing {
	struct query *q;
	json_t *array;		/* or NULL */
	const char *name;	/* of the array */
	struct columns *table;
	size_t left;
	bool failed;		/* only those */
	size_t shown;
};

static bool
list_alert(void *arg, const struct alert *a)
{
	struct listing *l = arg;

	l->shown++;
	if (l->array != NULL)
		json_array_append_new(l->array, json_alert(l->q, a));
	else
		alert_print_row(l->table, l->q, a);
	return true;
}

static bool
list_silence(void *arg, const struct silence *s)
{
	struct listing *l = arg;
	struct site_info site = { .code = "*" };

	l->shown++;
	if (l->array != NULL) {
		json_array_append_new(l->array, json_silence(l->q, s));
		return true;
	}
	if (s->site != 0)
		(void)query_site_by_number(l->q, s->site, &site);
	columns_number(l->table, s->number);
	columns_put(l->table, s->rule.n > 0 ? s->rule : span_of("*"));
	columns_put(l->table, span_of(site.code));
	columns_time(l->table, s->from);
	columns_time(l->table, s->until);
	columns_put(l->table, s->by);
	columns_put(l->table, s->reason);
	return true;
}

static bool
list_delivery(void *arg, const struct delivery *d)
{
	struct listing *l = arg;

	if (l->failed && d->state != DELIVERY_FAILED &&
	    d->state != DELIVERY_TRYING)
		return true;
	l->shown++;
	if (l->array != NULL)
		json_array_append_new(l->array, json_delivery(d));
	else
		alert_print_delivery(l->table, d);
	return --l->left > 0;
}

typedef int list_fn(struct cmd_line *l, struct listing *listing);

static int
with_store(struct cmd_line *l, list_fn *fn)
{
	struct listing listing = { .array = l->json ? json_array() : NULL };
	struct store *s = cmd_store(l);
	int status;

	if (s == NULL) {
		json_decref(listing.array);
		return CMD_NO;
	}
	listing.q = query_begin(s);
	status = fn(l, &listing);
	if (listing.table != NULL && listing.shown > 0 && !l->json)
		columns_print(listing.table, stdout);
	columns_free(listing.table);
	if (status == CMD_OK && l->json && listing.name != NULL)
		cmd_json_list(listing.name, json_incref(listing.array));
	json_decref(listing.array);
	query_end(listing.q);
	store_close(s);
	return status;
}

static int
list_alerts(struct cmd_line *l, struct listing *listing)
{
	const char *rule = cmd_value(l, "rule");
	struct alert_spec spec = { .open = !cmd_flag(l, "all"),
		.rule = span_of(rule != NULL ? rule : "") };
	uint64_t limit;

	if (!cmd_site_option(l, listing->q, &spec.site) ||
	    !cmd_number(l, "limit", 1, 1000000, 100, &limit))
		return CMD_USAGE;
	spec.limit = limit;
	listing->name = "alerts";
	listing->table = alert_print_table();
	query_alerts(listing->q, &spec, list_alert, listing);
	if (!l->json && listing->shown == 0)
		puts(spec.open ? _("Nothing is wrong.") :
		    _("There are no alerts."));
	return CMD_OK;
}

static int
run_list(struct cmd_line *l)
{
	return with_store(l, list_alerts);
}

static int
list_silences(struct cmd_line *l, struct listing *listing)
{
	static const char *const headings[] = { N_("SILENCE"), N_("RULE"),
		N_("SITE"), N_("FROM"), N_("UNTIL"), N_("BY"), N_("REASON"),
		NULL };

	listing->name = "silences";
	listing->table = columns_new(headings);
	query_silences(listing->q, cmd_flag(l, "all"), list_silence,
	    listing);
	if (!l->json && listing->shown == 0)
		puts(_("Nothing is silenced."));
	return CMD_OK;
}

static int
run_silences(struct cmd_line *l)
{
	return with_store(l, list_silences);
}

static int
list_ledger(struct cmd_line *l, struct listing *listing)
{
	uint64_t limit;

	if (!cmd_number(l, "limit", 1, 1000000, 50, &limit))
		return CMD_USAGE;
	listing->left = limit;
	listing->failed = cmd_flag(l, "failed");
	listing->name = "deliveries";
	listing->table = alert_print_deliveries();
	query_deliveries(listing->q, 0, list_delivery, listing);
	return CMD_OK;
}

static int
run_ledger(struct cmd_line *l)
{
	return with_store(l, list_ledger);
}

/* A number stands first. False: said why. */
static bool
read_number(const struct cmd_line *l, uint64_t *n)
{
	if (text_number(span_of(l->word[0]), 1, UINT32_MAX, n))
		return true;
	cmd_fail(NULL, _("%s: \"%s\": expected a number, as the list shows "
	    "it"), l->cmd->name, l->word[0]);
	return false;
}

static int
show_alert(struct cmd_line *l, struct listing *listing)
{
	struct alert a;
	uint64_t n;

	if (!read_number(l, &n))
		return CMD_USAGE;
	if (!query_alert(listing->q, (uint32_t)n, &a))
		return cmd_fail(_("zqhub alert list --all shows them"),
		    _("there is no alert %" PRIu64), n);
	if (l->json)
		cmd_json(json_alert(listing->q, &a));
	else
		alert_print_whole(listing->q, &a);
	return CMD_OK;
}

static int
run_show(struct cmd_line *l)
{
	return with_store(l, show_alert);
}

/* --- what an operator says ------------------------------------------------------------ */

/* A time like 4h, from now on. */
static bool
read_for(const char *span, int64_t *until)
{
	uint64_t ms;

	if (!units_parse_time(span_of(span), &ms) || ms == 0 ||
	    ms > INT32_MAX * 1000ull) {
		cmd_fail(NULL, _("--for: \"%s\": expected a time like 30m, "
		    "4h or 2d"), span);
		return false;
	}
	*until = clock_wall() + (int64_t)ms;
	return true;
}

/* --for or --until, else `preset` ms from now; 0: it has to be said. */
static bool
read_until(const struct cmd_line *l, int64_t preset, int64_t *until)
{
	const char *span = cmd_value(l, "for");

	if (!cmd_time(l, "until", true, until))
		return false;
	if (span != NULL && *until != CLOCK_NONE) {
		cmd_fail(NULL, _("%s: --for says how long, --until until when: "
		    "say one of them"), l->cmd->name);
		return false;
	}
	if (span != NULL)
		return read_for(span, until);
	if (*until != CLOCK_NONE)
		return true;
	*until = clock_wall() + preset;
	if (preset == 0)
		cmd_fail(NULL, _("%s: say how long: --for 4h, or --until a "
		    "time"), l->cmd->name);
	return preset != 0;
}

static int
act(struct cmd_line *l, json_t *said, const char *done)
{
	json_t *result;

	json_object_set_new(said, "reason",
	    json_string(cmd_value(l, "reason")));
	if ((result = cmd_act(l, said)) == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	puts(done);
	json_decref(result);
	return CMD_OK;
}

static int
run_ack(struct cmd_line *l)
{
	int64_t until = 0;
	uint64_t n;

	if (!read_number(l, &n) || (!cmd_flag(l, "undo") &&
	    !read_until(l, INT64_C(86400000), &until)))
		return CMD_USAGE;
	return act(l, json_pack("{s:s, s:I, s:I}", "do", "alert-ack",
	    "alert", (json_int_t)n, "until", (json_int_t)until),
	    until == 0 ? _("Taken back.") : _("Acknowledged: no reminders "
	    "until then; its end is told."));
}

static int
run_silence(struct cmd_line *l)
{
	const char *rule = cmd_value(l, "rule"), *site = cmd_value(l, "site");
	int64_t until;

	if (!read_until(l, 0, &until))
		return CMD_USAGE;
	return act(l, json_pack("{s:s, s:s, s:s, s:I}", "do",
	    "alert-silence", "rule", rule != NULL ? rule : "", "code",
	    site != NULL ? site : "", "until", (json_int_t)until),
	    _("Silenced. What is noticed meanwhile is told then, if it is "
	    "still so."));
}

static int
run_unsilence(struct cmd_line *l)
{
	uint64_t n;

	if (!read_number(l, &n))
		return CMD_USAGE;
	return act(l, json_pack("{s:s, s:I}", "do", "alert-unsilence",
	    "silence", (json_int_t)n), _("It is told again."));
}

/* --- the list -------------------------------------------------------------------------- */

#define REASON { "reason", "R", N_("why; kept in the journal"), true }
#define FOR { "for", "TIME", N_("so long, as in 4h"), false }, \
	{ "until", "TIME", N_("a date or a time"), false }

const struct cmd cmd_alert_list[] = {
	{ .name = "alert list", .words = "", .json = true, .run = run_list,
	  .about = N_("list what is wrong now, newest first"),
	  .examples = "alert list\nalert list --all --rule silent --json",
	  .option = {
	    { "all", NULL, N_("what is over, too"), false },
	    { "rule", "R", N_("only of this rule"), false },
	    { "site", "CODE", N_("only of this site"), false },
	    { "limit", "N", N_("at most so many: 100"), false },
	  } },
	{ .name = "alert show", .words = "N", .least = 1, .most = 1,
	  .json = true, .run = run_show,
	  .about = N_("show an alert: its sites, and who was told of it"),
	  .examples = "alert show 12" },
	{ .name = "alert ack", .words = "N", .least = 1, .most = 1,
	  .json = true, .run = run_ack,
	  .about = N_("say that you know of an alert: no reminders come for "
	    "a day"),
	  .examples = "alert ack 12 --reason '机房断电，已报修' --for 4h\n"
	    "alert ack 12 --undo --reason '修复失败'",
	  .option = { REASON, FOR,
	    { "undo", NULL, N_("take it back"), false },
	  } },
	{ .name = "alert silence", .words = "", .json = true,
	  .run = run_silence,
	  .about = N_("tell nothing of a rule, a site, or both, for a time"),
	  .more = N_("It is noticed nevertheless, and told afterwards if it "
	    "is still so. Who was told\nof a beginning is told of the end "
	    "at once."),
	  .examples = "alert silence --site 4100000016 --for 2h --reason "
	    "'网络割接'\nalert silence --rule slow --until 2026-12-01 "
	    "--reason '带宽扩容中'",
	  .option = { REASON, FOR,
	    { "rule", "R", N_("of this rule; zqhub alert rules"), false },
	    { "site", "CODE", N_("of this site"), false },
	  } },
	{ .name = "alert unsilence", .words = "N", .least = 1, .most = 1,
	  .json = true, .run = run_unsilence,
	  .about = N_("end a silence before its time"),
	  .examples = "alert unsilence 3 --reason '割接完成'",
	  .option = { REASON } },
	{ .name = "alert silences", .words = "", .json = true,
	  .run = run_silences,
	  .about = N_("list what is silenced now"),
	  .examples = "alert silences\nalert silences --all",
	  .option = {
	    { "all", NULL, N_("what is over, too"), false },
	  } },
	{ .name = "alert rules", .words = "", .json = true,
	  .run = cmd_alert_rules,
	  .about = N_("list the rules as the settings have them"),
	  .examples = "alert rules" },
	{ .name = "alert receivers", .words = "", .json = true,
	  .run = cmd_alert_receivers,
	  .about = N_("list who is told"),
	  .examples = "alert receivers" },
	{ .name = "alert test", .words = "RECEIVER", .least = 1, .most = 1,
	  .run = cmd_alert_test,
	  .about = N_("send a test to a receiver, and say what came of it"),
	  .examples = "alert test duty" },
	{ .name = "alert ledger", .words = "", .json = true,
	  .run = run_ledger,
	  .about = N_("list deliveries, newest first: intended, tried, "
	    "sent"),
	  .examples = "alert ledger --failed",
	  .option = {
	    { "failed", NULL, N_("only those that failed so far"), false },
	    { "limit", "N", N_("at most so many: 50"), false },
	  } },
	{ .name = NULL },
};
