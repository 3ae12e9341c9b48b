/* See job.h. */
#include "agent/job.h"

#include <stdlib.h>

#include "agent/record.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"

uint32_t
job_hash(struct span path)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < path.n; i++)
		h = (h ^ (unsigned char)path.at[i]) * 16777619u;
	return h;
}

struct job *
job_new(struct intake *in, const char *path)
{
	struct job *j = mem_new(sizeof(*j));

	j->in = in;
	j->hash = job_hash(span_of(path));
	j->path = mem_text(path);
	buf_init(&j->row, RECORD_ROW_MAX);
	return j;
}

void
job_free(struct job *j)
{
	buf_clear(&j->row);
	free(j->path);
	free(j->url);
	free(j->former);
	free(j->former_url);
	free(j->said);
	free(j->by);
	free(j);
}

void
job_empty(struct jobs *list, size_t *count)
{
	struct job *j;

	while ((j = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, j, entry);
		job_free(j);
	}
	*count = 0;
}

bool
job_is_fresh(const struct job *j, const struct stat *st, uint64_t settle)
{
	int64_t mtime = (int64_t)st->st_mtim.tv_sec * 1000 +
	    st->st_mtim.tv_nsec / 1000000;
	int64_t age = clock_wall() - mtime;

	return j->why == INTAKE_FOUND && age >= 0 && age < (int64_t)settle;
}

bool
job_is_row(const struct job *j, struct store_txn *t, struct span source)
{
	struct known k;

	return known_get(t, source, span_of(j->path), &k);
}

bool
job_is_known(const struct job *j, struct store_txn *t, struct span source,
    const struct stat *st)
{
	struct known_stat now;
	struct known k;

	known_stat_of(&now, st);
	return known_get(t, source, span_of(j->path), &k) &&
	    known_stat_is(&k.stat, &now) && span_is(k.url, span_of(j->url));
}
