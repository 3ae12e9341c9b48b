/*
 * hub.conf: read once by the parent, before it forks. The table in config.c
 * is the parser, `zqhubd -n`, and zqhub.conf(5).
 */
#ifndef ZQ_HUB_CONFIG_H
#define ZQ_HUB_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/conf.h"
#include "contrib/base/log.h"
#include "hub/config_set.h"

#define CONFIG_DIR "/var/lib/zhanqun/hub"

/* NULL: why has lines for people. conf_free() with the second. */
const struct config *config_read(const char *path, struct conf **file,
    struct buf *why);
/* Is there a check part: for links, or for home pages? */
bool config_looks(const struct config *c);
void config_manual(struct buf *b, const char *section);	/* "", "rule" … */
void config_example(struct buf *b);
#define CONFIG_PRINT_MAX (4u << 20)	/* bytes: a file has 1M, and paths get
					 * the directory's before them */
void config_print(struct buf *b, const struct config *c); /* as it stands */

/* Where things are below dir; out has room for the path. */
#define CONFIG_PATH_MAX 1024
const char *config_path(char out[CONFIG_PATH_MAX], const char *dir,
    const char *name);
#define CONFIG_JOURNAL "journal"	/* LMDB: what was said */
#define CONFIG_VIEW "view"		/* LMDB: what it comes to */
#define CONFIG_CA "ca"			/* ca.key ca.pem ticket.key */
#define CONFIG_TLS "tls"
#define CONFIG_TLS_CERT "tls/hub.pem"
#define CONFIG_TLS_KEY "tls/hub.key"
#define CONFIG_WEB "web"		/* users, sessions: the web part's */
#define CONFIG_SOCKET "control"
#define CONFIG_LOCK "lock"
#define CONFIG_FILE "hub.conf"

#endif
