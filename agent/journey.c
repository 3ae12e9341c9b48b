/* See journey.h. */
#include "agent/journey.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

#define NONE SIZE_MAX

struct stop {
	const char *url;
	size_t step;		/* which of the steps */
	bool arrives;		/* it leads here; or away from here */
};

struct steps {
	size_t *next;		/* NONE: it is the last one */
	bool *follows;		/* another leads to where it begins */
};

static int
order(const void *a, const void *b)
{
	const struct stop *x = a, *y = b;
	int rc = strcmp(x->url, y->url);

	return rc != 0 ? rc : (x->step > y->step) - (x->step < y->step);
}

/* Who arrives somewhere goes on with the first step from there that is later. */
static void
link_steps(struct steps *s, struct stop *stop, size_t count)
{
	size_t last = NONE;

	qsort(stop, count, sizeof(*stop), order);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(stop[i].url, stop[i - 1].url) != 0)
			last = NONE;
		if (stop[i].arrives) {
			last = stop[i].step;
		} else if (last != NONE) {
			s->next[last] = stop[i].step;
			s->follows[stop[i].step] = true;
			last = NONE;
		}
	}
}

static void
find_steps(struct steps *s, const struct paths *moved, size_t count)
{
	struct stop *stop = mem_grow(NULL, 2 * count, sizeof(*stop));

	for (size_t i = 0; i < count; i++) {
		s->next[i] = NONE;
		s->follows[i] = false;
		stop[2 * i] = (struct stop){ .url = moved->at[2 * i],
		    .step = i };
		stop[2 * i + 1] = (struct stop){ .url = moved->at[2 * i + 1],
		    .step = i, .arrives = true };
	}
	link_steps(s, stop, 2 * count);
	free(stop);
}

size_t
journey_join(const struct paths *moved, struct journey *out)
{
	size_t count = moved->count / 2, made = 0;
	struct steps s;

	if (count == 0)
		return 0;
	s.next = mem_grow(NULL, count, sizeof(*s.next));
	s.follows = mem_grow(NULL, count, sizeof(*s.follows));
	find_steps(&s, moved, count);
	for (size_t i = 0; i < count; i++) {
		size_t last = i;

		if (s.follows[i])
			continue;
		while (s.next[last] != NONE)
			last = s.next[last];
		out[made++] = (struct journey){
		    .from = span_of(moved->at[2 * i]),
		    .to = span_of(moved->at[2 * last + 1]) };
	}
	free(s.next);
	free(s.follows);
	return made;
}
