/*
 * The inside of source_dir.c, which source_dir_gone.c judges,
 * source_dir_anew.c and source_dir_reread.c have told anew and
 * source_dir_status.c shows;
 * source_dir_hear.c hears of what happens, source_dir_cover.c tells what it
 * covers, source_dir_moves.c what moved; source_dir_own.c keeps the agent's own
 * directory out of it.
 */
#ifndef ZQ_AGENT_SOURCE_DIR_H
#define ZQ_AGENT_SOURCE_DIR_H

#include <event2/event.h>
#include <jansson.h>

#include "agent/astray.h"
#include "agent/beyond.h"
#include "agent/burst.h"
#include "agent/filelinks.h"
#include "agent/hold.h"
#include "agent/intake.h"
#include "agent/left.h"
#include "agent/paths.h"
#include "agent/root.h"
#include "agent/source.h"
#include "agent/walk.h"
#include "agent/watch.h"
#include "agent/young.h"
#include "contrib/base/buf.h"

#define SOURCE_DIR_SOON 3000	/* ms until an urgent scan starts */
#define SOURCE_DIR_SETTLE 60000	/* ms after a scan, at most */

struct source {
	struct source_host host;
	const char *name;
	const struct config_source *set;
	struct buf url;
	struct root root;
	struct watch *watch;
	struct walk *walk;
	struct intake *intake;
	struct hold hold;
	struct paths missing;	/* what the scan under way missed */
	struct burst *burst;	/* what events said */
	struct filelinks *links;
	/* The agent's own directory (source_dir_own.c). */
	struct config_source own_set;	/* `set` is this, if it is below it */
	char *own;		/* a pattern, or NULL */
	bool is_own;		/* the root is that directory */
	struct event *check, *rescan;
	struct event *judge;	/* a scan is over, and is judged later */
	int64_t doubt;		/* mono ms: a judgement waits since then, or
				 * CLOCK_NONE */
	uint64_t renames, renames_then;	/* since it was opened; at the last
				 * look whether to wait */
	/* What the hub was told that it covers (source_dir_cover.c). */
	bool cover_told, cover_whole;
	char *cover_less;	/* the patterns of what it leaves out */
	uint64_t cover_of;	/* incarnation */
	struct paths moved;	/* addresses: from, to, from, to … that were
				 * told since the last judgement */
	struct young *young;	/* addresses */
	struct reread *reread;	/* source_dir_reread.c */
	struct left *left;
	struct astray *astray;	/* NULL: nobody asks */
	struct beyond *beyond;	/* the same, or nothing is covered */
	bool calm;		/* since its last scan all that this found was
				 * told: what comes now is new */
	int root_error;		/* errno; 0: the root is open */
	bool denied;		/* it wasn't the sandbox that denied it */
	bool scanning;		/* a scan of all of it */
	bool urgent;		/* a scan was asked for meanwhile */
	bool scanned;		/* one was done since it was opened, or was
				 * to begin afresh */
	bool anew;		/* all is looked at by new settings … */
	bool anew_pages;	/* … and all pages are read by them */
	bool looked_all;	/* … by the last scan; it met all there is */
	bool limit_told;
	bool root_hidden;	/* the root is open, and can't be read */
	bool paused;		/* somebody compares the store */
	bool told_trouble;	/* the hub knows that it is in trouble */
	uint64_t items;		/* told ones; by the last count and since */
	/* of the last whole scan; kept in the store */
	bool complete;		/* there was one */
	int64_t finished;	/* ms, or CLOCK_NONE */
	int64_t started, ended;	/* mono ms */
	uint64_t took, files, dirs, hidden, unwatched, outside, unfit;
	char *first_hidden, *first_unfit;	/* paths, or NULL */
};

/* What the store keeps of it; the first two are each a store_work_fn. */
bool source_dir_save(struct store_txn *t, void *arg);
bool source_dir_save_left(struct store_txn *t, void *arg);
void source_dir_load(struct source *s);
/* Its first scan begins: not all that the site has is told. */
void source_dir_mark_new(struct source *s);
/* Counts the items that are known. */
void source_dir_count(struct source *s);
/* A scan before its time; not at once, so that many reasons are one scan. */
void source_dir_scan_soon(struct source *s);

/* Before anything else; `set` may be another one then. */
void source_dir_own_open(struct source *s);
void source_dir_own_close(struct source *s);

/* What the kernel says (a watch_fn), and what a walk meets: something new, and
 * a link to what is no directory. */
void source_dir_hear(void *arg, enum watch_kind kind, const char *path);
void source_dir_found(void *arg, const char *path);
void source_dir_link(void *arg, const char *path);

/* What is missing is judged when a burst of events is over (a burst_fn), and
 * at the end of a scan; not while what was found may be what is missing. */
bool source_dir_in_doubt(struct source *s);
void source_dir_gone_burst(void *arg);
void source_dir_gone_scan(struct source *s);

/* Tells what it covers, if that is news; asked from time to time. The first
 * is for the start of a scan. */
void source_dir_cover_begin(struct source *s);
void source_dir_cover_check(struct source *s);
/* It could promise nothing: there is too much that it can't look at. */
bool source_dir_cover_is_blind(const struct source *s);

/* Something is told at an address for the first time; it was told at one and is
 * told at another; and what comes of that, asked from time to time. */
void source_dir_created(struct source *s, const char *url, int64_t since);
void source_dir_moved(struct source *s, const char *from, const char *to,
    enum intake_moved how);
void source_dir_moves_check(struct source *s);

/* See the verbs of struct source_kind. */
enum root_found source_dir_find(const struct source *s, const char *path);
bool source_dir_trouble(const struct source *s, struct buf *b);
/* Were the items told by other settings than it has now? Asked when it is
 * open, and, whether that is done, from time to time. */
void source_dir_anew_open(struct source *s);
void source_dir_anew_check(struct source *s);

/* Were its pages told by a lower PAGE_READER? They are read once more then,
 * slowly. Opened when it is loaded and its intake is there; skipped, when all
 * of it was read by this one anyway. */
void source_dir_reread_open(struct source *s);
void source_dir_reread_close(struct source *s);
void source_dir_reread_skip(struct source *s);
/* What the intake had is dropped: the page that it was to read, too. */
void source_dir_reread_back(struct source *s);
/* One of them is being read, and hasn't been for long: nobody need be told. */
bool source_dir_reread_is_at_one(const struct source *s);
/* How far it is, the caller's; NULL: there is nothing to be read. */
json_t *source_dir_reread_status(const struct source *s);

json_t *source_dir_status(struct source *s);	/* the caller's */

#endif
