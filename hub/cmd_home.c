/*
 * zqhub home, home accept: the sites' home pages as they are seen from
 * outside, with the evidence of the last look that said something new.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_query.h"
#include "hub/cmd_text.h"
#include "hub/columns.h"
#include "hub/elsewhere.h"
#include "hub/query_home.h"

#define WHAT_MAX 4096
#define DAY (24 * INT64_C(3600) * 1000)

struct listing {
	struct query *q;
	struct columns *columns;	/* or … */
	json_t *array;
	size_t sites, there, danger;
};

/* --- all of them ---------------------------------------------------------------- */

/* What is to be known: the verdict, or why nothing came. */
static void
put_what(struct buf *b, const struct home_row *r)
{
	struct home_look l;

	home_row_sentence(b, r);
	if (b->n == 0 && r->cause != CAUSE_FINE &&
	    home_row_look(r->now, &l))
		home_look_evidence(b, &l);
}

static void
put_cert(struct columns *c, const struct home_row *r, int64_t now)
{
	int64_t until = home_row_cert_until(r);
	char text[64] = "-";

	if (!home_row_cert_is_known(r, now))
		snprintf(text, sizeof(text), "%s", _("not good"));
	else if (until != CLOCK_NONE)
		snprintf(text, sizeof(text), _("%" PRId64 " d"),
		    (until - now) / DAY);
	columns_put(c, span_of(text));
}

static void
put_week(struct columns *c, struct query *q, uint32_t site)
{
	struct home_day week;
	char text[16] = "-";
	int share = query_home_week(q, site, &week) ?
	    home_days_share(&week) : -1;

	if (share >= 0)
		snprintf(text, sizeof(text), "%d.%d%%", share / 10,
		    share % 10);
	columns_put(c, span_of(text));
}

static void
put_line(struct listing *l, const struct site_info *s,
    const struct home_row *r)
{
	struct columns *c = l->columns;
	char ms[24];
	struct buf what;

	columns_put(c, span_of(home_outcome_word(r->outcome)));
	columns_put(c, span_of(s->code));
	columns_put(c, s->name);
	columns_time(c, r->at);
	snprintf(ms, sizeof(ms), "%" PRIu32 " ms", r->ms);
	columns_put(c, span_of(ms));
	put_cert(c, r, query_home_now(l->q));
	put_week(c, l->q, s->number);
	buf_init(&what, WHAT_MAX);
	put_what(&what, r);
	columns_put(c, buf_look(&what));
	buf_clear(&what);
}

static bool
list_site(void *arg, const struct site_info *s)
{
	struct listing *l = arg;
	struct home_row r;

	if (s->retired || !query_home(l->q, s->number, &r))
		return true;
	l->sites++;
	l->there += home_is_there(r.outcome);
	l->danger += r.verdict == HOME_HIJACKED;
	if (l->array != NULL) {
		json_t *o = query_home_json(l->q, &r);

		json_object_set_new(o, "code", json_string(s->code));
		json_array_append_new(l->array, o);
	} else {
		put_line(l, s, &r);
	}
	return true;
}

static int
list(struct cmd_line *line, struct query *q)
{
	static const char *const headings[] = { N_("HOME PAGE"), N_("CODE"),
	    N_("NAME"), N_("LOOKED"), N_("TOOK"), N_("CERT"), N_("WEEK"),
	    "", NULL };
	struct listing l = { .q = q };

	if (line->json)
		l.array = json_array();
	else
		l.columns = columns_new(headings);
	query_sites(q, list_site, &l);
	if (line->json) {
		cmd_json_list("homes", l.array);
		return CMD_OK;
	}
	columns_print(l.columns, stdout);
	columns_free(l.columns);
	if (l.sites == 0)
		printf("%s\n", _("No home page was looked at yet."));
	else
		printf(_("%zu home pages looked at, %zu there, %zu in "
		    "danger\n"), l.sites, l.there, l.danger);
	return l.danger > 0 ? CMD_NO : CMD_OK;
}

/* --- one of them ---------------------------------------------------------------- */

static void
print_cert(const struct webcert *c)
{
	char until[CLOCK_TEXT_MAX];

	printf("     %s ", _("certificate:"));
	cmd_text_put(span_of(c->subject[0] != '\0' ? c->subject : c->names));
	printf(_(", good until %s, by "), clock_show(until, c->until));
	cmd_text_put(span_of(c->issuer));
	putchar('\n');
	if (c->names[0] == '\0')
		return;
	printf("     %s ", _("its names:"));
	cmd_text_put(span_of(c->names));
	putchar('\n');
}

static void
print_hops(const struct home_look *l)
{
	for (size_t i = 0; i < l->hops; i++) {
		const struct home_hop *h = &l->hop[i];

		printf("  %zu. ", i + 1);
		cmd_text_put(span_of(h->url));
		printf("\n     ");
		if (h->status > 0)
			printf("HTTP %ld", h->status);
		else
			printf("%s", _("no answer"));
		printf(_(", %" PRIu32 " ms"), h->ms);
		if (h->address[0] != '\0')
			printf(h->status > 0 ? _(", answered by %s") :
			    _(", asked: %s"), h->address);
		if (i + 1 < l->hops)
			printf(", %s", home_hop_word(h->kind));
		putchar('\n');
		if (h->has_cert)
			print_cert(&h->cert);
	}
}

/* Whose the domain is at which it ended. */
static void
print_domain(const struct home_look *l)
{
	char domain[REGISTRABLE_MAX];

	home_end_domain(domain, l);
	if (domain[0] == '\0')
		return;
	printf("%s ", _("Registrable domain it ended at:"));
	cmd_text_put(span_of(domain));
	putchar('\n');
}

static void
print_page(const struct home_look *l)
{
	printf("%s ", _("Title:"));
	cmd_text_put(span_of(l->title));
	printf(" (%s)\n", glance_language_word(l->language));
	if (l->code[0] == '\0' && l->domain[0] == '\0')
		return;
	printf("SiteIDCode: ");
	cmd_text_put(span_of(l->code[0] != '\0' ? l->code : "-"));
	printf(", SiteDomain: ");
	cmd_text_put(span_of(l->domain[0] != '\0' ? l->domain : "-"));
	putchar('\n');
}

static void
print_evidence(const struct home_look *l, const char *heading)
{
	char at[CLOCK_TEXT_MAX];

	printf("\n%s (%s)\n", heading, clock_show(at, l->at));
	if (l->dns_count > 0) {
		printf("%s", _("Addresses:"));
		for (size_t i = 0; i < l->dns_count; i++)
			printf(" %s", l->dns[i]);
		putchar('\n');
	}
	print_hops(l);
	print_domain(l);
	if (l->has_page)
		print_page(l);
	if (l->asked_missing && l->is_missing)
		printf("%s\n", _("A path that can't exist gives the same "
		    "page."));
}

static void
print_candidate(const struct query *q, uint32_t site,
    const struct home_row *r)
{
	char at[CLOCK_TEXT_MAX];

	if (r->candidate.n == 0)
		return;
	printf(r->why == HOME_WHY_SAYS_DOMAIN ?
	    _("Names %.*s so far: %" PRIu32 " times since %s\n") :
	    _("Sent to %.*s so far: %" PRIu32 " times since %s\n"),
	    SPAN_ARGS(r->candidate), r->times, clock_show(at, r->first));
	if (query_home_moved(q, site, r))
		printf("%s\n", _("That is believed now: announce the move "
		    "(zqhub move announce), or say that it is right so "
		    "(zqhub home accept)."));
}

static void
print_last(const struct query *q, uint32_t site, const struct home_row *r)
{
	char at[CLOCK_TEXT_MAX];
	struct buf what;

	printf(_("%s, as seen from outside at %s: %" PRIu32 " ms\n"),
	    home_outcome_word(r->outcome), clock_show(at, r->at), r->ms);
	buf_init(&what, WHAT_MAX);
	put_what(&what, r);
	if (what.n > 0) {
		cmd_text_put(span_of(buf_cstr(&what)));
		putchar('\n');
	}
	buf_clear(&what);
	print_candidate(q, site, r);
}

/* What others saw, who were asked because the hub couldn't get it. */
static void
print_others(struct query *q, const struct pulse_row *p)
{
	char at[CLOCK_TEXT_MAX];
	struct buf b;

	if (p->others_at == 0)
		return;
	printf("\n");
	printf(p->others[0].by != 0 ? _("Others were asked at %s:") :
	    _("Others were to be asked at %s:"), clock_show(at,
	    p->others_at));
	buf_init(&b, WHAT_MAX);
	elsewhere_list(&b, q, p);
	printf("\n%s", buf_cstr(&b));
	buf_clear(&b);
}

static int
show(struct cmd_line *line, struct query *q)
{
	struct site_info s;
	struct home_look l;
	struct home_row r;
	struct pulse_row pulse;

	if (!query_site_by_code(q, span_of(line->word[0]), &s))
		return cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), line->word[0]);
	if (!query_home(q, s.number, &r))
		return cmd_fail(_("the hub looks if hub.conf says homes = "
		    "yes, soon after a site is added"),
		    _("the home page of site %s was not looked at yet"),
		    s.code);
	(void)pulse_read(s.number, &pulse);
	if (line->json) {
		json_t *o = query_home_json(q, &r);

		json_object_set_new(o, "others", elsewhere_json(q, &pulse));
		cmd_json(o);
		return CMD_OK;
	}
	print_last(q, s.number, &r);
	print_others(q, &pulse);
	if (home_row_look(r.now, &l))
		print_evidence(&l, _("Evidence"));
	if (r.verdict != HOME_SAME && home_row_look(r.before, &l))
		print_evidence(&l, _("When it was well"));
	return r.verdict == HOME_HIJACKED ? CMD_NO : CMD_OK;
}

static int
ask_home(struct cmd_line *l, struct query *q)
{
	return l->words > 0 ? show(l, q) : list(l, q);
}

static int
run_home(struct cmd_line *l)
{
	return cmd_query(l, ask_home);
}

static int
run_accept(struct cmd_line *l)
{
	json_t *result = cmd_act(l, json_pack("{s:s, s:s, s:s}", "do",
	    "home-accept", "code", l->word[0], "reason",
	    cmd_value(l, "reason")));

	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	json_decref(result);
	printf("%s\n", _("The home page is taken as it is now."));
	return CMD_OK;
}

const struct cmd cmd_home_list[] = {
	{ .name = "home", .words = "[CODE]", .most = 1, .json = true,
	  .run = run_home,
	  .about = N_("show the home pages as visitors see them"),
	  .more = N_("Of one site with the evidence hop by hop: addresses, "
	    "certificates, redirects, the\npage's title; and what agents of "
	    "other sites saw, who were asked because the\nhub couldn't get "
	    "it. Exit 1 if another's "
	    "page stands in a home page's place."),
	  .examples = "home\nhome 4101000001\nhome --json | "
	    "jq -r '.homes[] | select(.verdict == \"danger\").code'" },
	{ .name = "home accept", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_accept,
	  .about = N_("take a site's home page as it is now, new owner and "
	    "all"),
	  .more = N_("A page in danger stays so until it is as it was before, "
	    "or a person says this."),
	  .examples = "home accept 4101000001 --reason '改版，已核实'",
	  .option = { { "reason", "R", N_("why; kept in the journal"),
	    true } } },
	{ .name = NULL },
};
