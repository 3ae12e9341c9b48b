/* See silence.h. */
#include "agent/silence.h"

#include <stdlib.h>

#include "agent/letter_sinks_text.h"
#include "agent/outward.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"

#define TEXT_MAX 4096
#define BEATS 3
#define LATE 2000		/* ms that a look may come late */
#define LOOKS 10		/* in the time that it takes to be too long */

struct silence {
	struct silence_host host;
	struct event *timer;
	int64_t since;		/* wall ms: silent, and it was said; 0 */
	int64_t looked;		/* mono ms: the last look … */
	int64_t awake;		/* … and since when they come regularly */
};

/* --- telling --------------------------------------------------------------- */

static void
on_done(void *arg, int status, struct span said)
{
	char quoted[LOG_QUOTE_MAX];

	if (status != 0)
		log_error("%s: the hub's silence: %s: %s", (const char *)arg,
		    hand_status_text(status), log_quote(quoted, said.at,
		    said.n));
}

static void
run(struct silence *s, enum outward what, char *name, struct span text)
{
	if (s->host.hand != NULL && hand_has(s->host.hand, what))
		(void)hand_run(s->host.hand, what, text, on_done, name);
}

/* A hook tells it from letters by its kind, and by what it lacks: a number. */
static void
run_hook(struct silence *s, const char *kind, const char *sentence)
{
	static char name[] = "hook";
	char since[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", kind,
	    "hub", s->host.top->hub, "when", clock_format(now, clock_wall()),
	    "since", clock_format(since, s->since), "text", sentence);
	char *text;

	must(o != NULL);
	text = json_dumps(o, JSON_COMPACT);
	if (text != NULL)
		run(s, OUTWARD_HOOK, name, span_of(text));
	free(text);
	json_decref(o);
}

static void
send_mail(struct silence *s, const char *subject, const char *sentence)
{
	static char name[] = "mail";
	struct buf mail;

	buf_init(&mail, 8 * TEXT_MAX);
	letter_sinks_put_mail(&mail, s->host.top, span_of(subject),
	    span_of(sentence));
	if (!mail.bad)
		run(s, OUTWARD_MAIL, name, buf_look(&mail));
	buf_clear(&mail);
}

static void
tell(struct silence *s, bool silent)
{
	char when[CLOCK_TEXT_MAX];
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_printf(&text, silent ? _("The hub %s has not answered since %s. "
	    "What this site has to tell waits here and is safe. Is the hub "
	    "down, or the line to it? zqagent status shows the cause.") :
	    _("The hub %s answers again; it had not since %s."),
	    s->host.top->hub, clock_show(when, s->since));
	if (silent)
		log_error("hub=%s silent since %s", s->host.top->hub, when);
	else
		log_info("hub=%s answers again", s->host.top->hub);
	run_hook(s, silent ? "hub-silent" : "hub-heard", buf_cstr(&text));
	send_mail(s, silent ? _("The hub does not answer") :
	    _("The hub answers again"), buf_cstr(&text));
	buf_clear(&text);
}

/* --- looking --------------------------------------------------------------- */

/* Who was stopped himself, or asleep, has heard nobody meanwhile. */
static int64_t
unheard_for(const struct silence *s)
{
	int64_t unheard = push_unheard(s->host.push);
	int64_t awake = clock_mono() - s->awake;

	return unheard < awake ? unheard : awake;
}

static void
look(struct silence *s)
{
	int64_t now = clock_mono();
	int64_t every = (int64_t)s->host.top->hub_silent / LOOKS;

	if (now - s->looked > 2 * every + LATE)
		s->awake = now;
	s->looked = now;
}

/* With nothing to tell it is only asked once a beat. */
static bool
is_silent(const struct silence *s)
{
	const struct config_top *top = s->host.top;
	int64_t unheard = unheard_for(s);

	return unheard >= (int64_t)top->hub_silent &&
	    unheard >= BEATS * (int64_t)top->beat;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct silence *s = arg;

	(void)fd;
	(void)what;
	look(s);
	if (is_silent(s) && s->since == 0) {
		s->since = clock_wall() - unheard_for(s);
		tell(s, true);
	} else if (!is_silent(s) && s->since != 0) {
		tell(s, false);
		s->since = 0;
	}
	timer_after(s->timer, (int64_t)s->host.top->hub_silent / LOOKS);
}

void
silence_status(const struct silence *s, json_t *hub)
{
	if (is_silent(s))
		json_object_set_new(hub, "silent_ms",
		    json_integer(unheard_for(s)));
}

struct silence *
silence_new(const struct silence_host *host)
{
	struct silence *s = mem_new(sizeof(*s));

	s->host = *host;
	s->looked = s->awake = clock_mono();
	s->timer = event_new(host->base, -1, 0, on_timer, s);
	must(s->timer != NULL);
	timer_after(s->timer, (int64_t)host->top->hub_silent / LOOKS);
	return s;
}

void
silence_free(struct silence *s)
{
	if (s == NULL)
		return;
	event_free(s->timer);
	free(s);
}
