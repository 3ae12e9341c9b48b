/*
 * See intake.h. A job's life:
 *
 *	queued → (nothing new: gone) → reading → ready → written: gone
 *	   ↑________________ settling _____|	(lull, settling: a timed rest)
 */
#include "agent/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/intake_private.h"
#include "agent/known.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"

#define QUEUE_MOST 20000	/* events are dropped above this: scan */
#define GOING_QUEUED 1000	/* … and no more are put there to be withdrawn */
#define GROUP 256		/* changes in one transaction */
#define GROUP_BYTES (2u << 20)	/* of records that wait for it */
#define TURN 64			/* jobs looked at before others have a turn */
#define BIG (4 << 20)		/* bytes: a file above is read beside others */
#define BIG_WAIT 1000		/* ms until a big one is looked at again when
				 * there are too many of them */
#define FULL_WAIT 20		/* ms until parse is asked again */

/* ms from the end of writing, or the end of a name, until it is looked at:
 * who writes beside and renames, or removes and makes anew, has done so by
 * then, and nothing of the way there is told. */
#define LULL 150

static void
wake(struct intake *in)
{
	if (in->stuck == INTAKE_GOING)
		event_active(in->turn, EV_TIMEOUT, 0);
}

void
intake_enqueue(struct intake *in, struct job *j)
{
	j->again = false;
	j->todo = JOB_LOOK;
	TAILQ_INSERT_TAIL(&in->queued, j, entry);
	in->queued_count++;
	wake(in);
}

/* --- waiting -------------------------------------------------------------- */

static void
on_rested(void *arg, struct job *j)
{
	intake_enqueue(arg, j);
}

static void
on_crowd(void *arg)
{
	struct intake *in = arg;

	in->host.lost(in->host.arg);
}

/* It is being written to. */
static void
settle(struct intake *in, struct job *j)
{
	if (!restless_written(in->restless, j))
		delay_put(in->settling, j);
}

static struct job *
busy_with(struct intake *in, const char *path, uint32_t hash)
{
	struct jobs *lists[] = { &in->reading, &in->slow, &in->ready };
	struct job *j;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		TAILQ_FOREACH(j, lists[i], entry)
			if (j->hash == hash && strcmp(j->path, path) == 0)
				return j;
	j = TAILQ_LAST(&in->queued, jobs);
	return j != NULL && j->hash == hash && strcmp(j->path, path) == 0 ?
	    j : NULL;
}

static struct job *
job_for(struct intake *in, const char *path, enum intake_why why)
{
	uint32_t hash = job_hash(span_of(path));
	struct job *j = busy_with(in, path, hash);

	if (j != NULL) {
		j->again = true;	/* of queued ones: forgotten again */
		j->why = why;
		return NULL;
	}
	if (in->queued_count >= QUEUE_MOST && why != INTAKE_GONE) {
		in->host.lost(in->host.arg);
		return NULL;
	}
	return job_new(in, path);
}

static void
withdraw(struct intake *in, const char *path, const struct hold_word *word)
{
	struct job *j = job_for(in, path, INTAKE_GONE);

	if (j == NULL)
		return;
	j->why = INTAKE_GONE;
	j->said = mem_text(word->reason);
	j->by = mem_text(word->by);
	intake_enqueue(in, j);
}

/* A job is several times as large as its path. */
static void
withdraw_some(struct intake *in)
{
	const struct hold_word *word;
	char *path;

	while (in->queued_count < GOING_QUEUED &&
	    (path = going_next(&in->going, &word)) != NULL) {
		withdraw(in, path, word);
		free(path);
	}
}

/* What was judged is not judged again: it has to be kept. */
void
intake_gone(struct intake *in, struct paths *missing,
    const struct hold_word *word)
{
	going_put(&in->going, missing, word);
	withdraw_some(in);
}

void
intake_look(struct intake *in, const char *path, enum intake_why why)
{
	struct job *j = job_for(in, path, why);

	if (j == NULL)
		return;
	if (why == INTAKE_SOON) {
		j->why = INTAKE_READY;
		delay_put(in->lull, j);
		return;
	}
	j->why = why;
	intake_enqueue(in, j);
}

/* --- reading ---------------------------------------------------------------- */

static void
on_record(void *arg, const struct record *r)
{
	struct job *j = arg;
	struct intake *in = j->in;
	char quoted[LOG_QUOTE_MAX], trouble[LOG_QUOTE_MAX];

	if (j->slow) {
		TAILQ_REMOVE(&in->slow, j, entry);
		in->slow_count--;
	} else {
		TAILQ_REMOVE(&in->reading, j, entry);
		in->reading_count--;
	}
	in->counts.read++;
	if (r->outcome == RECORD_CHANGED) {
		in->counts.again++;
		settle(in, j);
	} else if (r->outcome == RECORD_READ) {
		record_write(&j->row, r);
		intake_write_soon(in, j, j->row.bad ? JOB_MARK : JOB_TELL);
	} else {
		intake_note_unread(in, j->path);
		log_warn("source=%.*s file=%s not read: %s",
		    SPAN_ARGS(in->host.source),
		    log_quote(quoted, j->path, strlen(j->path)),
		    log_quote(trouble, r->trouble.at, r->trouble.n));
		intake_write_soon(in, j, JOB_MARK);
	}
	wake(in);
}

/* A video of some GB is read by another reader than the pages that change
 * meanwhile. */
static bool
is_big(const struct intake *in, const struct stat *st)
{
	return in->host.slow != NULL && st->st_size > BIG;
}

static void
ask(struct intake *in, struct job *j, const struct parse_question *q)
{
	if (j->slow) {
		TAILQ_INSERT_TAIL(&in->slow, j, entry);
		in->slow_count++;
	} else {
		TAILQ_INSERT_TAIL(&in->reading, j, entry);
		in->reading_count++;
	}
	parse_ask(j->slow ? in->host.slow : in->host.parse, q, on_record, j);
}

/* A regular file that differs from what is known: have it read. */
static void
read_file(struct intake *in, struct job *j)
{
	int fd = root_open_file(in->host.place.root, j->path);
	struct parse_question q = { .fd = fd, .url = span_of(j->url),
	    .name = span_of(j->path) };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		intake_note_denied(in, j->path, fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
		job_free(j);
		return;
	}
	denied_drop(&in->counts.denied, j->path);
	if (root_is_written_to(fd)) {
		close(fd);
		in->counts.again++;
		settle(in, j);
		return;
	}
	known_stat_of(&j->stat, &st);
	ask(in, j, &q);
}

/* --- looking ---------------------------------------------------------------- */

static bool
give_url(struct intake *in, struct job *j)
{
	struct buf url;
	bool ok;

	buf_init(&url, LIMIT_URL);
	ok = place_url(&url, &in->host.place, j->path);
	free(j->url);
	j->url = ok ? mem_copy(url.at, url.n) : NULL;
	buf_clear(&url);
	return ok;
}

static void
look_file(struct intake *in, struct job *j, struct store_txn *t,
    const struct stat *st)
{
	if (!give_url(in, j)) {
		intake_note_unfit(in, j->path);
		job_free(j);
	} else if (!in->anew && job_is_known(j, t, in->host.source, st)) {
		job_free(j);
	} else if (restless_changed(in->restless, j)) {
		return;
	} else if (job_is_fresh(j, st, in->host.settle)) {
		settle(in, j);
	} else if (is_big(in, st) && parse_is_full(in->host.slow)) {
		delay_put(in->big, j);
	} else {
		j->slow = is_big(in, st);
		read_file(in, j);
	}
}

static void
look_gone(struct intake *in, struct job *j, struct store_txn *t,
    const char *reason)
{
	if (!job_is_row(j, t, in->host.source) ||
	    root_moved(in->host.place.root)) {
		job_free(j);
	} else if (j->why != INTAKE_GONE) {
		in->host.gone(in->host.arg, j->path);
		job_free(j);
	} else {
		place_beside(&in->host.place, j->path, intake_write_beside,
		    in);
		j->reason = j->said != NULL ? j->said : reason;
		intake_write_soon(in, j, JOB_WITHDRAW);
	}
}

static void
look(struct intake *in, struct job *j, struct store_txn *t)
{
	enum root_found found;
	struct stat st;

	in->counts.looked++;
	found = root_look(in->host.place.root, j->path, &st);
	if (found != ROOT_FILE && found != ROOT_HIDDEN)
		denied_drop(&in->counts.denied, j->path);
	if (found == ROOT_FILE && !filter_takes_all(&in->host.filter,
	    j->path)) {
		look_gone(in, j, t, "left out by the site's settings");
		return;
	}
	switch (found) {
	case ROOT_FILE:
		look_file(in, j, t, &st);
		return;
	case ROOT_GONE:
		look_gone(in, j, t, "file removed");
		return;
	case ROOT_OTHER:
		look_gone(in, j, t, "no longer a file");
		return;
	case ROOT_OUTSIDE:
		in->counts.outside++;
		blind_add(&in->counts.blind, j->path);
		look_gone(in, j, t, "link leads out of the document root");
		return;
	case ROOT_DIR:
		if (j->why != INTAKE_GONE)
			in->host.dir(in->host.arg, j->path);
		look_gone(in, j, t, "a directory now");
		return;
	case ROOT_HIDDEN:	/* by a root that is gone: all of it is */
		if (in->host.place.root->fd >= 0)
			intake_note_denied(in, j->path, errno);
		job_free(j);
		return;
	}
}

/* Is there nothing to wait for before the group is written? */
static bool
is_group(const struct intake *in)
{
	return in->ready_count >= GROUP || in->ready_bytes >= GROUP_BYTES ||
	    (in->queued_count == 0 && in->reading_count == 0);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct intake *in = arg;
	struct store_txn *t = NULL;
	struct job *j;

	(void)fd;
	(void)what;
	if (in->stuck != INTAKE_GOING || in->paused)
		return;
	withdraw_some(in);
	for (int i = 0; i < TURN && !parse_is_full(in->host.parse) &&
	    in->ready_count < GROUP &&
	    (j = TAILQ_FIRST(&in->queued)) != NULL; i++) {
		if (t == NULL)
			t = store_look(in->host.store);
		TAILQ_REMOVE(&in->queued, j, entry);
		in->queued_count--;
		j->again = false;
		look(in, j, t);
	}
	if (t != NULL)
		store_end(t);
	if (is_group(in))
		intake_write(in);
	if (in->queued_count == 0 || in->stuck != INTAKE_GOING)
		return;
	if (!parse_is_full(in->host.parse))
		wake(in);
	else if (in->reading_count == 0)	/* full of others' questions */
		timer_after(in->turn, FULL_WAIT);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct intake *in = arg;

	(void)fd;
	(void)what;
	in->stuck = INTAKE_GOING;
	intake_write(in);
	if (in->stuck != INTAKE_GOING)
		return;
	in->stuck_told = INTAKE_GOING;
	log_info("source=%.*s goes on", SPAN_ARGS(in->host.source));
	wake(in);
}

/* --- life --------------------------------------------------------------------- */

struct intake *
intake_new(const struct intake_host *host)
{
	struct intake *in = mem_new(sizeof(*in));

	in->host = *host;
	TAILQ_INIT(&in->queued);
	TAILQ_INIT(&in->reading);
	TAILQ_INIT(&in->slow);
	TAILQ_INIT(&in->ready);
	going_init(&in->going);
	in->settling = delay_new(host->base, (int64_t)host->settle + 20,
	    on_rested, on_crowd, in);
	in->lull = delay_new(host->base, LULL, on_rested, on_crowd, in);
	in->big = delay_new(host->base, BIG_WAIT, on_rested, on_crowd, in);
	in->restless = restless_new(host->base, host->often, on_rested,
	    on_crowd, in);
	in->turn = event_new(host->base, -1, 0, on_turn, in);
	in->retry = event_new(host->base, -1, 0, on_retry, in);
	in->soon = event_new(host->base, -1, 0, intake_write_late, in);
	must(in->turn != NULL && in->retry != NULL && in->soon != NULL);
	return in;
}

/* What is being read is read on; it is looked at with what is then there. */
void
intake_drop(struct intake *in)
{
	struct job *j;

	job_empty(&in->queued, &in->queued_count);
	going_clear(&in->going);
	delay_empty(in->settling);
	delay_empty(in->lull);
	delay_empty(in->big);
	restless_drop(in->restless);
	job_empty(&in->ready, &in->ready_count);
	in->ready_bytes = 0;
	TAILQ_FOREACH(j, &in->reading, entry)
		j->again = true;
	TAILQ_FOREACH(j, &in->slow, entry)
		j->again = true;
}

/* Only when parse has been freed: it answers jobs that are being read. */
void
intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	job_empty(&in->queued, &in->queued_count);
	job_empty(&in->ready, &in->ready_count);
	job_empty(&in->reading, &in->reading_count);
	job_empty(&in->slow, &in->slow_count);
	going_clear(&in->going);
	event_free(in->turn);
	delay_free(in->settling);
	delay_free(in->lull);
	delay_free(in->big);
	restless_free(in->restless);
	event_free(in->retry);
	event_free(in->soon);
	free(in->counts.first_unreadable);
	free(in->counts.first_unfit);
	blind_clear(&in->counts.blind);
	denied_clear(&in->counts.denied);
	free(in);
}

void
intake_pause(struct intake *in, bool on)
{
	if (in->paused == on)
		return;
	in->paused = on;
	if (on)
		return;
	timer_after(in->soon, 0);
	wake(in);
}
