/*
 * zqhub check list, pin, unpin, accept: what the hub has seen of links that no
 * agent judges, and what a person says instead.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_text.h"
#include "hub/query_check.h"
#include "hub/query_links.h"
#include "protocol/limits.h"

#define AFTER 16		/* columns before the evidence */
#define TEXT_MAX (4 * LIMIT_URL)
#define REFERRERS 20		/* pages that are named for each */

struct listing {
	struct query *q;
	int64_t now;
	json_t *array;		/* or NULL: printed */
	bool pages;
	uint64_t shown;
};

/* --- listing ----------------------------------------------------------------- */

static bool
print_page(void *arg, const struct link_info *i)
{
	char line[32] = "";

	(void)arg;
	if (i->line > 0)
		snprintf(line, sizeof(line), ":%" PRIu32, i->line);
	printf("%*s%s ", AFTER, "", i->code);
	cmd_text_line("", i->page);
	if (line[0] != '\0' || i->more > 0)
		printf("%*s  ", AFTER, "");
	if (line[0] != '\0')
		printf(_("line %s"), line + 1);
	if (i->more > 0)
		printf(_(" and on %" PRIu64 " pages like it"), i->more);
	if (line[0] != '\0' || i->more > 0)
		putchar('\n');
	return true;
}

static bool
put_page(void *arg, const struct link_info *i)
{
	json_array_append_new(arg, json_link(i));
	return true;
}

static void
print_pin(const struct checked *c)
{
	char until[CLOCK_TEXT_MAX];
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_printf(&b, _("Pinned by %.*s until %s: %.*s"),
	    SPAN_ARGS(c->pin_by), clock_show(until, c->pin_until),
	    SPAN_ARGS(c->pin_reason));
	printf("%*s", AFTER, "");
	cmd_text_line("", buf_look(&b));
	buf_clear(&b);
}

static void
print_seen(const struct checked *c)
{
	char seen[CLOCK_TEXT_MAX];
	struct buf b;

	if (c->record.seen == CLOCK_NONE)
		return;
	buf_init(&b, TEXT_MAX);
	cause_evidence(&b, c->record.cause, c->detail);
	buf_printf(&b, _(" (%s)"), clock_show(seen, c->record.seen));
	if (cause_outcome(c->record.cause) == OUTCOME_GONE &&
	    !c->record.confirmed)
		buf_printf(&b, _(" (%d of %d times, a day apart)"),
		    c->record.strikes, OUTCOME_STRIKES);
	printf("%*s", AFTER, "");
	cmd_text_line("", buf_look(&b));
	buf_reset(&b);
	outcome_repair(&b, &c->record, c->detail);
	printf("%*s", AFTER, "");
	cmd_text_line("", buf_look(&b));
	buf_clear(&b);
}

static bool
list_one(void *arg, const uint8_t key[TABLE_DIGEST],
    const struct checked *c)
{
	struct listing *l = arg;
	struct link_spec spec = { .scope = REWRITE_ADDRESS, .url = c->url,
	    .limit = REFERRERS };
	struct link_page page;
	struct buf b;

	(void)key;
	l->shown++;
	if (l->array != NULL) {
		json_t *o = checked_json(c, l->now), *pages = json_array();

		query_links_to(l->q, &spec, put_page, pages, &page);
		json_object_set_new(o, "pages", pages);
		json_object_set_new(o, "more_pages",
		    json_boolean(page.more));
		json_array_append_new(l->array, o);
		return true;
	}
	buf_init(&b, 256);
	text_pad(&b, span_of(outcome_word(checked_outcome(c, l->now))),
	    AFTER - 1);
	printf("%s ", buf_cstr(&b));
	buf_clear(&b);
	cmd_text_line("", c->url);
	if (checked_is_pinned(c, l->now))
		print_pin(c);
	print_seen(c);
	if (l->pages)
		query_links_to(l->q, &spec, print_page, NULL, &page);
	return true;
}

static void
print_counts(struct query *q)
{
	struct check_counts n;

	query_check_counts(q, &n);
	if (n.all == 0) {
		printf(_("No address was looked at yet: the hub does that "
		    "with check = yes in hub.conf.\n"));
		return;
	}
	printf(_("addresses that were looked at: %" PRIu64 ", broken: %"
	    PRIu64 ";"), n.all, n.broken);
	for (int i = 0; i < OUTCOME_COUNT; i++)
		if (n.outcome[i] > 0)
			printf(" %" PRIu64 " %s", n.outcome[i],
			    outcome_word((enum outcome)i));
	putchar('\n');
}

static bool
read_spec(const struct cmd_line *l, struct check_spec *spec)
{
	const char *outcome = cmd_value(l, "outcome");
	uint64_t limit;

	spec->pinned = cmd_flag(l, "pinned");
	spec->danger = cmd_flag(l, "danger");
	spec->has_outcome = outcome != NULL;
	spec->unreachable = cmd_flag(l, "unreachable");
	spec->broken = !spec->pinned && !spec->has_outcome &&
	    !spec->unreachable && !cmd_flag(l, "all");
	if (outcome != NULL &&
	    !outcome_parse(&spec->outcome, span_of(outcome))) {
		cmd_fail(NULL, _("--outcome: \"%s\": expected ok, moved, "
		    "gone, blocked, unreachable, soft-404, suspicious, login "
		    "or unknown"), outcome);
		return false;
	}
	if (!cmd_number(l, "limit", 1, 1000000, 1000, &limit))
		return false;
	spec->limit = limit;
	return true;
}

/* They are no broken links; but not to be overlooked. */
static void
list_unreachable(struct listing *l, const struct check_spec *of)
{
	struct check_spec spec = { .unreachable = true, .limit = of->limit };
	struct check_counts n;

	query_check_counts(l->q, &n);
	if (!of->broken || of->danger || n.unreachable == 0)
		return;
	printf(_("\nNot reached for a day or longer, and not counted as "
	    "broken:\n"));
	query_checks(l->q, &spec, list_one, l);
	putchar('\n');
}

static int
run_list(struct cmd_line *l)
{
	struct check_spec spec = { .broken = false };
	struct listing listing = { .pages = !cmd_flag(l, "all") };
	struct store *s;

	if (!read_spec(l, &spec))
		return CMD_USAGE;
	if ((s = cmd_store(l)) == NULL)
		return CMD_NO;
	listing.q = query_begin(s);
	listing.now = query_check_now(listing.q);
	listing.array = l->json ? json_array() : NULL;
	query_checks(listing.q, &spec, list_one, &listing);
	if (l->json) {
		cmd_json_list("addresses", listing.array);
	} else {
		list_unreachable(&listing, &spec);
		print_counts(listing.q);
	}
	query_end(listing.q);
	store_close(s);
	return CMD_OK;
}

/* --- what a person says ----------------------------------------------------------- */

static int
act(struct cmd_line *l, json_t *said, const char *done)
{
	const char *reason = cmd_value(l, "reason");
	json_t *result;

	json_object_set_new(said, "reason", json_string(reason));
	if ((result = cmd_act(l, said)) == NULL)
		return CMD_NO;
	if (l->json)
		cmd_json(result);
	else {
		cmd_text_line("", span_of(done));
		json_decref(result);
	}
	return CMD_OK;
}

static int
run_pin(struct cmd_line *l)
{
	int64_t until;

	if (!cmd_time(l, "until", true, &until))
		return CMD_USAGE;
	return act(l, json_pack("{s:s, s:s, s:s, s:I}", "do", "check-pin",
	    "url", l->word[0], "outcome", l->word[1], "until",
	    (json_int_t)until), _("Pinned. What is seen is still kept."));
}

static int
run_unpin(struct cmd_line *l)
{
	return act(l, json_pack("{s:s, s:s}", "do", "check-unpin", "url",
	    l->word[0]), _("What is seen counts again."));
}

static int
run_accept(struct cmd_line *l)
{
	return act(l, json_pack("{s:s, s:s}", "do", "check-accept", "host",
	    l->word[0]), _("It is taken as it is at the next look."));
}

#define REASON { "reason", "R", N_("why; kept in the journal"), true }

const struct cmd cmd_checked_list[] = {
	{ .name = "check list", .words = "", .json = true, .run = run_list,
	  .about = N_("list links that the hub has seen to be broken"),
	  .more = N_("With what was seen, what to do, and the pages that link "
	    "there. The hub looks\nif hub.conf says check = yes: outside of "
	    "the cluster, and inside where no agent\ncan say what there is "
	    "(check_unknown)."),
	  .examples = "check list\ncheck list --danger\n"
	    "check list --outcome moved --json",
	  .option = {
	    { "danger", NULL, N_("only suspicious ones"), false },
	    { "unreachable", NULL, N_("not reached for a day or longer"),
	      false },
	    { "outcome", "O", N_("of this outcome, broken or not"), false },
	    { "pinned", NULL, N_("what a person has pinned"), false },
	    { "all", NULL, N_("all that was looked at"), false },
	    { "limit", "N", N_("at most so many: 1000"), false },
	  } },
	{ .name = "check pin", .words = "URL OUTCOME", .least = 2, .most = 2,
	  .json = true, .run = run_pin,
	  .about = N_("say yourself what is true of an address, for a time"),
	  .more = N_("Until then it counts as OUTCOME (ok, moved, gone, "
	    "blocked, unreachable, soft-404,\nsuspicious, login, unknown), "
	    "whatever the hub sees."),
	  .examples = "check pin https://www.example.cn/1.html ok --until "
	    "2027-03-01 \\\n    --reason '人工核实，可以打开'",
	  .option = { REASON,
	    { "until", "TIME", N_("a date, at most a year on"), true },
	  } },
	{ .name = "check unpin", .words = "URL", .least = 1, .most = 1,
	  .json = true, .run = run_unpin,
	  .about = N_("let what is seen of an address count again"),
	  .examples = "check unpin https://www.example.cn/1.html --reason "
	    "'已恢复'",
	  .option = { REASON } },
	{ .name = "check accept", .words = "HOST", .least = 1, .most = 1,
	  .json = true, .run = run_accept,
	  .about = N_("take a host as it is now, new owner or language and "
	    "all"),
	  .more = N_("A host that has changed hands stays suspicious until "
	    "a person says this."),
	  .examples = "check accept www.example.cn --reason '单位更名，已核实'",
	  .option = { REASON } },
	{ .name = NULL },
};
