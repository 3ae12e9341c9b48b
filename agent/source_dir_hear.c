/*
 * The hearing part of source_dir.h: what becomes of an event of the kernel,
 * and of what a walk meets. It is passed on to those who look; what happens to
 * a file happens to the links that lead to it, too.
 */
#include "agent/source_dir.h"

#include <string.h>

#include "agent/filter.h"
#include "contrib/base/log.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"

#define SPARE 10		/* times as long as the last scan took, at
				 * least, until one that nobody asked for */

/* Something is there: while a person is asked about what is missing, it may
 * be that. */
static void
look_for_held(struct source *s)
{
	uint64_t wait = SPARE * s->took;

	if (hold_waiting(&s->hold) == 0 || s->scanning || !s->looked_all ||
	    s->root_error != 0)
		return;
	s->looked_all = false;
	timer_after(s->rescan, wait > SOURCE_DIR_SOON ? wait :
	    SOURCE_DIR_SOON);
}

static void
hear_file(struct source *s, enum watch_kind kind, const char *path)
{
	switch (kind) {
	case WATCH_READY:
		intake_look(s->intake, path, INTAKE_READY);
		break;
	case WATCH_CLOSED:
		intake_look(s->intake, path, INTAKE_SOON);
		break;
	case WATCH_BORN:
		intake_look(s->intake, path, INTAKE_FOUND);
		break;
	case WATCH_GONE:	/* it may have been a link to a directory */
		burst_add(s->burst, path);
		break;
	default:
		break;
	}
}

/* The same happens where links lead to it. */
static void
hear_links(struct source *s, enum watch_kind kind, const char *path)
{
	struct paths links = { .count = 0 };

	filelinks_to(s->links, path, &links);
	for (size_t i = 0; i < links.count; i++)
		hear_file(s, kind, links.at[i]);
	paths_clear(&links);
}

static void
note_link(struct source *s, enum watch_kind kind, const char *path)
{
	if (kind == WATCH_BORN || kind == WATCH_READY)
		filelinks_see(s->links, &s->root, path);
	else if (kind == WATCH_GONE)
		filelinks_forget(s->links, path);
}

static void
hear_dir(struct source *s, enum watch_kind kind, const char *path)
{
	if (kind == WATCH_DIR) {
		walk_add(s->walk, path);
		if (s->first_hidden != NULL &&
		    strcmp(s->first_hidden, path) == 0)
			source_dir_scan_soon(s);
	} else if (kind == WATCH_DIR_GONE || kind == WATCH_DIR_REMOVED) {
		if (kind == WATCH_DIR_GONE)
			watch_remove(s->watch, path);
		burst_add(s->burst, path);
	}
}

/* All that a scan found is told. */
static bool
is_calm(const struct source *s)
{
	return !s->scanning && walk_is_idle(s->walk) &&
	    intake_is_idle(s->intake) && intake_settling(s->intake) == 0 &&
	    intake_big(s->intake) == 0 && intake_restless(s->intake) == 0;
}

void
source_dir_hear(void *arg, enum watch_kind kind, const char *path)
{
	struct source *s = arg;
	struct filter f = { .include = s->set->include,
	    .exclude = s->set->exclude };

	if (kind == WATCH_LOST) {
		log_warn("source=%s more happened than the kernel could "
		    "tell: scanning", s->name);
		source_dir_scan_soon(s);
		return;
	}
	if (strlen(path) > LIMIT_ID)
		return;
	s->calm |= is_calm(s);
	hear_links(s, kind, path);
	/* A name may be a link to a directory: `include` is the intake's. */
	if (kind != WATCH_ROOT && !filter_takes(&f, path, true))
		return;
	if (kind != WATCH_GONE && kind != WATCH_DIR_GONE &&
	    kind != WATCH_DIR_REMOVED)
		look_for_held(s);
	else
		intake_vanished(s->intake, path);
	note_link(s, kind, path);
	hear_file(s, kind, path);
	hear_dir(s, kind, path);
}

void
source_dir_found(void *arg, const char *path)
{
	struct source *s = arg;

	hear_links(s, WATCH_BORN, path);
	intake_look(s->intake, path, INTAKE_FOUND);
}

void
source_dir_link(void *arg, const char *path)
{
	struct source *s = arg;

	filelinks_see(s->links, &s->root, path);
}
