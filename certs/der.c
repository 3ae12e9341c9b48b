/*
 * A cursor over DER. See der.h.
 */
#include "certs/der.h"

/* The length's bytes; false: indefinite, too many, or cut short. */
static bool
take_length(struct span *s, size_t *length)
{
	uint8_t first;
	size_t n;

	if (s->n == 0)
		return false;
	first = (uint8_t)*s->at;
	s->at++;
	s->n--;
	*length = first;
	if (first < 0x80)
		return true;
	n = first & 0x7f;
	if (n == 0 || n > 4 || n > s->n)
		return false;
	for (*length = 0; n > 0; n--, s->at++, s->n--)
		*length = *length << 8 | (uint8_t)*s->at;
	return true;
}

bool
der_next(struct span *s, struct der *d)
{
	struct span rest = *s;
	size_t length;

	if (rest.n == 0 || (rest.at[0] & 0x1f) == 0x1f)
		return false;
	d->tag = (uint8_t)rest.at[0];
	rest.at++;
	rest.n--;
	if (!take_length(&rest, &length) || length > rest.n)
		return false;
	d->content = (struct span){ .at = rest.at, .n = length };
	d->whole = (struct span){ .at = s->at,
	    .n = (size_t)(rest.at - s->at) + length };
	s->at += d->whole.n;
	s->n -= d->whole.n;
	return true;
}

bool
der_take(struct span *s, uint8_t tag, struct der *d)
{
	struct span rest = *s;

	if (!der_next(&rest, d) || d->tag != tag)
		return false;
	*s = rest;
	return true;
}

bool
der_into(struct span *s, uint8_t tag, struct span *content)
{
	struct der d;

	if (!der_take(s, tag, &d))
		return false;
	*content = d.content;
	return true;
}
