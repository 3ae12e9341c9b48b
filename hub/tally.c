#include "hub/tally.h"

#include "contrib/base/lang.h"
#include "hub/json.h"

const char *
tally_kind_name(enum tally_kind k)
{
	static const char *const names[] = {
		[TALLY_MISSING] = N_("missing"),
		[TALLY_EXTRA] = N_("extra"),
		[TALLY_DIFFERS] = N_("differs"),
		[TALLY_HELD] = N_("held"),
	};

	return names[k];
}

void
tally_begin(struct tally *t, bool listed)
{
	*t = (struct tally){ .names = listed ? json_array() : NULL };
}

void
tally_clear(struct tally *t)
{
	json_decref(t->names);
	*t = (struct tally){ .names = NULL };
}

static void
text(json_t *one, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(one, name, json_span(s));
}

/* An update is told as an extra item (its old state) before it turns out to
 * be one: then that line is rewritten. */
static json_t *
find_extra(struct tally *t, struct span id)
{
	json_t *one;
	size_t n;

	json_array_foreach(t->names, n, one) {
		json_t *is = json_object_get(one, "id");
		struct span s = { .at = json_string_value(is),
		    .n = json_string_length(is) };

		if (span_is(s, id) && strcmp(json_string_value(
		    json_object_get(one, "kind")), "extra") == 0)
			return one;
	}
	return NULL;
}

static void
list(struct tally *t, enum tally_kind kind, const struct tally_item *i)
{
	json_t *one = kind == TALLY_DIFFERS || kind == TALLY_HELD ?
	    find_extra(t, i->id) : NULL;

	if (one != NULL) {
		t->listed[TALLY_EXTRA]--;
	} else if (t->listed[kind] == TALLY_NAMES) {
		t->cut = true;
		return;
	} else {
		one = json_object();
		json_array_append_new(t->names, one);
	}
	t->listed[kind]++;
	json_object_set_new(one, "kind", json_string(tally_kind_name(kind)));
	text(one, "id", i->id);
	text(one, "url", i->url);
	text(one, "title", i->title);
	text(one, "why", i->why);
}

void
tally_put(struct tally *t, enum tally_kind kind, const struct tally_item *i)
{
	t->count[kind]++;
	if (t->names == NULL || kind == TALLY_MISSING)
		return;		/* those get their names later, or none */
	if (i == NULL)
		t->cut = true;
	else
		list(t, kind, i);
}

bool
tally_name(struct tally *t, enum tally_kind kind, const struct tally_item *i)
{
	if (t->count[TALLY_MISSING] == 0)
		return false;
	t->count[TALLY_MISSING]--;
	t->count[kind]++;
	if (t->names != NULL)
		list(t, kind, i);
	return true;
}

void
tally_pair(struct tally *t, enum tally_kind as)
{
	if (t->count[as] > 0)
		t->count[as]--;
}

uint64_t
tally_missed(const struct tally *t)
{
	return t->count[TALLY_MISSING] + t->count[TALLY_EXTRA] +
	    t->count[TALLY_DIFFERS];
}
