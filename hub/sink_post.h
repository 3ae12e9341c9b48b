/*
 * A try that is an HTTP POST of JSON, for the sinks that are web addresses.
 */
#ifndef ZQ_HUB_SINK_POST_H
#define ZQ_HUB_SINK_POST_H

#include "hub/sink.h"

/* Posts to url what c's timeout and authorities allow; takes headers (or
 * NULL), copies the rest. What is under way, for sink_post_cancel(). */
void *sink_post(const struct sink_world *w, const struct config_receiver *c,
    const char *url, struct span body, struct curl_slist *headers,
    sink_done_fn *done, void *arg);
void sink_post_cancel(void *under_way);

#endif
