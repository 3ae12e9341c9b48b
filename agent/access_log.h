/*
 * Access logs: how often people ask for what is about to move.
 *
 * Of a web server, in the common or the combined log format, which nginx and
 * Apache write unless they are told otherwise: behind the time in brackets the
 * request in quotes, then the status. Counted is what was asked for by GET or
 * HEAD and answered with less than 400. Whatever is no such line is passed
 * over, and counted, too.
 */
#ifndef ZQ_AGENT_ACCESS_LOG_H
#define ZQ_AGENT_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/rewrite_rule.h"

#define ACCESS_LOG_BYTES (256u << 20)	/* of its end that are read */
#define ACCESS_LOG_TIME 32

struct access_log_area {
	struct rewrite_rule rule;	/* what is about to move */
	uint64_t hits;
};

struct access_log {
	uint64_t lines, strange;	/* read; no lines of these formats */
	char first[ACCESS_LOG_TIME];	/* time of the first and the last line, */
	char last[ACCESS_LOG_TIME];	/* as they have it */
	bool cut;			/* it is longer than what was read */
};

/* One line's parts; spans into it. target is as it stands there: of what is
 * no byte of ASCII nginx writes \xE6 and such. */
struct access_log_line {
	struct span time, method, target;
	unsigned status;
};
bool access_log_read(struct access_log_line *out, struct span line);

/* Adds to the areas what stands in this file, whose paths are those of base
 * ("https://www.example.gov.cn", no slash behind it). False: why says. */
bool access_log_count(struct access_log *log, const char *path,
    struct span base, struct access_log_area *area, size_t n,
    struct buf *why);

#endif
