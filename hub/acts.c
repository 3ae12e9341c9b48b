/*
 * Acts: a list of short texts, made from JSON once and never read here.
 */
#include "hub/acts.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

void
acts_init(struct acts *a)
{
	*a = (struct acts){ .count = 0 };
}

void
acts_clear(struct acts *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->text[i]);
	free(a->text);
	acts_init(a);
}

static void
add(struct acts *a, char *text)
{
	if (a->count == a->room) {
		a->room = a->room == 0 ? 4 : a->room * 2;
		a->text = mem_grow(a->text, a->room, sizeof(*a->text));
	}
	a->text[a->count++] = text;
}

void
acts_put(struct acts *a, json_t *act, const char *actor, const char *reason)
{
	char *text;

	must(json_is_string(json_object_get(act, "do")));
	must(actor != NULL && actor[0] != '\0');
	must(json_object_set_new(act, "actor", json_string(actor)) == 0);
	must(json_object_set_new(act, "reason",
	    json_string(reason != NULL ? reason : "")) == 0);
	text = json_dumps(act, JSON_COMPACT);
	must(text != NULL);
	add(a, text);
	json_decref(act);
}

void
acts_move(struct acts *to, struct acts *from)
{
	for (size_t i = 0; i < from->count; i++)
		add(to, from->text[i]);
	from->count = 0;
	acts_clear(from);
}

struct span
acts_get(const struct acts *a, size_t n)
{
	must(n < a->count);
	return span_of(a->text[n]);
}
