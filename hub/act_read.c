/*
 * Parts of an act; see act_read.h.
 */
#include "hub/act_read.h"

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/wire.h"

struct span
act_read_text(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) ? (struct span){ .at = json_string_value(v),
	    .n = json_string_length(v) } : SPAN_NONE;
}

bool
act_read_number(const json_t *o, const char *name, uint64_t most, uint64_t *n)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > most)
		return false;
	*n = (uint64_t)json_integer_value(v);
	return true;
}

bool
act_read_flag(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}

uint64_t
act_read_id(const json_t *o, const char *name)
{
	uint8_t id[8];

	return text_unhex(act_read_text(o, name), id, sizeof(id)) ?
	    wire_get_u64(id) : 0;
}

int64_t
act_read_time(const json_t *o, const char *name)
{
	uint64_t ms;

	return act_read_number(o, name, INT64_MAX, &ms) ? (int64_t)ms :
	    CLOCK_NONE;
}

bool
act_read_site(struct group *g, const json_t *o, struct site *s)
{
	uint64_t n;

	return act_read_number(o, "site", UINT32_MAX, &n) &&
	    site_get(g->txn, (uint32_t)n, s);
}
