/*
 * Sentences and JSON of looks from elsewhere; see elsewhere.h.
 */
#include "hub/elsewhere.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "protocol/health.h"

bool
elsewhere_is_of_now(const struct pulse_row *p)
{
	return p->others_at != 0 && p->since != 0 && p->others_at >= p->since;
}

/* How many have spoken, or were silent; how many of them reach it. */
static unsigned
count(const struct pulse_row *p, unsigned *reach)
{
	unsigned of = 0;

	*reach = 0;
	for (size_t i = 0; i < VANTAGE_ASKED; i++) {
		const struct vantage_look *l = &p->others[i];

		of += l->by != 0 && l->said != VANTAGE_WAITS;
		*reach += l->by != 0 && l->said == VANTAGE_WELL;
	}
	return of;
}

void
elsewhere_sentence(struct buf *b, const struct pulse_row *p)
{
	unsigned reach, of = count(p, &reach);

	if (of > 0)
		buf_printf(b, ngettext("%u of %u other site reaches it",
		    "%u of %u other sites reach it", of), reach, of);
}

static const char *
why_not(uint8_t error)
{
	static const char *const why[HEALTH_ERRORS] = {
		[HEALTH_NAME] = N_("its name can't be resolved"),
		[HEALTH_REFUSED] = N_("no connection"),
		[HEALTH_TIMEOUT] = N_("no whole answer in time"),
		[HEALTH_TLS] = N_("its certificate, or the handshake"),
		[HEALTH_CUT] = N_("it hung up"),
	};

	return error < HEALTH_ERRORS && why[error] != NULL ? _(why[error]) :
	    _("no answer");
}

/* What one of them saw. */
static void
put_look(struct buf *b, const struct vantage_look *l)
{
	switch ((enum vantage_said)l->said) {
	case VANTAGE_WAITS:
		buf_text(b, _("was asked just now"));
		return;
	case VANTAGE_MUTE:
		buf_text(b, _("its agent has not answered"));
		return;
	case VANTAGE_WELL:
		buf_printf(b, _("the page comes: HTTP %u after %" PRIu32
		    " ms"), l->status, l->ms);
		return;
	case VANTAGE_FAILED:
		break;
	}
	if (l->status != 0)
		buf_printf(b, _("the page doesn't come: HTTP %u after %" PRIu32
		    " ms"), l->status, l->ms);
	else
		buf_printf(b, _("the page doesn't come: %s, after %" PRIu32
		    " ms"), why_not(l->error), l->ms);
}

void
elsewhere_list(struct buf *b, struct query *q, const struct pulse_row *p)
{
	struct site_info s;

	if (p->others_at != 0 && p->others[0].by == 0)
		buf_printf(b, "%s\n", _("Nobody could be asked: no agent that "
		    "looks for others (look_for_others = yes in its\n"
		    "agent.conf) was well and free, at another address than "
		    "this site."));
	elsewhere_sentence(b, p);
	if (b->n > 0)
		buf_byte(b, '\n');
	for (size_t i = 0; i < VANTAGE_ASKED; i++) {
		if (p->others[i].by == 0 ||
		    !query_site_by_number(q, p->others[i].by, &s))
			continue;
		buf_printf(b, "  %s %.*s: ", s.code, SPAN_ARGS(s.name));
		put_look(b, &p->others[i]);
		buf_byte(b, '\n');
	}
}

static json_t *
look_json(struct query *q, const struct vantage_look *l)
{
	static const char *const said[] = {
		[VANTAGE_WAITS] = "waits", [VANTAGE_WELL] = "well",
		[VANTAGE_FAILED] = "failed", [VANTAGE_MUTE] = "mute",
	};
	struct site_info s;
	json_t *o = json_pack("{s:s, s:s}", "code",
	    query_site_by_number(q, l->by, &s) ? s.code : "", "said",
	    l->said <= VANTAGE_MUTE ? said[l->said] : "");

	must(o != NULL);
	if (l->said != VANTAGE_WELL && l->said != VANTAGE_FAILED)
		return o;
	json_object_set_new(o, "status", json_integer(l->status));
	json_object_set_new(o, "error", json_string(l->error < HEALTH_ERRORS ?
	    health_error_name((enum health_error)l->error) : ""));
	json_object_set_new(o, "ms", json_integer((json_int_t)l->ms));
	return o;
}

json_t *
elsewhere_json(struct query *q, const struct pulse_row *p)
{
	char when[CLOCK_TEXT_MAX];
	unsigned reach, of = count(p, &reach);
	json_t *o, *looks = json_array();

	if (p->others_at == 0) {
		json_decref(looks);
		return json_null();
	}
	for (size_t i = 0; i < VANTAGE_ASKED; i++)
		if (p->others[i].by != 0)
			json_array_append_new(looks, look_json(q,
			    &p->others[i]));
	o = json_pack("{s:s, s:i, s:i, s:o}", "asked", clock_format(when,
	    p->others_at), "of", (int)of, "reach", (int)reach, "looks",
	    looks);
	must(o != NULL);
	return o;
}
