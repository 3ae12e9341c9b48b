/* See nearest.h. */
#include "contrib/base/nearest.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_BYTES 64

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
	size_t row[NAME_MAX_BYTES + 1], n = strlen(b), diagonal, above;

	if (n > NAME_MAX_BYTES || a.n > NAME_MAX_BYTES)
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
nearest_to(struct span name)
{
	return (struct nearest){ .name = name, .least = name.n / 3 + 2 };
}

void
nearest_try(struct nearest *n, const char *candidate)
{
	size_t d = distance(n->name, candidate);

	if (d >= n->least)
		return;
	n->least = d;
	n->found = candidate;
}
