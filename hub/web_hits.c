/*
 * Reports of what former domains were asked for (former.h): to the core, once
 * a minute. What none has had when the part ends waits in DIR/web/hits for the
 * part after it. The core is told to end at the same moment, so a last report
 * would find nobody who writes it down.
 */
#include "hub/web_inside.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "certs/keep.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"

#define EVERY 60000		/* ms; hits_keeper.c takes no more than it may */
#define SOON 3000		/* ms, from the start: somebody may look */
#define FILE_MODE 0600
#define PIECE 65536		/* bytes, of one report */
#define LEFT_MAX (4u << 20)	/* bytes of the file; thousands of hits */

struct web_hits {
	struct web *web;
	struct event *due;
	json_t *left;		/* reports of the part before this one that are
				 * not counted here yet; or NULL */
	char path[CONFIG_PATH_MAX];
};

/* Was there something? It is in the file, too, until it was reported. */
static bool
count_left(struct web_hits *h)
{
	struct query *q;
	json_t *report;
	size_t i;

	if (h->left == NULL)
		return false;
	q = query_begin(h->web->store);
	json_array_foreach(h->left, i, report)
		former_resume(h->web->former, q, report);
	query_end(q);
	json_decref(h->left);
	h->left = NULL;
	return true;
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	struct web_hits *h = arg;
	bool had = count_left(h);

	(void)fd, (void)what;
	web_acts_hits(h->web->acts);
	if (had)
		unlink(h->path);
	timer_after(h->due, EVERY);
}

/* An array of reports. False: there is nothing to be reported. */
static bool
gather(struct former *f, struct buf *all)
{
	struct buf one;

	buf_init(&one, PIECE);
	former_report(f, PIECE, &one);
	while (one.n > 0 && all->n < LEFT_MAX) {
		buf_byte(all, all->n == 0 ? '[' : ',');
		buf_span(all, buf_look(&one));
		buf_reset(&one);
		former_report(f, PIECE, &one);
	}
	buf_clear(&one);
	if (all->n == 0)
		return false;
	buf_byte(all, ']');
	return true;
}

static void
keep(struct web_hits *h)
{
	bool had = count_left(h);
	struct buf all, why;

	buf_init(&all, LEFT_MAX + 2 * PIECE);
	buf_init(&why, 4096);
	if (!gather(h->web->former, &all)) {
		if (had)
			unlink(h->path);
	} else if (!keep_put(h->path, FILE_MODE, KEEP_REPLACE, buf_look(&all),
	    &why)) {
		log_warn("%.*s: what was counted of hits on former domains in "
		    "the last minute is lost", (int)(why.n > 0 ? why.n - 1 :
		    0), buf_cstr(&why));
	}
	buf_clear(&all);
	buf_clear(&why);
}

struct web_hits *
web_hits_new(struct event_base *base, struct web *w)
{
	struct web_hits *h = mem_new(sizeof(*h));

	h->web = w;
	config_path(h->path, w->config->dir, CONFIG_WEB "/hits");
	keep_sweep(h->path);
	h->left = json_load_file(h->path, 0, NULL);
	h->due = event_new(base, -1, 0, on_due, h);
	must(h->due != NULL);
	timer_after(h->due, h->left != NULL ? SOON : EVERY);
	return h;
}

void
web_hits_free(struct web_hits *h)
{
	if (h == NULL)
		return;
	keep(h);
	event_free(h->due);
	free(h);
}
