/*
 * Texts of notices; see notify_text.h. Names and evidence in a notice are
 * strangers' words: they are cleaned of what could drive a terminal or end a
 * header, and escaped in HTML.
 */
#include "hub/notify_text.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/alert_detail.h"
#include "hub/alert_notice.h"
#include "hub/alert_what.h"
#include "hub/markup.h"

#define TEXT_MAX (512u << 10)
#define SUBJECT_MAX 1024
#define SUBJECT_NAME 60		/* bytes of a name in a subject */

/* --- pieces ------------------------------------------------------------------ */

static struct span
word(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) ? (struct span){ json_string_value(v),
	    json_string_length(v) } : SPAN_NONE;
}

static json_int_t
number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* Without control characters, and what turns a line. */
static void
put_clean(struct buf *b, struct span s)
{
	uint32_t c;

	while ((c = text_next(&s)) != UINT32_MAX || s.n > 0) {
		if (c == UINT32_MAX)
			continue;
		text_put_char(b, c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		    text_turns_line(c) ? ' ' : c);
	}
}

static void
put_time(struct buf *b, const json_t *o, const char *name)
{
	struct span s = word(o, name);
	char text[CLOCK_TEXT_MAX];
	int64_t ms;

	if (clock_parse(s.at, s.n, 0, &ms))
		buf_text(b, clock_show(text, ms));
}

static const char *
severity_word(const json_t *notice)
{
	enum alert_severity s;

	return alert_severity_parse(&s, word(notice, "severity")) ?
	    alert_severity_word(s) : "";
}

static const char *
event_word(const struct sink_job *job)
{
	switch (job->event) {
	case ALERT_MORE:
		return _("more sites");
	case ALERT_RAISED:
		return _("worse");
	case ALERT_REMINDER:
		return _("still so");
	case ALERT_RESOLVED:
		return _("over");
	case ALERT_TEST:
		return _("test");
	default:
		return severity_word(job->notice);
	}
}

/* Which of a closing would read as if that had come to pass. */
static const char *
about_end(const json_t *notice)
{
	struct span outcome = word(notice, "outcome");

	if (span_is(outcome, SPAN(ALERT_TAKEN_BACK)))
		return _("The closing was taken back: the site stays");
	if (span_is(outcome, SPAN(ALERT_PUT_OFF)))
		return _("The closing was put off: the site stays for now");
	if (span_is(outcome, SPAN(ALERT_CLOSED)))
		return _("The site has closed, as it had announced");
	return alert_what_was(alert_what_named(word(notice, "rule")));
}

static const char *
about(const struct sink_job *job)
{
	struct span now = word(job->notice, "now");

	if (job->event == ALERT_TEST)
		return _("A test of this receiver: nothing is wrong");
	if (job->event == ALERT_RESOLVED)
		return about_end(job->notice);
	return alert_what_about(alert_what_named(now.n > 0 ? now :
	    word(job->notice, "rule")));
}

/* The site's name, or what else it is about. */
static struct span
name_of(const json_t *site)
{
	struct span name = word(site, "name");

	return name.n > 0 ? name : word(site, "subject");
}

/* --- the subject ------------------------------------------------------------- */

static void
put_subject(struct buf *b, const struct sink_job *job)
{
	const json_t *sites = json_object_get(job->notice, "sites");
	json_int_t count = number(job->notice, "count");

	buf_text(b, "[");
	put_clean(b, text_cut(word(job->notice, "hub"), SUBJECT_NAME));
	buf_printf(b, "] %s: ", event_word(job));
	if (json_array_size(sites) > 0) {
		put_clean(b, text_cut(name_of(json_array_get(sites, 0)),
		    SUBJECT_NAME));
		if (count > 1)
			buf_printf(b, ngettext(" and %lld more",
			    " and %lld more", (unsigned long)count - 1),
			    (long long)count - 1);
		buf_text(b, ": ");
	}
	buf_text(b, about(job));
}

/* --- plain -------------------------------------------------------------------- */

static void
put_group(struct buf *b, struct span group)
{
	if (span_is(group, SPAN(ALERT_MANY))) {
		buf_text(b, _("All this came within a minute: look at what "
		    "they have in common, a line, a firewall, a data centre, "
		    "the hub's own way out or in.\n"));
		return;
	}
	buf_text(b, _("All of them are at "));
	put_clean(b, group);
	buf_text(b, "\n");
}

/* Links and moves have something else in common. */
static bool
is_at_address(const struct sink_job *job)
{
	struct span rule = word(job->notice, "rule");

	return word(job->notice, "group").n > 0 &&
	    number(job->notice, "count") > 1 &&
	    !span_is(rule, SPAN("links")) && !span_is(rule, SPAN("move"));
}

static void
put_head(struct buf *b, const struct sink_job *job)
{
	buf_printf(b, _("%s.\n"), about(job));
	if (job->event == ALERT_TEST)
		return;
	buf_printf(b, _("%s, since "), severity_word(job->notice));
	put_time(b, job->notice, "since");
	if (job->event == ALERT_RESOLVED) {
		buf_text(b, _(", over since "));
		put_time(b, job->notice, "ended");
	}
	buf_text(b, "\n");
	if (is_at_address(job))
		put_group(b, word(job->notice, "group"));
}

static void
put_detail(struct buf *b, struct span detail)
{
	struct buf sentence;

	buf_init(&sentence, ALERT_DETAIL_TEXT);
	alert_detail_put(&sentence, detail);
	put_clean(b, buf_look(&sentence));
	buf_clear(&sentence);
}

static void
put_site(struct buf *b, const json_t *site)
{
	struct span detail = word(site, "detail");

	buf_text(b, json_is_true(json_object_get(site, "new")) ? "+ " :
	    "- ");
	put_clean(b, word(site, "subject"));
	buf_text(b, " ");
	put_clean(b, word(site, "name"));
	buf_text(b, " ");
	put_clean(b, word(site, "domain"));
	buf_text(b, "\n  ");
	put_time(b, site, "since");
	if (word(site, "ended").n > 0) {
		buf_text(b, " – ");
		put_time(b, site, "ended");
	}
	buf_text(b, "\n");
	if (detail.n > 0) {
		buf_text(b, "  ");
		put_detail(b, detail);
		buf_text(b, "\n");
	}
}

/* A line of its own: mail programs make a link of it, and so does ours. */
static void
put_link(struct buf *b, const struct sink_job *job)
{
	struct span url = word(job->notice, "url");

	if (url.n == 0)
		return;
	buf_text(b, "\n");
	put_clean(b, url);
	if (job->event == ALERT_TEST)
		buf_text(b, "\n");
}

static void
put_foot(struct buf *b, const struct sink_job *job)
{
	size_t listed = json_array_size(json_object_get(job->notice,
	    "sites"));
	json_int_t more = number(job->notice, "count") - (json_int_t)listed;

	if (more > 0)
		buf_printf(b, ngettext("and %lld more\n", "and %lld more\n",
		    (unsigned long)more), (long long)more);
	put_link(b, job);
	if (job->event == ALERT_RESOLVED)
		buf_printf(b, _("\nzqhub alert show %lld says more.\n"),
		    (long long)number(job->notice, "alert"));
	else if (job->event != ALERT_TEST)
		buf_printf(b, _("\nzqhub alert show %lld says more; zqhub "
		    "alert ack %lld --reason R says that you know.\n"),
		    (long long)number(job->notice, "alert"),
		    (long long)number(job->notice, "alert"));
}

static void
put_plain(struct buf *b, const struct sink_job *job)
{
	const json_t *sites = json_object_get(job->notice, "sites"), *one;
	size_t i;

	put_head(b, job);
	buf_text(b, "\n");
	json_array_foreach(sites, i, one)
		put_site(b, one);
	put_foot(b, job);
}

/* --- HTML: the same lines ---------------------------------------------------- */

static void
put_line(struct buf *b, struct span line, struct span url)
{
	if (url.n == 0 || !span_is(line, url)) {
		markup_text(b, line);
		return;
	}
	buf_text(b, "<a href=\"");
	markup_href(b, url);
	buf_text(b, "\">");
	markup_text(b, url);
	buf_text(b, "</a>");
}

static void
put_lines(struct buf *b, struct span text, struct span url)
{
	const char *end;

	while (text.n > 0 && (end = memchr(text.at, '\n', text.n)) != NULL) {
		struct span line = { text.at, (size_t)(end - text.at) };

		put_line(b, line, url);
		buf_text(b, "\n");
		text.at += line.n + 1;
		text.n -= line.n + 1;
	}
	put_line(b, text, url);
}

static void
put_html(struct buf *b, struct span plain, const struct sink_job *job)
{
	static const char *const colour[ALERT_EVENTS] = {
		[ALERT_FIRING] = "#b00020", [ALERT_MORE] = "#b00020",
		[ALERT_RAISED] = "#b00020", [ALERT_REMINDER] = "#b06000",
		[ALERT_RESOLVED] = "#1b6e3c", [ALERT_TEST] = "#444444",
	};

	buf_printf(b, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"
	    "<pre style=\"border-left:6px solid %s;padding-left:12px;"
	    "font-family:sans-serif;white-space:pre-wrap\">", colour[job->event]);
	put_lines(b, plain, word(job->notice, "url"));
	buf_text(b, "</pre>\n");
}

/* --- all of it ---------------------------------------------------------------- */

static void
add(struct notify_text *t, const struct sink_job *job, const char *language)
{
	lang_switch(language);
	if (t->plain.n > 0)
		buf_text(&t->plain, "\n----\n\n");
	else
		put_subject(&t->subject, job);
	put_plain(&t->plain, job);
}

void
notify_text_make(struct notify_text *t, const struct sink_job *job,
    const char *language)
{
	char *before = mem_text(lang_now());

	buf_init(&t->subject, SUBJECT_MAX);
	buf_init(&t->plain, TEXT_MAX);
	buf_init(&t->html, 8 * TEXT_MAX);
	if (strcmp(language, "en") != 0)
		add(t, job, "zh");
	if (strcmp(language, "zh") != 0)
		add(t, job, "en");
	put_html(&t->html, buf_look(&t->plain), job);
	lang_switch(before);
	free(before);
}

void
notify_text_clear(struct notify_text *t)
{
	buf_clear(&t->subject);
	buf_clear(&t->plain);
	buf_clear(&t->html);
}

char *
notify_text_json(const struct sink_job *job, const char *language)
{
	json_t *o = json_copy(job->notice);
	struct notify_text text;
	char *body, id[SINK_ID];

	notify_text_make(&text, job, language);
	sink_delivery_id(job, id);
	json_object_set_new(o, "delivery", json_string(id));
	json_object_set_new(o, "subject",
	    json_string(buf_cstr(&text.subject)));
	json_object_set_new(o, "text", json_string(buf_cstr(&text.plain)));
	notify_text_clear(&text);
	body = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	must(body != NULL);
	json_decref(o);
	return body;
}
