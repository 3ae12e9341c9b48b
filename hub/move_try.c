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
#define NAME 60			/* bytes of a title */
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

/* How it was called and what it is called now come first: the rest may be
 * cut. */
static void
note_unlike(struct move_try *m, const struct trail *t,
    const struct move_known *known)
{
	struct span was = text_cut(span_of(known->title), NAME);
	struct span is = text_cut(span_of(t->page.title), NAME);

	snprintf(m->said, sizeof(m->said), "another page: is titled \"%.*s\", "
	    "was \"%.*s\"; mend the redirect, or withdraw the move and say "
	    "deleted --see", SPAN_ARGS(is), SPAN_ARGS(was));
}

static void
note(struct move_try *m, const struct trail *t,
    const struct move_known *known)
{
	struct span end = text_cut(buf_look(&t->url), END);

	if (t->trouble != CAUSE_FINE)
		snprintf(m->said, sizeof(m->said), "%s %.200s",
		    cause_name(t->trouble), t->detail);
	else if (m->unlike && (t->hops == 0 || m->led))
		note_unlike(m, t, known);
	else if (t->hops == 0)
		snprintf(m->said, sizeof(m->said), "%ld%s%.100s", t->status,
		    m->other ? " " : "", m->other ? t->page.title : "");
	else
		snprintf(m->said, sizeof(m->said), "%ld to %.*s, %ld%s%.100s",
		    t->hop[0].status, SPAN_ARGS(end), t->status,
		    m->other ? " " : "", m->other ? t->page.title : "");
}

/* One that names itself nowhere, or is drawn by script, may be anything. A
 * file isn't a page, but for one that shows it. */
static bool
is_unlike(const struct trail *t, const struct move_known *known)
{
	const char *const names[] = { t->page.title, t->page.article,
	    t->page.heading };
	struct buf now;
	bool unlike;

	if (t->trouble != CAUSE_FINE || t->status != 200 || !t->html)
		return false;
	buf_init(&now, sizeof(names) / sizeof(names[0]) * LIKENESS_PARTS);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		likeness_parts(&now, span_of(names[i]));
	unlike = known->parts[0] == '\0' ? known->file : now.n > 0 &&
	    !likeness_is(span_of(known->parts), buf_look(&now));
	buf_clear(&now);
	return unlike;
}

void
move_try_judge(struct move_try *m, const struct trail *t, struct span wanted,
    const struct move_known *known)
{
	*m = (struct move_try){
		.answered = t->trouble == CAUSE_FINE,
		.status = t->status > 0 && t->status < 1000 ?
		    (uint32_t)t->status : 0,
		.led = url_place_same(trail_lasting(t), wanted),
	};
	m->other = t->page.says_missing || t->page.bad[0] != '\0' ||
	    t->page.parked[0] != '\0';
	m->unlike = !m->other && is_unlike(t, known);
	m->blind = is_blind(m, t);
	note(m, t, known);
}

bool
move_try_is_good(const struct move_try *m, bool ahead)
{
	return !m->blind && m->answered && m->status == 200 && !m->other &&
	    !m->unlike && (ahead || m->led);
}

bool
move_try_is_dead(const struct move_try *m)
{
	return !m->blind && m->answered && (m->status == 404 ||
	    m->status == 410 || m->other);
}

/* --- frames ------------------------------------------------------------------- */

void
move_try_ask_write(struct buf *b, const struct move_try_ask *a)
{
	write_span(b, a->asked);
	write_span(b, a->wanted);
	write_span(b, span_of(a->known.title));
	write_span(b, span_of(a->known.parts));
	write_u8(b, a->known.file);
}

/* False: it doesn't fit, or is no text. */
static bool
keep_text(char *to, size_t room, struct span s)
{
	if (s.n >= room || !text_is_utf8(s) ||
	    (s.n > 0 && memchr(s.at, '\0', s.n) != NULL))
		return false;
	snprintf(to, room, "%.*s", SPAN_ARGS(s));
	return true;
}

static bool
is_url(struct span s)
{
	struct url u;

	return url_parse(&u, s);
}

bool
move_try_ask_read(struct move_try_ask *a, struct span body)
{
	struct reader r = reader_of(body);
	struct move_known *k = &a->known;
	struct span title, parts;
	uint8_t file;

	*a = (struct move_try_ask){ .asked = read_span(&r) };
	a->wanted = read_span(&r);
	title = read_span(&r);
	parts = read_span(&r);
	file = read_u8(&r);
	k->file = file == 1;
	return reader_done(&r) && file <= 1 && is_url(a->asked) &&
	    is_url(a->wanted) && keep_text(k->title, sizeof(k->title),
	    title) && keep_text(k->parts, sizeof(k->parts), parts);
}

void
move_try_write(struct buf *b, const struct move_try *m)
{
	write_u8(b, m->blind);
	write_u8(b, m->answered);
	write_u32(b, m->status);
	write_u8(b, m->led);
	write_u8(b, m->other);
	write_u8(b, m->unlike);
	write_span(b, span_of(m->said));
}

bool
move_try_read(struct move_try *m, struct span body)
{
	struct reader r = reader_of(body);
	uint8_t blind, answered, led, other, unlike;
	struct span said;

	*m = (struct move_try){ .answered = false };
	blind = read_u8(&r);
	answered = read_u8(&r);
	m->status = read_u32(&r);
	led = read_u8(&r);
	other = read_u8(&r);
	unlike = read_u8(&r);
	said = read_span(&r);
	if (!reader_done(&r) || blind > 1 || answered > 1 || led > 1 ||
	    other > 1 || unlike > 1 || m->status >= 1000 ||
	    !keep_text(m->said, sizeof(m->said), said))
		return false;
	m->blind = blind == 1;
	m->answered = answered == 1;
	m->led = led == 1;
	m->other = other == 1;
	m->unlike = unlike == 1;
	return true;
}
