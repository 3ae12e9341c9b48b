/*
 * Prometheus' Alertmanager, API version 2: an alert is its labels, and goes
 * on for as long as it is posted again. So each that goes on is renewed
 * (dispatch.h), and one whose hub has died ends there by itself.
 *
 * One alert of ours is one of theirs, labelled by its number: who is a member
 * of it may change, what it is doesn't. Its severity is what people route by,
 * so it is a label, too: one that becomes more severe is another one there.
 * So what it may have been before is ended beside it: when it is raised, of
 * less severity; when it is over, of each. What never was may be ended there
 * without a word to anybody.
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
labels(const char *hub, const json_t *notice)
{
	json_t *o = json_pack("{s:s, s:s}", "alertname", "Zhanqun", "hub",
	    hub);
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
annotations(const struct sink_job *job, const char *language)
{
	struct sink_job now = *job;
	struct notify_text text;
	json_t *o;

	if (now.event == ALERT_REMINDER)
		now.event = ALERT_FIRING;
	notify_text_make(&text, &now, language);
	o = json_pack("{s:s, s:s}", "summary", buf_cstr(&text.subject),
	    "description", buf_cstr(&text.plain));
	copy(o, "rule", job->notice, "rule");
	copy(o, "severity", job->notice, "severity");
	notify_text_clear(&text);
	return o;
}

static json_t *
alert_of(const char *hub, const struct sink_job *job, const char *language,
    bool ended)
{
	char until[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:o, s:o}", "labels",
	    labels(hub, job->notice), "annotations",
	    annotations(job, language));

	copy(o, "startsAt", job->notice, "since");
	copy(o, "generatorURL", job->notice, "url");
	clock_format(until, clock_wall() + (ended ? 0 : LASTS));
	json_object_set_new(o, "endsAt", json_string(until));
	return o;
}

/* What it was with another severity. */
static void
end_others(json_t *list, const struct sink_job *job)
{
	const json_t *first = json_array_get(list, 0);
	char until[CLOCK_TEXT_MAX];
	enum alert_severity now;
	json_t *o;

	if ((job->event != ALERT_RAISED && job->event != ALERT_RESOLVED) ||
	    !alert_severity_parse(&now, span_of(json_string_value(
	    json_object_get(job->notice, "severity")))))
		return;
	clock_format(until, clock_wall());
	for (enum alert_severity s = 0; s < ALERT_SEVERITIES; s++) {
		if (s == now || (job->event == ALERT_RAISED && s > now))
			continue;
		o = json_deep_copy(first);
		json_object_set_new(json_object_get(o, "labels"), "severity",
		    json_string(alert_severity_name(s)));
		json_object_set_new(o, "endsAt", json_string(until));
		json_array_append_new(list, o);
	}
}

json_t *
sink_alertmanager_alerts(const char *hub, const struct sink_job *job,
    const char *language)
{
	json_t *list = json_pack("[o]", alert_of(hub, job, language,
	    job->event == ALERT_RESOLVED));

	end_others(list, job);
	return list;
}

/* --- posting ----------------------------------------------------------------- */

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct manager *m = state;
	json_t *alerts = sink_alertmanager_alerts(w->hub, job,
	    m->config->language);
	char *body = json_dumps(alerts, JSON_COMPACT);
	void *under_way;

	must(body != NULL);
	under_way = sink_post(w, m->config, m->url, span_of(body), NULL,
	    done, arg);
	json_decref(alerts);
	free(body);
	return under_way;
}

const struct sink_ops sink_alertmanager = {
	.kind = "alertmanager", .open = open_manager,
	.close = close_manager, .start = start, .cancel = sink_post_cancel,
};
