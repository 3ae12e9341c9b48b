/*
 * Moves: what was announced to be elsewhere, all of them and one.
 */
#include "hub/dash.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/move_waits.h"
#include "hub/query_move.h"
#include "hub/sheet.h"
#include "hub/visit_moves.h"
#include "protocol/rewrite.h"

#define LISTED 100		/* moves of one page */
#define PATH_MAX_HERE 64

/* --- all of them ------------------------------------------------------------- */

struct rows {
	struct visit *v;
	size_t n;
};

static void
link_to(struct visit *v, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	sheet_link(v, v->out, "/moves/", span_of(text));
	buf_printf(v->out, "%s</a>", text);
}

static void
put_state(struct buf *b, enum move_state s)
{
	markup_text(b, span_of(_(move_state_name(s))));
}

static void
put_site(struct visit *v, const char *code)
{
	if (code[0] == '\0')
		return;
	sheet_link(v, v->out, "/site/", span_of(code));
	markup_text(v->out, span_of(code));
	buf_text(v->out, "</a>");
}

static void
head(struct buf *b)
{
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"far\">%s</th></tr></thead>\n<tbody>\n",
	    _("Moves"), _("Move"), _("State"), _("From, to"), _("When"),
	    _("Site"));
}

static bool
row(void *arg, const struct move_info *m)
{
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		head(b);
	buf_text(b, "<tr><th scope=\"row\">");
	link_to(r->v, m->move.number);
	buf_text(b, "</th><td>");
	put_state(b, m->move.state);
	if (move_waits(&m->move))
		buf_printf(b, "<br>%s", _("waits for its other end"));
	buf_text(b, "</td><td>");
	markup_url(b, m->move.old);
	buf_text(b, "<br>→ ");
	markup_url(b, m->move.new);
	buf_text(b, "</td><td>");
	markup_day(b, m->move.from);
	buf_text(b, "</td><td class=\"far\">");
	put_site(r->v, m->code);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

static void
filter(struct visit *v, enum move_state state, enum move_state now,
    uint64_t n)
{
	struct buf *b = v->out;
	bool all = state == MOVE_NONE;

	buf_text(b, "<li><a href=\"/moves");
	visit_link(v, b, VISIT_STATE, all ? SPAN_NONE :
	    span_of(move_state_name(state)));
	buf_printf(b, "\"%s>%s&nbsp;%" PRIu64 "</a></li>\n",
	    state == now ? " aria-current=\"true\"" : "",
	    all ? _("all") : _(move_state_name(state)), n);
}

static void
filters(struct visit *v, enum move_state now)
{
	uint64_t count[MOVE_STATES], all = 0;

	query_move_states(v->query, count);
	for (int s = 1; s < MOVE_STATES; s++)
		all += count[s];
	buf_printf(v->out, "<nav aria-label=\"%s\"><ul class=\"pick\">\n",
	    _("Moves by state"));
	filter(v, MOVE_NONE, now, all);
	for (int s = 1; s < MOVE_STATES; s++)
		if (count[s] > 0 || (enum move_state)s == now)
			filter(v, (enum move_state)s, now, count[s]);
	buf_text(v->out, "</ul></nav>\n");
}

/* False: it is answered already. */
static bool
read_spec(struct visit *v, struct move_spec *spec)
{
	struct buf why;
	unsigned status;

	buf_init(&why, VISIT_WHY);
	status = visit_moves(v, spec, &why);
	if (status != 200)
		dash_fail(v, status, buf_cstr(&why));
	buf_clear(&why);
	return status == 200;
}

static void
more(struct visit *v, uint32_t last)
{
	char after[16];

	snprintf(after, sizeof(after), "%" PRIu32, last);
	buf_text(v->out, "<p class=\"more\"><a rel=\"next\" href=\"/moves");
	visit_link(v, v->out, VISIT_AFTER, span_of(after));
	buf_printf(v->out, "\">%s</a></p>\n", _("Older moves"));
}

void
dash_moves(struct visit *v)
{
	struct move_spec spec = { .limit = LISTED };
	struct rows r = { .v = v };
	uint32_t last;

	if (!read_spec(v, &spec))
		return;
	sheet_begin(v, span_of(_("Moves")));
	buf_printf(v->out, "<h1>%s</h1>\n<p>%s</p>\n", _("Moves"),
	    _("What a site has announced to be at another address, and what "
	    "came of it."));
	filters(v, spec.state);
	last = query_moves(v->query, &spec, row, &r);
	buf_text(v->out, r.n > 0 ? "</tbody></table></div>\n" : "");
	if (r.n == 0)
		buf_printf(v->out, "<p>%s</p>\n", _("There are none."));
	if (last != 0)
		more(v, last);
	sheet_end(v);
}

/* --- one ------------------------------------------------------------------------ */

static void
fact_address(struct buf *b, const char *name, struct span url)
{
	buf_printf(b, "<dt>%s</dt><dd><a rel=\"nofollow\" href=\"", name);
	markup_href(b, url);
	buf_text(b, "\">");
	markup_url(b, url);
	buf_text(b, "</a></dd>\n");
}

static void
fact_state(struct buf *b, const struct move *m)
{
	buf_printf(b, "<dt>%s</dt><dd>", _("State"));
	put_state(b, m->state);
	if (m->why.n > 0) {
		buf_text(b, " · ");
		markup_reason(b, m->why);
	}
	buf_text(b, "</dd>\n");
}

static void
fact_site(struct visit *v, const char *name, const char *code)
{
	if (code[0] == '\0')
		return;
	buf_printf(v->out, "<dt>%s</dt><dd>", name);
	put_site(v, code);
	buf_text(v->out, "</dd>\n");
}

static void
fact_links(struct visit *v, const struct move *m)
{
	struct link_count n;
	char text[128];

	query_move_links(v->query, m, &n, NULL);
	snprintf(text, sizeof(text), _("sites: %" PRIu64 ", pages: %" PRIu64
	    "%s"), n.sites, n.pages, n.exact ? "" : _(" (at least)"));
	sheet_fact(v->out, _("Link there"), text);
}

static void
fact_look(struct buf *b, const struct move *m)
{
	char text[128];

	if (m->looked == 0)
		return;
	snprintf(text, sizeof(text), _("%" PRIu64 " of %" PRIu64
	    " addresses wrong"), m->wrong, m->looked);
	sheet_fact(b, _("Last look"), text);
}

static void
facts(struct visit *v, const struct move_info *info)
{
	const struct move *m = &info->move;
	struct buf *b = v->out;

	buf_text(b, "<dl>\n");
	fact_state(b, m);
	sheet_fact_text(b, _("What moves"), span_of(_(rewrite_scope_name(
	    (enum rewrite_scope)m->scope))));
	fact_address(b, _("Old address"), m->old);
	fact_address(b, _("New address"), m->new);
	fact_site(v, _("Site"), info->code);
	fact_site(v, _("Site there"), info->other);
	sheet_fact_time(b, _("Announced"), m->announced);
	sheet_fact_time(b, _("From"), m->from);
	sheet_fact_time(b, _("Until"), m->until);
	if (m->needs)
		sheet_fact(b, _("Both ends"), m->agreed ? _("agreed") :
		    _("the other end has not agreed yet"));
	sheet_fact_text(b, _("Reason"), m->reason);
	sheet_fact_text(b, _("Said by"), m->by);
	if (m->settle != CLOCK_NONE)
		sheet_fact_time(b, _("In effect, and settling, since"),
		    m->settle);
	sheet_fact_time(b, _("Checked"), m->checked);
	sheet_fact_time(b, m->state == MOVE_VERIFIED ? _("Verified") :
	    _("Looked at"), m->verified);
	fact_look(b, m);
	fact_links(v, m);
	buf_text(b, "</dl>\n");
}

static void
rival(struct visit *v, const struct move *m)
{
	if (m->state != MOVE_CONTESTED)
		return;
	buf_printf(v->out, "<p>%s ", _("It contradicts move"));
	link_to(v, m->rival);
	buf_printf(v->out, "%s</p>\n", _(": the hub's operator decides."));
}

/* What it waits for, and what operators run. */
static void
waits(struct visit *v, const struct move_info *m)
{
	struct buf b;

	buf_init(&b, 1024);
	move_waits_advise(&b, &m->move, m->other);
	if (b.n > 0) {
		buf_text(v->out, "<p>");
		markup_text(v->out, buf_look(&b));
		buf_text(v->out, "</p>\n");
	}
	buf_clear(&b);
}

/* --- what may be done ------------------------------------------------------------- */

static void
act(struct visit *v, const struct move *m, const char *name,
    const char *fold, const char *what, const char *button)
{
	char path[PATH_MAX_HERE];
	struct form f;

	snprintf(path, sizeof(path), "/moves/%" PRIu32, m->number);
	form_begin(&f, v, &(struct form_spec){ .act = name, .next = path,
	    .fold = fold, .key = { { "move", SPAN_NONE, m->number } } });
	buf_printf(v->out, "<p>%s</p>", what);
	form_text(&f, "reason", _("Reason; it is kept"), true);
	form_end(&f, button);
}

/* What it is to agree to this one. */
static const char *
agreeing(const struct move *m)
{
	if (m->state == MOVE_CONTESTED)
		return _("You decide for this one: the move that it "
		    "contradicts is withdrawn.");
	if (m->agreed)
		return _("You stand for it, though its new address did not "
		    "answer when it was last looked at.");
	return m->scope == REWRITE_DOMAIN ? _("You stand for its other end. "
	    "A new domain that is no site's becomes the site's.") :
	    _("You stand for its other end.");
}

static void
agree(struct visit *v, const struct move *m)
{
	if (move_is_agreed(m) || move_next(m->state, MOVE_AGREE) ==
	    MOVE_NONE || !visit_may(v, "move-agree"))
		return;
	act(v, m, "move-agree", _("Agree to this move"), agreeing(m),
	    _("Agree"));
}

static void
withdraw(struct visit *v, const struct move *m)
{
	if (move_next(m->state, MOVE_WITHDRAW) == MOVE_NONE ||
	    !visit_may(v, "move-withdraw"))
		return;
	act(v, m, "move-withdraw", _("Take this move back"),
	    _("Links follow it no more. What became of the items stays."),
	    _("Withdraw this move"));
}

/* --- whom it concerns ------------------------------------------------------------- */

#define TOLD 200		/* sites of one page */

static bool
told_row(void *arg, const struct move_referrer *m)
{
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		buf_printf(b, "<h2>%s</h2>\n<div class=\"wide\" "
		    "tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
		    "<table><thead><tr><th scope=\"col\">%s</th>"
		    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		    "<th scope=\"col\" class=\"n\">%s</th></tr></thead>\n"
		    "<tbody>\n", _("Sites that were told"),
		    _("Sites that were told"), _("Site"), _("State"),
		    _("Told"), _("Pages, then and now"));
	buf_text(b, "<tr><th scope=\"row\">");
	put_site(r->v, m->code);
	buf_text(b, "</th><td>");
	markup_text(b, span_of(_(referral_state_name(m->told.state))));
	if (m->told.reason.n > 0) {
		buf_text(b, " · ");
		markup_text(b, m->told.reason);
	}
	buf_text(b, "</td><td>");
	markup_time(b, m->told.told);
	buf_text(b, m->seen ? "" : _(" · not fetched yet"));
	if (m->told.level > REFERRAL_PAGE)
		buf_printf(b, _(" · went on to: %s"),
		    _(referral_level_name(m->told.level)));
	buf_printf(b, "</td><td class=\"n\">%" PRIu64 " → %s%" PRIu64
	    "</td></tr>\n", m->told.pages, m->open.exact ? "" : "≥",
	    m->open.pages);
	return r->n < TOLD && !b->bad;
}

static void
told(struct visit *v, const struct move *m)
{
	struct rows r = { .v = v };

	query_move_referrers(v->query, m, told_row, &r);
	if (r.n > 0)
		buf_text(v->out, "</tbody></table></div>\n");
}

void
dash_move(struct visit *v)
{
	struct move_info m;
	uint64_t number;
	char title[64];

	if (!text_number(v->path, 1, UINT32_MAX, &number) ||
	    !query_move(v->query, (uint32_t)number, &m)) {
		dash_fail(v, 404, _("There is no move with this number."));
		return;
	}
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		if (i != VISIT_LANG && i != VISIT_DONE)
			v->argument[i] = SPAN_NONE;
	snprintf(title, sizeof(title), _("Move %" PRIu64), number);
	sheet_begin(v, span_of(title));
	buf_printf(v->out, "<h1>%s</h1>\n", title);
	facts(v, &m);
	rival(v, &m.move);
	waits(v, &m);
	agree(v, &m.move);
	withdraw(v, &m.move);
	told(v, &m.move);
	sheet_end(v);
}
