/*
 * Prometheus' Alertmanager, API version 2: an alert is its labels, and goes
 * on for as long as it is posted again. So each that goes on is renewed
 * (dispatch.h), and one whose hub has died ends there by itself.
 *
 * One alert of ours is one of theirs, labelled by its number: who is a member
 * of it may change, what it is doesn't. Its severity is what people route by,
 * so it is a label, too: one that becomes more severe is another one there,
 * and what it was ends by itself.
 */
#include "hub/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/notify_text.h"
#include "hub/sink_post.h"

#define LASTS 300000		/* ms without being renewed */
#define PATH "/api/v2/alerts"

struct manager {
	const struct config_receiver *config;
	char *url;
};

static bool
open_manager(void **state, const struct config_receiver *c, const char *name,
    struct buf *why)
{
	struct manager *m = mem_new(sizeof(*m));
	size_t n = strlen(c->url);
	struct buf url;

	(void)name, (void)why;
	while (n > 0 && c->url[n - 1] == '/')
		n--;
	buf_init(&url, n + sizeof(PATH) + 1);
	buf_put(&url, c->url, n);
	buf_text(&url, PATH);
	m->config = c;
	m->url = mem_text(buf_cstr(&url));
	buf_clear(&url);
	*state = m;
	return true;
}

static void
close_manager(void *state)
{
	struct manager *m = state;

	free(m->url);
	free(m);
}

/* --- as theirs --------------------------------------------------------------- */

static void
copy(json_t *to, const char *label, const json_t *from, const char *name)
{
	const json_t *v = json_object_get(from, name);

	if (json_is_string(v) && json_string_length(v) > 0)
		json_object_set_new(to, label, json_stringn(
		    json_string_value(v), json_string_length(v)));
}

/* Labels are the alert's name: but for the severity only what never changes
 * in its life. */
static json_t *
labels(const struct sink_world *w, const json_t *notice)
{
	json_t *o = json_pack("{s:s, s:s}", "alertname", "Zhanqun", "hub",
	    w->hub);
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)
	    json_integer_value(json_object_get(notice, "alert")));
	json_object_set_new(o, "alert", json_string(number));
	copy(o, "class", notice, "class");
	copy(o, "group", notice, "group");
	copy(o, "severity", notice, "severity");
	return o;
}

/* It says what is, and is written over each minute: not that it still is. */
static json_t *
annotations(const struct manager *m, const struct sink_job *job)
{
	struct sink_job now = *job;
	struct notify_text text;
	json_t *o;

	if (now.event == ALERT_REMINDER)
		now.event = ALERT_FIRING;
	notify_text_make(&text, &now, m->config->language);
	o = json_pack("{s:s, s:s}", "summary", buf_cstr(&text.subject),
	    "description", buf_cstr(&text.plain));
	copy(o, "rule", job->notice, "rule");
	copy(o, "severity", job->notice, "severity");
	notify_text_clear(&text);
	return o;
}

static char *
body_of(const struct manager *m, const struct sink_world *w,
    const struct sink_job *job)
{
	bool ended = job->event == ALERT_RESOLVED;
	char until[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:o, s:o}", "labels",
	    labels(w, job->notice), "annotations", annotations(m, job));
	json_t *list = json_pack("[o]", o);
	char *text;

	copy(o, "startsAt", job->notice, "since");
	copy(o, "generatorURL", job->notice, "url");
	clock_format(until, clock_wall() + (ended ? 0 : LASTS));
	json_object_set_new(o, "endsAt", json_string(until));
	text = json_dumps(list, JSON_COMPACT);
	must(text != NULL);
	json_decref(list);
	return text;
}

/* --- posting ----------------------------------------------------------------- */

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct manager *m = state;
	char *body = body_of(m, w, job);
	void *under_way = sink_post(w, m->config, m->url, span_of(body), NULL,
	    done, arg);

	free(body);
	return under_way;
}

const struct sink_ops sink_alertmanager = {
	.kind = "alertmanager", .open = open_manager,
	.close = close_manager, .start = start, .cancel = sink_post_cancel,
};
