/*
 * What intake.h needs around it, and tells whoever has it.
 */
#ifndef ZQ_AGENT_INTAKE_HOST_H
#define ZQ_AGENT_INTAKE_HOST_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/blind.h"
#include "agent/denied.h"
#include "agent/filter.h"
#include "agent/left.h"
#include "agent/parse.h"
#include "agent/place.h"
#include "agent/store.h"

enum intake_moved {
	INTAKE_AWAY,		/* it has another address */
	INTAKE_BACK,		/* … again: the one that it had before */
	INTAKE_WITHDRAWN,	/* it is withdrawn, and found there */
};

enum intake_stuck { INTAKE_GOING, INTAKE_DISK_FULL, INTAKE_SPOOL_FULL };

struct intake_host {
	struct event_base *base;
	struct store *store;
	struct parse *parse;
	struct left *left;		/* what it was renamed from */
	struct parse *slow;		/* reads big files; NULL: the other
					 * one does */
	struct place place;
	struct filter filter;
	struct span source;		/* its name */
	uint64_t settle;		/* ms */
	uint64_t often;			/* see restless.h */
	void *arg;
	/* n changes more are in the spool. */
	void (*news)(void *arg, size_t n);
	/* It is a directory. */
	void (*dir)(void *arg, const char *path);
	/* What is known of it is to be withdrawn: to be judged first. */
	void (*gone)(void *arg, const char *path);
	/* It has this address, was told for the first time, and is there since
	 * then (ms). */
	void (*created)(void *arg, const char *url, int64_t since);
	/* What had this address has that one now, as was told. */
	void (*moved)(void *arg, const char *from, const char *to,
	    enum intake_moved how);
	/* What does another source have there? See renamed.h. */
	enum root_found (*find)(void *arg, struct span source,
	    struct span path);
	/* There was more than can be remembered: scan. */
	void (*lost)(void *arg);
};

struct intake_counts {
	uint64_t looked, read, told, withdrawn;
	uint64_t unreadable;	/* files that nothing could be made of */
	uint64_t unfit;		/* contents that can't be told … */
	uint64_t unfit_names;	/* … and names, since intake_sees_again() */
	char *first_unfit;	/* of these, or NULL */
	uint64_t outside;	/* links that leave the root */
	uint64_t again;		/* written to while we read */
	char *first_unreadable;	/* its path, or NULL */
	struct blind blind;	/* since intake_sees_again() */
	struct denied denied;	/* files we may not read, now */
};

#endif
