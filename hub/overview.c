#include "hub/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/query_home.h"

#define READ_MS 2000		/* between two walks over all sites */
#define BODY_MAX (8u << 20)
#define KIND_PORTAL 0
#define KIND_DEPARTMENT 1
#define KIND_OTHER 2

struct overview *
overview_new(void)
{
	struct overview *o = mem_new(sizeof(*o));

	o->where = mem_new(PULSE_SITES * sizeof(*o->where));
	o->version = (uint64_t)clock_wall();
	for (size_t i = 0; i < 4; i++)
		buf_init(&o->grid[i].markup, BODY_MAX);
	return o;
}

static void
drop_sites(struct overview_site *site, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(site[i].name);
	free(site);
}

void
overview_free(struct overview *o)
{
	if (o == NULL)
		return;
	drop_sites(o->site, o->count);
	for (size_t i = 0; i < 4; i++)
		buf_clear(&o->grid[i].markup);
	free(o->where);
	free(o);
}

/* --- the sites --------------------------------------------------------------- */

struct reading {
	struct query *query;
	struct overview_site *site;
	size_t count, room;
};

static uint8_t
kind_of(struct span kind)
{
	if (span_is(kind, SPAN("portal")))
		return KIND_PORTAL;
	return span_is(kind, SPAN("department")) ? KIND_DEPARTMENT :
	    KIND_OTHER;
}

static bool
take(void *arg, const struct site_info *s)
{
	struct reading *r = arg;
	struct overview_site *to;

	if (s->state == SITE_RETIRED)
		return true;
	if (r->count == r->room) {
		r->room = r->room * 2 + 64;
		r->site = mem_grow(r->site, r->room, sizeof(*r->site));
	}
	to = &r->site[r->count++];
	*to = (struct overview_site){ .number = s->number,
		.kind = kind_of(s->kind), .index = s->state,
		.moved = query_home_has_moved(r->query, s->number),
		.cell = CELL_STATES };
	memcpy(to->code, s->code, sizeof(to->code));
	to->name = mem_copy(s->name.n > 0 ? s->name.at : "", s->name.n);
	return true;
}

/* Of a province its cities, of a country its provinces. */
static size_t
digits_of(const struct reading *r)
{
	for (size_t i = 1; i < r->count; i++)
		if (strncmp(r->site[i].code, r->site[0].code, 2) != 0)
			return 2;
	return 4;
}

static size_t digits;		/* for qsort alone */

static int
by_place(const void *a, const void *b)
{
	const struct overview_site *x = a, *y = b;
	int order = strncmp(x->code, y->code, digits);

	if (order == 0)
		order = (int)x->kind - (int)y->kind;
	return order != 0 ? order : strcmp(x->code, y->code);
}

/* Keeps what is known of who stays. True: others are there, or other names. */
static bool
carry_over(struct overview *o, struct reading *r)
{
	bool other = r->count != o->count;

	for (size_t i = 0; i < r->count; i++) {
		struct overview_site *to = &r->site[i];
		uint32_t at = to->number < PULSE_SITES ?
		    o->where[to->number] : 0;
		const struct overview_site *from = at > 0 ?
		    &o->site[at - 1] : NULL;

		if (from == NULL || strcmp(from->name, to->name) != 0 ||
		    from->kind != to->kind) {
			other = true;
			continue;
		}
		to->cell = from->cell;
		to->since = from->since;
		to->cause = from->cause;
		to->changed = from->changed;
	}
	return other;
}

static void
read_sites(struct overview *o, struct query *q)
{
	struct reading r = { .query = q };
	bool other;

	query_sites(q, take, &r);
	digits = digits_of(&r);
	if (r.count > 0)
		qsort(r.site, r.count, sizeof(*r.site), by_place);
	other = carry_over(o, &r);
	drop_sites(o->site, o->count);
	o->site = r.site;
	o->count = r.count;
	o->digits = digits;
	memset(o->where, 0, PULSE_SITES * sizeof(*o->where));
	for (size_t i = 0; i < o->count; i++)
		if (o->site[i].number < PULSE_SITES)
			o->where[o->site[i].number] = (uint32_t)i + 1;
	o->read = clock_mono();
	if (other)
		o->epoch = ++o->version;
}

/* --- their states ------------------------------------------------------------- */

static void
set_cell(struct overview *o, struct overview_site *s,
    const struct pulse_row *p)
{
	enum cell_state cell = cell_of(s->index, s->moved, p);

	if (cell == s->cell && p->since == s->since && p->cause == s->cause)
		return;
	s->cell = cell;
	s->since = p->since;
	s->cause = p->cause;
	s->changed = o->version + 1;
}

static bool
take_pulse(void *arg, uint32_t number, const struct pulse_row *p)
{
	struct overview *o = arg;
	uint32_t at = number < PULSE_SITES ? o->where[number] : 0;

	if (at > 0)
		set_cell(o, &o->site[at - 1], p);
	return true;
}

/* All of them: the index may say something else now. */
static void
judge_all(struct overview *o)
{
	struct pulse_row p;

	for (size_t i = 0; i < o->count; i++) {
		(void)pulse_read(o->site[i].number, &p);
		set_cell(o, &o->site[i], &p);
	}
}

static void
count(struct overview *o)
{
	uint64_t last = 0;

	memset(o->by_state, 0, sizeof(o->by_state));
	for (size_t i = 0; i < o->count; i++) {
		o->by_state[o->site[i].cell]++;
		if (o->site[i].changed > last)
			last = o->site[i].changed;
	}
	if (last > o->version)
		o->version = last;
}

static bool
is_stale(const struct overview *o, struct query *q, uint64_t *place)
{
	struct totals t;

	if (q == NULL)
		return false;
	if (o->read != 0 && clock_mono() - o->read < READ_MS)
		return false;
	query_counts(q, &t);
	*place = t.view_place;
	return o->read == 0 || t.view_place != o->place;
}

void
overview_look(struct overview *o, struct query *q)
{
	uint64_t place = 0, before = o->pulse;
	bool stale = is_stale(o, q, &place);

	o->has_pulse = pulse_look(&o->head);
	if (stale) {
		o->place = place;
		read_sites(o, q);
		o->pulse = o->has_pulse ? o->head.version : 0;
		judge_all(o);
		count(o);
	} else if (o->has_pulse && o->head.version != before) {
		o->pulse = pulse_each_since(before, take_pulse, o);
		count(o);
	}
}

size_t
overview_wrong(const struct overview *o)
{
	size_t n = 0;

	for (int c = 0; c < CELL_STATES; c++)
		if (cell_is_wrong((enum cell_state)c))
			n += o->by_state[c];
	return n;
}

/* --- regions ------------------------------------------------------------------- */

size_t
overview_region(const struct overview *o, size_t at)
{
	size_t end = at + 1;

	while (end < o->count && strncmp(o->site[end].code, o->site[at].code,
	    o->digits) == 0)
		end++;
	return end;
}

const char *
overview_region_name(const struct overview *o, size_t at)
{
	return o->site[at].kind == KIND_PORTAL ? o->site[at].name : "";
}

void
overview_sentence(struct buf *b, const struct overview_site *s)
{
	struct pulse_row p;

	(void)pulse_read(s->number, &p);
	cell_sentence(b, s->cell, s->index, &p);
}
