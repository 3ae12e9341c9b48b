/*
 * Reading the clock, and times as text.
 *
 * Dates are proleptic Gregorian. Days are counted from 1970-01-01 in years
 * that begin in March, so that the leap day is the last of its year; an era
 * is the 400 years (146097 days) after which the calendar repeats.
 */
#include "contrib/base/clock.h"

#include <stdio.h>
#include <time.h>

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))
#define ERA_DAYS 146097
#define DAYS_TO_1970 719468	/* from 0000-03-01 */

static struct {
	bool set;
	int64_t wall;
	int64_t mono;
} still;

struct civil {
	int64_t year;
	uint8_t month, day, hour, minute, second;
	uint16_t ms;
};

static int64_t
read_ms(clockid_t id)
{
	struct timespec t = { 0 };

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_wall(void)
{
	return still.set ? still.wall : read_ms(CLOCK_REALTIME);
}

int64_t
clock_mono(void)
{
	return still.set ? still.mono : read_ms(CLOCK_MONOTONIC);
}

uint64_t
clock_cpu(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void
clock_set(int64_t wall, int64_t mono)
{
	still.set = true;
	still.wall = wall;
	still.mono = mono;
}

void
clock_release(void)
{
	still.set = false;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int from_march = (month + 9) % 12;
	int64_t of_year = (153 * from_march + 2) / 5 + day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - DAYS_TO_1970;
}

/* The other way round; see days_of(). */
static void
date_of(int64_t days, struct civil *c)
{
	int64_t era, of_era, year, of_year;
	int from_march;

	days += DAYS_TO_1970;
	era = floor_div(days, ERA_DAYS);
	of_era = days - era * ERA_DAYS;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
	    365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	from_march = (int)((5 * of_year + 2) / 153);
	c->day = (uint8_t)(of_year - (153 * from_march + 2) / 5 + 1);
	c->month = (uint8_t)(from_march < 10 ? from_march + 3 :
	    from_march - 9);
	c->year = era * 400 + year + (c->month <= 2);
}

int64_t
clock_civil(int year, int month, int day, int hour, int minute, int second)
{
	return days_of(year, month, day) * DAY_MS +
	    ((hour * INT64_C(60) + minute) * 60 + second) * 1000;
}

static struct civil
civil_of(int64_t ms)
{
	struct civil c;
	int64_t days = floor_div(ms, DAY_MS);
	int rest = (int)(ms - days * DAY_MS);

	date_of(days, &c);
	c.ms = (uint16_t)(rest % 1000);
	c.second = (uint8_t)(rest / 1000 % 60);
	c.minute = (uint8_t)(rest / 60000 % 60);
	c.hour = (uint8_t)(rest / 3600000);
	return c;
}

/* RFC 3339 has four digits for the year: what is beyond stops there. */
static int64_t
within_four_digits(int64_t ms)
{
	int64_t least = clock_civil(0, 1, 1, 0, 0, 0);
	int64_t most = clock_civil(10000, 1, 1, 0, 0, 0) - 1;

	return ms < least ? least : ms > most ? most : ms;
}

const char *
clock_format(char out[CLOCK_TEXT_MAX], int64_t ms)
{
	struct civil c;

	out[0] = '\0';
	if (ms == CLOCK_NONE)
		return out;
	c = civil_of(within_four_digits(ms));
	snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    (uint16_t)c.year, c.month, c.day, c.hour, c.minute, c.second, c.ms);
	return out;
}

const char *
clock_show(char out[CLOCK_TEXT_MAX], int64_t ms)
{
	struct tm tm;
	struct civil c;
	time_t seconds;
	int east = 0, far;

	out[0] = '\0';
	if (ms == CLOCK_NONE)
		return out;
	ms = within_four_digits(ms);
	seconds = (time_t)floor_div(ms, 1000);
	if (localtime_r(&seconds, &tm) != NULL)
		east = (int)(tm.tm_gmtoff / 60);
	c = civil_of(within_four_digits(ms + east * INT64_C(60000)));
	far = east < 0 ? -east : east;
	snprintf(out, CLOCK_TEXT_MAX,
	    "%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", (uint16_t)c.year,
	    c.month, c.day, c.hour, c.minute, c.second, east < 0 ? '-' : '+',
	    (uint8_t)(far / 60), (uint8_t)(far % 60));
	return out;
}

const char *
clock_span(char out[CLOCK_TEXT_MAX], int64_t ms)
{
	static const struct {
		int64_t from, unit;	/* ms; shown in units from here on */
		const char *name;
	} steps[] = {
		{ 2 * DAY_MS, DAY_MS, "d" },
		{ 2 * 3600000, 3600000, "h" },
		{ 2 * 60000, 60000, "min" },
		{ 0, 1000, "s" },
	};
	int64_t far = ms >= 0 ? ms : ms == INT64_MIN ? INT64_MAX : -ms;
	size_t i = 0;

	while (far < steps[i].from)
		i++;
	snprintf(out, CLOCK_TEXT_MAX, "%s%lld %s",
	    ms < 0 && far >= steps[i].unit ? "-" : "",
	    (long long)(far / steps[i].unit), steps[i].name);
	return out;
}

/* Reading: a cursor that stays bad once something didn't fit. */
struct scan {
	const char *at, *end;
	bool bad;
};

static int
digits(struct scan *s, int count)
{
	int n = 0;

	if (s->bad || s->end - s->at < count) {
		s->bad = true;
		return 0;
	}
	for (; count > 0; count--, s->at++) {
		if (*s->at < '0' || *s->at > '9')
			s->bad = true;
		else
			n = n * 10 + (*s->at - '0');
	}
	return n;
}

static bool
is_next(struct scan *s, char c)
{
	if (s->bad || s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static void
expect(struct scan *s, char c)
{
	if (!is_next(s, c))
		s->bad = true;
}

static int
fraction(struct scan *s)
{
	int ms = 0, worth = 100;
	const char *from = s->at;

	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
		ms += worth * (*s->at - '0');
		worth /= 10;
	}
	if (s->at == from)
		s->bad = true;
	return ms;
}

/* Minutes east of UTC. */
static int
offset(struct scan *s)
{
	int sign = 1, hour, minute;

	if (is_next(s, 'Z') || is_next(s, 'z'))
		return 0;
	if (is_next(s, '-'))
		sign = -1;
	else
		expect(s, '+');
	hour = digits(s, 2);
	expect(s, ':');
	minute = digits(s, 2);
	if (hour > 23 || minute > 59)
		s->bad = true;
	return sign * (hour * 60 + minute);
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
is_sane(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	    c->day <= days_in((int)c->year, c->month) && c->hour <= 23 &&
	    c->minute <= 59 && c->second <= 60;
}

static void
read_time(struct scan *s, struct civil *c)
{
	c->hour = (uint8_t)digits(s, 2);
	expect(s, ':');
	c->minute = (uint8_t)digits(s, 2);
	if (!is_next(s, ':'))
		return;
	c->second = (uint8_t)digits(s, 2);
	if (is_next(s, '.'))
		c->ms = (uint16_t)fraction(s);
}

bool
clock_parse(const char *at, size_t n, int zone, int64_t *ms)
{
	struct scan s = { .at = at };
	struct civil c = { 0 };

	if (at == NULL)
		return false;
	s.end = at + n;
	c.year = digits(&s, 4);
	expect(&s, '-');
	c.month = (uint8_t)digits(&s, 2);
	expect(&s, '-');
	c.day = (uint8_t)digits(&s, 2);
	if (s.at != s.end) {
		if (!is_next(&s, 't') && !is_next(&s, ' '))
			expect(&s, 'T');
		read_time(&s, &c);
		zone = offset(&s);
	}
	if (s.bad || s.at != s.end || !is_sane(&c))
		return false;
	*ms = clock_civil((int)c.year, c.month, c.day, c.hour, c.minute,
	    c.second) + c.ms - zone * INT64_C(60000);
	return true;
}
