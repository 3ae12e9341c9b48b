/*
 * A command of the operator's: run without a shell, by the hand
 * (contrib/base/hand.h), with the notice as JSON to read. It has taken the
 * notice if it ends with 0; else it is run again, later, with the same.
 */
#include "hub/sink.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/notify_text.h"

struct command {
	const struct config_receiver *config;
};

struct call {
	const struct config_receiver *config;
	int64_t began;			/* ms, mono */
	sink_done_fn *done;
	void *arg;
};

static bool
open_command(void **state, const struct config_receiver *c, const char *name,
    struct buf *why)
{
	struct command *m = mem_new(sizeof(*m));

	(void)name, (void)why;
	m->config = c;
	*state = m;
	return true;
}

static void
on_end(void *arg, int status, struct span said)
{
	const char *colon = said.n > 0 ? ": " : "";
	struct call *c = arg;
	char error[SINK_ERROR];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
	    (uint64_t)(clock_mono() - c->began) >= c->config->timeout)
		snprintf(error, sizeof(error), "did not end within %" PRIu64
		    " s (timeout), and was killed%s%.*s",
		    c->config->timeout / 1000, colon, SPAN_ARGS(said));
	else
		snprintf(error, sizeof(error), "%s%s%.*s",
		    hand_status_text(status), colon, SPAN_ARGS(said));
	c->done(c->arg, status == 0 ? SINK_CONFIRMED : SINK_LATER,
	    status == 0 ? "" : error);
	free(c);
}

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct command *m = state;
	char *text = notify_text_json(job, m->config->language);
	struct call *c = mem_new(sizeof(*c));

	*c = (struct call){ .config = m->config, .began = clock_mono(),
		.done = done, .arg = arg };
	if (!hand_run(w->hands[job->command], 0, span_of(text), on_end, c)) {
		free(c);
		c = NULL;
		done(arg, SINK_LATER, "there is no memory for it");
	}
	free(text);
	return c;
}

const struct sink_ops sink_command = {
	.kind = "command", .open = open_command, .close = free,
	.start = start, .cancel = free,
};
