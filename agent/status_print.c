/* status_print() of status.h: the same for people, with what to do next. */
#include "agent/status.h"

#include <string.h>

#include "agent/announced.h"
#include "agent/letter_text.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/units.h"
#include "protocol/health.h"
#include "protocol/limits.h"
#include "protocol/reason.h"
#include "protocol/url.h"

#define LINE_MAX_BYTES 8192

static long long
count(json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

/* An RFC 3339 time as "3 min ago"; a clock that was set back makes "in". */
static const char *
ago(char out[CLOCK_TEXT_MAX + 8], const char *when)
{
	char span[CLOCK_TEXT_MAX];
	int64_t ms, past;

	if (!clock_parse(when, strlen(when), 0, &ms))
		return _("never");
	past = clock_wall() - ms;
	snprintf(out, CLOCK_TEXT_MAX + 8, past < 0 ? _("in %s") : _("%s ago"),
	    clock_span(span, past < 0 ? -past : past));
	return out;
}

static void
print_site(FILE *out, json_t *o)
{
	json_t *c = json_object_get(o, "certificate");
	const char *failed = json_text(json_object_get(o, "renewal"),
	    "failed");
	char when[CLOCK_TEXT_MAX + 8];

	if (json_object_get(c, "error") != NULL)
		fprintf(out, _("site         %s\n"), json_text(c, "error"));
	else if (json_is_true(json_object_get(c, "expired")))
		fprintf(out, _("site         %s at %s, certificate expired "
		    "%s\n"), json_text(c, "code"), json_text(c, "hub_ca"),
		    ago(when, json_text(c, "not_after")));
	else
		fprintf(out, _("site         %s at %s, certificate good for "
		    "%lld days\n"), json_text(c, "code"),
		    json_text(c, "hub_ca"),
		    count(c, "days_left"));
	if (failed[0] != '\0')
		fprintf(out, _("             a new one could not be had: "
		    "%s\n"), failed);
}

/* By the name that the hub has for it, when two speak with one key. */
static void
print_agent(FILE *out, json_t *o)
{
	const char *instance = json_text(o, "instance");
	size_t n = strlen(instance);
	char when[CLOCK_TEXT_MAX + 8];

	if (n >= 4)
		fprintf(out, _("agent        %s, started %s\n"),
		    instance + n - 4, ago(when, json_text(o, "started")));
}

static void
print_hub(FILE *out, json_t *h)
{
	char when[CLOCK_TEXT_MAX + 8];

	fprintf(out, _("hub          %s, answered %s: %s\n"),
	    json_text(h, "url"), ago(when, json_text(h, "answered")),
	    json_text(h, "verdict")[0] != '\0' ?
	    status_word(json_text(h, "verdict")) : _("nothing yet"));
	if (json_text(h, "trouble")[0] != '\0')
		fprintf(out, "             %s\n", json_text(h, "trouble"));
	if (count(h, "skew_ms") > 5000 || count(h, "skew_ms") < -5000)
		fprintf(out, _("             the clocks differ by %lld s\n"),
		    count(h, "skew_ms") / 1000);
}

/* An address as people read it; lives until the next call. */
static const char *
shown(json_t *o)
{
	static char text[4 * LIMIT_URL];
	struct buf b;

	buf_init(&b, sizeof(text) - 1);
	url_show(&b, json_text_span(o, "url"));
	snprintf(text, sizeof(text), "%s", buf_cstr(&b));
	buf_clear(&b);
	return text;
}

static void
print_complaints(FILE *out, json_t *h)
{
	json_t *list = json_object_get(h, "complaints"), *c;
	size_t i, n = json_array_size(list);
	struct buf why;

	if (n == 0)
		return;
	fprintf(out, _("not taken as said: %lld, the last of them\n"),
	    count(h, "complained"));
	buf_init(&why, 2 * LIMIT_LONG_TEXT);
	json_array_foreach(list, i, c) {
		if (i + 5 < n)
			continue;
		buf_reset(&why);
		reason_put(&why, span_of(json_text(c, "why")));
		fprintf(out, "  %lld %s\n    %s\n", count(c, "seq"),
		    shown(c), buf_cstr(&why));
	}
	buf_clear(&why);
}

static void
print_spool(FILE *out, json_t *s)
{
	char when[CLOCK_TEXT_MAX + 8];
	char a[UNITS_TEXT_MAX], b[UNITS_TEXT_MAX];

	fprintf(out, ngettext("spool        %lld change waits (%s of %s)",
	    "spool        %lld changes wait (%s of %s)",
	    (unsigned long)count(s, "waiting")), count(s, "waiting"),
	    units_show_bytes(a, (uint64_t)count(s, "waiting_bytes")),
	    units_show_bytes(b, (uint64_t)count(s, "limit")));
	if (json_text(s, "oldest")[0] != '\0')
		fprintf(out, _(", the oldest from %s"),
		    ago(when, json_text(s, "oldest")));
	fprintf(out, _("; confirmed up to %lld of %lld\n"),
	    count(s, "confirmed"), count(s, "head"));
}

/* How far the first scan is; how many files there are is only known when
 * they were met once. */
static void
print_scan(FILE *out, json_t *s)
{
	json_t *scan = json_object_get(s, "scan");
	long long ms = count(scan, "ms"), met = count(scan, "files");
	long long before = count(s, "files"), rate;
	char eta[CLOCK_TEXT_MAX];

	if (scan == NULL)
		return;
	rate = ms > 0 ? met * 1000 / ms : 0;
	fprintf(out, _("             scanning: %lld files in %lld "
	    "directories, %lld read, %lld a second"), met,
	    count(scan, "dirs"), count(scan, "read"), rate);
	if (before > met && rate > 0)
		fprintf(out, _(", done in %s"),
		    clock_span(eta, (before - met) * 1000 / rate));
	fputc('\n', out);
}

/* Pages don't wait for these. */
static void
print_reading(FILE *out, json_t *s)
{
	if (count(s, "reading_big") > 0)
		fprintf(out, ngettext("             %lld big file is being "
		    "read: %s\n", "             %lld big files are being "
		    "read, the first: %s\n",
		    (unsigned long)count(s, "reading_big")),
		    count(s, "reading_big"), json_text(s, "reading_first"));
}

static void
print_beyond(FILE *out, json_t *b)
{
	if (count(b, "count") > 0)
		fprintf(out, ngettext("             %lld address answers, "
		    "though no file is there: %s; links to such are not "
		    "judged\n", "             %lld addresses answer, though no "
		    "file is there, the first: %s; links to such are not "
		    "judged\n", (unsigned long)count(b, "count")),
		    count(b, "count"), json_text(b, "first"));
}

static void
print_left_out(FILE *out, json_t *s)
{
	if (count(s, "unreadable") > 0)
		fprintf(out, _("             %lld could not be read, the "
		    "first: %s\n"), count(s, "unreadable"),
		    json_text(s, "unreadable_first"));
	if (count(s, "unfit") > 0)
		fprintf(out, _("             %lld can't be told: too deep, "
		    "too long, or unfit; the first: %s\n"), count(s, "unfit"),
		    json_text(s, "unfit_first"));
	if (count(s, "restless") > 0)
		fprintf(out, ngettext("             %lld file changes all the "
		    "time, or stays open: %s; if it is no page, leave it out "
		    "(exclude)\n", "             %lld files change all the "
		    "time, or stay open, one of them: %s; what is no page is "
		    "better left out (exclude)\n",
		    (unsigned long)count(s, "restless")),
		    count(s, "restless"), json_text(s, "restless_first"));
	if (count(s, "outside") > 0)
		fprintf(out, _("             %lld links are not followed: "
		    "absolute, out of the root, or in a circle\n"),
		    count(s, "outside"));
	print_beyond(out, json_object_get(s, "beyond"));
	if (json_is_true(json_object_get(s, "blind")))
		fputs(_("             dead links to this source can't be "
		    "judged: too much of it can't be looked at; leave it out "
		    "(exclude), or give the agent the right to read\n"), out);
}

static void
print_held(FILE *out, json_t *s)
{
	if (count(s, "held") == 0)
		return;
	if (!json_is_true(json_object_get(s, "refused"))) {
		fprintf(out, _("             held: %lld items are missing; "
		    "zqagent release or refuse \"%s\" --reason R\n"),
		    count(s, "held"), json_text(s, "name"));
		return;
	}
	fprintf(out, _("             %lld missing items are kept in the "
	    "index"), count(s, "held"));
	if (json_text(s, "refused_reason")[0] != '\0')
		fprintf(out, ": %s", json_text(s, "refused_reason"));
	if (json_text(s, "refused_by")[0] != '\0')
		fprintf(out, " (%s)", json_text(s, "refused_by"));
	fputc('\n', out);
}

/* What stands in for a source has neither root nor address. */
static void
print_orphan(FILE *out, json_t *s)
{
	fprintf(out, _("no source    %s: %s, %lld items in the index that no "
	    "source here has\n"), json_text(s, "name"),
	    status_word(json_text(s, "state")), count(s, "items"));
	print_held(out, s);
}

/* It is slow, and nothing is wrong meanwhile. */
static void
print_reread(FILE *out, json_t *s)
{
	json_t *r = json_object_get(s, "reread");

	if (r != NULL)
		fprintf(out, _("             told by an older zqagentd: read "
		    "once more, slowly, %lld of %lld items\n"),
		    count(r, "items"), count(r, "of"));
}

static void
print_source(FILE *out, json_t *s)
{
	char when[CLOCK_TEXT_MAX + 8];

	if (strcmp(json_text(s, "type"), "orphan") == 0) {
		print_orphan(out, s);
		return;
	}
	fprintf(out, _("source       %s: %s, %lld items, %s → %s\n"),
	    json_text(s, "name"), status_word(json_text(s, "state")),
	    count(s, "items"), json_text(s, "root"), shown(s));
	if (json_text(s, "scanned")[0] != '\0')
		fprintf(out, _("             scanned %s: %lld files, %lld "
		    "directories watched\n"),
		    ago(when, json_text(s, "scanned")),
		    count(s, "files"), count(s, "watched"));
	print_scan(out, s);
	print_reread(out, s);
	print_reading(out, s);
	if (json_text(s, "error")[0] != '\0')
		fprintf(out, "             %s\n", json_text(s, "error"));
	print_held(out, s);
	if (count(s, "unwatched") > 0)
		fprintf(out, _("             %lld directories are not "
		    "watched: raise fs.inotify.max_user_watches\n"),
		    count(s, "unwatched"));
	print_left_out(out, s);
}

static void
print_proven(FILE *out, json_t *p)
{
	char when[CLOCK_TEXT_MAX + 8], tried[CLOCK_TEXT_MAX + 8];

	if (json_text(p, "at")[0] == '\0')
		fprintf(out, _("proven       never yet"));
	else
		fprintf(out, _("proven       %s, up to change %lld: hub and "
		    "site had the same %lld items"),
		    ago(when, json_text(p, "at")), count(p, "seq"),
		    count(p, "items"));
	if (strcmp(json_text(p, "outcome"), "differs") == 0)
		fprintf(out, _("; tried %s: it lacked %lld, had %lld too "
		    "much, held %lld"), ago(tried, json_text(p, "tried")),
		    count(p, "missing"), count(p, "extra"),
		    count(p, "held"));
	if (count(p, "missed") > 0)
		fprintf(out, _("; %lld mended in %lld proofs"),
		    count(p, "missed"), count(p, "count"));
	fputc('\n', out);
}

/* Only where there is a map: most sites know of no moves. */
static void
print_map(FILE *out, json_t *m)
{
	char when[CLOCK_TEXT_MAX + 8];

	if (count(m, "version") > 0)
		fprintf(out, ngettext("map          version %lld of the "
		    "moves, %lld line for the web server", "map          "
		    "version %lld of the moves, %lld lines for the web server",
		    (unsigned long)count(m, "lines")), count(m, "version"),
		    count(m, "lines"));
	if (count(m, "version") > 0 && json_text(m, "next")[0] != '\0')
		fprintf(out, _("; others %s"), ago(when, json_text(m, "next")));
	if (count(m, "version") > 0)
		fputc('\n', out);
	if (json_text(m, "trouble")[0] != '\0')
		fprintf(out, _("map          %s\n"), json_text(m, "trouble"));
}

/* Only if the last time not all of it was done. */
static void
print_mend(FILE *out, json_t *m)
{
	char when[CLOCK_TEXT_MAX + 8], quoted[LOG_QUOTE_MAX];
	struct span said = json_text_span(m, "said");

	if (json_text(m, "at")[0] == '\0')
		return;
	if (strcmp(json_text(m, "status"), "partly") == 0)
		fprintf(out, _("mend         not all could be mended, %s: "
		    "zqagent mend shows what\n"),
		    ago(when, json_text(m, "at")));
	else
		fprintf(out, _("mend         it failed %s (%s): %s\n"),
		    ago(when, json_text(m, "at")), json_text(m, "status"),
		    log_quote(quoted, said.at, said.n));
}

/* As the agent found it on the site's own machine. */
static void
print_home(FILE *out, json_t *h)
{
	char when[CLOCK_TEXT_MAX + 8];

	if (json_text(h, "asked")[0] == '\0')
		return;
	if (strcmp(json_text(h, "error"), health_error_name(HEALTH_EMPTY)) == 0)
		fprintf(out, _("home page    %s is empty: it answers %lld, "
		    "and nothing is in the page, asked %s\n"), shown(h),
		    count(h, "status"), ago(when, json_text(h, "asked")));
	else if (count(h, "status") > 0)
		fprintf(out, _("home page    %s answers %lld after %lld ms, "
		    "asked %s\n"), shown(h), count(h, "status"),
		    count(h, "ms"), ago(when, json_text(h, "asked")));
	else
		fprintf(out, _("home page    %s does not answer (%s), asked "
		    "%s\n"), shown(h), json_text(h, "error"),
		    ago(when, json_text(h, "asked")));
	if (!json_is_true(json_object_get(h, "told")))
		fprintf(out, _("             the hub isn't told, because it "
		    "has never answered from here: see home_connect in "
		    "zqagent.conf(5)\n"));
}

static void
print_looks(FILE *out, json_t *o)
{
	json_t *last = json_object_get(o, "last");
	char when[CLOCK_TEXT_MAX + 8];

	if (!json_is_object(o))
		return;
	fprintf(out, _("looks        for others when the hub asks: %lld "
	    "today, at most %lld an hour\n"), count(o, "today"),
	    count(o, "most_an_hour"));
	if (count(last, "status") > 0)
		fprintf(out, _("             the last %s: %s answers %lld "
		    "after %lld ms\n"), ago(when, json_text(last, "looked")),
		    shown(last), count(last, "status"),
		    count(last, "ms"));
	else if (last != NULL)
		fprintf(out, _("             the last %s: %s does not answer "
		    "(%s)\n"), ago(when, json_text(last, "looked")),
		    shown(last), json_text(last, "error"));
}

/* What this site has announced of itself. */
static void
print_announced(FILE *out, json_t *o)
{
	json_t *one;
	struct buf b;
	size_t i;

	json_array_foreach(json_object_get(o, "announced"), i, one) {
		buf_init(&b, LINE_MAX_BYTES);
		announced_show(&b, one);
		fprintf(out, _("announced    %s\n"), buf_cstr(&b));
		buf_clear(&b);
	}
}

/* What the hub didn't act on: its letters say why. */
static void
print_held_there(FILE *out, json_t *o)
{
	char when[CLOCK_TEXT_MAX + 8];
	json_t *one;
	struct buf b;
	size_t i;

	json_array_foreach(json_object_get(o, "held_at_hub"), i, one) {
		buf_init(&b, LINE_MAX_BYTES);
		letter_text_put(&b, one);
		if (json_text(one, "about")[0] != '\0')
			buf_printf(&b, " %s", json_text(one, "about"));
		fprintf(out, _("not done     letter %lld, %s: %s\n"),
		    count(one, "number"), ago(when, json_text(one, "when")),
		    buf_cstr(&b));
		buf_clear(&b);
	}
}

int
status_print(FILE *out, json_t *o)
{
	json_t *s, *why = json_object_get(o, "why_not");
	bool in_sync = json_is_true(json_object_get(o, "in_sync"));
	size_t i;

	fprintf(out, "%s\n", in_sync ? _("in sync") : _("not in sync"));
	json_array_foreach(why, i, s)
		fprintf(out, "  - %s\n", json_string_value(s));
	print_site(out, o);
	print_agent(out, o);
	print_hub(out, json_object_get(o, "hub"));
	print_spool(out, json_object_get(o, "spool"));
	json_array_foreach(json_object_get(o, "sources"), i, s)
		print_source(out, s);
	print_home(out, json_object_get(o, "home"));
	print_looks(out, json_object_get(o, "looks_for_others"));
	print_map(out, json_object_get(o, "map"));
	print_mend(out, json_object_get(o, "mend"));
	fprintf(out, _("items        %lld told; digest %.16s\n"),
	    count(o, "items"), json_text(o, "digest"));
	print_proven(out, json_object_get(o, "proven"));
	if (count(o, "moves_proposed") > 0)
		fprintf(out, _("moves        %lld could be announced; zqagent "
		    "moves shows them\n"), count(o, "moves_proposed"));
	if (count(o, "moves_waiting") > 0)
		fprintf(out, ngettext("moves        %lld domain waits for its "
		    "other end; zqagent moves says what to do\n",
		    "moves        %lld domains wait for their other ends; "
		    "zqagent moves says what to do\n", (unsigned long)
		    count(o, "moves_waiting")), count(o, "moves_waiting"));
	print_announced(out, o);
	print_held_there(out, o);
	if (count(o, "letters") > 0)
		fprintf(out, _("letters      %lld; zqagent letters shows "
		    "them\n"), count(o, "letters"));
	s = json_object_get(o, "errand");
	if (s != NULL)
		fprintf(out, _("             letter %lld (%s): %s\n"),
		    count(s, "number"), json_text(s, "kind"),
		    json_text(s, "result")[0] != '\0' ?
		    _(json_text(s, "result")) : "");
	print_complaints(out, json_object_get(o, "hub"));
	return in_sync ? 0 : 1;
}
