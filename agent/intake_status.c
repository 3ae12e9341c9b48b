/* What intake.h says of itself. */
#include "agent/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/intake_private.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"

#define QUEUE_FULL 256		/* scans wait above this */

bool
intake_is_full(const struct intake *in)
{
	return in->queued_count >= QUEUE_FULL || in->stuck != INTAKE_GOING;
}

bool
intake_is_idle(const struct intake *in)
{
	return in->queued_count == 0 && in->going.count == 0 &&
	    in->reading_count == 0 && in->ready_count == 0;
}

size_t
intake_settling(const struct intake *in)
{
	return delay_count(in->settling) + delay_count(in->lull);
}

size_t
intake_big(const struct intake *in)
{
	return in->slow_count + delay_count(in->big);
}

const char *
intake_big_first(const struct intake *in)
{
	const struct job *j = TAILQ_FIRST(&in->slow);

	return j != NULL ? j->path : delay_first(in->big);
}

bool
intake_big_of(const struct intake *in, uint64_t size)
{
	const struct job *j;

	TAILQ_FOREACH(j, &in->slow, entry)
		if (j->stat.size == size)
			return true;
	return false;
}

size_t
intake_restless(const struct intake *in)
{
	return restless_count(in->restless);
}

const char *
intake_restless_first(const struct intake *in)
{
	return restless_first(in->restless);
}

enum intake_stuck
intake_stuck(const struct intake *in)
{
	return in->stuck;
}

const struct intake_counts *
intake_counts(const struct intake *in)
{
	return &in->counts;
}

void
intake_anew(struct intake *in, bool on)
{
	in->anew = on;
}

/* --- what it can't see -------------------------------------------------------- */

void
intake_sees_again(struct intake *in)
{
	blind_clear(&in->counts.blind);
	in->counts.unfit_names = 0;
	free(in->counts.first_unfit);
	in->counts.first_unfit = NULL;
	denied_scan(&in->counts.denied);
}

void
intake_vanished(struct intake *in, const char *path)
{
	denied_drop(&in->counts.denied, path);
}

void
intake_note_unread(struct intake *in, const char *path)
{
	in->counts.unreadable++;
	blind_add(&in->counts.blind, path);
	if (in->counts.first_unreadable == NULL)
		in->counts.first_unreadable = mem_text(path);
}

/* Its address would be too long. */
void
intake_note_unfit(struct intake *in, const char *path)
{
	in->counts.unfit_names++;
	blind_add(&in->counts.blind, path);
	if (in->counts.first_unfit == NULL)
		in->counts.first_unfit = mem_text(path);
}

void
intake_note_denied(struct intake *in, const char *path, int error)
{
	char quoted[LOG_QUOTE_MAX];

	if (error != EACCES && error != EPERM) {
		intake_note_unread(in, path);
		return;
	}
	blind_add(&in->counts.blind, path);
	if (denied_put(&in->counts.denied, path))
		log_warn("source=%.*s file=%s may not be read: %s",
		    SPAN_ARGS(in->host.source), log_quote(quoted, path,
		    strlen(path)), strerror(error));
}
