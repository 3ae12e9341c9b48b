/*
 * Errand: ask, or do.
 */
#include "hub/errand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certs/ca.h"
#include "contrib/base/clock.h"
#include "contrib/base/ctl.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/proc.h"
#include "hub/operate.h"

/* A daemon that has the lock and doesn't listen yet is starting. */
#define PATIENCE 15000		/* ms */
#define PAUSE 200		/* ms */

/* --- asking --------------------------------------------------------------- */

struct telling {
	errand_tell_fn *tell;
	void *arg;
};

static void
on_progress(void *arg, json_t *what)
{
	struct telling *t = arg;

	if (t->tell != NULL)
		t->tell(t->arg,
		    (uint64_t)json_integer_value(json_object_get(what,
		    "done")),
		    (uint64_t)json_integer_value(json_object_get(what,
		    "of")));
}

static void
note_errno(int number, const char *path, struct buf *error, struct buf *hint)
{
	if (number == ENOENT || number == ECONNREFUSED)
		return;		/* no daemon: not an error here */
	buf_printf(error, "%s: %s", path, strerror(number));
	if (number == EACCES || number == EPERM)
		buf_text(hint, _("say it as the hub's user: sudo -u zhanqun "
		    "zqhub …"));
	else
		buf_text(hint, _("the daemon's log says more; what was asked "
		    "may or may not have been done"));
}

/* {"ok": …} or {"error": …, "hint": …}. */
static json_t *
open_answer(json_t *answer, struct buf *error, struct buf *hint)
{
	json_t *ok = json_object_get(answer, "ok");
	const char *word;

	if (ok != NULL) {
		json_incref(ok);
		json_decref(answer);
		return ok;
	}
	word = json_string_value(json_object_get(answer, "error"));
	buf_text(error, word != NULL ? word : _("the daemon's answer makes "
	    "no sense"));
	word = json_string_value(json_object_get(answer, "hint"));
	if (word != NULL)
		buf_text(hint, word);
	json_decref(answer);
	return NULL;
}

/* "ping" is answered at once; the others wait for the disk. */
static int
patience(const json_t *said)
{
	const char *what = json_string_value(json_object_get(said, "do"));

	return what != NULL && strcmp(what, "ping") == 0 ?
	    CTL_PATIENCE_QUICK : CTL_PATIENCE;
}

json_t *
errand_hear(const struct config *c, json_t *said, ctl_progress_fn *hear,
    void *arg, struct buf *error, struct buf *hint)
{
	char path[CONFIG_PATH_MAX];
	json_t *answer;

	config_path(path, c->dir, CONFIG_SOCKET);
	json_object_set_new(said, "lang", json_string(lang_now()));
	errno = 0;
	answer = ctl_ask_within(path, said, patience(said), hear, arg);
	if (answer != NULL)
		return open_answer(answer, error, hint);
	note_errno(errno, path, error, hint);
	return NULL;
}

json_t *
errand_daemon(const struct config *c, json_t *said, errand_tell_fn *tell,
    void *arg, struct buf *error, struct buf *hint)
{
	struct telling t = { .tell = tell, .arg = arg };

	return errand_hear(c, said, on_progress, &t, error, hint);
}

/* --- doing ---------------------------------------------------------------- */

bool
errand_reread(const struct config *c, struct buf *error, struct buf *hint)
{
	json_t *result = errand_daemon(c, json_pack("{s:s}", "do", "reread"),
	    NULL, NULL, error, hint);

	json_decref(result);
	return result != NULL || error->n == 0;
}

void
errand_become_owner(const char *dir)
{
	struct stat st;

	if (geteuid() != 0 || stat(dir, &st) != 0 || st.st_uid == 0)
		return;
	if (setegid(st.st_gid) == 0 && seteuid(st.st_uid) == 0)
		return;
}

static bool
lock(const char *dir, struct buf *error, struct buf *hint)
{
	char path[CONFIG_PATH_MAX];
	pid_t holder = 0;
	int e;

	config_path(path, dir, CONFIG_LOCK);
	if (proc_lock(path, &holder) >= 0)
		return true;
	e = errno;
	if (holder != 0)
		buf_printf(error, _("%s is in use by process %ld"), dir,
		    (long)holder);
	else
		buf_printf(error, "%s: %s", path, strerror(e));
	if (holder != 0 || e == EWOULDBLOCK)
		buf_text(hint, _("if it is the daemon, it is still starting, "
		    "or too busy to answer: try again, or stop it first"));
	return false;
}

bool
errand_open(struct errand *e, const struct config *c, struct buf *error,
    struct buf *hint)
{
	*e = (struct errand){ .busy = false };
	errand_become_owner(c->dir);
	e->busy = !lock(c->dir, error, hint);
	return !e->busy && writer_open(&e->writer, c, error);
}

void
errand_close(struct errand *e)
{
	writer_close(&e->writer);
}

static bool
mint(struct ask *a, struct buf *error)
{
	char path[CONFIG_PATH_MAX];
	struct ask_ticket *tickets;
	struct ticket t;
	struct buf text;
	struct ca ca;

	if (!ca_open(&ca, config_path(path, a->config->dir, CONFIG_CA),
	    error))
		return false;
	tickets = mem_grow(NULL, a->wanted, sizeof(*tickets));
	buf_init(&text, ASK_TICKET_TEXT - 1);
	for (size_t i = 0; i < a->wanted; i++) {
		ticket_mint(&t, ca.ticket_key, ca.pin);
		memcpy(tickets[i].ref, t.ref, TICKET_REF);
		buf_reset(&text);
		ticket_format(&text, &t);
		memcpy(tickets[i].text, buf_cstr(&text), text.n + 1);
	}
	buf_clear(&text);
	ca_close(&ca);
	a->tickets = a->wanted;
	a->ticket = tickets;
	return true;
}

static bool
run(struct writer *w, struct ask *a, struct buf *error, struct buf *hint)
{
	bool good = operate_run(a);

	if (good && a->wanted > 0)
		good = mint(a, error) && operate_run(a);
	if (good && a->acts.count > 0 && !writer_act(w, &a->acts)) {
		good = ask_refuse(a, _("make space and say it again"),
		    _("the hub's disk is full"));
	}
	buf_span(error, buf_look(&a->error));
	buf_span(hint, buf_look(&a->hint));
	return good;
}

static json_t *
act_here(struct errand *e, json_t *said, const char *actor,
    struct buf *error, struct buf *hint)
{
	json_t *result = NULL;
	struct ask a;

	if (!writer_catch_up(&e->writer, NULL, NULL)) {
		buf_text(error, _("the hub's disk is full"));
		return NULL;
	}
	ask_init(&a);
	a.view = e->writer.view;
	a.journal = e->writer.journal;
	a.config = e->writer.config;
	a.said = said;
	a.now = clock_wall();
	memcpy(a.actor, actor, sizeof(a.actor));
	if (run(&e->writer, &a, error, hint))
		result = json_incref(a.result);
	free((void *)(uintptr_t)a.ticket);
	ask_clear(&a);
	return result;
}

static void
pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

json_t *
errand_act(const struct config *c, json_t *said, struct buf *error,
    struct buf *hint)
{
	int64_t until = clock_mono() + PATIENCE;
	char actor[ASK_ACTOR];
	struct errand e;
	json_t *result;

	ask_actor(actor, getuid());
	for (;;) {
		buf_reset(error);
		buf_reset(hint);
		result = errand_daemon(c, json_incref(said), NULL, NULL,
		    error, hint);
		if (result != NULL || error->n > 0)
			break;
		if (errand_open(&e, c, error, hint)) {
			result = act_here(&e, said, actor, error, hint);
			errand_close(&e);
			break;
		}
		if (!e.busy || clock_mono() > until)
			break;
		pause_ms(PAUSE);
	}
	json_decref(said);
	return result;
}
