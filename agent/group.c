/* See group.h. */
#include "agent/group.h"

#include <stdlib.h>

#include "agent/compare.h"
#include "agent/known.h"
#include "agent/left.h"
#include "agent/record.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

static struct compare_item
item_of(const struct job *j, struct span source, bool anew)
{
	return (struct compare_item){ .source = source,
	    .path = span_of(j->path), .stat = j->stat, .anew = anew };
}

/* A file dated before 1970 or after 9999 is there all the same. */
static void
drop_odd_time(int64_t *ms)
{
	if (*ms != CLOCK_NONE && (*ms < 0 || *ms > INT64_C(253402300799999)))
		*ms = CLOCK_NONE;
}

/* What was told of this path before: its file, its address if that is another
 * one. */
static void
note_before(struct store_txn *t, struct job *j,
    const struct compare_item *i)
{
	struct known k;

	if (!known_get(t, i->source, i->path, &k) || !k.told || k.adopted)
		return;
	j->was = k.stat;
	if (!span_is(k.url, span_of(j->url)))
		j->former_url = mem_copy(k.url.at, k.url.n);
}

/* Asked here and not when all is written: another directory may have that name
 * by then. */
static void
note_former(struct job *j, const struct renamed_where *w, struct span path)
{
	struct stat st;
	struct buf dir;

	j->former = mem_copy(path.at, path.n);
	buf_init(&dir, LIMIT_ID);
	j->left = left_dir(path, span_of(j->path), &dir) &&
	    root_look(w->root, buf_cstr(&dir), &st) == ROOT_GONE;
	if (w->left != NULL)
		left_went(w->left, path, span_of(j->path));
	buf_clear(&dir);
}

static enum compare_news
compare(struct store_txn *t, struct job *j, const struct group_of *of,
    const struct compare_item *i, struct change *c)
{
	struct known former;
	enum compare_news news;

	if (!renamed_from(t, &of->where, i, c, &former)) {
		note_before(t, j, i);
		return compare_is(t, i, c);
	}
	news = compare_renamed(t, i, &former, c);
	if (former.told && !span_is(former.url, c->url))
		j->former_url = mem_copy(former.url.at, former.url.n);
	if (span_is(former.source, i->source))
		note_former(j, &of->where, former.path);
	known_disown(&former);
	return news;
}

static enum compare_news
write_record(struct store_txn *t, struct job *j, const struct group_of *of,
    const struct compare_item *i)
{
	struct record r;
	struct change c;
	enum compare_news news;

	must(record_read(&r, buf_look(&j->row)));
	change_init(&c);
	record_to_change(&c, &r);
	drop_odd_time(&c.modified);
	drop_odd_time(&c.published);
	c.url = span_of(j->url);
	news = compare(t, j, of, i, &c);
	if (news == COMPARE_UNFIT)
		compare_unreadable(t, i, c.url);
	return news;
}

static enum compare_news
withdraw(struct store_txn *t, struct job *j, const struct group_of *of,
    const struct compare_item *i)
{
	enum compare_news news;
	struct known k;
	struct buf where;
	bool other;

	if (!known_get(t, i->source, i->path, &k))
		return COMPARE_NOTHING;
	known_own(&k);
	buf_init(&where, LIMIT_URL);
	(void)renamed_to(t, &of->where, &k, &where);
	other = renamed_is_other(t, &of->where, &k, NULL);
	news = compare_gone_to(t, i->source, i->path, span_of(j->reason),
	    span_of(j->by), buf_look(&where));
	if (news == COMPARE_DELETED && where.n > 0 && !other) {
		free(j->url);
		j->url = mem_copy(where.at, where.n);
		j->former_url = mem_copy(k.url.at, k.url.n);
	}
	buf_clear(&where);
	known_disown(&k);
	return news;
}

static void
forget_former(struct job *j)
{
	free(j->former);
	free(j->former_url);
	j->former = j->former_url = NULL;
	j->left = false;
	j->was = (struct known_stat){ .inode = 0 };
}

static enum compare_news
write_job(struct store_txn *t, struct job *j, const struct group_of *of)
{
	struct compare_item i = item_of(j, of->where.source, of->anew);

	forget_former(j);
	switch (j->todo) {
	case JOB_TELL:
		return write_record(t, j, of, &i);
	case JOB_WITHDRAW:
		return withdraw(t, j, of, &i);
	default:
		compare_unreadable(t, &i, span_of(j->url));
		return COMPARE_NOTHING;
	}
}

struct group {
	const struct group_of *of;
	struct jobs *jobs;
	struct group_written *out;
};

/* May be called again from the start: the map had to grow. */
static bool
work(struct store_txn *t, void *arg)
{
	struct group *g = arg;
	struct group_written *w = g->out;
	*w = (struct group_written){ 0 };
	for (struct job *j = TAILQ_FIRST(g->jobs); j != NULL;
	    j = TAILQ_NEXT(j, entry)) {
		enum compare_news news = write_job(t, j, g->of);

		w->no_room = news == COMPARE_NO_ROOM;
		if (w->no_room)
			break;
		j->created = news == COMPARE_CREATED;
		j->touched = news == COMPARE_NOTHING && j->todo == JOB_TELL;
		w->done++;
		w->told += news == COMPARE_CREATED || news == COMPARE_UPDATED;
		w->withdrawn += news == COMPARE_DELETED;
		w->unfit += news == COMPARE_UNFIT;
	}
	return w->done > 0;
}

enum store_result
group_write(struct store *s, const struct group_of *of, struct jobs *jobs,
    struct group_written *out)
{
	struct group g = { .of = of, .jobs = jobs, .out = out };

	return store_do(s, work, &g);
}
