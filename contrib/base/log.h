/*
 * The log: lines for the operator at three in the morning.
 *
 *   2026-11-21T19:02:03.456Z info core: site=4101000001 seq=4711..4760 taken
 *
 * error = wake someone, warn = look today, info = a life event of a site or
 * a part, debug = on request. The subject comes first, then facts as
 * key=value, then how long it took. Values from outside are passed with
 * log_quote() so that they can't write lines of their own. Libraries
 * (contrib/base apart from this file, protocol, certs) never log.
 */
#ifndef ZQ_BASE_LOG_H
#define ZQ_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

#define LOG_QUOTE_MAX 256	/* what log_quote() writes, with its NUL */

/* The name stands in each line; it is kept, not copied. Logs to stderr. */
void log_open(const char *name, enum log_level most);
void log_name(const char *name);		/* after a fork */
bool log_level_parse(const char *text, enum log_level *level);

/* Tests read what was said: called instead of writing; NULL ends that. */
typedef void log_sink_fn(enum log_level level, const char *line);
void log_sink(log_sink_fn *fn);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Control characters and bad UTF-8 as \xNN, cut with "…"; returns out. */
const char *log_quote(char out[LOG_QUOTE_MAX], const void *at, size_t n);

#endif
