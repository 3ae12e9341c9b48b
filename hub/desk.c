/*
 * Desk: jobs, from the asking to the answer.
 */
#include "hub/desk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/ctl.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/json.h"
#include "hub/operate.h"
#include "hub/permission.h"
#include "hub/user.h"

struct job {
	LIST_ENTRY(job) entry;
	struct desk *desk;
	struct ctl_peer *peer;		/* NULL: has left, or asked on the
					 * page */
	bool paged;			/* there: … */
	uint64_t number;		/* … by this number */
	struct ask ask;
	struct ask_ticket *ticket;	/* wanted of them, minted so far … */
	size_t minted;
	uint64_t first;			/* number of the first MINT */
	bool rebuild, reread;		/* waits for that one */
	bool acts;			/* waits for its turn, … */
	bool writing;			/* … which has come, and is used */
	bool refused;			/* it was said so: it isn't done */
};

struct desk {
	struct writer *writer;
	struct turns *turns;
	struct prove_calls *prove_calls;
	struct desk_hooks hooks;
	struct ctl *ctl;
	LIST_HEAD(jobs, job) jobs;
	struct job *minting;		/* whose tickets are being made */
	uint64_t mints;			/* asked for so far */
};

/* --- jobs ----------------------------------------------------------------- */

static struct job *
job_new(struct desk *d, struct ctl_peer *peer, json_t *said, uid_t uid)
{
	struct job *j = mem_new(sizeof(*j));

	j->desk = d;
	j->peer = peer;
	ask_init(&j->ask);
	j->ask.said = json_incref(said);
	j->ask.config = d->writer->config;
	ask_actor(j->ask.actor, uid);
	LIST_INSERT_HEAD(&d->jobs, j, entry);
	return j;
}

static void
release(struct job *j)
{
	json_decref(j->ask.said);
	ask_clear(&j->ask);
	free(j->ticket);
	free(j);
}

static void
job_free(struct job *j)
{
	if (j->desk->minting == j)
		j->desk->minting = NULL;
	LIST_REMOVE(j, entry);
	release(j);
}

/* In the words of who asks; what was spoken before. */
static const char *
speak(const struct job *j)
{
	return lang_borrow(ask_word(&j->ask, "lang"));
}

/* To the page; takes answer. */
static void
tell_page(const struct job *j, json_t *answer)
{
	j->desk->hooks.acted(j->desk->hooks.arg, j->number, answer);
	json_decref(answer);
}

/* What was said stands in it, and may have been cut anywhere. */
static void
tell_no(const struct job *j, const char *field, const char *hint,
    const char *error)
{
	if (j->paged)
		tell_page(j, json_pack("{s:o, s:o, s:s}", "error",
		    json_span(span_of(error)), "hint", json_span(span_of(
		    hint != NULL ? hint : "")), "field", field != NULL ?
		    field : ""));
	else if (j->peer != NULL)
		ctl_fail(j->peer, hint, "%s", error);
}

static void
fail(struct job *j)
{
	tell_no(j, j->ask.field, j->ask.hint.n > 0 ?
	    buf_cstr(&j->ask.hint) : NULL, buf_cstr(&j->ask.error));
	job_free(j);
}

static void
succeed(struct job *j)
{
	const char *code = ask_word(&j->ask, "code");
	struct desk *d = j->desk;

	log_info("operator=%s did=%s%s%s", j->ask.actor,
	    ask_word(&j->ask, "do"), code[0] != '\0' ? " code=" : "", code);
	if (j->ask.dropped != 0)
		d->hooks.blocked(d->hooks.arg, j->ask.dropped);
	if (j->ask.lifted)
		d->hooks.lifted(d->hooks.arg);
	if (j->ask.settled != 0)
		d->hooks.settled(d->hooks.arg, j->ask.settled);
	if (j->paged) {
		tell_page(j, json_pack("{s:O}", "ok", j->ask.result));
	} else if (j->peer != NULL) {
		ctl_ok(j->peer, j->ask.result);
		j->ask.result = NULL;
	}
	job_free(j);
}

static void
refuse_full(struct job *j)
{
	const char *before = speak(j);

	ask_refuse(&j->ask, _("make space, and say it again"), _("the hub's "
	    "disk is full: nothing was written"));
	fail(j);
	lang_switch(before);
}

/* --- in its turn ---------------------------------------------------------- */

static bool
judge(struct job *j)
{
	const char *before = speak(j);
	bool good;

	j->ask.view = j->desk->writer->view;
	j->ask.journal = j->desk->writer->journal;
	j->ask.now = clock_wall();
	good = operate_run(&j->ask);
	lang_switch(before);
	return good;
}

static void
run(struct job *j)
{
	struct turns *t = j->desk->turns;

	if (!judge(j)) {
		fail(j);
		turn_end(t);
	} else if (j->ask.acts.count > 0) {
		j->writing = true;
		turn_write(t, &j->ask.acts);
	} else {
		succeed(j);
		turn_end(t);
	}
}

static void
mint(struct job *j, size_t wanted)
{
	struct desk *d = j->desk;

	must(d->minting == NULL);
	d->minting = j;
	j->ticket = mem_grow(NULL, wanted, sizeof(*j->ticket));
	j->ask.tickets = wanted;
	j->first = d->mints;
	for (size_t n = 0; n < wanted; n++)
		d->hooks.mint(d->hooks.arg, d->mints++);
}

/* How many tickets does it take? Then make them, then do it. */
static void
begin(void *arg)
{
	struct job *j = arg;

	if (j->refused || turn_is_stuck(j->desk->turns)) {
		struct turns *t = j->desk->turns;

		refuse_full(j);
		turn_end(t);
		return;
	}

	if (!judge(j)) {
		struct turns *t = j->desk->turns;

		fail(j);
		turn_end(t);
	} else if (j->ask.wanted > 0) {
		mint(j, j->ask.wanted);
	} else {
		run(j);
	}
}

bool
desk_minted(struct desk *d, uint64_t number, struct span body)
{
	struct job *j = d->minting;
	struct ask_ticket *t;

	if (j == NULL || number != j->first + j->minted ||
	    body.n <= TICKET_REF ||
	    body.n - TICKET_REF >= ASK_TICKET_TEXT)
		return false;
	t = &j->ticket[j->minted++];
	memcpy(t->ref, body.at, TICKET_REF);
	memcpy(t->text, body.at + TICKET_REF, body.n - TICKET_REF);
	t->text[body.n - TICKET_REF] = '\0';
	if (j->minted == j->ask.tickets) {
		d->minting = NULL;
		j->ask.ticket = j->ticket;
		run(j);
	}
	return true;
}

static void
written(void *arg, bool good)
{
	struct job *j = arg;

	if (good) {
		succeed(j);
		return;
	}
	refuse_full(j);
}

/* Who is told now is not told again: the job goes on without a peer. */
static void
tell_full(struct job *j)
{
	const char *before = speak(j);

	if (j->writing && turn_is_durable(j->desk->turns)) {
		tell_no(j, NULL, _("make space; don't say it again"),
		    _("the hub's disk is full: this is written down, and done "
		    "when there is space"));
	} else if (!j->writing && j->desk->minting != j) {
		tell_no(j, NULL, _("make space, and say it again"),
		    _("the hub's disk is full: nothing was written"));
		j->refused = true;
	} else {
		lang_switch(before);
		return;		/* is told when its turn is over */
	}
	lang_switch(before);
	j->peer = NULL;
	j->paged = false;
}

/* Whose turn hasn't come is let go by begin(), when it does. */
void
desk_full(struct desk *d)
{
	struct job *j;

	LIST_FOREACH(j, &d->jobs, entry)
		if (j->acts && (j->paged || j->peer != NULL))
			tell_full(j);
}

/* --- the desk's own ------------------------------------------------------- */

static void
start_rebuild(struct job *j)
{
	struct desk *d = j->desk;
	struct buf why;

	buf_init(&why, 1024);
	j->rebuild = true;
	if (!d->hooks.rebuild(d->hooks.arg, &why)) {
		ask_refuse(&j->ask, NULL, "%s", buf_cstr(&why));
		fail(j);
	} else {
		log_info("operator=%s did=rebuild", j->ask.actor);
	}
	buf_clear(&why);
}

void
desk_rebuilding(struct desk *d, json_t *progress)
{
	for (struct job *j = LIST_FIRST(&d->jobs); j != NULL;
	    j = LIST_NEXT(j, entry)) {
		if (j->rebuild && j->peer != NULL)
			ctl_progress(j->peer, json_incref(progress));
	}
	json_decref(progress);
}

void
desk_rebuilt(struct desk *d, json_t *result, const char *error)
{
	struct job *j, *next;

	for (j = LIST_FIRST(&d->jobs); j != NULL; j = next) {
		next = LIST_NEXT(j, entry);
		if (!j->rebuild)
			continue;
		if (error != NULL) {
			const char *before = speak(j);

			ask_refuse(&j->ask, NULL, "%s", _(error));
			lang_switch(before);
			fail(j);
			continue;
		}
		if (j->peer != NULL)
			ctl_ok(j->peer, json_incref(result));
		job_free(j);
	}
	json_decref(result);
}

static void
start_reread(struct job *j)
{
	struct desk *d = j->desk;

	j->reread = true;
	log_info("operator=%s did=reread", j->ask.actor);
	d->hooks.reread(d->hooks.arg, lang_now());
}

void
desk_reread(struct desk *d, struct span why)
{
	struct job *j, *next;

	for (j = LIST_FIRST(&d->jobs); j != NULL; j = next) {
		next = LIST_NEXT(j, entry);
		if (!j->reread)
			continue;
		if (why.n > 0) {
			ask_refuse(&j->ask, NULL, "%.*s", SPAN_ARGS(why));
			fail(j);
			continue;
		}
		if (j->peer != NULL)
			ctl_ok(j->peer, json_object());
		job_free(j);
	}
}

/* At once, if it can't be done: it isn't put in line behind what waits. */
static void
start_acts(struct job *j)
{
	j->acts = true;
	if (turn_is_stuck(j->desk->turns))
		refuse_full(j);
	else
		turn_ask(j->desk->turns, begin, written, j);
}

/* --- the page ------------------------------------------------------------- */

static void
refuse_page(struct desk *d, uint64_t number, const char *error)
{
	json_t *answer = json_pack("{s:s}", "error", error);

	d->hooks.acted(d->hooks.arg, number, answer);
	json_decref(answer);
}

/* Who it is the web part knows; what may be asked for there, it doesn't
 * decide alone. */
void
desk_page(struct desk *d, uint64_t number, struct span said)
{
	json_t *o = json_loadb(said.at != NULL ? said.at : "", said.n,
	    JSON_REJECT_DUPLICATES, NULL);
	const char *act = json_string_value(json_object_get(o, "do"));
	const char *actor = json_string_value(json_object_get(o, "actor"));
	const char *before = lang_borrow(json_string_value(
	    json_object_get(o, "lang")));
	struct job *j;

	if (act == NULL || actor == NULL ||
	    !user_name_is_fit(span_of(actor)) ||
	    permission_of(act) == NULL || !operate_knows(act)) {
		refuse_page(d, number, _("this can't be done on the page"));
	} else {
		j = job_new(d, NULL, o, 0);
		j->paged = j->ask.paged = true;
		j->number = number;
		snprintf(j->ask.actor, sizeof(j->ask.actor), "web:%s", actor);
		start_acts(j);
	}
	lang_switch(before);
	json_decref(o);
}

/* --- the socket ----------------------------------------------------------- */

static void
take(struct desk *d, struct ctl_peer *peer, json_t *said, uid_t uid)
{
	const char *act = json_string_value(json_object_get(said, "do"));

	if (act == NULL)
		ctl_fail(peer, NULL, _("nothing is asked: no \"do\""));
	else if (strcmp(act, "ping") == 0)
		ctl_ok(peer, d->hooks.about(d->hooks.arg));
	else if (strcmp(act, "rebuild") == 0)
		start_rebuild(job_new(d, peer, said, uid));
	else if (strcmp(act, "reread") == 0)
		start_reread(job_new(d, peer, said, uid));
	else if (strcmp(act, "prove-sync") == 0)
		prove_calls_ask(d->prove_calls, peer, said);
	else if (operate_knows(act))
		start_acts(job_new(d, peer, said, uid));
	else
		ctl_fail(peer, _("is zqhub newer than the daemon? restart "
		    "it"), _("this hub has no act \"%s\""), act);
}

static void
on_ask(void *arg, struct ctl_peer *peer, json_t *said, uid_t uid)
{
	const char *before = lang_borrow(json_string_value(
	    json_object_get(said, "lang")));

	take(arg, peer, said, uid);
	lang_switch(before);
}

static void
on_gone(void *arg, struct ctl_peer *peer)
{
	struct desk *d = arg;

	for (struct job *j = LIST_FIRST(&d->jobs); j != NULL;
	    j = LIST_NEXT(j, entry)) {
		if (j->peer == peer)
			j->peer = NULL;
	}
	prove_calls_gone(d->prove_calls, peer);
}

struct desk *
desk_new(struct event_base *base, struct writer *w, struct turns *t,
    struct prove_calls *s, const struct desk_hooks *hooks, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	struct desk *d = mem_new(sizeof(*d));

	d->writer = w;
	d->turns = t;
	d->prove_calls = s;
	d->hooks = *hooks;
	LIST_INIT(&d->jobs);
	config_path(path, w->config->dir, CONFIG_SOCKET);
	d->ctl = ctl_open(base, path, on_ask, on_gone, d);
	if (d->ctl == NULL) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		free(d);
		return NULL;
	}
	return d;
}

void
desk_free(struct desk *d)
{
	struct job *j, *next;

	if (d == NULL)
		return;
	ctl_close(d->ctl);
	for (j = LIST_FIRST(&d->jobs); j != NULL; j = next) {
		next = LIST_NEXT(j, entry);
		release(j);
	}
	free(d);
}
