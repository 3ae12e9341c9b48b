/*
 * The line to the hub: its address, and how this site shows who it is.
 */
#ifndef ZQ_AGENT_LINE_H
#define ZQ_AGENT_LINE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "contrib/base/buf.h"

#define LINE_CONNECT 10000	/* ms to connect, handshake included */
#define LINE_AGENT "zqagentd/" ZQ_VERSION

struct line {
	char *hub;		/* "https://hub.example:7443" */
	char *key, *cert, *ca;	/* files */
	char *proxy;		/* NULL: as the environment says */
};

/* hub: as the settings have it. False: why says. */
bool line_init(struct line *l, const char *hub, const char *dir,
    struct buf *why);
/* Through this proxy, of which a copy is kept; "" is none. */
void line_through(struct line *l, const char *proxy);
void line_clear(struct line *l);

/* The certificate and the CA, TLS 1.3 and nothing older. */
void line_prepare(const struct line *l, CURL *curl);

#endif
