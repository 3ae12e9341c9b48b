/* See group.h. */
#include "agent/group.h"

#include "agent/compare.h"
#include "agent/record.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"

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

static enum compare_news
write_record(struct store_txn *t, const struct job *j,
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
	news = compare_is(t, i, &c);
	if (news == COMPARE_UNFIT)
		compare_unreadable(t, i, c.url);
	return news;
}

static enum compare_news
write_job(struct store_txn *t, const struct job *j, struct span source,
    bool anew)
{
	struct compare_item i = item_of(j, source, anew);

	switch (j->todo) {
	case JOB_TELL:
		return write_record(t, j, &i);
	case JOB_WITHDRAW:
		return compare_gone(t, i.source, i.path, span_of(j->reason),
		    span_of(j->by));
	default:
		compare_unreadable(t, &i, span_of(j->url));
		return COMPARE_NOTHING;
	}
}

struct group {
	struct span source;
	struct jobs *jobs;
	bool anew;
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
		enum compare_news news = write_job(t, j, g->source,
		    g->anew);

		w->no_room = news == COMPARE_NO_ROOM;
		if (w->no_room)
			break;
		j->created = news == COMPARE_CREATED;
		w->done++;
		w->told += news == COMPARE_CREATED || news == COMPARE_UPDATED;
		w->withdrawn += news == COMPARE_DELETED;
		w->unfit += news == COMPARE_UNFIT;
	}
	return w->done > 0;
}

enum store_result
group_write(struct store *s, struct span source, struct jobs *jobs,
    bool anew, struct group_written *out)
{
	struct group g = { .source = source, .jobs = jobs, .anew = anew,
	    .out = out };

	return store_do(s, work, &g);
}
