/*
 * What came of asking for an address of a move; see move_try.h.
 */
#include "hub/move_try.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "protocol/url.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define END 200			/* bytes of where it led */
#define TOO_OFTEN 429

/* What keeps us from looking is no fault of the move, unless it was seen
 * already to lead elsewhere. */
static bool
is_blind(const struct move_try *m, const struct trail *t)
{
	return (t->hops == 0 || m->led) &&
	    (cause_outcome(t->trouble) == OUTCOME_UNKNOWN ||
	    t->trouble == CAUSE_TOO_OFTEN || (m->answered &&
	    m->status == TOO_OFTEN));
}

static void
note(struct move_try *m, const struct trail *t)
{
	struct span end = text_cut(buf_look(&t->url), END);

	if (t->trouble != CAUSE_FINE)
		snprintf(m->said, sizeof(m->said), "%s %.200s",
		    cause_name(t->trouble), t->detail);
	else if (t->hops == 0)
		snprintf(m->said, sizeof(m->said), "%ld%s%.100s", t->status,
		    m->other ? " " : "", m->other ? t->page.title : "");
	else
		snprintf(m->said, sizeof(m->said), "%ld to %.*s, %ld%s%.100s",
		    t->hop[0].status, SPAN_ARGS(end), t->status,
		    m->other ? " " : "", m->other ? t->page.title : "");
}

void
move_try_judge(struct move_try *m, const struct trail *t, struct span wanted)
{
	*m = (struct move_try){
		.answered = t->trouble == CAUSE_FINE,
		.status = t->status > 0 && t->status < 1000 ?
		    (uint32_t)t->status : 0,
		.led = url_place_same(trail_lasting(t), wanted),
	};
	m->other = t->page.says_missing || t->page.bad[0] != '\0' ||
	    t->page.parked[0] != '\0';
	m->blind = is_blind(m, t);
	note(m, t);
}

bool
move_try_is_good(const struct move_try *m, bool ahead)
{
	return !m->blind && m->answered && m->status == 200 && !m->other &&
	    (ahead || m->led);
}

bool
move_try_is_dead(const struct move_try *m)
{
	return !m->blind && m->answered && (m->status == 404 ||
	    m->status == 410 || m->other);
}

/* --- frames ------------------------------------------------------------------- */

void
move_try_ask_write(struct buf *b, struct span asked, struct span wanted)
{
	write_span(b, asked);
	write_span(b, wanted);
}

static bool
is_url(struct span s)
{
	struct url u;

	return url_parse(&u, s);
}

bool
move_try_ask_read(struct span *asked, struct span *wanted, struct span body)
{
	struct reader r = reader_of(body);

	*asked = read_span(&r);
	*wanted = read_span(&r);
	return reader_done(&r) && is_url(*asked) && is_url(*wanted);
}

void
move_try_write(struct buf *b, const struct move_try *m)
{
	write_u8(b, m->blind);
	write_u8(b, m->answered);
	write_u32(b, m->status);
	write_u8(b, m->led);
	write_u8(b, m->other);
	write_span(b, span_of(m->said));
}

bool
move_try_read(struct move_try *m, struct span body)
{
	struct reader r = reader_of(body);
	uint8_t blind, answered, led, other;
	struct span said;

	*m = (struct move_try){ .answered = false };
	blind = read_u8(&r);
	answered = read_u8(&r);
	m->status = read_u32(&r);
	led = read_u8(&r);
	other = read_u8(&r);
	said = read_span(&r);
	if (!reader_done(&r) || blind > 1 || answered > 1 || led > 1 ||
	    other > 1 || m->status >= 1000 || said.n >= sizeof(m->said) ||
	    (said.n > 0 && memchr(said.at, '\0', said.n) != NULL))
		return false;
	m->blind = blind == 1;
	m->answered = answered == 1;
	m->led = led == 1;
	m->other = other == 1;
	snprintf(m->said, sizeof(m->said), "%.*s", SPAN_ARGS(said));
	return true;
}
