#include "hub/alert_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/alert_detail.h"
#include "hub/alert_what.h"
#include "hub/cmd_text.h"

#define CELL 512		/* bytes; text is cut, not told whole */

struct columns *
alert_print_table(void)
{
	static const char *const headings[] = { N_("ALERT"), N_("SEVERITY"),
		N_("RULE"), N_("ABOUT"), N_("NAME"), N_("SINCE"), N_("STATE"),
		NULL };

	return columns_new(headings);
}

struct columns *
alert_print_deliveries(void)
{
	static const char *const headings[] = { N_("DELIVERY"), N_("ALERT"),
		N_("RECEIVER"), N_("INTENDED"), N_("STATE"), N_("TRIES"),
		N_("ERROR"), NULL };

	return columns_new(headings);
}

/* --- an alert in a row ------------------------------------------------------- */

static struct alert_member
first_of(const struct alert *a)
{
	struct span rest = a->members;
	struct alert_member m = { .site = 0 }, found = { .site = 0 };

	while (alert_member_next(&rest, &m)) {
		if (found.subject.n == 0 || (found.ended != CLOCK_NONE &&
		    m.ended == CLOCK_NONE))
			found = m;
	}
	return found;
}

static const char *
state_of(struct query *q, const struct alert *a)
{
	if (a->ended != CLOCK_NONE)
		return _("over");
	if (query_alert_muted(q, a))
		return _("muted");
	return alert_is_acked(a, query_alert_now(q)) ? _("acknowledged") :
	    _("open");
}

/* The site's name, and how many more there are. */
static void
put_name(struct columns *table, struct query *q, const struct alert *a,
    const struct alert_member *m)
{
	struct site_info site = { .code = "" };
	struct buf b;

	buf_init(&b, CELL);
	if (m->site != 0 && query_site_by_number(q, m->site, &site))
		buf_span(&b, site.name);
	if (a->count > 1)
		buf_printf(&b, " +%" PRIu32, a->count - 1);
	columns_put(table, buf_look(&b));
	buf_clear(&b);
}

void
alert_print_row(struct columns *table, struct query *q,
    const struct alert *a)
{
	struct alert_member m = first_of(a);

	columns_number(table, a->number);
	columns_put(table, span_of(alert_severity_word(a->severity)));
	columns_put(table, a->rule);
	columns_put(table, m.subject);
	put_name(table, q, a, &m);
	columns_time(table, a->at);
	columns_put(table, span_of(state_of(q, a)));
}

/* --- a delivery in a row ----------------------------------------------------- */

void
alert_print_delivery(struct columns *table, const struct delivery *d)
{
	columns_number(table, d->number);
	columns_number(table, d->alert);
	columns_put(table, d->receiver);
	columns_time(table, d->intended);
	columns_put(table, span_of(_(ledger_state_name(d->state))));
	columns_number(table, d->tries);
	columns_put(table, d->error);
}

/* --- an alert as a whole ----------------------------------------------------- */

static void
print_ack(const struct alert *a)
{
	char text[CLOCK_TEXT_MAX];

	if (a->acked == CLOCK_NONE)
		return;
	printf(_("Acknowledged by %.*s until %s: "), SPAN_ARGS(a->ack_by),
	    clock_show(text, a->ack_until));
	cmd_text_put(a->ack_reason);
	putchar('\n');
}

static void
put_detail(struct columns *table, struct span detail)
{
	struct buf b;

	buf_init(&b, ALERT_DETAIL_TEXT);
	alert_detail_put(&b, detail);
	columns_put(table, buf_look(&b));
	buf_clear(&b);
}

static void
print_members(const struct alert *a)
{
	static const char *const headings[] = { N_("ABOUT"), N_("SINCE"),
		N_("ENDED"), N_("AS OF"), N_("EVIDENCE"), NULL };
	struct columns *table = columns_new(headings);
	struct span rest = a->members;
	struct alert_member m;

	while (alert_member_next(&rest, &m)) {
		columns_put(table, m.subject);
		columns_time(table, m.since);
		columns_time(table, m.ended);
		columns_time(table, m.seen);
		put_detail(table, m.detail);	/* last: it is never cut */
	}
	columns_print(table, stdout);
	columns_free(table);
}

static bool
take_delivery(void *arg, const struct delivery *d)
{
	alert_print_delivery(arg, d);
	return true;
}

void
alert_print_whole(struct query *q, const struct alert *a)
{
	struct columns *table = alert_print_table();
	enum alert_what w = alert_what_named(a->rule);

	alert_print_row(table, q, a);
	columns_print(table, stdout);
	columns_free(table);
	printf(_("%s.\n"), a->ended != CLOCK_NONE ? alert_what_was(w) :
	    alert_what_about(w));
	if (a->ended == CLOCK_NONE && w < ALERT_RULES) {
		printf(_("It is over %s."), alert_what_ends(w));
		putchar('\n');
	}
	print_ack(a);
	putchar('\n');
	print_members(a);
	putchar('\n');
	table = alert_print_deliveries();
	query_deliveries(q, a->number, take_delivery, table);
	columns_print(table, stdout);
	columns_free(table);
}
