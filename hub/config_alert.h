/*
 * The sections of hub.conf that alerts have: [rule NAME] changes a rule of
 * the table in alert_rule.c, [receiver NAME] is somebody who is told.
 */
#ifndef ZQ_HUB_CONFIG_ALERT_H
#define ZQ_HUB_CONFIG_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/conf.h"

struct config_rule {		/* "" or an empty list: as the table says */
	char *tell;		/* yes or no */
	char *severity;
	char *hold;		/* a time */
	char *remind;		/* a time */
	char *reminders;	/* a number */
	char **receivers;
};

struct config_receiver {
	char *kind;		/* mail, webhook, alertmanager or command */
	char *url;
	char **to;		/* mail: addresses */
	char *from;		/* mail: an address */
	char *user;		/* mail: of the log-in … */
	char *password_file;	/* … and a file with its password */
	bool tls;		/* mail: nothing goes without */
	char *secret_file;	/* webhook: the key of the signature */
	char *cas;		/* PEM file; "": the system's */
	char **command;
	char *severity;		/* the least it is told */
	char **rules;		/* … and of which; empty: of all */
	char *language;		/* zh, en or both */
	char *quiet;		/* "22:00-07:00" or "" */
	char *zone;		/* … there: IANA; "": the hub's own */
	uint64_t timeout;	/* ms for one try */
	uint64_t give_up;	/* ms, since it was intended */
};

/* The n-th of the file, with its name; NULL: there is none. file may be
 * NULL: it has none. */
const struct config_rule *config_rule(const struct conf *file, size_t n,
    const char **name);
const struct config_receiver *config_receiver(const struct conf *file,
    size_t n, const char **name);
const struct config_receiver *config_receiver_named(const struct conf *file,
    struct span name);

/* "22:00-07:00": minutes since midnight, both. */
bool config_quiet_parse(struct span text, unsigned *from, unsigned *to);

/* For config.c: what the parser must know, and what a type can't judge. */
#define CONFIG_ALERT_DEFS 23
extern const struct conf_def config_alert_table[CONFIG_ALERT_DEFS];
void config_alert_judge(const struct conf *file, const char *path,
    struct buf *why);

#endif
