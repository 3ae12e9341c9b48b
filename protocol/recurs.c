/*
 * Days and hours, read; see recurs.h.
 */
#include "protocol/recurs.h"

#include "contrib/base/lang.h"

#define DAY 1440		/* minutes */

static const char odd_days[] = N_("expected daily, weekdays such as mon,wed, "
    "or monthly: and days such as monthly:1,15");
static const char odd_hours[] = N_("expected hours such as 02:00-04:00 after "
    "the days");

static bool
refuse(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return false;
}

/* Up to the first c, which is taken off, too; all of it if there is none. */
static struct span
cut(struct span *s, char c)
{
	const char *end = s->n > 0 ? memchr(s->at, c, s->n) : NULL;
	struct span head = *s;

	if (end == NULL) {
		*s = SPAN_NONE;
		return head;
	}
	head.n = (size_t)(end - s->at);
	s->at += head.n + 1;
	s->n -= head.n + 1;
	return head;
}

/* --- days ---------------------------------------------------------------- */

static bool
put_weekday(struct recurs *r, struct span word)
{
	static const char *const names[] = { "sun", "mon", "tue", "wed",
		"thu", "fri", "sat" };

	for (unsigned i = 0; i < 7; i++) {
		if (!span_is(word, span_of(names[i])))
			continue;
		r->weekdays |= (uint8_t)(1u << i);
		return true;
	}
	return false;
}

static int
digits(struct span s, size_t n)
{
	int v = 0;

	if (s.n == 0 || s.n > n)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return -1;
		v = v * 10 + (s.at[i] - '0');
	}
	return v;
}

static bool
put_date(struct recurs *r, struct span word)
{
	int day = digits(word, 2);

	if (day < 1 || day > 31)
		return false;
	r->dates |= UINT32_C(1) << day;
	return true;
}

static bool
read_days(struct recurs *r, struct span days)
{
	const struct span monthly = SPAN("monthly:");
	bool dates = days.n > monthly.n &&
	    memcmp(days.at, monthly.at, monthly.n) == 0;

	if (span_is(days, SPAN("daily"))) {
		r->weekdays = 127;
		return true;
	}
	if (dates) {
		days.at += monthly.n;
		days.n -= monthly.n;
	}
	if (days.n == 0 || days.at[days.n - 1] == ',')
		return false;
	while (days.n > 0) {
		struct span word = cut(&days, ',');

		if (!(dates ? put_date(r, word) : put_weekday(r, word)))
			return false;
	}
	return true;
}

/* --- hours --------------------------------------------------------------- */

/* "04:00"; "24:00" is the end of the day. */
static int
minutes(struct span text)
{
	int hour = digits(cut(&text, ':'), 2), minute = digits(text, 2);

	if (text.n != 2 || hour < 0 || minute < 0 || minute > 59 ||
	    hour * 60 + minute > DAY)
		return -1;
	return hour * 60 + minute;
}

static bool
read_hours(struct recurs *r, struct span hours)
{
	int from = minutes(cut(&hours, '-')), until = minutes(hours);

	if (from < 0 || until < 0 || from == DAY || from == until)
		return false;
	r->from = (unsigned)from;
	r->until = (unsigned)(until > from ? until : until + DAY);
	return true;
}

bool
recurs_parse(struct recurs *r, struct span text, const char **why)
{
	struct span days = cut(&text, ' ');

	*r = (struct recurs){ .from = 0 };
	if (!read_days(r, days))
		return refuse(why, odd_days);
	if (!read_hours(r, text))
		return refuse(why, odd_hours);
	return true;
}

bool
recurs_is_same(struct span a, struct span b)
{
	struct recurs one, other;

	return recurs_parse(&one, a, NULL) && recurs_parse(&other, b, NULL) &&
	    one.weekdays == other.weekdays && one.dates == other.dates &&
	    one.from == other.from && one.until == other.until;
}

bool
recurs_begins(const struct recurs *r, int day, int weekday)
{
	return (r->weekdays >> weekday & 1) != 0 ||
	    (r->dates >> day & 1) != 0;
}

/* --- zones --------------------------------------------------------------- */

static bool
is_zone_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
}

/* No dot, no slash at an end: whatever it is, it leads nowhere else. */
bool
recurs_is_zone(struct span name)
{
	bool slash = true;

	if (name.n == 0 || name.n > RECURS_ZONE)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (name.at[i] == '/' ? slash : !is_zone_char(name.at[i]))
			return false;
		slash = name.at[i] == '/';
	}
	return !slash;
}
