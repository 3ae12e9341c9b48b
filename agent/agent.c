/* See agent.h. */
#include "agent/agent.h"

#include <errno.h>
#include <malloc.h>
#include <openssl/rand.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_private.h"
#include "agent/confine.h"
#include "agent/control.h"
#include "agent/errand.h"
#include "agent/inside.h"
#include "agent/memory_trim.h"
#include "agent/outward.h"
#include "agent/retell.h"
#include "agent/spare.h"
#include "agent/spool.h"
#include "certs/identity.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"

#define CHORES 60000		/* ms between looks what can be trimmed */
#define TRIM_COUNT 1000		/* changes in one transaction */
#define QUIET 3000		/* ms after work until memory is given back */
#define QUIET_PARSE 40000	/* … and again when the parse child is gone */

/* --- ending, starting again, telling again --------------------------------- */

bool
agent_again(struct agent *a, const char *why)
{
	if (a->setup->again == NULL)
		return false;
	if (!a->ending)
		log_info("starting again: %s", why);
	a->ending = true;
	a->setup->again();
	return true;
}

bool
agent_retell(struct agent *a, const char *why)
{
	log_warn("telling everything again: %s", why);
	if (!retell(a->store))
		return false;
	sources_afresh(a->sources);
	push_restart(a->push);
	return true;
}

/* Connections that are open were made with the old certificate; who was
 * refused for it needn't wait any longer. */
static void
on_renewed(void *arg)
{
	struct agent *a = arg;

	fetch_forget_connections(a->fetch);
	inside_look(a->inside);
	if (!push_is_well(a->push))
		push_restart(a->push);
}

/* What is open was let in by those that were trusted before. */
static void
on_trusted(void *arg)
{
	struct agent *a = arg;

	fetch_forget_connections(a->fetch);
}

void
agent_identity(struct agent *a)
{
	log_info("there is another identity");
	fetch_forget_connections(a->fetch);
	inside_look(a->inside);
	push_restart(a->push);
}

/* --- what push and inbox ask for ------------------------------------------------ */

static void
on_retell(void *arg, const char *why)
{
	(void)agent_retell(arg, why);
}

static void
on_renew(void *arg)
{
	struct agent *a = arg;

	renew_soon(a->renew);
}

static uint64_t
on_held(void *arg)
{
	const struct agent *a = arg;

	return sources_held(a->sources);
}

static void
on_trouble(void *arg, struct buf *b)
{
	const struct agent *a = arg;

	sources_trouble(a->sources, b);
}

static void
on_health(void *arg, struct health *h)
{
	const struct agent *a = arg;

	inside_health(a->inside, h);
}

static bool
on_is_settled(void *arg)
{
	const struct agent *a = arg;

	return sources_are_settled(a->sources);
}

static void
on_look(void *arg, struct span source, struct span path)
{
	struct agent *a = arg;

	sources_look(a->sources, source, path);
}

static void
on_rescan(void *arg)
{
	struct agent *a = arg;

	sources_rescan(a->sources);
}

static void
on_pause(void *arg, bool on)
{
	struct agent *a = arg;

	sources_pause(a->sources, on);
}

static void
on_want(void *arg, struct span words)
{
	struct agent *a = arg;

	push_want(a->push, words);
}

static bool
on_letter(void *arg, const struct letter *l)
{
	struct agent *a = arg;
	const struct errand_host host = { .store = a->store,
	    .sources = a->sources, .renew = a->renew,
	    .dir = a->config->top->dir, .arg = a, .trusted = on_trusted };

	return errand_do(&host, l);
}

static void
on_letters(void *arg)
{
	struct agent *a = arg;

	letter_sinks_look(a->letter_sinks);
	automend_look(a->automend);
}

static void
on_map(void *arg, uint64_t version)
{
	struct agent *a = arg;

	redirect_sync_heard(a->redirect_sync, version);
}

static void
on_other_map(void *arg)
{
	struct agent *a = arg;

	automend_look(a->automend);
}

static int64_t
on_rest(void *arg)
{
	const struct agent *a = arg;

	return push_rest(a->push);
}

static bool
on_reach(void *arg)
{
	struct agent *a = arg;

	return a->got[0] != '\0' &&
	    agent_again(a, "a root leads elsewhere, the sandbox doesn't");
}

/* --- news and quiet ----------------------------------------------------------- */

static void
on_news(void *arg, size_t n)
{
	struct agent *a = arg;

	(void)n;
	push_kick(a->push);
}

static void
on_quiet(void *arg)
{
	struct agent *a = arg;

	timer_after(a->quiet, QUIET);
	push_kick(a->push);	/* a proof may be due, and can begin now */
}

static void
be_quiet(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;

	(void)fd;
	(void)what;
	store_release_memory(a->store);
	memory_trim();
}

static bool
trim(struct store_txn *t, void *arg)
{
	bool *more = arg;

	*more = spool_trim(t, clock_wall(), TRIM_COUNT);
	return true;
}

/* Is there a confirmed change that is old enough? Looked at without writing,
 * because usually there is none. */
static bool
has_old(struct agent *a)
{
	struct store_txn *t = store_look(a->store);
	struct change c;
	bool old = t->meta.first <= t->meta.confirmed &&
	    spool_get(t, t->meta.first, &c) &&
	    (c.when <= clock_wall() - SPOOL_KEEP || c.when > clock_wall());

	store_end(t);
	return old;
}

static void
on_chores(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	bool more = false;

	(void)fd;
	(void)what;
	if (has_old(a))
		(void)store_do(a->store, trim, &more);
	store_release_memory(a->store);
	malloc_trim(0);
	timer_after(a->chores, more ? 0 : CHORES);
}

/* --- set-up -------------------------------------------------------------------- */

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;

	(void)fd;
	(void)what;
	event_base_loopexit(a->base, NULL);
}

/* The settings are looked at first: with wrong ones it would not come up. */
static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	struct config *c;
	struct buf why;

	(void)fd;
	(void)what;
	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read(a->setup->conf, &why);
	if (c == NULL)
		log_error("SIGHUP: the old settings stay: %s",
		    buf_cstr(&why));
	else if (!agent_again(a, "SIGHUP: the settings are read anew"))
		log_warn("SIGHUP: a daemon that runs alone (-1) can't start "
		    "itself again");
	config_free(c);
	buf_clear(&why);
}

static struct event *
timer_new(struct agent *a, event_callback_fn fn)
{
	struct event *e = event_new(a->base, -1, 0, fn, a);

	must(e != NULL);
	return e;
}

static void
make_loop(struct agent *a)
{
	a->base = event_base_new();
	must(a->base != NULL);
	a->term = evsignal_new(a->base, SIGTERM, on_signal, a);
	a->interrupt = evsignal_new(a->base, SIGINT, on_signal, a);
	must(a->term != NULL && event_add(a->term, NULL) == 0);
	a->hangup = evsignal_new(a->base, SIGHUP, on_hangup, a);
	must(a->interrupt != NULL);
	must(a->hangup != NULL && event_add(a->hangup, NULL) == 0);
	/* As a part the parent decides what Ctrl-C means. */
	if (!a->setup->sandboxed)
		must(event_add(a->interrupt, NULL) == 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN);		/* a lease that is broken */
	a->chores = timer_new(a, on_chores);
	a->quiet = timer_new(a, be_quiet);
}

static bool
is_enrolled(struct agent *a, struct buf *why)
{
	const char *dir = a->config->top->dir;
	struct identity i;

	if (strncmp(a->line.hub, "http://", 7) == 0)
		return true;		/* a test's hub on this machine */
	spare_settle(dir);
	if (access(a->line.cert, R_OK) != 0) {
		struct buf room;

		buf_init(&room, TEXT_SHELL_MAX);
		buf_printf(why, _("%s: %s; this site is not enrolled: "
		    "zqagent enroll HUB TICKET --dir %s"), a->line.cert,
		    strerror(errno), text_shell(&room, dir));
		buf_clear(&room);
		return false;
	}
	return identity_mend(dir, why) && identity_read(&i, dir, why);
}

static uint64_t
random_number(void)
{
	uint64_t n = 0;

	while (n == 0)
		if (RAND_bytes((unsigned char *)&n, sizeof(n)) != 1)
			fatal("no random numbers from the system");
	return n;
}

static void
open_sources(struct agent *a)
{
	struct source_host host = {
		.base = a->base, .store = a->store, .parse = a->parse,
		.slow = a->slow, .top = a->config->top, .fetch = a->fetch,
		.arg = a, .news = on_news, .reach = on_reach, .quiet = on_quiet,
	};

	a->sources = sources_open(&host, a->config);
	if (sources_count(a->sources) == 0)
		log_warn("no source yet: zqagent source add dir NAME --root "
		    "DIR --url URL");
}

static void
open_push(struct agent *a)
{
	const struct config_top *top = a->config->top;
	struct push_host host = {
		.base = a->base, .store = a->store, .line = &a->line,
		.fetch = a->fetch, .beat = top->beat,
		.prove_every = top->prove_every, .instance = a->instance,
		.arg = a, .retell = on_retell, .renew = on_renew,
		.held = on_held, .trouble = on_trouble, .health = on_health,
		.looked = top->look_for_others ? inside_looked : NULL,
		.is_settled = on_is_settled, .look = on_look,
		.rescan = on_rescan, .pause = on_pause, .map = on_map,
	};

	a->push = push_new(&host);
}

static void
open_inbox(struct agent *a)
{
	struct inbox_host host = {
		.base = a->base, .store = a->store, .fetch = a->fetch,
		.line = &a->line, .instance = a->instance, .arg = a,
		.want = on_want, .act = on_letter, .letters = on_letters,
		.map = on_map, .look = inside_ask, .rest = on_rest,
	};

	a->inbox = inbox_new(&host);
}

/* What comes of letters and maps besides showing them. */
static void
open_outward(struct agent *a)
{
	const struct letter_sinks_host letter_sinks = { .base = a->base,
		.store = a->store, .top = a->config->top, .hand = a->hand };
	const struct redirect_sync_host sync = { .base = a->base,
		.store = a->store, .fetch = a->fetch, .line = &a->line,
		.config = a->config, .hand = a->hand, .arg = a,
		.news = on_other_map };

	if (a->hand != NULL)
		hand_attach(a->hand, a->base);
	a->letter_sinks = letter_sinks_new(&letter_sinks);
	a->redirect_sync = redirect_sync_new(&sync);
	a->automend = automend_new(a->base, a->store, a->hand);
}

/* The inbox is last: a letter may be waiting to be acted on. */
static void
open_parts(struct agent *a)
{
	const struct config_top *top = a->config->top;
	struct parse_limits limits = {
		.page = (size_t)top->page,
		.zone = top->zone > 0 ? (int)top->zone : PARSE_ZONE_UTC,
	};

	a->instance = random_number();
	a->started = clock_wall();
	a->fetch = fetch_new(a->base, LINE_AGENT);
	open_push(a);
	a->renew = renew_new(a->base, &a->line, top->dir, on_renewed, a);
	renew_by(a->renew, a->store);
	a->parse = parse_new(a->base, &limits);
	limits.behind = true;
	a->slow = parse_new(a->base, &limits);
	open_sources(a);
	open_outward(a);
	a->inside = inside_new(a);
	open_inbox(a);
	timer_after(a->chores, CHORES);
	timer_after(a->quiet, QUIET_PARSE);
}

static bool
open_all(struct agent *a, struct buf *why)
{
	enum log_level level;

	a->config = config_read(a->setup->conf, why);
	if (a->config == NULL)
		return false;
	if (log_level_parse(a->config->top->log, &level))
		log_open("agent", level);
	if (a->config->top->language[0] != '\0')
		lang_switch(a->config->top->language);
	if (!line_init(&a->line, a->config->top->hub, a->config->top->dir,
	    why) || !is_enrolled(a, why))
		return false;
	line_through(&a->line, a->config->top->proxy);
	/* Before the store is open, and long before the sandbox. */
	a->hand = outward_open(a->config);
	a->store = store_open(a->config->top->dir, DB_WRITE | DB_CREATE,
	    a->config->top->spool, why);
	if (a->store == NULL)
		return false;
	(void)spool_settle(a->store);	/* now, or when there is room */
	make_loop(a);
	open_parts(a);
	return control_open(a, why);
}

static void
close_all(struct agent *a)
{
	if (a->ctl != NULL)
		ctl_close(a->ctl);
	inbox_free(a->inbox);
	automend_free(a->automend);
	redirect_sync_free(a->redirect_sync);
	letter_sinks_free(a->letter_sinks);
	inside_free(a->inside);
	hand_free(a->hand);
	renew_free(a->renew);
	push_free(a->push);
	parse_free(a->parse);
	parse_free(a->slow);
	sources_close(a->sources);
	if (a->fetch != NULL)
		fetch_free(a->fetch);
	store_close(a->store);
	line_clear(&a->line);
	if (a->base != NULL) {
		event_free(a->term);
		event_free(a->interrupt);
		event_free(a->hangup);
		event_free(a->chores);
		event_free(a->quiet);
		event_base_free(a->base);
	}
	config_free(a->config);
}

int
agent_run(const struct agent_setup *setup)
{
	struct agent a = { .setup = setup };
	struct buf why;
	bool ok;

	buf_init(&why, CONFIG_WHY_MAX);
	ok = open_all(&a, &why);
	if (!ok)
		log_error("%s", buf_cstr(&why));
	buf_clear(&why);
	if (ok) {
		if (setup->sandboxed)
			confine(a.config, setup->conf, a.got);
		log_info("ready version=" ZQ_VERSION " hub=%s sources=%zu",
		    a.line.hub, sources_count(a.sources));
		event_base_dispatch(a.base);
		log_info("ends");
	}
	close_all(&a);
	return ok ? 0 : 1;
}
