/*
 * Adopting, one after the other; see adopt.h.
 */
#include "hub/adopt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/frame.h"
#include "hub/json.h"
#include "hub/view.h"

#define UNDER_WAY 1000		/* the others come again */

struct orphan {			/* a key that waits for its turn */
	LIST_ENTRY(orphan) entry;
	struct adopt *adopt;
	struct frame_peer peer;	/* its address is nobody's business */
};

struct adopt {
	struct writer *writer;
	struct turns *turns;
	LIST_HEAD(orphans, orphan) orphans;
	size_t count;
};

struct adopt *
adopt_new(struct writer *w, struct turns *t)
{
	struct adopt *a = mem_new(sizeof(*a));

	a->writer = w;
	a->turns = t;
	LIST_INIT(&a->orphans);
	return a;
}

static void
forget(struct orphan *o)
{
	LIST_REMOVE(o, entry);
	o->adopt->count--;
	free(o);
}

void
adopt_free(struct adopt *a)
{
	struct orphan *o, *next;

	if (a == NULL)
		return;
	for (o = LIST_FIRST(&a->orphans); o != NULL; o = next) {
		next = LIST_NEXT(o, entry);
		free(o);
	}
	free(a);
}

json_t *
adopt_act(uint32_t site, const uint8_t key[CA_KEY_HASH], int64_t issued)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "do", "adopt", "site",
	    (json_int_t)site, "issued", (json_int_t)issued);

	must(o != NULL);
	json_object_set_new(o, "key", json_bytes(key, CA_KEY_HASH));
	return o;
}

static bool
is_due(struct adopt *a, const struct frame_peer *p, struct view_site *s)
{
	return p->site != 0 && view_site(a->writer->view, p->site, s) &&
	    view_site_forgot(s, p->key_hash, p->issued);
}

static void
begin(void *arg)
{
	static const uint8_t unknown[TICKET_PIN];
	struct orphan *p = arg;
	struct adopt *a = p->adopt;
	struct view_site s;
	struct acts acts;
	json_t *o;

	/* Of two requests at once, the other was first; or one newer. */
	if (!is_due(a, &p->peer, &s)) {
		forget(p);
		turn_end(a->turns);
		return;
	}
	o = adopt_act(p->peer.site, p->peer.key_hash, p->peer.issued);
	json_object_set_new(o, "until", json_integer(p->peer.until));
	if (memcmp(p->peer.ca, unknown, sizeof(unknown)) != 0)
		json_object_set_new(o, "ca", json_bytes(p->peer.ca,
		    TICKET_PIN));
	acts_init(&acts);
	acts_put(&acts, o, ACTS_HUB, ADOPT_REASON);
	turn_write(a->turns, &acts);
	acts_clear(&acts);
}

static void
written(void *arg, bool good)
{
	char when[CLOCK_TEXT_MAX];
	struct orphan *p = arg;
	struct view_site s;
	struct buf key;

	buf_init(&key, 2 * CA_KEY_HASH + 1);
	text_hex(&key, p->peer.key_hash, 8);
	if (good && view_site(p->adopt->writer->view, p->peer.site, &s))
		log_warn("site=%s adopted key=%s…: certified at %s, after "
		    "the backup that this hub was restored from", s.code,
		    buf_cstr(&key), clock_show(when, p->peer.issued));
	buf_clear(&key);
	forget(p);
}

void
adopt_look(struct adopt *a, struct span body)
{
	struct frame_peer p;
	struct view_site s;
	struct orphan *o;

	if (!frame_peer_look(&p, body) || !is_due(a, &p, &s) ||
	    a->count >= UNDER_WAY)
		return;
	o = mem_new(sizeof(*o));
	o->adopt = a;
	o->peer = p;
	o->peer.address = SPAN_NONE;
	LIST_INSERT_HEAD(&a->orphans, o, entry);
	a->count++;
	turn_ask(a->turns, begin, written, o);
}
