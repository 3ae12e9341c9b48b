/*
 * What browsers send, as far as it is read without a store: an address with
 * its query, the body of a form, and headers that say what is wanted. What
 * reads is text that can be kept and shown, and reads the same when it is
 * written again.
 */
#include <stdint.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/asked.h"
#include "hub/http_query.h"
#include "hub/markup.h"
#include "hub/negotiate.h"
#include "hub/permission.h"

#define INPUT 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span
before(struct span *s, char mark)
{
	const char *at = memchr(s->at, mark, s->n);
	struct span part = *s;

	if (at == NULL) {
		s->at += s->n;
		s->n = 0;
	} else {
		part.n = (size_t)(at - s->at);
		s->at = at + 1;
		s->n -= part.n + 1;
	}
	return part;
}

/* --- values ---------------------------------------------------------------- */

/* Whatever it is, it passes through an address. */
static void
judge_value(struct span s)
{
	struct buf query, is;

	buf_init(&query, 4 * INPUT);
	buf_init(&is, INPUT + 1);
	buf_text(&query, "na=no&name&=&name=");
	markup_argument(&query, s);
	buf_text(&query, "&name=second");
	must(!query.bad);
	must(http_query_get(buf_look(&query), "name", &is));
	must(span_is(buf_look(&is), s));
	must(!http_query_get(buf_look(&query), "nam", &is));
	buf_clear(&query);
	buf_clear(&is);
}

/* --- an address ------------------------------------------------------------- */

static void
judge_asked(struct span path, struct span query)
{
	struct visit v = { .status = 200 };
	struct asked a;
	const char *why = NULL;

	asked_init(&a);
	if (asked_read(&a, path, query, &v, &why)) {
		must(text_is_utf8(buf_look(&a.path)) && !a.path.bad);
		for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++) {
			must(v.argument[i].n <= ASKED_MAX);
			must(text_is_utf8(v.argument[i]));
		}
	} else {
		must(why != NULL && why[0] != '\0');
	}
	asked_clear(&a);
}

/* --- a form ------------------------------------------------------------------ */

static void
judge_text(const json_t *value)
{
	const char *at = json_string_value(value);
	size_t n = json_string_length(value);

	must(text_is_utf8((struct span){ at, n }));
	for (size_t i = 0; i < n; i++)
		must((unsigned char)at[i] >= ' ' && at[i] != 0x7f);
}

/* A time is read to its end. */
static void
judge_time(struct span body, const char *name)
{
	struct buf said;

	buf_init(&said, INPUT);
	must(http_query_get(body, name, &said));
	must(memchr(said.at, '\0', said.n) == NULL);
	buf_clear(&said);
}

/* Only fields of the table, each of its kind; and of those that must be
 * there none is missing, nor one that was said and can't be read. */
static void
judge_fields(const struct permission *p, struct span body, json_t *o)
{
	size_t known = 1;	/* "do" */
	struct buf said;

	buf_init(&said, INPUT);
	must(strcmp(json_string_value(json_object_get(o, "do")), p->act) == 0);
	for (const struct permission_field *f = p->field; f->name != NULL;
	    f++) {
		json_t *value = json_object_get(o, f->name);
		bool must_be = f->kind == FIELD_LINE || f->kind == FIELD_CODE;
		bool may_be = f->kind == FIELD_TEXT || f->kind == FIELD_TERM;
		bool text = must_be || may_be;

		known += value != NULL;
		must(!http_query_has(body, f->name) ||
		    http_query_get(body, f->name, &said));
		must(value != NULL || may_be || f->kind == FIELD_TIME);
		must(value == NULL || (text ? json_is_string(value) :
		    json_is_integer(value)));
		must(!must_be || json_string_length(value) > 0);
		if (value != NULL && text)
			judge_text(value);
		if (value != NULL && f->kind == FIELD_TIME)
			judge_time(body, f->name);
	}
	must(json_object_size(o) == known);
	buf_clear(&said);
}

static void
judge_form(struct span body)
{
	const struct permission *p = NULL;
	json_t *o;

	while ((p = permission_next(p)) != NULL) {
		const char *field = NULL, *why = NULL;

		o = permission_read(p, body, &field, &why);
		must((o == NULL) == (field != NULL && why != NULL));
		if (o != NULL)
			judge_fields(p, body, o);
		json_decref(o);
	}
}

/* --- headers ------------------------------------------------------------------ */

static void
judge_headers(struct span s)
{
	static const char spare[] = "fr";
	const char *language = negotiate_language(s, spare);
	struct span tag = SPAN("\"0123456789abcdef\"");

	must(language == spare || strcmp(language, "zh") == 0 ||
	    strcmp(language, "en") == 0);
	if (negotiate_has_tag(s, tag))
		must(span_is(text_trim(s), SPAN("*")) ||
		    memmem(s.at, s.n, tag.at, tag.n) != NULL);
	if (!negotiate_is_host(s))
		return;
	for (size_t i = 0; i < s.n; i++)
		must((unsigned char)s.at[i] > ' ' &&
		    strchr("<>\"'&/\\?#@%\x7f", s.at[i]) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { .at = size > 0 ? (const char *)data : "",
	    .n = size }, query = s, path;

	if (size > INPUT)
		return 0;
	judge_value(s);
	path = before(&query, '?');
	judge_asked(path, query);
	judge_form(s);
	judge_headers(s);
	return 0;
}
