/* See inside.h. */
#include "agent/inside.h"

#include <stdlib.h>

#include "agent/agent_private.h"
#include "agent/home.h"
#include "agent/silence.h"
#include "agent/vantage.h"
#include "certs/identity.h"
#include "contrib/base/buf.h"
#include "contrib/base/mem.h"

struct inside {
	struct agent *agent;
	struct home *home;	/* or NULL */
	struct silence *silence;
	struct vantage *others;	/* or NULL */
	int64_t until;		/* ms, the certificate's end; 0: none */
};

/* The hub hears it with the next beat: that is now. */
static void
on_changed(void *arg)
{
	const struct inside *i = arg;

	push_kick(i->agent->push);
}

void
inside_look(struct inside *i)
{
	struct identity id;
	struct buf why;

	buf_init(&why, 4096);
	i->until = identity_read(&id, i->agent->config->top->dir, &why) ?
	    id.not_after : 0;
	buf_clear(&why);
}

struct inside *
inside_new(struct agent *a)
{
	struct inside *i = mem_new(sizeof(*i));
	const struct home_host home = { .base = a->base, .fetch = a->fetch,
		.config = a->config, .arg = i, .changed = on_changed };
	const struct silence_host silence = { .base = a->base,
		.push = a->push, .top = a->config->top, .hand = a->hand };
	const struct vantage_host others = { .fetch = a->fetch,
		.store = a->store, .top = a->config->top, .arg = i,
		.seen = on_changed };

	i->agent = a;
	i->home = home_new(&home);
	i->silence = silence_new(&silence);
	i->others = vantage_new(&others);
	inside_look(i);
	return i;
}

void
inside_free(struct inside *i)
{
	if (i == NULL)
		return;
	home_free(i->home);
	silence_free(i->silence);
	vantage_free(i->others);
	free(i);
}

void
inside_health(const struct inside *i, struct health *h)
{
	const struct agent *a = i->agent;

	*h = (struct health){ .told = true,
		.beat = (uint32_t)a->config->top->beat,
		.sources = (uint32_t)sources_count(a->sources),
		.troubled = (uint32_t)sources_troubled(a->sources),
		.spool = store_meta(a->store)->waiting,
		.until = i->until };
	home_health(i->home, h);
}

void
inside_ask(void *arg, const struct vantage_task *t, int64_t now)
{
	const struct agent *a = arg;

	vantage_take(a->inside->others, t, now);
}

void
inside_looked(void *arg, struct vantage_answer *answer)
{
	const struct agent *a = arg;

	vantage_answer(a->inside->others, answer);
}

void
inside_status(const struct inside *i, json_t *status)
{
	json_object_set_new(status, "home", home_status(i->home));
	json_object_set_new(status, "looks_for_others",
	    vantage_status(i->others));
	silence_status(i->silence, json_object_get(status, "hub"));
}
