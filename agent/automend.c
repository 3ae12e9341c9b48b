/* See automend.h. */
#include "agent/automend.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "agent/mendlist.h"
#include "agent/outward.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/json_text.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/timer.h"

#define SOON 5000		/* ms: letters come several at a time */
#define LATER 300000		/* ms: pages were in the middle of a change */
#define TRIES 3			/* … so often */
#define LOOK 86400000		/* ms, at most, until it is looked again */

struct automend {
	struct store *store;
	struct hand *hand;
	struct event *timer;
	bool runs, wanted;
	unsigned tries;
	int64_t failed;			/* ms; CLOCK_NONE: the last didn't */
	int status;			/* as of wait(2) … */
	char *said;			/* … and what was wrong; or NULL */
};

/* ms until a move takes effect that letters have announced. */
static int64_t
until_next(struct automend *a)
{
	struct store_txn *t = store_look(a->store);
	struct mendlist *l = mendlist_read(t);
	int64_t now = clock_wall(), next = mendlist_next(l, now);

	store_end(t);
	mendlist_free(l);
	return next - now < LOOK ? next - now + SOON : LOOK;
}

static bool
is_partly(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void
keep(struct automend *a, int status, struct span said)
{
	free(a->said);
	a->said = NULL;
	a->status = status;
	a->failed = status == 0 ? CLOCK_NONE : clock_wall();
	if (status != 0) {
		said = text_trim(said);
		a->said = mem_copy(said.at, said.n);
	}
}

static void
on_done(void *arg, int status, struct span said)
{
	struct automend *a = arg;
	char quoted[LOG_QUOTE_MAX];
	bool stay = is_partly(status);

	a->runs = false;
	keep(a, status, said);
	if (status == 0)
		log_info("mend: done");
	else
		log_warn("mend: %s: %s", stay ? "not all could be mended" :
		    hand_status_text(status), log_quote(quoted, said.at,
		    said.n));
	if (a->wanted)
		timer_after(a->timer, SOON);
	else if (status != 0 && ++a->tries < TRIES)
		timer_after(a->timer, LATER);
	else
		timer_after(a->timer, until_next(a));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct automend *a = arg;

	(void)fd;
	(void)what;
	if (a->runs)
		return;
	a->wanted = false;
	a->runs = hand_run(a->hand, OUTWARD_MEND, SPAN_NONE, on_done, a);
	if (!a->runs)
		timer_after(a->timer, LATER);
}

struct automend *
automend_new(struct event_base *base, struct store *store,
    struct hand *hand)
{
	struct automend *a;

	if (!hand_has(hand, OUTWARD_MEND))
		return NULL;
	a = mem_new(sizeof(*a));
	a->store = store;
	a->hand = hand;
	a->failed = CLOCK_NONE;
	a->timer = event_new(base, -1, 0, on_timer, a);
	must(a->timer != NULL);
	timer_after(a->timer, SOON);
	return a;
}

void
automend_free(struct automend *a)
{
	if (a == NULL)
		return;
	event_free(a->timer);
	free(a->said);
	free(a);
}

json_t *
automend_status(const struct automend *a)
{
	char when[CLOCK_TEXT_MAX];

	json_t *said, *o;

	if (a == NULL || a->failed == CLOCK_NONE)
		return json_null();
	said = json_text_new(span_of(a->said));
	o = json_pack("{s:s, s:s, s:o}", "at",
	    clock_format(when, a->failed), "status", is_partly(a->status) ?
	    "partly" : hand_status_text(a->status), "said", said != NULL ?
	    said : json_string(""));
	must(o != NULL);
	return o;
}

void
automend_look(struct automend *a)
{
	if (a == NULL)
		return;
	a->tries = 0;
	a->wanted = true;
	if (!a->runs)
		timer_after(a->timer, SOON);
}
