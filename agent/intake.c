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

#include "agent/group.h"
#include "agent/intake_private.h"
#include "agent/known.h"
#include "agent/spool.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"

#define QUEUE_MOST 20000	/* events are dropped above this: scan */
#define GROUP 256		/* changes in one transaction */
#define GROUP_BYTES (2u << 20)	/* of records that wait for it */
#define TURN 64			/* jobs looked at before others have a turn */
#define STUCK_WAIT 5000		/* ms until a full disk is tried again */
#define GROUP_WAIT 200		/* ms until a small group is written, too */
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

static void
enqueue(struct intake *in, struct job *j)
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
	enqueue(arg, j);
}

static void
on_crowd(void *arg)
{
	struct intake *in = arg;

	in->host.lost(in->host.arg);
}

static void
settle(struct intake *in, struct job *j)
{
	delay_put(in->settling, j);
}

static struct job *
busy_with(struct intake *in, const char *path, uint32_t hash)
{
	struct jobs *lists[] = { &in->reading, &in->ready };
	struct job *j;

	for (size_t i = 0; i < 2; i++)
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
	uint32_t hash = job_hash(path);
	struct job *j = busy_with(in, path, hash);

	if (j != NULL) {
		j->again = true;	/* of queued ones: forgotten again */
		j->why = why;
		return NULL;
	}
	/* What was judged is not judged again: it has to be kept. */
	if (in->queued_count >= QUEUE_MOST && why != INTAKE_GONE) {
		in->host.lost(in->host.arg);
		return NULL;
	}
	return job_new(in, path);
}

void
intake_gone(struct intake *in, const char *path,
    const struct hold_word *word)
{
	struct job *j = job_for(in, path, INTAKE_GONE);

	if (j == NULL)
		return;
	j->why = INTAKE_GONE;
	j->said = mem_text(word->reason);
	j->by = mem_text(word->by);
	enqueue(in, j);
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
	enqueue(in, j);
}

/* --- writing ---------------------------------------------------------------- */

static void
finish(struct intake *in, struct job *j)
{
	bool again = j->again;

	if (!again) {
		job_free(j);
		return;
	}
	buf_clear(&j->row);
	j->why = INTAKE_READY;
	enqueue(in, j);
}

static bool
make_room(struct store_txn *t, void *arg)
{
	bool *enough = arg;

	*enough = spool_make_room(t);
	return true;
}

static void
get_stuck(struct intake *in, enum intake_stuck how)
{
	if (in->stuck_told != how)
		log_error("source=%.*s %s; nothing is lost, it goes on when "
		    "there is room", SPAN_ARGS(in->host.source),
		    how == INTAKE_DISK_FULL ? "the disk is full" :
		    "the spool is full");
	in->stuck = in->stuck_told = how;
	timer_after(in->retry, STUCK_WAIT);
}

static void
on_beside(void *arg, const char *path)
{
	intake_look(arg, path, INTAKE_FOUND);
}

/* Who else stands for a directory now, and what moved. */
static void
look_around(struct intake *in, const struct job *j)
{
	if (j->created || j->former != NULL)
		place_beside(&in->host.place, j->path, on_beside, in);
	if (j->former != NULL)
		place_beside(&in->host.place, j->former, on_beside, in);
	if (j->created)
		in->host.created(in->host.arg, j->url,
		    j->stat.ctime / 1000000);
	if (j->former_url != NULL)
		in->host.moved(in->host.arg, j->former_url, j->url);
}

static void
take_off(struct intake *in, size_t count)
{
	for (; count > 0; count--) {
		struct job *j = TAILQ_FIRST(&in->ready);

		TAILQ_REMOVE(&in->ready, j, entry);
		in->ready_count--;
		in->ready_bytes -= j->row.n;
		look_around(in, j);
		finish(in, j);
	}
}

/* What was read may have lost its name since, in a directory that was renamed:
 * then it was not yet known, and nobody else would say that it is gone. */
static void
look_again(struct intake *in)
{
	struct job *j, *next;
	struct stat st;

	for (j = TAILQ_FIRST(&in->ready); j != NULL; j = next) {
		enum root_found found;

		next = TAILQ_NEXT(j, entry);
		if (j->todo == JOB_WITHDRAW)
			continue;
		found = root_look(in->host.place.root, j->path, &st);
		if (found == ROOT_FILE || found == ROOT_HIDDEN)
			continue;
		TAILQ_REMOVE(&in->ready, j, entry);
		in->ready_count--;
		in->ready_bytes -= j->row.n;
		j->again = true;
		finish(in, j);
	}
}

/* What is ready into the store. False: the spool has no room for the next. */
static bool
write_some(struct intake *in)
{
	const struct group_of of = { .where = { .source = in->host.source,
	    .root = in->host.place.root, .arg = in->host.arg,
	    .find = in->host.find }, .anew = in->anew };
	struct group_written g;
	enum store_result rc;

	rc = group_write(in->host.store, &of, &in->ready, &g);
	if (rc == STORE_FULL) {
		get_stuck(in, INTAKE_DISK_FULL);
		return true;
	}
	if (rc == STORE_DONE) {
		in->counts.told += g.told;
		in->counts.withdrawn += g.withdrawn;
		in->counts.unfit += g.unfit;
		in->counts.blind.more |= g.unfit > 0;
		take_off(in, g.done);
		if (g.told + g.withdrawn > 0)
			in->host.news(in->host.arg, g.told + g.withdrawn);
	}
	return !g.no_room;
}

/* Changes of one item become one, as they do all the time on a site that has
 * more pages than the spool. What is made so may be too little for a change
 * that is large: if not one gets in, only the hub's confirming helps, and that
 * is waited for. */
static void
out_of_room(struct intake *in)
{
	size_t before = in->ready_count;
	bool enough = false;

	if (store_do(in->host.store, make_room, &enough) == STORE_DONE &&
	    enough) {
		if (write_some(in))
			return;
		if (in->ready_count < before) {
			timer_after(in->soon, 0);
			return;
		}
	}
	get_stuck(in, INTAKE_SPOOL_FULL);
}

static void
flush(struct intake *in)
{
	if (in->paused)
		return;
	look_again(in);
	if (in->ready_count > 0 && !write_some(in))
		out_of_room(in);
}

static void
be_ready(struct intake *in, struct job *j, enum job_todo todo)
{
	j->todo = todo;
	TAILQ_INSERT_TAIL(&in->ready, j, entry);
	in->ready_count++;
	in->ready_bytes += j->row.n;
	if (in->ready_count == 1)
		timer_after(in->soon, GROUP_WAIT);
}

/* The others of its group are slow: it doesn't wait for them. */
static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct intake *in = arg;

	(void)fd;
	(void)what;
	if (in->stuck == INTAKE_GOING)
		flush(in);
}

/* --- reading ---------------------------------------------------------------- */

static void
on_record(void *arg, const struct record *r)
{
	struct job *j = arg;
	struct intake *in = j->in;
	char quoted[LOG_QUOTE_MAX], trouble[LOG_QUOTE_MAX];

	TAILQ_REMOVE(&in->reading, j, entry);
	in->reading_count--;
	in->counts.read++;
	if (r->outcome == RECORD_CHANGED) {
		in->counts.again++;
		settle(in, j);
	} else if (r->outcome == RECORD_READ) {
		record_write(&j->row, r);
		be_ready(in, j, j->row.bad ? JOB_MARK : JOB_TELL);
	} else {
		intake_note_unread(in, j->path);
		log_warn("source=%.*s file=%s not read: %s",
		    SPAN_ARGS(in->host.source),
		    log_quote(quoted, j->path, strlen(j->path)),
		    log_quote(trouble, r->trouble.at, r->trouble.n));
		be_ready(in, j, JOB_MARK);
	}
	wake(in);
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
	TAILQ_INSERT_TAIL(&in->reading, j, entry);
	in->reading_count++;
	parse_ask(in->host.parse, &q, on_record, j);
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
	} else if (job_is_fresh(j, st, in->host.settle)) {
		settle(in, j);
	} else {
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
		place_beside(&in->host.place, j->path, on_beside, in);
		j->reason = j->said != NULL ? j->said : reason;
		be_ready(in, j, JOB_WITHDRAW);
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
	case ROOT_HIDDEN:
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
		flush(in);
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
	flush(in);
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
	TAILQ_INIT(&in->ready);
	in->settling = delay_new(host->base, (int64_t)host->settle + 20,
	    on_rested, on_crowd, in);
	in->lull = delay_new(host->base, LULL, on_rested, on_crowd, in);
	in->turn = event_new(host->base, -1, 0, on_turn, in);
	in->retry = event_new(host->base, -1, 0, on_retry, in);
	in->soon = event_new(host->base, -1, 0, on_soon, in);
	must(in->turn != NULL && in->retry != NULL && in->soon != NULL);
	return in;
}

/* What is being read is read on; it is looked at with what is then there. */
void
intake_drop(struct intake *in)
{
	struct job *j;

	job_empty(&in->queued, &in->queued_count);
	delay_empty(in->settling);
	delay_empty(in->lull);
	job_empty(&in->ready, &in->ready_count);
	in->ready_bytes = 0;
	TAILQ_FOREACH(j, &in->reading, entry)
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
	event_free(in->turn);
	delay_free(in->settling);
	delay_free(in->lull);
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
