/* See status.h; status_print() is in status_print.c. */
#include "agent/status.h"

#include <stdio.h>
#include <string.h>

#include "agent/announced.h"
#include "agent/errand.h"
#include "agent/held_there.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "agent/moves_waits.h"
#include "agent/proven.h"
#include "agent/renew.h"
#include "agent/spool.h"
#include "certs/identity.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/answer.h"
#include "protocol/reason.h"

#define DAY (24ll * 3600 * 1000)
#define HELD_SHOWN 3		/* letters of what the hub holds */

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
time_text(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return ms == CLOCK_NONE ? json_null() :
	    json_string(clock_format(text, ms));
}

/* An hour too late is a day. */
static int64_t
days(int64_t ms)
{
	return ms >= 0 ? ms / DAY : -((-ms + DAY - 1) / DAY);
}

/* By the hub's clock, which is far from ours, it is good yet. */
static bool
is_by_other_clock(const struct identity *i, int64_t now, int64_t skew)
{
	return (skew >= RENEW_APART || skew <= -RENEW_APART) &&
	    i->not_after <= now && i->not_after > now + skew;
}

static json_t *
certificate(const char *dir, int64_t skew)
{
	int64_t now = clock_wall();
	struct identity i;
	struct buf why;
	json_t *o;

	buf_init(&why, 4096);
	if (identity_read(&i, dir, &why))
		o = json_pack("{s:I, s:s, s:s, s:o, s:I, s:b, s:o, s:b, s:b}",
		    "site", (json_int_t)i.site, "code", i.code,
		    "hub_ca", i.hub_ca, "not_after", time_text(i.not_after),
		    "days_left", (json_int_t)days(i.not_after - now),
		    "expired", i.not_after <= now,
		    "ca_not_after", time_text(i.ca_until),
		    "ca_expired", i.ca_until <= now,
		    "other_clock", is_by_other_clock(&i, now, skew));
	else {
		while (why.n > 0 && why.at[why.n - 1] == '\n')
			buf_cut(&why, why.n - 1);
		o = json_pack("{s:s}", "error", buf_cstr(&why));
	}
	buf_clear(&why);
	must(o != NULL);
	return o;
}

static json_t *
spool(struct store *s, struct store_txn *t)
{
	const struct store_meta *m = &t->meta;
	struct change c;
	json_t *o = json_object();
	char id[32];

	snprintf(id, sizeof(id), "%016llx",
	    (unsigned long long)m->incarnation);
	json_object_set_new(o, "incarnation", json_string(id));
	json_object_set_new(o, "waiting", number(spool_waiting(m)));
	json_object_set_new(o, "waiting_bytes", number(m->waiting));
	json_object_set_new(o, "bytes", number(m->bytes));
	json_object_set_new(o, "limit", number(store_limit(s)));
	json_object_set_new(o, "first", number(m->first));
	json_object_set_new(o, "confirmed", number(m->confirmed));
	json_object_set_new(o, "head", number(m->next - 1));
	json_object_set_new(o, "needs_snapshot",
	    json_boolean(m->needs_snapshot));
	if (spool_waiting(m) > 0 && spool_get(t, m->confirmed + 1, &c))
		json_object_set_new(o, "oldest", time_text(c.when));
	return o;
}

static json_t *
last_answer(const struct store_meta *m)
{
	json_t *o = json_object();

	if (m->verdict != 0)
		json_object_set_new(o, "verdict",
		    json_string(verdict_name((enum verdict)m->verdict)));
	json_object_set_new(o, "answered", time_text(m->answered));
	json_object_set_new(o, "skew_ms", json_integer(m->skew));
	return o;
}

json_t *
status_at_rest(struct store *s, const char *dir)
{
	struct store_txn *t = store_look(s);
	json_t *errand, *o = json_object();
	uint8_t sum[32];
	struct buf hex;

	json_object_set_new(o, "version", json_string(ZQ_VERSION));
	json_object_set_new(o, "now", time_text(clock_wall()));
	json_object_set_new(o, "dir", json_string(dir));
	json_object_set_new(o, "certificate", certificate(dir, t->meta.skew));
	json_object_set_new(o, "spool", spool(s, t));
	json_object_set_new(o, "hub", last_answer(&t->meta));
	json_object_set_new(o, "items", number(t->digest.items));
	json_object_set_new(o, "letters", number(t->meta.letters));
	json_object_set_new(o, "proven", proven_status(t));
	json_object_set_new(o, "moves_proposed",
	    number(moves_in_state(t, MOVES_PROPOSED)));
	json_object_set_new(o, "moves_waiting", number(moves_waiting(t)));
	json_object_set_new(o, "announced", announced_list(t));
	json_object_set_new(o, "held_at_hub", held_there(t, HELD_SHOWN));
	if ((errand = errand_status(t)) != NULL)
		json_object_set_new(o, "errand", errand);
	json_object_set_new(o, "store_bytes", number(store_size(s)));
	digest_sum(&t->digest, sum);
	buf_init(&hex, 128);
	text_hex(&hex, sum, sizeof(sum));
	json_object_set_new(o, "digest", json_string(buf_cstr(&hex)));
	buf_clear(&hex);
	store_end(t);
	return o;
}

void
status_down(json_t *o, const struct config *c, struct store *s)
{
	struct store_txn *t = store_look(s);
	json_t *list = json_array();

	for (size_t i = 0; i < c->count; i++) {
		struct span name = span_of(c->source[i].name);

		json_array_append_new(list, json_pack(
		    "{s:s, s:s, s:s, s:s, s:s, s:I}",
		    "name", c->source[i].name,
		    "type", c->source[i].set->type,
		    "root", c->source[i].set->root,
		    "url", c->source[i].set->url,
		    "state", "down",
		    "items", (json_int_t)known_count(t, name)));
	}
	store_end(t);
	json_object_set_new(o, "running", json_false());
	json_object_set_new(o, "sources", list);
	json_object_set_new(json_object_get(o, "hub"), "url",
	    json_string(c->top->hub));
}

/* --- judging ---------------------------------------------------------------- */

static void
because(json_t *list, const char *fmt, const char *what)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_printf(&b, fmt, what);
	json_array_append_new(list, json_string(buf_cstr(&b)));
	buf_clear(&b);
}

static void
because_both(json_t *list, const char *fmt, const char *a, const char *b)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text, fmt, a, b);
	json_array_append_new(list, json_string(buf_cstr(&text)));
	buf_clear(&text);
}

static const struct {
	const char *state, *text;
	bool passes;		/* by itself */
} words[] = {
	{ "no-root", N_("source %s: its root can't be opened"), false },
	{ "disk-full", N_("source %s: the disk is full"), false },
	{ "spool-full", N_("source %s: the spool is full"), false },
	{ "first-scan", N_("source %s: the first scan isn't done"), true },
	{ "held", N_("source %s: a withdrawal of many items waits "
	    "for `zqagent release` or `zqagent refuse`"), false },
	{ "partly-hidden", N_("source %s: some directories can't be read"),
	    false },
	{ "unreadable", N_("source %s: some files can't be read: let "
	    "zqagentd's user read them (chmod o+r, or by its group), or leave "
	    "them out (exclude)"), false },
	{ "astray", N_("source %s: what is told is not at its addresses: "
	    "correct its url in agent.conf (zqagentd -n says what it finds), "
	    "then systemctl reload zqagentd"), false },
	{ "anew", N_("source %s: its settings changed, so all of it is "
	    "looked at anew"), true },
	{ "looking", N_("source %s: a scan looks for what changed while "
	    "nobody watched"), true },
	{ "busy", N_("source %s: files are being read or written"), true },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

void
status_astray(struct buf *b, const char *url, long status,
    const char *instead)
{
	buf_text(b, "; ");
	if (instead != NULL)
		buf_printf(b, _("asked for %s the web server answers %ld, and "
		    "below %s it is there"), url, status, instead);
	else
		buf_printf(b, _("asked for %s the web server answers %ld"),
		    url, status);
}

static void
judge_astray(json_t *why, const char *name, json_t *asked)
{
	const char *url = json_string_value(json_object_get(asked, "url"));
	struct buf b;

	buf_init(&b, 8192);
	(void)status_trouble(&b, name, "astray");
	if (url != NULL)
		status_astray(&b, url, (long)json_integer_value(
		    json_object_get(asked, "status")),
		    json_string_value(json_object_get(asked, "instead")));
	json_array_append_new(why, json_string(buf_cstr(&b)));
	buf_clear(&b);
}

static void
judge_source(json_t *why, json_t *s)
{
	const char *name = json_string_value(json_object_get(s, "name"));
	const char *state = json_string_value(json_object_get(s, "state"));
	const char *big = json_string_value(json_object_get(s,
	    "reading_first"));

	if (big != NULL && strcmp(state, "busy") == 0) {
		because_both(why, _("source %s: being read, for it is big: "
		    "%s"), name, big);
		return;
	}
	if (strcmp(state, "astray") == 0) {
		judge_astray(why, name, json_object_get(s, "addresses"));
		return;
	}
	for (size_t i = 0; i < WORDS; i++)
		if (strcmp(state, words[i].state) == 0)
			because(why, _(words[i].text), name);
}

bool
status_trouble(struct buf *b, const char *name, const char *state)
{
	for (size_t i = 0; i < WORDS; i++)
		if (!words[i].passes && strcmp(state, words[i].state) == 0) {
			buf_printf(b, _(words[i].text), name);
			return true;
		}
	return false;
}

/* The daemon's words, in those of who asks. */
static void
because_hub(json_t *list, const char *trouble)
{
	struct buf b;

	buf_init(&b, 8192);
	because(list, _("the hub: %s"), reason_in(&b,
	    span_of(trouble)).n > 0 ? buf_cstr(&b) : trouble);
	buf_clear(&b);
}

/* Of so many: one, or several. */
static void
because_of(json_t *list, const char *fmt, json_int_t count)
{
	char n[32];

	snprintf(n, sizeof(n), "%lld", (long long)count);
	because(list, fmt, n);
}

/* The last proof failed, and no later one has said that it is mended. */
static void
judge_proof(json_t *why, json_t *o)
{
	json_t *p = json_object_get(o, "proven");
	const char *outcome = json_string_value(json_object_get(p,
	    "outcome"));
	json_int_t differ, held;

	if (outcome == NULL || strcmp(outcome, "same") == 0)
		return;
	differ = json_integer_value(json_object_get(p, "missing")) +
	    json_integer_value(json_object_get(p, "extra"));
	held = json_integer_value(json_object_get(p, "held"));
	if (differ == 0 && held > 0 && json_integer_value(json_object_get(
	    json_object_get(o, "hub"), "held")) > 0)
		return;			/* said already */
	if (differ == 0 && held > 0)
		because_of(why, ngettext("the hub holds %s item and does not "
		    "show it; zqagent letters says why", "the hub holds %s "
		    "items and does not show them; zqagent letters says why",
		    (unsigned long)held), held);
	else
		because_of(why, ngettext("the last proof found %s item that "
		    "differs; it is being mended", "the last proof found %s "
		    "items that differ; they are being mended",
		    (unsigned long)differ), differ);
}

/* By its own clock. Nothing comes through any more then, and only people can
 * mend it. */
static void
judge_certificate(json_t *why, json_t *c, json_t *hub)
{
	json_int_t skew = json_integer_value(json_object_get(hub, "skew_ms"));
	char span[CLOCK_TEXT_MAX];

	if (json_is_true(json_object_get(c, "other_clock")))
		because(why, _("the clocks of this machine and of the hub "
		    "differ by %s, and by this one's this site's certificate "
		    "has expired: put right the one that is wrong"),
		    clock_span(span, skew < 0 ? -skew : skew));
	else if (json_is_true(json_object_get(c, "ca_expired")))
		because(why, "%s", _("the hub's CA has ended: the hub's "
		    "operator makes another (zqhub ca roll) and a new ticket "
		    "for this site (zqhub site reissue CODE); then run "
		    "zqagent enroll HUB TICKET here"));
	else if (json_is_true(json_object_get(c, "expired")))
		because(why, "%s", _("this site's certificate has expired"));
}

static void
judge_held(json_t *why, json_t *hub)
{
	json_int_t held = json_integer_value(json_object_get(hub, "held"));

	if (held == 0)
		return;
	because_of(why, ngettext("the hub holds %s change of this site and "
	    "does not show what it says; zqagent letters says why", "the hub "
	    "holds %s changes of this site and does not show what they say; "
	    "zqagent letters says why", (unsigned long)held), held);
}

/* All went to the hub; what is missing is the proof, and that waits for what
 * can't be read, which has a sentence of its own. */
static bool
is_all_but_unread(json_t *o, json_int_t waiting)
{
	json_t *s;
	size_t i;

	json_array_foreach(json_object_get(o, "sources"), i, s) {
		const char *state = json_string_value(json_object_get(s,
		    "state"));

		if (state != NULL && (strcmp(state, "unreadable") == 0 ||
		    strcmp(state, "partly-hidden") == 0))
			return waiting == 0;
	}
	return false;
}

void
status_judge(json_t *o)
{
	json_t *why = json_array(), *hub = json_object_get(o, "hub");
	json_t *sp = json_object_get(o, "spool");
	json_t *s, *trouble = json_object_get(hub, "trouble");
	json_int_t waiting = json_integer_value(json_object_get(sp,
	    "waiting"));
	char span[CLOCK_TEXT_MAX];
	size_t i;

	if (!json_is_true(json_object_get(o, "running")))
		because(why, "%s", _("zqagentd is not running"));
	judge_certificate(why, json_object_get(o, "certificate"), hub);
	if (trouble != NULL)
		because_hub(why, json_string_value(trouble));
	else if (json_is_true(json_object_get(o, "running")) &&
	    json_is_null(json_object_get(hub, "answered")))
		because(why, "%s", _("the hub has not answered yet"));
	if (json_object_get(hub, "silent_ms") != NULL)
		because(why, _("the hub has not answered for %s"),
		    clock_span(span, json_integer_value(json_object_get(hub,
		    "silent_ms"))));
	else if (json_object_get(hub, "unheard_ms") != NULL)
		because(why, _("the hub has not answered for %s"),
		    clock_span(span, json_integer_value(json_object_get(hub,
		    "unheard_ms"))));
	if (waiting > 0)
		because_of(why, ngettext("%s change waits to be taken by the "
		    "hub", "%s changes wait to be taken by the hub",
		    (unsigned long)waiting), waiting);
	if (json_is_true(json_object_get(sp, "needs_snapshot")) &&
	    !is_all_but_unread(o, waiting))
		because(why, "%s", _("the spool overflowed, or all is told "
		    "from the start: not everything is at the hub yet"));
	judge_held(why, hub);
	judge_proof(why, o);
	json_array_foreach(json_object_get(o, "sources"), i, s)
		judge_source(why, s);
	json_object_set_new(o, "in_sync",
	    json_boolean(json_array_size(why) == 0));
	json_object_set_new(o, "why_not", why);
}
