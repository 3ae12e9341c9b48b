/*
 * The table of the agent's settings: parser, checker and manual in one
 * (contrib/base/conf.h), and the records that it fills.
 */
#ifndef ZQ_AGENT_CONFIG_DEFS_H
#define ZQ_AGENT_CONFIG_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/conf.h"

struct config_top {
	char *hub;		/* https://hub.example:7443 */
	char *proxy;		/* http://proxy.example:3128; "": as curl does */
	char *dir;
	char *log;		/* a level's name */
	char *language;
	uint64_t spool;		/* bytes */
	uint64_t rescan, settle, beat;	/* ms */
	uint64_t prove_every;	/* ms */
	uint64_t hub_silent;	/* ms */
	char *home;		/* an address, "off", or "": the sources' */
	char *home_connect;	/* HOST:PORT; "": see home.h */
	uint64_t home_every;	/* ms */
	uint64_t url_every;	/* … 0: never; see astray.h */
	uint64_t closing_notice;	/* ms that a closing is told ahead */
	bool look_for_others;
	uint64_t often;		/* changes a minute */
	uint64_t look_most;	/* an hour */
	char *look_networks;	/* private ones, blanks between; "" */
	uint64_t gate_items, gate_percent;
	uint64_t zone;		/* minutes east of UTC */
	uint64_t page;		/* bytes of a page that are looked into */
	char **hook;		/* a command; empty: none */
	char *atom;		/* a file; "": none */
	char *mail;		/* an address; "": none */
	char **mail_command;
	uint64_t mail_every;	/* ms */
	char *map_nginx, *map_apache;	/* files; "": none */
	char **map_reload;	/* a command; empty: none */
	uint64_t mend_undo;	/* ms */
	uint64_t mend_undo_size;	/* bytes */
};

struct config_source {
	char *type;		/* "dir" */
	char *root, *url;
	char **include, **exclude, **index;
	bool cover;
	char *moves;		/* "ask", "announce" or "off" */
	char *mend;		/* "off", "ask", "auto" */
	char *access_log;	/* a file; "": none */
};

extern const struct conf_section config_sections[];
extern const size_t config_section_count;
extern const struct conf_def config_defs[];	/* the hub is first */
extern const size_t config_def_count;

#endif
