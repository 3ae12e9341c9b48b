/*
 * Evidence of a home page; see dash_evidence.h. Each fact is a row that is
 * made of both looks in the same way, so that what differs can be told by
 * comparing.
 */
#include "hub/dash_evidence.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/markup.h"

#define CELL_MAX (32u << 10)	/* bytes of markup */
#define LABEL_MAX 128
#define SENTENCE_MAX 2048

struct facing {
	struct buf *out;
	const struct home_look *before;	/* NULL: it is as it was */
	const struct home_look *now;
};

/* What a look says to one row; empty: nothing. hop: of rows of one. */
typedef void cell_fn(struct buf *b, const struct home_look *l, size_t hop);

/* --- cells ------------------------------------------------------------------ */

static void
put(struct buf *b, const char *text)
{
	markup_text(b, span_of(text));
}

static void
put_at(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	markup_time(b, l->at);
}

static void
put_dns(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	for (size_t i = 0; i < l->dns_count; i++) {
		buf_text(b, i > 0 ? "<br>" : "");
		put(b, l->dns[i]);
	}
}

static void
put_hop(struct buf *b, const struct home_look *l, size_t hop)
{
	const struct home_hop *h = &l->hop[hop];

	if (hop >= l->hops)
		return;
	markup_url(b, span_of(h->url));
	if (h->status != 0)
		buf_printf(b, "<br>HTTP %ld", h->status);
	else
		buf_printf(b, "<br>%s", _("no answer"));
	if (hop + 1 < l->hops)
		buf_printf(b, " · %s", home_hop_word(h->kind));
	if (h->address[0] != '\0') {
		buf_text(b, " · ");
		put(b, h->address);
	}
}

static void
put_cert(struct buf *b, const struct home_look *l, size_t hop)
{
	const struct webcert *c = &l->hop[hop].cert;

	if (hop >= l->hops || !l->hop[hop].has_cert)
		return;
	put(b, c->subject[0] != '\0' ? c->subject : c->names);
	buf_printf(b, "<br>%s ", _("issued by"));
	put(b, c->issuer);
	buf_text(b, "<br>");
	markup_day(b, c->from);
	buf_text(b, " – ");
	markup_day(b, c->until);
	if (c->names[0] == '\0')
		return;
	buf_printf(b, "<br>%s ", _("its names:"));
	put(b, c->names);
}

static void
put_domain(struct buf *b, const struct home_look *l, size_t hop)
{
	char domain[REGISTRABLE_MAX];

	(void)hop;
	home_end_domain(domain, l);
	put(b, domain);
}

static void
put_ms(struct buf *b, uint32_t ms)
{
	buf_printf(b, "%.2f s", (double)ms / 1000);
}

static void
put_took(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	put_ms(b, l->ms);
	for (size_t i = 0; i < l->hops && l->hops > 1; i++) {
		buf_text(b, i == 0 ? " (" : " + ");
		put_ms(b, l->hop[i].ms);
	}
	buf_text(b, l->hops > 1 ? ")" : "");
}

/* Why no page came, or none by https. */
static void
put_trouble(struct buf *b, const struct home_look *l, size_t hop)
{
	struct buf why;

	(void)hop;
	buf_init(&why, SENTENCE_MAX);
	if (l->cause != CAUSE_FINE && l->cause != CAUSE_UNCHANGED)
		home_look_evidence(&why, l);
	if (l->secure != CAUSE_FINE) {
		buf_text(&why, why.n > 0 ? "; https: " : "https: ");
		cause_evidence(&why, l->secure, SPAN_NONE);
	}
	markup_text(b, buf_look(&why));
	buf_clear(&why);
}

static void
put_title(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	put(b, l->has_page ? l->title : "");
}

static void
put_language(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	put(b, l->has_page ? glance_language_word(l->language) : "");
}

static void
put_code(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	put(b, l->has_page ? l->code : "");
}

static void
put_says_domain(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	put(b, l->has_page ? l->domain : "");
}

static void
put_words(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	if (!l->has_page)
		return;
	put(b, l->bad);
	buf_text(b, l->bad[0] != '\0' && l->parked[0] != '\0' ? " · " : "");
	put(b, l->parked);
}

static void
put_missing(struct buf *b, const struct home_look *l, size_t hop)
{
	(void)hop;
	if (l->asked_missing)
		put(b, l->is_missing ? _("gives the same page") :
		    _("does not give this page"));
}

/* --- rows ------------------------------------------------------------------- */

static void
cell(struct buf *b, struct span markup, bool differs)
{
	buf_text(b, "<td>");
	if (differs)
		buf_printf(b, "<b class=\"tag\">%s</b> ", _("differs"));
	buf_span(b, markup.n > 0 ? markup : SPAN("–"));
	buf_text(b, "</td>");
}

/* varies: it is another each time, which says nothing. */
static void
row(struct facing *f, const char *label, cell_fn *put_cell, size_t hop,
    bool varies)
{
	struct buf before, now;

	buf_init(&before, CELL_MAX);
	buf_init(&now, CELL_MAX);
	if (f->before != NULL)
		put_cell(&before, f->before, hop);
	put_cell(&now, f->now, hop);
	if (before.n > 0 || now.n > 0) {
		buf_printf(f->out, "<tr><th scope=\"row\">%s</th>", label);
		if (f->before != NULL)
			cell(f->out, buf_look(&before), false);
		cell(f->out, buf_look(&now), f->before != NULL && !varies &&
		    !span_is(buf_look(&before), buf_look(&now)));
		buf_text(f->out, "</tr>\n");
	}
	buf_clear(&before);
	buf_clear(&now);
}

static void
hops(struct facing *f)
{
	size_t most = f->now->hops;
	char label[LABEL_MAX];

	if (f->before != NULL && f->before->hops > most)
		most = f->before->hops;
	for (size_t i = 0; i < most; i++) {
		snprintf(label, sizeof(label), _("%zu. Asked for"), i + 1);
		row(f, label, put_hop, i, false);
		snprintf(label, sizeof(label), _("%zu. Certificate"), i + 1);
		row(f, label, put_cert, i, false);
	}
}

static void
rows(struct facing *f)
{
	static const struct {
		const char *label;
		cell_fn *put;
	} of_page[] = {
		{ N_("Domain it ended at"), put_domain },
		{ N_("Trouble"), put_trouble },
		{ N_("Title"), put_title },
		{ N_("Language"), put_language },
		{ N_("Says its code is"), put_code },
		{ N_("Says its domain is"), put_says_domain },
		{ N_("Suspicious words"), put_words },
		{ N_("A path that can't exist"), put_missing },
	};

	row(f, _("Looked at"), put_at, 0, true);
	row(f, _("Took"), put_took, 0, true);
	row(f, _("Its name leads to"), put_dns, 0, false);
	hops(f);
	for (size_t i = 0; i < sizeof(of_page) / sizeof(of_page[0]); i++)
		row(f, _(of_page[i].label), of_page[i].put, 0, false);
}

static void
table(struct facing *f)
{
	struct buf *b = f->out;

	buf_printf(b, "<table class=\"facing\"><thead><tr><th scope=\"col\">%s"
	    "</th>", _("What"));
	if (f->before != NULL)
		buf_printf(b, "<th scope=\"col\">%s</th>",
		    _("When it was well"));
	buf_printf(b, "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
	    f->before != NULL ? _("Now") : _("Seen"));
	rows(f);
	buf_text(b, "</tbody></table>\n");
}

/* It may have moved: how often was it sent there, or did it say so? */
static void
candidate(struct buf *b, const struct home_row *r)
{
	if (r->candidate.n == 0)
		return;
	buf_printf(b, "<p>%s <b>", r->why == HOME_WHY_SAYS_DOMAIN ?
	    _("Says for some time that its domain is") :
	    _("Sent on for good to"));
	markup_text(b, r->candidate);
	buf_text(b, "</b> · ");
	buf_printf(b, ngettext("%" PRIu32 " time since", "%" PRIu32
	    " times since", r->times), r->times);
	buf_text(b, " ");
	markup_time(b, r->first);
	buf_text(b, "</p>\n");
}

void
dash_evidence(struct visit *v, const struct site_info *s)
{
	static struct home_look now, before;	/* 50 KiB each */
	struct facing f = { .out = v->out, .now = &now };
	struct home_row r;

	if (!query_home(v->query, s->number, &r) ||
	    !home_row_look(r.now, &now))
		return;
	if (r.verdict != HOME_SAME && home_row_look(r.before, &before))
		f.before = &before;
	buf_printf(v->out, "<h2 id=\"" DASH_EVIDENCE_ID "\">%s</h2>\n",
	    _("Its home page, as the hub saw it"));
	candidate(v->out, &r);
	table(&f);
}
