/*
 * Operators' acts about notices; see govern_notice.h.
 */
#include "hub/govern_notice.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/zone.h"
#include "hub/notice.h"
#include "hub/query_notice.h"
#include "protocol/limits.h"
#include "protocol/recurs.h"
#include "protocol/url.h"

#define DAY_MS UINT64_C(86400000)

/* --- trying -------------------------------------------------------------- */

struct trial {
	struct db_txn *txn;
	uint32_t number;	/* of this notice; 0: of what was announced … */
	uint32_t site;		/* … of this site … */
	int64_t now;		/* … just now */
	int64_t ahead;		/* ms that a closing is due before */
	json_t *result;		/* NULL: nothing changed */
};

static void
put_result(struct trial *r, const struct notice *n)
{
	struct notice_info i;

	query_notice_info(r->txn, n, r->now, r->ahead, &i);
	r->result = json_notice(&i);
}

static bool
take_changed(void *arg, const struct notice *n)
{
	struct trial *r = arg;

	if (n->changed != r->now || !n->operated)
		return true;
	put_result(r, n);
	return false;
}

static void
look(void *arg, struct db_txn *t)
{
	struct trial *r = arg;
	struct notice n;

	r->txn = t;
	if (r->number == 0)
		notice_each(t, r->site, take_changed, r);
	else if (notice_get(t, r->number, &n))
		put_result(r, &n);
}

/* As it would be written. False: refused, in apply's words. */
static bool
try(struct ask *a, json_t *act, uint32_t number, uint32_t site)
{
	struct trial r = { .number = number, .site = site, .now = a->now,
		.ahead = (int64_t)a->config->closing_notice };

	if (!ask_try(a, act, look, &r, _("zqhub notice list shows all that is "
	    "announced")))
		return false;
	a->result = r.result != NULL ? r.result : json_object();
	return true;
}

/* --- announcing ---------------------------------------------------------- */

static bool
read_see(struct ask *a, json_t *act)
{
	const char *given = ask_word(a, "see"), *why = NULL;
	struct buf url;
	bool good;

	if (given[0] == '\0')
		return true;
	buf_init(&url, LIMIT_URL);
	good = url_normal(&url, span_of(given), &why);
	if (good)
		json_object_set_new(act, "see",
		    json_stringn(url.at, url.n));
	else
		ask_refuse_at(a, "see", _("expected an address like "
		    "https://www.example.gov.cn/"), "%s: %s", given,
		    why != NULL ? why : "");
	buf_clear(&url);
	return good;
}

/* Apply can't know what zones this machine has. */
static bool
read_zone(struct ask *a, json_t *act)
{
	const char *zone = ask_word(a, "zone");

	if (ask_word(a, "recurs")[0] == '\0')
		return true;
	if (zone[0] == '\0')
		zone = "Asia/Shanghai";
	json_object_set_new(act, "recurs",
	    json_string(ask_word(a, "recurs")));
	json_object_set_new(act, "zone", json_string(zone));
	return zone_is_known(zone) ||
	    ask_refuse_at(a, "zone", NULL, _("there is no time zone %s here; expected "
	    "a name such as Asia/Shanghai"), zone);
}

/* A refusal of one field, in the words of whoever typed options or filled in a
 * form. */
static bool
refuse_time(struct ask *a, const char *field, const char *typed,
    const char *filled)
{
	return ask_refuse_at(a, field, NULL, "%s", ask_either(a, typed,
	    filled));
}

static bool
judge_recurs(struct ask *a, enum notice_kind kind, bool timed)
{
	const char *why;
	struct recurs r;

	if (kind != NOTICE_MAINTENANCE)
		return refuse_time(a, "recurs", _("only maintenance recurs: "
		    "--every is not for an outage or a closing"),
		    _("only maintenance recurs: an outage or a closing does "
		    "not"));
	if (timed)
		return ask_refuse_at(a, "recurs", _("announce what is once on "
		    "its own"), "%s", ask_either(a, _("maintenance recurs "
		    "(--every) or is once (--from and --until), not both"),
		    _("maintenance recurs, or it is once, from when until "
		    "when: not both")));
	return recurs_parse(&r, span_of(ask_word(a, "recurs")), &why) ||
	    ask_refuse_at(a, "recurs", NULL, "%s", _(why));
}

static bool
judge_order(struct ask *a, const json_t *from, const json_t *until)
{
	if (until == NULL)
		return true;
	if (from != NULL &&
	    json_integer_value(until) <= json_integer_value(from))
		return refuse_time(a, "until", _("it would end before it "
		    "begins: --until is to come after --from"),
		    _("it would end before it begins"));
	if (json_integer_value(until) <= a->now)
		return refuse_time(a, "until", _("--until: that time is "
		    "over"), _("that time is over"));
	return true;
}

/* What apply refuses as well, but here by what is missing. */
static bool
judge_times(struct ask *a, const json_t *act)
{
	enum notice_kind kind = notice_kind_named(span_of(ask_word(a,
	    "kind")));
	json_t *from = json_object_get(act, "from");
	json_t *until = json_object_get(act, "until");

	if (ask_word(a, "recurs")[0] != '\0')
		return judge_recurs(a, kind, from != NULL || until != NULL);
	if (kind == NOTICE_MAINTENANCE && (from == NULL || until == NULL))
		return refuse_time(a, from == NULL ? "from" : "until",
		    _("maintenance says from when until when, --from and "
		    "--until, or when it recurs: --every"),
		    _("maintenance says from when until when, or when it "
		    "recurs"));
	if (kind == NOTICE_CLOSING && from == NULL)
		return refuse_time(a, "from", _("a closing says from when on "
		    "the site is closed: --from"), _("a closing says from "
		    "when on the site is closed"));
	return judge_order(a, from, until);
}

static bool
judge_closing(struct ask *a, const json_t *act)
{
	if (notice_kind_named(span_of(ask_word(a, "kind"))) != NOTICE_CLOSING)
		return true;
	if (ask_word(a, "service")[0] != '\0')
		return ask_refuse_at(a, "service", NULL, "%s",
		    _("it is the whole site that closes"));
	return json_object_get(act, "until") == NULL ||
	    ask_refuse_at(a, "until", NULL, "%s", _("a site that closes does "
	    "so for good: announce an outage"));
}

static void
set_times(struct ask *a, json_t *act)
{
	static const char *const names[] = { "from", "until" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *ms = json_object_get(a->said, names[i]);

		if (json_is_integer(ms) && json_integer_value(ms) >= 0)
			json_object_set(act, names[i], ms);
	}
}

/* Of a closing that is brief. */
static void
warn(json_t *result, uint64_t ahead)
{
	unsigned long days = (unsigned long)((ahead + DAY_MS - 1) / DAY_MS);
	json_t *all = json_array();
	char text[512];

	snprintf(text, sizeof(text), ngettext("a site that closes announces "
	    "it %lu day ahead and names its successor: without that it counts "
	    "as closed without leave", "a site that closes announces it %lu "
	    "days ahead and names its successor: without that it counts as "
	    "closed without leave", days), days);
	json_array_append_new(all, json_string(text));
	json_object_set_new(result, "warnings", all);
}

bool
govern_notice_announce(struct ask *a)
{
	struct view_site s = { .number = 0 };
	json_t *act;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	act = json_pack("{s:s, s:I, s:s, s:s}", "do", "notice-announce",
	    "site", (json_int_t)s.number, "kind", ask_word(a, "kind"),
	    "service", ask_word(a, "service"));
	set_times(a, act);
	good = judge_closing(a, act) && judge_times(a, act) &&
	    read_see(a, act) && read_zone(a, act) && try(a, act, 0, s.number);
	if (good) {
		ask_put(a, json_incref(act));
		json_object_set_new(a->result, "code", json_string(s.code));
		if (json_is_true(json_object_get(a->result, "brief")))
			warn(a->result, a->config->closing_notice);
	}
	json_decref(act);
	return good;
}

/* --- by number ----------------------------------------------------------- */

bool
govern_notice_end(struct ask *a)
{
	json_int_t n = json_integer_value(json_object_get(a->said,
	    "notice"));
	json_t *act;
	bool good;

	if (!ask_reason(a))
		return false;
	if (n <= 0 || n > UINT32_MAX)
		return ask_refuse(a, _("zqhub notice list shows all that is "
		    "announced"), _("which notice? its number is missing"));
	act = json_pack("{s:s, s:I}", "do", "notice-end", "notice", n);
	good = try(a, act, (uint32_t)n, 0);
	if (good)
		ask_put(a, json_incref(act));
	json_decref(act);
	return good;
}
