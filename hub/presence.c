/*
 * Presence: frames to rows of the pulse.
 */
#include "hub/presence.h"

#include <stdio.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/pulse.h"
#include "hub/sift.h"
#include "hub/view.h"
#include "protocol/answer.h"
#include "protocol/features.h"

#define WAIT_EVERY 1000		/* ms */

struct presence {
	struct writer *writer;
	struct presence_hooks hooks;
	uint32_t *lines;	/* connections open, by site number */
	uint32_t count;
	int64_t waited;		/* ms, mono: when it was last looked who waits */
};

struct presence *
presence_new(struct writer *w, const struct presence_hooks *hooks)
{
	struct presence *p = mem_new(sizeof(*p));

	p->writer = w;
	p->hooks = *hooks;
	pulse_begin(clock_wall());
	return p;
}

void
presence_free(struct presence *p)
{
	if (p == NULL)
		return;
	free(p->lines);
	free(p);
}

/* --- words ----------------------------------------------------------------- */

/* Who is kept out, or has another key, may say what he likes. */
static bool
is_its_own(const struct presence *p, const struct frame_peer *peer)
{
	struct view_site s;

	return peer->site != 0 && view_site(p->writer->view, peer->site, &s) &&
	    !s.retired && !s.blocked && view_site_has(&s, peer->key_hash);
}

static void
hear(struct presence *p, const struct frame_peer *peer,
    const struct health *health)
{
	const int64_t least = (int64_t)p->writer->config->silent_after;
	char address[PULSE_ADDRESS];
	int64_t now = clock_wall();
	struct pulse_row row;

	snprintf(address, sizeof(address), "%.*s", SPAN_ARGS(peer->address));
	pulse_heard(peer->site, now, peer->address.n > 0 ? address : NULL,
	    health);
	(void)pulse_read(peer->site, &row);
	if (p->hooks.heard != NULL)
		p->hooks.heard(p->hooks.arg, peer->site, now,
		    pulse_patience(&row, least), &row.health);
}

void
presence_word(struct presence *p, struct span body)
{
	struct frame_peer peer;

	if (frame_peer_look(&peer, body) && is_its_own(p, &peer))
		hear(p, &peer, NULL);
}

void
presence_batch(struct presence *p, struct span body)
{
	struct frame_batch f;

	if (!frame_batch_read(&f, body) || !is_its_own(p, &f.peer))
		return;
	hear(p, &f.peer, &f.head.health);
	pulse_skew(f.peer.site, sift_clock(&f) - clock_wall());
	pulse_looks(f.peer.site, answer_has_word(f.head.features,
	    FEATURE_LOOK));
	if (f.head.looked.task != 0 && p->hooks.looked != NULL)
		p->hooks.looked(p->hooks.arg, f.peer.site, &f.head.looked);
}

void
presence_wait(struct presence *p, const struct pending_queue *q)
{
	int64_t now = clock_mono();

	if (now - p->waited < WAIT_EVERY)
		return;
	p->waited = now;
	for (const struct pending *one = q->first; one != NULL;
	    one = one->next)
		if (one->done == NULL)
			presence_word(p, buf_look(&one->body));
}

/* --- connections ----------------------------------------------------------- */

/* Whichever key: a connection that goes away when its key is the site's no
 * more has come when it was. */
static void
count(struct presence *p, uint32_t site, bool opened)
{
	uint32_t n = p->count;

	if (site >= n) {
		n = site + site / 2 + 16;
		p->lines = mem_grow(p->lines, n, sizeof(p->lines[0]));
		for (uint32_t i = p->count; i < n; i++)
			p->lines[i] = 0;
		p->count = n;
	}
	if (opened)
		p->lines[site]++;
	else if (p->lines[site] > 0)
		p->lines[site]--;
	pulse_connected(site, p->lines[site], clock_wall());
}

void
presence_line(struct presence *p, struct span body)
{
	enum frame_line what;
	struct frame_peer peer;

	if (!frame_peer_read(&peer, &what, body) || peer.site == 0 ||
	    peer.site > view_sites(p->writer->view))
		return;
	if (what == FRAME_LINE_BUSY)
		presence_word(p, body);
	else
		count(p, peer.site, what == FRAME_LINE_OPENED);
	if (what == FRAME_LINE_CLOSED && p->lines[peer.site] == 0 &&
	    p->hooks.gone != NULL)
		p->hooks.gone(p->hooks.arg, peer.site, clock_wall());
}
