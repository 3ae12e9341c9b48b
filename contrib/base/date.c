/*
 * Dates as pages write them; see date.h.
 *
 * One small scanner reads year, separator, month, separator, day and, if it
 * follows, a time of day. The separators are - / . and 年 月 日, so one
 * function serves tags, texts and the odd address.
 */
#include "contrib/base/date.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"

#define REACH 12	/* characters, not blanks, from a label to its date */
#define YEAR_LEAST 1980	/* older dates in a text are somebody's birthday */
#define YEAR_MOST 2099

struct moment {
	int year, month, day, hour, minute, second;
	bool half;		/* of a clock of twelve hours, and said which */
};

static bool
is_digit(struct span s, size_t i)
{
	return i < s.n && s.at[i] >= '0' && s.at[i] <= '9';
}

/* Between least and most digits at the head of s; -1: not there. */
static int
take_number(struct span *s, size_t least, size_t most)
{
	size_t n = 0;
	int value = 0;

	while (n < most && is_digit(*s, n))
		value = value * 10 + (s->at[n++] - '0');
	if (n < least)
		return -1;
	s->at += n;
	s->n -= n;
	return value;
}

static bool
take(struct span *s, const char *what)
{
	size_t n = strlen(what);

	if (s->n < n || memcmp(s->at, what, n) != 0)
		return false;
	s->at += n;
	s->n -= n;
	return true;
}

static void
skip_blanks(struct span *s)
{
	while (take(s, " ") || take(s, "\t") || take(s, "\n") ||
	    take(s, "\r") || take(s, "\xc2\xa0") || take(s, "\xe3\x80\x80"))
		continue;
}

static bool
is_real(const struct moment *m)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (m->year % 4 == 0 && m->year % 100 != 0) ||
	    m->year % 400 == 0;

	return m->year >= YEAR_LEAST && m->year <= YEAR_MOST &&
	    m->month >= 1 && m->month <= 12 && m->day >= 1 &&
	    m->day <= days[m->month - 1] &&
	    (m->month != 2 || m->day < 29 || leap) &&
	    m->hour >= 0 && m->hour <= 24 && m->minute >= 0 &&
	    m->minute < 60 && m->second >= 0 && m->second <= 60;
}

static int64_t
moment_ms(const struct moment *m, int zone)
{
	return clock_civil(m->year, m->month, m->day, m->hour, m->minute,
	    m->second) - (int64_t)zone * 60 * 1000;
}

enum half { HALF_NONE, HALF_FIRST, HALF_SECOND };

/* 上午 and 下午 stand before the time, AM and PM behind it. */
static enum half
take_half(struct span *s)
{
	static const struct {
		const char *word;
		enum half half;
	} words[] = {
		{ "上午", HALF_FIRST }, { "下午", HALF_SECOND },
		{ "AM", HALF_FIRST }, { "PM", HALF_SECOND },
		{ "am", HALF_FIRST }, { "pm", HALF_SECOND },
	};

	skip_blanks(s);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (take(s, words[i].word))
			return words[i].half;
	return HALF_NONE;
}

static void
apply_half(struct moment *m, enum half half)
{
	m->half = half != HALF_NONE;
	if (half == HALF_SECOND && m->hour < 12)
		m->hour += 12;
	else if (half == HALF_FIRST && m->hour == 12)
		m->hour = 0;
}

/* "10:20", "10:20:30", "10时20分", "下午3:05", "3:05 PM"; leaves s alone if
 * there is none. */
static void
take_time(struct span *s, struct moment *m)
{
	struct span t = *s, behind;
	int hour, minute, second = 0;
	enum half half;

	skip_blanks(&t);
	if (take(&t, "T"))
		skip_blanks(&t);
	half = take_half(&t);
	skip_blanks(&t);
	hour = take_number(&t, 1, 2);
	if (hour < 0 || !(take(&t, ":") || take(&t, "：") || take(&t, "时") ||
	    take(&t, "点")))
		return;
	minute = take_number(&t, 1, 2);
	if (minute < 0 || hour > 24 || minute > 59)
		return;
	if (take(&t, ":") || take(&t, "：")) {
		second = take_number(&t, 1, 2);
		if (second < 0 || second > 60)
			second = 0;
	} else {
		take(&t, "分");
	}
	m->hour = hour;
	m->minute = minute;
	m->second = second;
	behind = t;
	if (half == HALF_NONE && (half = take_half(&behind)) != HALF_NONE)
		t = behind;
	apply_half(m, half);
	*s = t;
}

static bool
take_separator(struct span *s, const char *han)
{
	bool there;

	skip_blanks(s);
	there = take(s, "-") || take(s, "/") || take(s, ".") || take(s, han) ||
	    take(s, "－") || take(s, "—");
	skip_blanks(s);
	return there;
}

/* A date at the head of s, and the time of day that may follow it. */
static bool
take_moment(struct span *s, struct moment *m)
{
	struct span t = *s;

	*m = (struct moment){ 0 };
	m->year = take_number(&t, 4, 4);
	if (m->year < 0)
		return false;
	if (is_digit(t, 0)) {		/* 20230506 */
		m->month = take_number(&t, 2, 2);
		m->day = take_number(&t, 2, 2);
	} else {
		if (!take_separator(&t, "年"))
			return false;
		m->month = take_number(&t, 1, 2);
		if (!take_separator(&t, "月"))
			return false;
		m->day = take_number(&t, 1, 2);
	}
	if (is_digit(t, 0))
		return false;
	take(&t, "日");
	take_time(&t, m);
	*s = t;
	return is_real(m);
}

/* 14 digits: 20230506102000, as some systems write PubDate. */
static bool
take_compact(struct span s, struct moment *m)
{
	if (s.n != 14)
		return false;
	m->year = take_number(&s, 4, 4);
	m->month = take_number(&s, 2, 2);
	m->day = take_number(&s, 2, 2);
	m->hour = take_number(&s, 2, 2);
	m->minute = take_number(&s, 2, 2);
	m->second = take_number(&s, 2, 2);
	return s.n == 0 && is_real(m);
}

/* For what clock_parse() reads: the years are those of is_real(). */
static bool
is_likely(int64_t ms)
{
	return ms >= clock_civil(YEAR_LEAST, 1, 1, 0, 0, 0) &&
	    ms < clock_civil(YEAR_MOST + 1, 1, 1, 0, 0, 0);
}

/* plain: nothing stands behind it, nor which half of the day it is. */
static bool
parse(struct span s, int zone, int64_t *ms, bool *plain)
{
	struct moment m;

	s = text_trim(s);
	*plain = true;
	if (s.n == 0)
		return false;
	if (clock_parse(s.at, s.n, zone, ms))
		return is_likely(*ms);
	if (!take_compact(s, &m)) {
		if (!take_moment(&s, &m))
			return false;
		*plain = s.n == 0 && !m.half;
	}
	*ms = moment_ms(&m, zone);
	return true;
}

/* One of the names behind it, at the head of s: its number; -1: none. */
static int
take_name(struct span *s, const char *const *names, int count)
{
	skip_blanks(s);
	for (int i = 0; i < count; i++)
		if (take(s, names[i]))
			return i;
	return -1;
}

/* CST is China's in these pages, whatever America means by it. */
static bool
take_zone(struct span *s, int *zone)
{
	static const char *const names[] = { "CST", "UTC", "GMT" };
	int name = take_name(s, names, 3), sign, hours, minutes = 0;

	if (name < 0)
		return false;
	*zone = name == 0 ? 480 : 0;
	sign = take(s, "+") ? 1 : take(s, "-") ? -1 : 0;
	if (name == 0 || sign == 0)
		return sign == 0;
	hours = take_number(s, 1, 2);
	take(s, ":");
	if (is_digit(*s, 0))
		minutes = take_number(s, 2, 2);
	*zone = sign * (hours * 60 + minutes);
	return hours >= 0 && hours <= 14 && minutes >= 0 && minutes < 60;
}

/* "Fri Nov 20 15:05:09 CST 2026": a Date of Java that nobody has formatted. */
static bool
parse_java(struct span s, int64_t *ms)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct moment m = { 0 };
	int zone;

	s = text_trim(s);
	if (take_name(&s, days, 7) < 0)
		return false;
	m.month = take_name(&s, months, 12) + 1;
	skip_blanks(&s);
	m.day = take_number(&s, 1, 2);
	skip_blanks(&s);
	m.hour = take_number(&s, 2, 2);
	m.minute = take(&s, ":") ? take_number(&s, 2, 2) : -1;
	m.second = take(&s, ":") ? take_number(&s, 2, 2) : -1;
	if (m.minute < 0 || m.second < 0 || !take_zone(&s, &zone))
		return false;
	skip_blanks(&s);
	m.year = take_number(&s, 4, 4);
	*ms = s.n == 0 && is_real(&m) ? moment_ms(&m, zone) : 0;
	return *ms != 0;
}

static struct span
tail(struct span s, const char *from)
{
	return (struct span){ from, s.n - (size_t)(from - s.at) };
}

/* A date within REACH characters of the head of s. */
static bool
near_head(struct span s, struct moment *m)
{
	for (int i = 0; i < REACH; i++) {
		skip_blanks(&s);
		if (s.n == 0)
			return false;
		if (is_digit(s, 0))
			return take_moment(&s, m);
		text_next(&s);
	}
	return false;
}

bool
date_parse(struct span s, int zone, int64_t *ms)
{
	struct moment m;
	bool plain;

	if (parse(s, zone, ms, &plain) || parse_java(s, ms))
		return true;
	if (!near_head(s, &m))
		return false;
	*ms = moment_ms(&m, zone);
	return true;
}

bool
date_said(struct span s, int zone, int64_t *ms)
{
	bool plain;

	return parse(s, zone, ms, &plain) && plain;
}

bool
date_is_proper(struct span s)
{
	static const char shape[] = "0000-00-00 00:00:00";
	struct moment m;

	if (s.n != sizeof("0000-00-00 00:00") - 1 && s.n != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (shape[i] == '0' ? !is_digit(s, i) : s.at[i] != shape[i])
			return false;
	}
	return take_moment(&s, &m) && s.n == 0;
}

/* Is what ends at `at` (within s) a Han character? Then 时间 is part of
 * another word: 会议时间 is no date of publication. */
static bool
han_before(struct span s, const char *at)
{
	struct span c;
	uint32_t code;

	if (at - s.at < 3)
		return false;
	c = (struct span){ at - 3, 3 };
	code = text_next(&c);
	return c.n == 0 && code >= 0x3400 && code <= 0x9fff;
}

static bool
after_label(struct span text, const char *label, bool whole, struct moment *m)
{
	const char *at;

	while ((at = memmem(text.at, text.n, label, strlen(label))) != NULL) {
		struct span rest = tail(text, at + strlen(label));

		if (!(whole && han_before(text, at)) && near_head(rest, m))
			return true;
		text = rest;
	}
	return false;
}

bool
date_in_text(struct span text, int zone, int64_t *ms)
{
	static const struct {
		const char *label;
		bool whole;	/* not as the end of another word */
	} labels[] = {
		{ "发布时间", false }, { "发布日期", false },
		{ "发表时间", false }, { "发文时间", false },
		{ "发布于", false }, { "时间", true }, { "日期", true },
	};
	struct moment m;

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (after_label(text, labels[i].label, labels[i].whole, &m)) {
			*ms = moment_ms(&m, zone);
			return true;
		}
	}
	return false;
}

/* The shapes that addresses have, after a slash. */
static bool
take_path_date(struct span s, struct moment *m)
{
	bool slash;

	*m = (struct moment){ 0 };
	m->year = take_number(&s, 4, 4);
	if (m->year < 0)
		return false;
	if (take(&s, "-") || take(&s, "/")) {	/* 2023-05/06/ 2023/5/6/ */
		m->month = take_number(&s, 1, 2);
		if (!take(&s, "/") && !take(&s, "-"))
			return false;
		m->day = take_number(&s, 1, 2);
		return !is_digit(s, 0) && is_real(m);
	}
	m->month = take_number(&s, 2, 2);	/* 202305/06/ 20230506/ */
	slash = take(&s, "/");
	m->day = take_number(&s, 2, 2);
	if (slash && s.n > 0 && s.at[0] != '/')
		return false;
	return !is_digit(s, 0) && is_real(m);
}

/* t20230506_123.shtml: the file name alone says it. */
static bool
take_file_date(struct span s, struct moment *m)
{
	*m = (struct moment){ 0 };
	if (!take(&s, "t") && !take(&s, "art_") && !take(&s, "content_"))
		return false;
	m->year = take_number(&s, 4, 4);
	m->month = take_number(&s, 2, 2);
	m->day = take_number(&s, 2, 2);
	return !is_digit(s, 0) && is_real(m);
}

bool
date_in_url(struct span url, int zone, int64_t *ms)
{
	const char *query = url.n > 0 ? memchr(url.at, '?', url.n) : NULL;
	struct span rest = url;
	struct moment m = { 0 };
	bool found = false;

	if (query != NULL)
		rest.n = (size_t)(query - url.at);
	while (rest.n > 0) {
		const char *slash = memchr(rest.at, '/', rest.n);
		struct moment here;

		if (slash == NULL)
			break;
		rest = tail(rest, slash + 1);
		if (take_file_date(rest, &here) ||
		    (!found && take_path_date(rest, &here))) {
			m = here;
			found = true;
		}
	}
	if (found)
		*ms = moment_ms(&m, zone);
	return found;
}
