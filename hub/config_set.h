/*
 * What hub.conf says, read: one member for each setting, presets filled in. For
 * who makes it (config.c, config_watch.c); others include config.h.
 */
#ifndef ZQ_HUB_CONFIG_SET_H
#define ZQ_HUB_CONFIG_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/conf.h"

struct config {
	char *name;		/* of the cluster, shown on the web */
	char *listen;		/* host:port of the edge */
	char *web;		/* host:port of the web part; "" for none */
	char *web_public;	/* http(s)://host, as people open it; "" */
	bool web_sign_in;	/* reading needs a user, too */
	uint64_t web_session;	/* ms without use until one ends */
	uint64_t web_live;	/* pages that are live, at a time */
	char *web_proxy;	/* address of the web server in front; "" */
	char *web_user_header;	/* in which that says who it is; "" */
	char *public;		/* https://… as agents dial it */
	char *dir;		/* the data directory */
	char *log;		/* level */
	char *language;		/* of the web without a wish: zh or en */
	uint64_t ticket_life;	/* ms */
	uint64_t leaf_days;
	uint64_t grace_days;	/* an expired certificate may be renewed */
	uint64_t connections;	/* edge: at a time */
	uint64_t body_memory;	/* edge: bytes of bodies under way */
	uint64_t request_time;	/* ms for one whole request to arrive */
	uint64_t group;		/* core: entries applied to the view at once */
	uint64_t store_most;	/* bytes, of the journal and of the view each */
	uint64_t gate_items;	/* withdrawals at once that pass unasked … */
	uint64_t gate_percent;	/* … or up to so many of what a site shows … */
	uint64_t gate_window;	/* … within so many ms */
	uint64_t move_notice;	/* ms that a domain's move is told ahead */
	char *move_agree;	/* to a domain's move: "proof" or "operator" */
	uint64_t move_grace;	/* ms that what a move leads to may be missing */
	uint64_t letter_column;	/* ms; a letter that nobody answers goes on … */
	uint64_t letter_site;
	uint64_t letter_parent;	/* … to the site above; 0: it doesn't */
	uint64_t silent_after;	/* ms without a word: a site is silent */
	bool check;		/* look at links that leave the cluster */
	bool check_unknown;	/* … also what no agent judges inside */
	uint64_t check_window;	/* ms, each address once in it */
	uint64_t check_delay;	/* ms between two requests to one server */
	uint64_t check_parallel;	/* requests at a time */
	char *check_contact;	/* in the user agent; "" */
	char *check_allow;	/* private networks, blanks between; "" */
	char *check_cas;	/* PEM file; "": the system's */
	bool homes;		/* look at the sites' home pages */
	uint64_t home_every;	/* ms between two looks at one */
	uint64_t home_dns_every;	/* ms between two looks at its name; 0: never */
	uint64_t home_limit;	/* ms; a visit that takes so long has failed */
	uint64_t home_slow;	/* ms; a page that takes longer is slow */
	uint64_t week_fails;	/* percent of a week's visits that failed: the
				 * site fails … */
	uint64_t week_warns;	/* … and the early warning */
	uint64_t home_moved_looks;	/* that a 301 is seen … */
	uint64_t home_moved_after;	/* … over so many ms, until it counts */
	uint64_t closing_notice;	/* ms that a closing is told ahead */
	uint64_t closing_soon;	/* … and that it is an alert */
	uint64_t gone_after;	/* ms, its last connection was closed: silent */
	uint64_t start_after;	/* ms, not heard since the hub started: silent */
	uint64_t outage_settle;	/* ms, after an announced end: an overrun */
	uint64_t isolated_share;	/* percent of sites that vanish at once */
	uint64_t isolated_least;	/* … and so many */
	uint64_t flap_count;	/* changes within … */
	uint64_t flap_window;	/* … ms: it goes up and down … */
	uint64_t flap_quiet;	/* … until none for so long */
	uint64_t alert_wait;	/* ms: what falls ill together is one alert */
	uint64_t alert_together;	/* ms apart: behind one address, one cause */
	uint64_t alert_many;	/* sites that go down within … */
	uint64_t alert_many_time;	/* … so many ms are one alert */
	char *beat_url;		/* asked every minute; "" */
	char *beat_file;	/* written every minute; "" */
	struct conf *file;	/* it came from; NULL: from none */
};

#endif
