/*
 * What sinks have in common; see sink.h.
 */
#include "hub/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
