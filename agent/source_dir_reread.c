/*
 * The part of source_dir.h that has pages read once more for a newer reader.
 *
 * The store keeps the number of the reader (page.h) by which the source's pages
 * were told. When that is lower than this program's, they are read again, one
 * after the other and with long rests between them: only what then says
 * something else is told (compare.h), and what turns out to be gone is judged
 * as always. How far it is, the store learns from time to time and when the
 * source is closed; to be killed in between costs some that are read twice.
 */
#include "agent/source_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "agent/media.h"
#include "agent/page.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/wire.h"

#define FORMAT 1
#define ROW_MAX 1024
#define LOOK 5			/* ms until it is asked whether it is read */
#define REST_FACTOR 10		/* it rests so many times as long as one took … */
#define REST_MOST 60000		/* … but no longer: others may have kept the
				 * reader busy for hours */
#define WAIT 1000		/* ms until it is tried again */
#define KEEP 60000		/* ms until the store learns how far it is */
#define ROWS 500		/* that one turn looks at */
#define UNNAMED_MAX (4u << 20)	/* bytes of a file that may be a page, though
				 * its name doesn't say so */

struct reread {
	struct event *turn;
	struct known_mark mark;	/* the next row */
	uint64_t rows;		/* that it is behind */
	struct known_mark sure;	/* all before this one was read … */
	uint64_t sure_rows;	/* … so many; that is kept */
	uint64_t done;		/* the reader by which all of it was told */
	int64_t kept, asked;	/* mono ms: the store learned; a page was asked
				 * for */
	bool on, busy, end;	/* it goes on; one is read; no row is left */
	char *path;		/* the page that was found in this turn */
};

/* --- the store ------------------------------------------------------------ */

static void
row_name(char out[64], const struct source *s)
{
	snprintf(out, 64, "read %s", s->name);
}

static bool
save(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	const struct reread *r = s->reread;
	struct buf b;
	char name[64];

	row_name(name, s);
	buf_init(&b, ROW_MAX);
	write_u8(&b, FORMAT);
	write_u64(&b, r->done);
	write_u64(&b, PAGE_READER);	/* that is at it, up to here */
	write_u64(&b, r->sure_rows);
	write_span(&b, (struct span){ r->sure.at, r->sure.n });
	must(!b.bad);
	store_put(t, name, buf_look(&b));
	buf_clear(&b);
	return true;
}

static void
keep(struct source *s)
{
	(void)store_do(s->host.store, save, s);
	s->reread->kept = clock_mono();
}

/* What was asked for is read. */
static void
be_sure(struct reread *r)
{
	r->sure = r->mark;
	r->sure_rows = r->rows;
}

/* The first row of the source. */
static void
go_to_start(struct source *s)
{
	struct reread *r = s->reread;

	r->rows = 0;
	r->mark.n = strlen(s->name) + 1;
	must(r->mark.n <= sizeof(r->mark.at));
	memcpy(r->mark.at, s->name, r->mark.n);
	be_sure(r);
}

static void
read_row(struct source *s, struct span row)
{
	struct reader in = reader_of(row);
	struct reread *r = s->reread;
	uint64_t done, at, rows;
	struct span mark;

	if (read_u8(&in) != FORMAT)
		return;
	done = read_u64(&in);
	at = read_u64(&in);
	rows = read_u64(&in);
	mark = read_span(&in);
	if (!reader_done(&in) || mark.n > sizeof(r->mark.at))
		return;
	r->done = done;
	if (at != PAGE_READER || mark.n == 0)
		return;
	r->rows = rows;
	r->mark.n = mark.n;
	memcpy(r->mark.at, mark.at, mark.n);
	be_sure(r);
}

/* --- a page --------------------------------------------------------------- */

/* Told of what was read in it, and not in a person's words. */
static bool
is_page(const struct known *k)
{
	struct media m = media_of(k->path, SPAN_NONE);

	if (!k->told || k->adopted || k->said.n > 0)
		return false;
	return m.is_page || (k->stat.size <= UNNAMED_MAX &&
	    strcmp(m.type, "application/octet-stream") == 0);
}

static bool
meet(void *arg, const struct known *k)
{
	struct source *s = arg;
	struct reread *r = s->reread;

	if (!span_is(k->source, span_of(s->name)))
		r->end = true;
	if (r->end || r->path != NULL)
		return false;
	r->rows++;
	if (is_page(k))
		r->path = mem_copy(k->path.at, k->path.n);
	return true;
}

static void
read_next(struct source *s)
{
	struct reread *r = s->reread;
	struct store_txn *t = store_look(s->host.store);

	if (!known_walk(t, &r->mark, ROWS, meet, s))
		r->end = true;
	store_end(t);
	if (r->path != NULL)
		intake_look(s->intake, r->path, INTAKE_FOUND);
	free(r->path);
	r->path = NULL;
	r->asked = clock_mono();
	r->busy = true;
}

/* --- turns ---------------------------------------------------------------- */

static void
go_on(struct source *s)
{
	s->reread->on = true;
	intake_anew(s->intake, true);
}

static void
end(struct source *s)
{
	s->reread->done = PAGE_READER;
	s->reread->on = false;
	intake_anew(s->intake, false);
	go_to_start(s);
	keep(s);
	log_info("source=%s all its pages were read once more", s->name);
}

/* What is new goes before; settings that changed have all of it read. */
static bool
may_read(const struct source *s)
{
	return s->root_error == 0 && s->scanned && !s->anew && !s->paused &&
	    intake_stuck(s->intake) == INTAKE_GOING;
}

/* Until it is read, and then as long again, and longer. */
static int64_t
rest(struct source *s)
{
	struct reread *r = s->reread;
	int64_t ms = (clock_mono() - r->asked + LOOK) * REST_FACTOR;

	if (!intake_is_idle(s->intake))
		return LOOK;
	r->busy = false;
	be_sure(r);
	return ms < REST_MOST ? ms : REST_MOST;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	struct reread *r = s->reread;

	(void)fd;
	(void)what;
	if (!may_read(s)) {
		source_dir_reread_back(s);
		timer_after(r->turn, WAIT);
	} else if (r->busy) {
		timer_after(r->turn, rest(s));
	} else if (!intake_is_idle(s->intake) ||
	    (r->end && intake_big(s->intake) > 0)) {
		timer_after(r->turn, WAIT / REST_FACTOR);
	} else if (r->end) {
		end(s);
	} else {
		if (!r->on)
			go_on(s);
		else if (clock_mono() - r->kept >= KEEP)
			keep(s);
		read_next(s);
		timer_after(r->turn, LOOK);
	}
}

/* --- life ----------------------------------------------------------------- */

void
source_dir_reread_open(struct source *s)
{
	struct reread *r = s->reread = mem_new(sizeof(*r));
	struct store_txn *t;
	struct span row;
	char name[64];

	r->turn = event_new(s->host.base, -1, 0, on_turn, s);
	must(r->turn != NULL);
	go_to_start(s);
	row_name(name, s);
	t = store_look(s->host.store);
	if (store_get(t, name, &row))
		read_row(s, row);
	store_end(t);
	r->kept = r->asked = clock_mono();
	if (r->done >= PAGE_READER)
		return;
	if (s->items == 0) {	/* all of it will be told by this one */
		r->done = PAGE_READER;
		keep(s);
		return;
	}
	log_info("source=%s its pages were told by a reader before this one: "
	    "they are read once more, slowly", s->name);
	timer_after(r->turn, WAIT);
}

void
source_dir_reread_close(struct source *s)
{
	if (s->reread->on)
		keep(s);
	event_free(s->reread->turn);
	free(s->reread);
}

void
source_dir_reread_back(struct source *s)
{
	struct reread *r = s->reread;

	r->mark = r->sure;
	r->rows = r->sure_rows;
	r->busy = r->end = false;
}

void
source_dir_reread_skip(struct source *s)
{
	if (s->reread->done >= PAGE_READER)
		return;
	event_del(s->reread->turn);
	end(s);
}

bool
source_dir_reread_is_at_one(const struct source *s)
{
	return s->reread->busy && clock_mono() - s->reread->asked < WAIT;
}

json_t *
source_dir_reread_status(const struct source *s)
{
	const struct reread *r = s->reread;

	if (r->done >= PAGE_READER)
		return NULL;
	return json_pack("{s:I, s:I}", "items", (json_int_t)(r->rows <
	    s->items ? r->rows : s->items), "of", (json_int_t)s->items);
}
