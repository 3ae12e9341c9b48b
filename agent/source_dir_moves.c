/*
 * The part of source_dir.h that makes moves of what was seen to be elsewhere:
 * proposals, or announcements, as the settings say (proposal.h).
 */
#include "agent/source_dir.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/moves.h"
#include "agent/moves_hear.h"
#include "agent/proposal.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"

#define MOST 200000		/* addresses that are remembered */

/* An unmounted root is empty, and nothing of it is gone. */
enum root_found
source_dir_find(const struct source *s, const char *path)
{
	struct stat st;

	if (s->root_error != 0 || s->root_hidden || root_moved(&s->root) ||
	    (s->complete && hold_waiting(&s->hold) > 0 &&
	    s->hold.empty_root))
		return ROOT_HIDDEN;
	return root_look(&s->root, path, &st);
}

static bool
drop_back(struct store_txn *t, void *arg)
{
	moves_drop_back(t, span_of(arg));
	return true;
}

/* If the disk is full it stays until somebody refuses it. */
static void
drop_proposed(const struct source *s, const char *url)
{
	char *copy = mem_text(url);

	if (store_do(s->host.store, drop_back, copy) == STORE_DONE)
		log_info("source=%s url=%s is there again: no move from there "
		    "is proposed any more", s->name, url);
	free(copy);
}

/* A page is there again: nothing is proposed any more that leads away. */
static void
come_back(const struct source *s, const char *url)
{
	struct store_txn *t = store_look(s->host.store);
	bool back = proposal_is_back(t, span_of(url));

	store_end(t);
	if (back)
		drop_proposed(s, url);
}

/* The one that was there before has its address again: nothing leads away. */
static void
forget_proposed(const struct source *s, const char *url)
{
	struct store_txn *t = store_look(s->host.store);
	struct moved m;
	struct buf to;
	bool any;

	buf_init(&to, LIMIT_URL);
	any = moves_proposed(t, span_of(url), &m, &to);
	buf_clear(&to);
	store_end(t);
	if (any)
		drop_proposed(s, url);
}

/* Does an announced move lead from url to there? */
static bool
leads_to(const struct source *s, const char *url, const char *there)
{
	struct store_txn *t = store_look(s->host.store);
	struct buf to;
	bool leads;

	buf_init(&to, LIMIT_URL);
	leads = moves_successor(t, span_of(url), INT64_MAX, &to) &&
	    span_is(buf_look(&to), span_of(there));
	buf_clear(&to);
	store_end(t);
	return leads;
}

/* What was there when a scan of all began has been seen by then. */
void
source_dir_created(struct source *s, const char *url, int64_t since)
{
	int64_t scan = clock_wall() - (clock_mono() - s->started);

	come_back(s, url);
	if (since >= scan || (s->calm && !s->scanning))
		young_add(s->young, url);
}

void
source_dir_moved(struct source *s, const char *from, const char *to,
    enum intake_moved how)
{
	s->renames++;
	if (how == INTAKE_BACK)
		forget_proposed(s, to);
	if ((how == INTAKE_BACK && !leads_to(s, to, from)) ||
	    (how == INTAKE_WITHDRAWN && young_is(s->young, from, YOUNG_GOES)))
		return;
	if (young_is(s->young, from, YOUNG_MOVES)) {
		young_add(s->young, to);
		return;
	}
	if (s->moved.count >= MOST)
		return;
	paths_add(&s->moved, from);
	paths_add(&s->moved, to);
}

/* All that belongs together was seen. */
static bool
is_time(const struct source *s)
{
	return s->moved.count > 0 && !s->scanning &&
	    walk_is_idle(s->walk) && intake_is_idle(s->intake) &&
	    intake_big(s->intake) == 0 && burst_is_empty(s->burst);
}

static bool
is_wanted(const struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	bool can = ability_has(t, FEATURE_MOVES);

	store_end(t);
	return can && strcmp(s->set->moves, "off") != 0;
}

static bool
is_there(void *arg, struct span source, struct span path)
{
	const struct source *s = arg;
	char *name;
	struct stat st;
	bool there;

	if (!span_is(source, span_of(s->name)))
		return source.n == 0 || s->host.find == NULL ||
		    s->host.find(s->host.all, source, path) != ROOT_GONE;
	name = mem_copy(path.at, path.n);
	there = root_look(&s->root, name, &st) != ROOT_GONE;
	free(name);
	return there;
}

static void
tell(const struct source *s, size_t made, bool announced)
{
	if (made == 0)
		return;
	if (announced)
		log_info("source=%s %zu moves announced, or taken back: files "
		    "are elsewhere", s->name, made);
	else
		log_warn("source=%s files are elsewhere: %zu moves could be "
		    "announced; zqagent moves shows them", s->name, made);
	s->host.news(s->host.arg, announced ? made : 0);
}

static void
own_addresses(const void *all, void (*each)(void *arg, struct span url),
    void *arg)
{
	const struct source *s = all;

	s->host.each_url(s->host.all, each, arg);
}

void
source_dir_moves_check(struct source *s)
{
	struct proposal_ask ask = { .source = span_of(s->name),
	    .moved = &s->moved, .arg = s, .is_there = is_there };
	size_t made = 0;

	if (s->host.each_url != NULL)
		moves_hear(s->host.store, own_addresses, s);
	if (!is_time(s))
		return;
	if (is_wanted(s)) {
		ask.announce = strcmp(s->set->moves, "announce") == 0;
		if (!proposal_make(s->host.store, &ask, &made))
			return;		/* once more when there is room */
		tell(s, made, ask.announce);
	}
	paths_clear(&s->moved);
}
