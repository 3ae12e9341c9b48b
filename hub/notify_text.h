/*
 * A notice as text for people: a subject, plain text, HTML; in Chinese, in
 * English, or first the one and then the other. The same notice gives the
 * same text, so what is sent again is the same, byte for byte.
 */
#ifndef ZQ_HUB_NOTIFY_TEXT_H
#define ZQ_HUB_NOTIFY_TEXT_H

#include "contrib/base/buf.h"
#include "hub/sink.h"

struct notify_text {
	struct buf subject;	/* one line */
	struct buf plain, html;
};

/* language: zh, en or both. Leaves the process in the language it was in. */
void notify_text_make(struct notify_text *t, const struct sink_job *job,
    const char *language);
void notify_text_clear(struct notify_text *t);

/* The notice with "delivery", "subject" and "text"; to be freed. */
char *notify_text_json(const struct sink_job *job, const char *language);

#endif
