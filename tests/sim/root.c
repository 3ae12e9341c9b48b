/* See root.h. */
#include "tests/sim/root.h"

#include <stdlib.h>
#include <string.h>

#include "agent/group.h"
#include "agent/hold.h"
#include "agent/known.h"
#include "agent/record.h"
#include "agent/spool.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "tests/sim/sim.h"

#define RESCAN 300000		/* ms between scans */
#define RETRY 5000		/* ms when there was no room */
#define BURST 1500		/* ms */
#define GROUP 40		/* jobs in a transaction, at most */

struct root {
	struct root_host host;
	struct hold hold;
	struct jobs ready;
	size_t ready_count;
	bool noticed[SITE_PATHS];
	size_t noticed_count;
	bool scanned;		/* once, since it began or was told to */
	bool wanted;		/* a scan, as soon as nothing is ready */
	struct event *scan, *burst, *retry;
};

static void
after(struct event *e, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	must(event_add(e, &tv) == 0);
}

/* --- jobs --------------------------------------------------------------------- */

static struct job *
add(struct root *r, size_t n, enum job_todo todo)
{
	char path[SITE_TEXT], url[SITE_TEXT];
	struct job *j = job_new(NULL, site_path(path, n));

	j->url = mem_text(site_url(url, r->host.site, n));
	j->todo = todo;
	TAILQ_INSERT_TAIL(&r->ready, j, entry);
	r->ready_count++;
	return j;
}

static struct known_stat
stat_of(const struct site_file *f, size_t n)
{
	return (struct known_stat){ .mtime = f->stamp, .ctime = f->stamp,
		.size = 1000 + f->content, .inode = n + 1 };
}

static void
tell(struct root *r, size_t n)
{
	const struct site_file *f = &r->host.site->file[n];
	struct job *j = add(r, n, JOB_TELL);
	char title[SITE_TEXT];
	struct record rec;

	record_init(&rec);
	rec.word[WORD_TITLE] = span_of(site_title(title, f, n));
	rec.length = 1000 + f->content;
	rec.type = SPAN("text/html");
	rec.is_page = true;
	site_hash(rec.hash, f, n);
	record_write(&j->row, &rec);
	must(!j->row.bad);
	j->stat = stat_of(f, n);
}

static bool
is_known(struct root *r, struct store_txn *t, size_t n)
{
	struct known_stat now = stat_of(&r->host.site->file[n], n);
	char path[SITE_TEXT];
	struct known k;

	return known_get(t, SPAN(SITE_SOURCE),
	    span_of(site_path(path, n)), &k) &&
	    known_stat_is(&k.stat, &now);
}

static bool
is_row(struct store_txn *t, size_t n)
{
	char path[SITE_TEXT];
	struct known k;

	return known_get(t, SPAN(SITE_SOURCE),
	    span_of(site_path(path, n)), &k);
}

/* --- into the store ----------------------------------------------------------- */

static bool
make_room(struct store_txn *t, void *arg)
{
	bool *room = arg;

	*room = spool_make_room(t);
	return true;
}

static bool
write_some(struct root *r)
{
	struct group_written w = { 0 };
	bool room = true;
	struct job *j;

	if (group_write(r->host.store, SPAN(SITE_SOURCE), &r->ready, &w) ==
	    STORE_FULL)
		return false;
	for (size_t i = 0; i < w.done; i++) {
		j = TAILQ_FIRST(&r->ready);
		TAILQ_REMOVE(&r->ready, j, entry);
		job_free(j);
		r->ready_count--;
	}
	if (w.told + w.withdrawn > 0)
		r->host.news(r->host.arg);
	if (w.no_room)
		return store_do(r->host.store, make_room, &room) ==
		    STORE_DONE && room;
	return true;
}

static void
flush(struct root *r)
{
	while (r->ready_count > 0)
		if (!write_some(r)) {
			after(r->retry, RETRY);
			return;
		}
	if (r->wanted)
		after(r->scan, 0);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

/* --- what is missing ------------------------------------------------------------ */

static void
withdraw(struct root *r, const size_t *missing, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(r, missing[i], JOB_WITHDRAW)->reason = "file removed";
}

static uint64_t
items(struct store_txn *t)
{
	return known_count(t, SPAN(SITE_SOURCE));
}

static void
on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct root *r = arg;
	struct store_txn *t;
	size_t missing[SITE_PATHS], count = 0;
	uint64_t all;

	(void)fd;
	(void)what;
	if (r->ready_count > 0) {	/* there was no room for the last */
		r->wanted = true;
		return;
	}
	r->wanted = false;
	t = store_look(r->host.store);
	for (size_t n = 0; n < SITE_PATHS; n++) {
		if (!site_has(r->host.site, n)) {
			if (is_row(t, n))
				missing[count++] = n;
		} else if (!is_known(r, t, n)) {
			tell(r, n);
		}
	}
	all = items(t);
	store_end(t);
	if (hold_scan(&r->hold, count, all, site_is_empty(r->host.site)) ==
	    HOLD_WITHDRAW)
		withdraw(r, missing, count);
	hold_clear(&r->hold);
	r->scanned = true;
	after(r->scan, RESCAN);
	flush(r);
}

static void
on_burst(evutil_socket_t fd, short what, void *arg)
{
	struct root *r = arg;
	struct store_txn *t = store_look(r->host.store);
	size_t missing[SITE_PATHS], count = 0;
	uint64_t all = items(t);
	enum hold_verdict v;

	(void)fd;
	(void)what;
	for (size_t n = 0; n < SITE_PATHS; n++) {
		if (!r->noticed[n])
			continue;
		if (site_has(r->host.site, n))
			tell(r, n);
		else if (is_row(t, n))
			missing[count++] = n;
	}
	store_end(t);
	memset(r->noticed, 0, sizeof(r->noticed));
	r->noticed_count = 0;
	v = hold_burst(&r->hold, count, all);
	if (v == HOLD_WITHDRAW)
		withdraw(r, missing, count);
	else if (v != HOLD_NOTHING)
		after(r->scan, 0);
	flush(r);
}

/* --- its life ----------------------------------------------------------------------- */

struct root *
root_new(const struct root_host *host)
{
	struct root *r = mem_new(sizeof(*r));

	r->host = *host;
	hold_init(&r->hold);
	TAILQ_INIT(&r->ready);
	r->scan = event_new(host->base, -1, 0, on_scan, r);
	r->burst = event_new(host->base, -1, 0, on_burst, r);
	r->retry = event_new(host->base, -1, 0, on_retry, r);
	after(r->scan, 500);
	return r;
}

void
root_free(struct root *r)
{
	if (r == NULL)
		return;
	job_empty(&r->ready, &r->ready_count);
	hold_clear(&r->hold);
	event_free(r->scan);
	event_free(r->burst);
	event_free(r->retry);
	free(r);
}

void
root_notice(struct root *r, size_t n)
{
	if (r->noticed_count++ == 0)
		after(r->burst, BURST);
	r->noticed[n] = true;
}

void
root_rescan(struct root *r)
{
	r->scanned = false;
	after(r->scan, 0);
}

bool
root_release(struct root *r)
{
	if (!hold_release(&r->hold, "seen, it is meant"))
		return false;
	root_rescan(r);
	return true;
}

bool
root_refuse(struct root *r)
{
	return hold_refuse(&r->hold);
}

bool
root_is_quiet(const struct root *r)
{
	return r->scanned && r->ready_count == 0 && r->noticed_count == 0;
}

bool
root_holds(const struct root *r)
{
	return r->hold.held > 0;
}
