/*
 * Two tables of units and one way through them. See units.h.
 */
#include "contrib/base/units.h"

#include "contrib/base/text.h"

#include <inttypes.h>
#include <stdio.h>

struct unit {
	const char *name;
	uint64_t worth;
};

/* The largest first. */
static const struct unit sizes[] = {
	{ "T", UINT64_C(1) << 40 },
	{ "G", UINT64_C(1) << 30 },
	{ "M", UINT64_C(1) << 20 },
	{ "k", UINT64_C(1) << 10 },
	{ "", 1 },
	{ NULL, 0 },
};

static const struct unit times[] = {
	{ "d", UINT64_C(24) * 60 * 60 * 1000 },
	{ "h", UINT64_C(60) * 60 * 1000 },
	{ "m", UINT64_C(60) * 1000 },
	{ "s", 1000 },
	{ "ms", 1 },
	{ NULL, 0 },
};

static bool
parse(const struct unit *u, struct span s, uint64_t *n)
{
	struct span digits = { .at = s.at }, name;
	uint64_t count;

	if (s.n == 0)
		return false;
	while (digits.n < s.n && s.at[digits.n] >= '0' &&
	    s.at[digits.n] <= '9')
		digits.n++;
	name = (struct span){ .at = s.at + digits.n, .n = s.n - digits.n };
	if (!text_number(digits, 0, UINT64_MAX, &count))
		return false;
	while (u->name != NULL && !text_same_nocase(name, span_of(u->name)))
		u++;
	if (u->name == NULL)
		return count == 0 && name.n == 0 && (*n = 0, true);
	if (count > UINT64_MAX / u->worth)
		return false;
	*n = count * u->worth;
	return true;
}

static const char *
format(const struct unit *u, char out[UNITS_TEXT_MAX], uint64_t n)
{
	while (u->worth > 1 && (n == 0 || n % u->worth != 0))
		u++;
	snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "%s", n / u->worth, u->name);
	return out;
}

bool
units_parse_bytes(struct span s, uint64_t *n)
{
	return parse(sizes, s, n);
}

bool
units_parse_time(struct span s, uint64_t *ms)
{
	return parse(times, s, ms);
}

const char *
units_format_bytes(char out[UNITS_TEXT_MAX], uint64_t n)
{
	return format(sizes, out, n);
}

const char *
units_format_time(char out[UNITS_TEXT_MAX], uint64_t ms)
{
	return format(times, out, ms);
}

const char *
units_show_bytes(char out[UNITS_TEXT_MAX], uint64_t n)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB" };
	size_t u = 0;

	while (n >= 10240 && u + 1 < sizeof(unit) / sizeof(*unit)) {
		n >>= 10;
		u++;
	}
	snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 " %s", n, unit[u]);
	return out;
}
