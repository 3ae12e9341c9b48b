/*
 * The undoing part of mend.h: pages that were mended get the bytes back that
 * stood there, unless somebody has changed them since.
 */
#include "agent/mend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/mend_private.h"
#include "agent/mendfile.h"
#include "agent/mendlog.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/sha.h"

#define WHY_MAX 1024

struct undo {
	const struct mend_spec *spec;
	struct mend_count *n;
	struct mendlog *log;
	struct mendfile file;
	struct buf unmarked;	/* why the log doesn't know that one is back */
	struct mend_edit edit[MENDPAGE_EDITS_MAX];
};

/* The edits the other way round: what is there now goes, what was comes. */
static void
turn(struct undo *u, const struct mendlog_page *p)
{
	size_t more = 0;

	for (size_t i = 0; i < p->count; i++) {
		const struct mend_edit *e = &p->edit[i];

		u->edit[i] = (struct mend_edit){ .at = e->at + more,
		    .old = e->new, .new = e->old };
		more += e->new.n - e->old.n;
	}
}

static bool
is_hash_of(const uint8_t hash[32], struct span bytes)
{
	uint8_t is[32];

	sha_of(is, bytes);
	return memcmp(is, hash, sizeof(is)) == 0;
}

/* That it is back is seen by its hash, too. */
static void
mark(struct undo *u, const struct mendlog_page *p)
{
	buf_reset(&u->unmarked);
	if (!mendlog_undone(u->log, p->place, &u->unmarked))
		u->n->unmarked++;
}

static bool
put_back(struct undo *u, const struct root *r, const char *path,
    const struct mendlog_page *p, struct buf *why)
{
	struct buf bytes;
	bool ok = false;

	if (memcmp(u->file.hash, p->after, sizeof(p->after)) != 0) {
		buf_text(why, _("was changed since it was mended"));
		return false;
	}
	turn(u, p);
	buf_init(&bytes, (size_t)2 * MENDFILE_MAX);
	mendpage_write(&bytes, buf_look(&u->file.bytes), u->edit, p->count);
	if (!is_hash_of(p->before, buf_look(&bytes)))
		buf_text(why, _("can't be put together as it was"));
	else if (!u->spec->apply)
		ok = mendfile_may(&u->file, r, path, why);
	else
		ok = mendfile_replace(&u->file, r, path, buf_look(&bytes),
		    mendlog_agent(u->log), why);
	if (ok && u->spec->apply)
		mark(u, p);
	buf_clear(&bytes);
	return ok;
}

static void
undo_page(struct undo *u, const char *source, const struct root *r,
    const struct mendlog_page *p)
{
	char *path = mem_copy(p->path.at, p->path.n);
	struct buf why;
	bool ok, there;

	buf_init(&why, WHY_MAX);
	ok = mendfile_read(&u->file, r, path, &why);
	/* It never came to it, or was put back by hand. */
	there = ok && memcmp(u->file.hash, p->before, sizeof(p->before)) == 0;
	if (there && u->spec->apply) {
		mendfile_tidy(r, path, mendlog_agent(u->log));
		mark(u, p);
	}
	if (!there)
		ok = ok && put_back(u, r, path, p, &why);
	if (!ok) {
		u->n->refused++;
		u->spec->refused(u->spec->arg, source, path, buf_cstr(&why));
	} else if (!there) {
		u->n->pages++;
		u->n->links += p->count;
		u->spec->page(u->spec->arg, source, path, u->edit, NULL,
		    p->count);
	}
	buf_clear(&why);
	free(path);
}

static void
undo_in(struct undo *u, size_t i, const struct mendlog_page *p)
{
	const char *name = u->spec->config->source[i].name;
	struct root r = { .fd = -1 };
	int error = root_open(&r, u->spec->config->source[i].set->root);

	if (error != 0)
		u->spec->refused(u->spec->arg, name, "", strerror(error));
	else
		undo_page(u, name, &r, p);
	root_close(&r);
}

static bool
on_page(void *arg, const struct mendlog_page *p)
{
	struct undo *u = arg;
	const struct config *c = u->spec->config;

	if (u->n->run != 0 && p->run != u->n->run)
		return false;
	for (size_t i = 0; i < c->count; i++) {
		char *below = mend_below(u->spec, i);

		if (below != NULL && mend_is_below(p->path, below) &&
		    span_is(p->source, span_of(c->source[i].name))) {
			u->n->run = p->run;
			undo_in(u, i, p);
		}
		free(below);
	}
	return true;
}

static void
say_damaged(struct undo *u)
{
	if (mendlog_damaged(u->log) == 0)
		return;
	u->n->refused++;
	u->spec->refused(u->spec->arg, "DIR/mended:", "", _("a part of it is "
	    "damaged: pages that are named there can't be put back"));
}

bool
mend_undo(const struct mend_spec *s, struct mend_count *n, struct buf *why)
{
	struct undo *u;
	bool ok;

	*n = (struct mend_count){ .looked = 0 };
	if (!mend_is_any(s, why))
		return false;
	u = mem_new(sizeof(*u));
	u->spec = s;
	u->n = n;
	mendfile_init(&u->file);
	buf_init(&u->unmarked, WHY_MAX);
	u->log = mendlog_open(s->config->top->dir, why);
	ok = u->log != NULL;
	if (ok) {
		mendlog_each(u->log, on_page, u);
		say_damaged(u);
	}
	if (n->unmarked > 0) {
		buf_byte(&u->unmarked, ';');
		u->spec->refused(u->spec->arg, buf_cstr(&u->unmarked), "",
		    _("the pages are as before, but say --undo once more when "
		    "there is room, before an earlier run is undone"));
	}
	buf_clear(&u->unmarked);
	mendlog_close(u->log);
	mendfile_clear(&u->file);
	free(u);
	return ok;
}
