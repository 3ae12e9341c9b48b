/* See nearest.h. */
#include "contrib/base/nearest.h"

#include <stdint.h>
#include <string.h>

#define NAME_MOST 64		/* bytes: no name is longer */

static size_t
smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many letters to change, add or leave out to make a out of b. */
static size_t
distance(struct span a, const char *b)
{
	size_t row[NAME_MOST + 1], n = strlen(b), diagonal, above;

	if (n > NAME_MOST || a.n > NAME_MOST)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; i < a.n; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			above = row[j + 1];
			row[j + 1] = smallest(above + 1, row[j] + 1,
			    diagonal + (a.at[i] != b[j]));
			diagonal = above;
		}
	}
	return row[n];
}

struct nearest
nearest_of(struct span name)
{
	return (struct nearest){ .name = name, .least = name.n / 3 + 2 };
}

void
nearest_try(struct nearest *n, const char *known)
{
	size_t d = distance(n->name, known);

	if (d >= n->least)
		return;
	n->least = d;
	n->found = known;
}
