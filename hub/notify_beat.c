/*
 * The beat outward; see notify_beat.h.
 */
#include "hub/notify_beat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"

#define TIMEOUT 20000		/* ms */
#define ANSWER_MAX (64u << 10)

void
notify_beat_init(struct notify_beat *b, const struct config *c,
    struct fetch *f)
{
	*b = (struct notify_beat){ .config = c, .fetch = f };
}

void
notify_beat_clear(struct notify_beat *b)
{
	fetch_cancel(b->request);
	b->request = NULL;
}

/* Says it when it changes. */
static void
note(struct notify_beat *b, bool bad, const char *where, const char *why)
{
	if (bad && !b->bad)
		log_warn("beat outward: %s: %s", where, why);
	else if (!bad && b->bad)
		log_info("beat outward: works again");
	b->bad = bad;
}

/* Whole, or as it was: who reads it never sees half a time. */
static bool
write_file(const char *path)
{
	char fresh[CONFIG_PATH_MAX], line[CLOCK_TEXT_MAX + 1];
	int n = snprintf(fresh, sizeof(fresh), "%s.new", path), fd;
	bool good;

	if (n < 0 || (size_t)n >= sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return false;
	}
	clock_format(line, clock_wall());
	n = (int)strlen(line);
	line[n++] = '\n';
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	good = write(fd, line, (size_t)n) == n;
	return close(fd) == 0 && good && rename(fresh, path) == 0;
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct notify_beat *b = arg;
	char status[32];

	b->request = NULL;
	snprintf(status, sizeof(status), "HTTP status %ld", a->status);
	note(b, a->status < 200 || a->status > 299, b->config->beat_url,
	    a->status == 0 ? a->error : status);
}

void
notify_beat(struct notify_beat *b)
{
	const struct config *c = b->config;
	const struct fetch_spec spec = { .url = c->beat_url,
		.most = ANSWER_MAX, .timeout = TIMEOUT,
		.connect_timeout = TIMEOUT };

	if (c->beat_file[0] != '\0' && !write_file(c->beat_file))
		note(b, true, c->beat_file, strerror(errno));
	if (c->beat_url[0] != '\0' && b->request == NULL)
		b->request = fetch_start(b->fetch, &spec, on_answer, b);
}
