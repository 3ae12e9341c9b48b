/* See job.h. */
#include "agent/job.h"

#include <stdlib.h>

#include "agent/record.h"
#include "contrib/base/mem.h"

uint32_t
job_hash(const char *path)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *path != '\0'; path++)
		h = (h ^ (unsigned char)*path) * 16777619u;
	return h;
}

struct job *
job_new(struct intake *in, const char *path)
{
	struct job *j = mem_new(sizeof(*j));

	j->in = in;
	j->hash = job_hash(path);
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
	free(j->said);
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
