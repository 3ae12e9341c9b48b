#include "hub/right.h"

#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "contrib/base/units.h"
#include "hub/http_query.h"

#define FIELD_MAX 4096		/* bytes of one field */
#define YEAR (366 * UINT64_C(86400000))	/* ms: the longest RIGHT_SPAN */

static const struct right table[] = {
	{ "alert-ack", USER_EDITOR, { { "alert", RIGHT_NUMBER },
	  { "until", RIGHT_SPAN }, { "reason", RIGHT_LINE } } },
	{ "alert-silence", USER_EDITOR, { { "rule", RIGHT_TEXT },
	  { "code", RIGHT_TEXT }, { "until", RIGHT_SPAN },
	  { "reason", RIGHT_LINE } } },
	{ "alert-unsilence", USER_EDITOR, { { "silence", RIGHT_NUMBER },
	  { "reason", RIGHT_LINE } } },
	{ "notice-announce", USER_EDITOR, { { "code", RIGHT_LINE },
	  { "kind", RIGHT_LINE }, { "service", RIGHT_TEXT },
	  { "from", RIGHT_TIME }, { "until", RIGHT_TIME },
	  { "recurs", RIGHT_TEXT }, { "zone", RIGHT_TEXT },
	  { "see", RIGHT_TEXT }, { "reason", RIGHT_LINE } } },
	{ "notice-end", USER_EDITOR, { { "notice", RIGHT_NUMBER },
	  { "reason", RIGHT_LINE } } },
	{ "home-accept", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
	{ "move-agree", USER_EDITOR, { { "move", RIGHT_NUMBER },
	  { "reason", RIGHT_LINE } } },
	{ "move-withdraw", USER_EDITOR, { { "move", RIGHT_NUMBER },
	  { "reason", RIGHT_LINE } } },
	{ "release", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
	{ "refuse", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
	{ "settle", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "keep", RIGHT_LINE }, { "reason", RIGHT_TEXT } } },
	{ "admit", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
	{ "block", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
	{ "unblock", USER_ADMIN, { { "code", RIGHT_LINE },
	  { "reason", RIGHT_LINE } } },
};

const struct right *
right_of(const char *act)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].act, act) == 0)
			return &table[i];
	return NULL;
}

bool
right_has(const char *act, enum user_role role)
{
	const struct right *r = right_of(act);

	return r != NULL && role >= r->least;
}

/* --- fields ---------------------------------------------------------------- */

/* "2026-11-22T03:00", as a browser's field has it. */
static bool
read_local(struct span s, int64_t *ms)
{
	struct tm tm = { .tm_isdst = -1 };
	char text[32];
	const char *end;
	time_t t;

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.at, s.n);
	text[s.n] = '\0';
	end = strptime(text, "%Y-%m-%dT%H:%M", &tm);
	if (end == NULL || *end != '\0' || (t = mktime(&tm)) == (time_t)-1)
		return clock_parse(s.at, s.n, 0, ms);
	*ms = (int64_t)t * 1000;
	return true;
}

static bool
put_number(json_t *o, const char *name, struct span s)
{
	uint64_t n;

	return text_number(s, 0, INT64_MAX, &n) &&
	    json_object_set_new(o, name, json_integer((json_int_t)n)) == 0;
}

static bool
put_time(json_t *o, const char *name, struct span s)
{
	int64_t ms;

	return s.n == 0 || (read_local(s, &ms) &&
	    json_object_set_new(o, name, json_integer(ms)) == 0);
}

static bool
put_span(json_t *o, const char *name, struct span s)
{
	uint64_t ms;

	return units_parse_time(s, &ms) && ms > 0 && ms <= YEAR &&
	    json_object_set_new(o, name, json_integer(clock_wall() +
	    (json_int_t)ms)) == 0;
}

static bool
put_text(json_t *o, const char *name, struct span s)
{
	const char *at = s.at != NULL ? s.at : "";

	/* What it means with a NUL in it, nobody knows. */
	return memchr(at, '\0', s.n) == NULL && text_is_utf8(s) &&
	    json_object_set_new(o, name, json_stringn(at, s.n)) == 0;
}

static bool
put_field(json_t *o, const struct right_field *f, struct span s)
{
	switch (f->kind) {
	case RIGHT_NUMBER:
		return put_number(o, f->name, s);
	case RIGHT_TIME:
		return put_time(o, f->name, s);
	case RIGHT_SPAN:
		return put_span(o, f->name, s);
	case RIGHT_LINE:
		return s.n > 0 && put_text(o, f->name, s);
	case RIGHT_TEXT:
		break;
	}
	return s.n == 0 || put_text(o, f->name, s);
}

static const char *
expected(enum right_kind kind)
{
	switch (kind) {
	case RIGHT_NUMBER:
		return _("expected a number");
	case RIGHT_TIME:
		return _("expected a date and time like "
		    "2026-11-22T18:00");
	case RIGHT_SPAN:
		return _("expected a time like 30m, 8h or 7d");
	case RIGHT_LINE:
		return _("something must be said here");
	case RIGHT_TEXT:
		break;
	}
	return _("expected text in UTF-8");
}

json_t *
right_read(const struct right *r, struct span form, struct buf *why)
{
	json_t *o = json_pack("{s:s}", "do", r->act);
	struct buf value;

	buf_init(&value, FIELD_MAX);
	for (const struct right_field *f = r->field; f->name != NULL; f++) {
		buf_reset(&value);
		(void)http_query_get(form, f->name, &value);
		if (!value.bad && put_field(o, f,
		    text_trim(buf_look(&value))))
			continue;
		buf_printf(why, "%s: %s", f->name, expected(f->kind));
		json_decref(o);
		o = NULL;
		break;
	}
	buf_clear(&value);
	return o;
}
