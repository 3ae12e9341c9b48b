#include "hub/permission.h"

#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"
#include "contrib/base/units.h"
#include "hub/http_query.h"

#define FIELD_MAX 4096		/* bytes of one field */
#define YEAR (366 * UINT64_C(86400000))	/* ms: the longest FIELD_DURATION */

static const struct permission table[] = {
	{ "alert-ack", USER_EDITOR, { { "alert", FIELD_NUMBER },
	  { "until", FIELD_DURATION }, { "reason", FIELD_LINE } } },
	{ "alert-silence", USER_EDITOR, { { "rule", FIELD_TEXT },
	  { "code", FIELD_TERM }, { "until", FIELD_DURATION },
	  { "reason", FIELD_LINE } } },
	{ "alert-unsilence", USER_EDITOR, { { "silence", FIELD_NUMBER },
	  { "reason", FIELD_LINE } } },
	{ "notice-announce", USER_EDITOR, { { "code", FIELD_CODE },
	  { "kind", FIELD_LINE }, { "service", FIELD_TEXT },
	  { "from", FIELD_TIME }, { "until", FIELD_TIME },
	  { "recurs", FIELD_TERM }, { "zone", FIELD_TERM },
	  { "see", FIELD_TEXT }, { "reason", FIELD_LINE } } },
	{ "notice-end", USER_EDITOR, { { "notice", FIELD_NUMBER },
	  { "reason", FIELD_LINE } } },
	{ "home-accept", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
	{ "move-agree", USER_EDITOR, { { "move", FIELD_NUMBER },
	  { "reason", FIELD_LINE } } },
	{ "move-withdraw", USER_EDITOR, { { "move", FIELD_NUMBER },
	  { "reason", FIELD_LINE } } },
	{ "release", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
	{ "refuse", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
	{ "settle", USER_ADMIN, { { "code", FIELD_CODE },
	  { "keep", FIELD_LINE }, { "reason", FIELD_TEXT } } },
	{ "admit", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
	{ "block", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
	{ "unblock", USER_ADMIN, { { "code", FIELD_CODE },
	  { "reason", FIELD_LINE } } },
};

const struct permission *
permission_of(const char *act)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].act, act) == 0)
			return &table[i];
	return NULL;
}

const struct permission *
permission_next(const struct permission *p)
{
	const struct permission *next = p != NULL ? p + 1 : table;

	return next < table + sizeof(table) / sizeof(table[0]) ? next : NULL;
}

bool
permission_allows(const char *act, enum user_role role)
{
	const struct permission *p = permission_of(act);

	return p != NULL && role >= p->least;
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
	if (end != text + s.n || (t = mktime(&tm)) == (time_t)-1)
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
put_duration(json_t *o, const char *name, struct span s)
{
	uint64_t ms;

	return units_parse_time(s, &ms) && ms > 0 && ms <= YEAR &&
	    json_object_set_new(o, name, json_integer(clock_wall() +
	    (json_int_t)ms)) == 0;
}

/* Without line breaks, NULs and the like: it is kept, and shown in lists. */
static bool
is_line(struct span s)
{
	if (s.at == NULL)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return false;
	return text_is_utf8(s);
}

static bool
put_text(json_t *o, const char *name, struct span s)
{
	const char *at = s.at != NULL ? s.at : "";

	return is_line(s) &&
	    json_object_set_new(o, name, json_stringn(at, s.n)) == 0;
}

static bool
put_field(json_t *o, const struct permission_field *f, struct span s)
{
	switch (f->kind) {
	case FIELD_NUMBER:
		return put_number(o, f->name, s);
	case FIELD_TIME:
		return put_time(o, f->name, s);
	case FIELD_DURATION:
		return put_duration(o, f->name, s);
	case FIELD_LINE:
	case FIELD_CODE:
		return s.n > 0 && put_text(o, f->name, s);
	case FIELD_TEXT:
	case FIELD_TERM:
		break;
	}
	return s.n == 0 || put_text(o, f->name, s);
}

static const char *
expected(enum field_kind kind)
{
	switch (kind) {
	case FIELD_NUMBER:
		return _("expected a number");
	case FIELD_TIME:
		return _("expected a date and time like "
		    "2026-11-22T18:00");
	case FIELD_DURATION:
		return _("expected a time like 30m, 8h or 7d");
	case FIELD_LINE:
	case FIELD_CODE:
		return _("something must be said here, in one line");
	case FIELD_TEXT:
	case FIELD_TERM:
		break;
	}
	return _("expected one line of text in UTF-8");
}

/* What people only read stays as it was typed. */
static bool
put_typed(json_t *o, const struct permission_field *f, struct span s)
{
	struct buf narrow;
	bool good;

	if (f->kind == FIELD_TEXT || f->kind == FIELD_LINE)
		return put_field(o, f, text_trim(s));
	buf_init(&narrow, FIELD_MAX);
	good = text_narrow(&narrow, s) &&
	    put_field(o, f, text_trim(buf_look(&narrow)));
	buf_clear(&narrow);
	return good;
}

json_t *
permission_read(const struct permission *p, struct span form,
    const char **field, const char **why)
{
	json_t *o = json_pack("{s:s}", "do", p->act);
	struct buf value;

	buf_init(&value, FIELD_MAX);
	for (const struct permission_field *f = p->field; f->name != NULL; f++) {
		buf_reset(&value);
		if ((http_query_get(form, f->name, &value) ||
		    !http_query_has(form, f->name)) &&
		    put_typed(o, f, buf_look(&value)))
			continue;
		*field = f->name;
		*why = expected(f->kind);
		json_decref(o);
		o = NULL;
		break;
	}
	buf_clear(&value);
	return o;
}
