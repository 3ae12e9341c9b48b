/* See probe.h. */
#include "tests/load/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/mem.h"
#include "tests/load/crowd.h"

#define AGAIN 20		/* ms between two looks */
#define ANSWER_MAX (1u << 20)

struct probe {
	char word[PROBE_WORD];
	double time;		/* when it was told; then how long it took */
};

struct probes {
	struct fetch *fetch;
	struct event *timer;
	uint16_t web;
	struct probe *probe;
	size_t count, room, seen;	/* from `seen` on they are looked for */
	bool looking;
	double *found;
};

static void look(struct probes *p);

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	look(arg);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	const struct timeval again = { .tv_usec = AGAIN * 1000 };
	struct probes *p = arg;
	struct probe *one = &p->probe[p->seen];

	p->looking = false;
	if (a->code == CURLE_OK && a->status == 200 &&
	    memmem(a->body.at, a->body.n, one->word, strlen(one->word)) !=
	    NULL) {
		one->time = crowd_now() - one->time;
		p->seen++;
		look(p);
		return;
	}
	event_add(p->timer, &again);
}

static void
look(struct probes *p)
{
	char url[160];
	struct fetch_spec spec = { .url = url, .most = ANSWER_MAX,
	    .timeout = 30000, .connect_timeout = 10000 };

	if (p->looking || p->seen == p->count)
		return;
	p->looking = true;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/v1/items?limit=1"
	    "&q=%s", p->web, p->probe[p->seen].word);
	fetch_start(p->fetch, &spec, on_answer, p);
}

struct probes *
probes_new(struct event_base *base, uint16_t web)
{
	struct probes *p = mem_new(sizeof(*p));

	p->fetch = fetch_new(base, "load/1");
	p->timer = evtimer_new(base, on_timer, p);
	must(p->timer != NULL);
	p->web = web;
	return p;
}

void
probes_free(struct probes *p)
{
	fetch_free(p->fetch);
	event_free(p->timer);
	free(p->probe);
	free(p->found);
	free(p);
}

void
probes_add(struct probes *p, const char *word)
{
	if (p->count == p->room) {
		p->room = p->room * 2 + 64;
		p->probe = mem_grow(p->probe, p->room, sizeof(*p->probe));
	}
	snprintf(p->probe[p->count].word, PROBE_WORD, "%s", word);
	p->probe[p->count++].time = crowd_now();
	look(p);
}

size_t
probes_waiting(const struct probes *p)
{
	return p->count - p->seen;
}

double *
probes_found(struct probes *p, size_t *n)
{
	*n = p->seen;
	p->found = mem_grow(p->found, p->seen + 1, sizeof(double));
	for (size_t i = 0; i < p->seen; i++)
		p->found[i] = p->probe[i].time;
	return p->found;
}
