/*
 * The part of source_dir.h that sees to it that all items are told by the
 * settings of now.
 *
 * The store keeps by which settings they were told. When these are others at
 * the start, a scan looks at all of it: an item that has another address, or
 * says something else now, is told again under its id. That is no loss of
 * anything, so no gate is asked. Only when all was looked at the store learns
 * of the new settings, so that to be stopped in between loses nothing.
 */
#include "agent/source_dir.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define FORMAT 1
#define ROW_MAX 128

struct told_by {
	uint8_t place[32];	/* a hash of what decides the addresses */
	uint64_t zone, page;	/* what decides what pages say */
};

static void
row_name(char out[64], const struct source *s)
{
	snprintf(out, 64, "told %s", s->name);
}

static void
settings(const struct source *s, struct told_by *by)
{
	struct sha sha;

	sha_begin(&sha);
	sha_add(&sha, buf_cstr(&s->url), s->url.n + 1);
	for (char *const *i = s->set->index; i != NULL && *i != NULL; i++)
		sha_add(&sha, *i, strlen(*i) + 1);
	sha_end(&sha, by->place);
	by->zone = s->host.top->zone;
	by->page = s->host.top->page;
}

/* False: it isn't kept yet. */
static bool
load(const struct source *s, struct told_by *by)
{
	struct store_txn *t = store_look(s->host.store);
	struct span row, place = SPAN_NONE;
	struct reader r;
	char name[64];

	row_name(name, s);
	if (store_get(t, name, &row)) {
		r = reader_of(row);
		if (read_u8(&r) == FORMAT)
			place = read_bytes(&r, sizeof(by->place));
		by->zone = read_u64(&r);
		by->page = read_u64(&r);
		if (!reader_done(&r))
			place = SPAN_NONE;
	}
	if (place.n > 0)
		memcpy(by->place, place.at, sizeof(by->place));
	store_end(t);
	return place.n > 0;
}

static bool
save(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	struct told_by by;
	struct buf b;
	char name[64];

	row_name(name, s);
	settings(s, &by);
	buf_init(&b, ROW_MAX);
	write_u8(&b, FORMAT);
	buf_put(&b, by.place, sizeof(by.place));
	write_u64(&b, by.zone);
	write_u64(&b, by.page);
	must(!b.bad);
	store_put(t, name, buf_look(&b));
	buf_clear(&b);
	return true;
}

static void
set(struct source *s, bool on, bool pages)
{
	s->anew = on;
	s->anew_pages = on && pages;
	walk_all(s->walk, on && pages);
	intake_anew(s->intake, on && pages);
}

void
source_dir_anew_open(struct source *s)
{
	struct told_by was, is;
	bool pages;

	settings(s, &is);
	if (!load(s, &was)) {	/* the scan looks at addresses anyway */
		(void)store_do(s->host.store, save, s);
		return;
	}
	pages = was.zone != is.zone || was.page != is.page;
	if (!pages && memcmp(was.place, is.place, sizeof(is.place)) == 0)
		return;
	set(s, true, pages);
	log_info("source=%s its settings are others than those by which its "
	    "items were told: all of it is looked at anew", s->name);
}

void
source_dir_anew_check(struct source *s)
{
	if (!s->anew || s->scanning || !s->looked_all ||
	    !intake_is_idle(s->intake) || intake_big(s->intake) > 0 ||
	    (intake_settling(s->intake) > 0 &&
	    clock_mono() - s->ended < SOURCE_DIR_SETTLE))
		return;
	if (store_do(s->host.store, save, s) != STORE_DONE)
		return;
	if (s->anew_pages)
		source_dir_reread_skip(s);
	set(s, false, false);
	log_info("source=%s all of it was looked at anew", s->name);
	s->host.quiet(s->host.arg);
}
