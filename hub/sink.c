/*
 * What sinks have in common; see sink.h.
 */
#include "hub/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"

enum sink_result
sink_http_result(const struct fetch_answer *a, char error[SINK_ERROR])
{
	error[0] = '\0';
	if (a->status >= 200 && a->status < 300)
		return SINK_CONFIRMED;
	if (a->status == 0) {
		snprintf(error, SINK_ERROR, "%s", a->error);
		return SINK_LATER;
	}
	snprintf(error, SINK_ERROR, "HTTP status %ld", a->status);
	return a->status >= 500 || a->status == 408 || a->status == 429 ?
	    SINK_LATER : SINK_NEVER;
}

int64_t
sink_time(const struct sink_job *job, const char *name)
{
	const char *at = json_string_value(json_object_get(job->notice,
	    name));
	int64_t ms;

	return at != NULL && clock_parse(at, strlen(at), 0, &ms) ? ms :
	    CLOCK_NONE;
}

static void
put_id(char id[SINK_ID], uint64_t number, int64_t ms)
{
	snprintf(id, SINK_ID, "%" PRIu64 "-%" PRId64, number,
	    ms == CLOCK_NONE ? 0 : ms);
}

void
sink_delivery_id(const struct sink_job *job, char id[SINK_ID])
{
	put_id(id, job->delivery, sink_time(job, "at"));
}

void
sink_alert_id(const struct sink_job *job, char id[SINK_ID])
{
	put_id(id, (uint64_t)json_integer_value(json_object_get(job->notice,
	    "alert")), sink_time(job, "noticed"));
}

bool
sink_secret(struct buf *secret, const char *path, struct buf *why)
{
	char line[SINK_SECRET_MAX];
	FILE *f = fopen(path, "re");
	struct span s;

	if (f == NULL) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return false;
	}
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	s = text_trim(span_of(line));
	buf_span(secret, s);
	if (s.n == 0)
		buf_printf(why, "%s: its first line is empty: expected a "
		    "secret", path);
	explicit_bzero(line, sizeof(line));
	return s.n > 0;
}

void
sink_trust(CURL *curl, const char *cas)
{
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (cas[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, cas);
}
