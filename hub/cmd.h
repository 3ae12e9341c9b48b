/*
 * zqhub's commands: each is a record of a table, and the parser and the help
 * come from it. A group of commands (cmd_site.c …) gives a list of them.
 */
#ifndef ZQ_HUB_CMD_H
#define ZQ_HUB_CMD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/config.h"
#include "hub/query.h"

#define CMD_OPTIONS 16		/* of one command */

/* Exit codes. */
#define CMD_OK 0
#define CMD_NO 1		/* it failed, or the answer is no */
#define CMD_USAGE 2

struct cmd_option {
	const char *name;	/* without the two dashes */
	const char *value;	/* "CODE"; NULL: a flag */
	const char *about;
	bool must;		/* be given */
};

struct cmd_line;

struct cmd {
	const char *name;	/* "site add" */
	const char *words;	/* what stands after it: "CODE", "" */
	size_t least, most;	/* of those */
	const char *about;	/* one line */
	const char *more;	/* paragraphs, or NULL */
	const char *examples;	/* lines without "zqhub", or NULL */
	struct cmd_option option[CMD_OPTIONS];	/* ends with a NULL name */
	bool json;		/* --json makes sense */
	bool bare;		/* needs no hub in --dir (init) */
	int (*run)(struct cmd_line *l);
};

struct cmd_line {
	const struct cmd *cmd;
	const char *dir;	/* as given */
	const struct config *config;	/* of the hub there; not if bare */
	bool json;
	const char *value[CMD_OPTIONS];	/* as cmd->option; "" for a flag */
	char **word;
	size_t words;
};

/* --- for commands --------------------------------------------------------- */

const char *cmd_value(const struct cmd_line *l, const char *name);
bool cmd_flag(const struct cmd_line *l, const char *name);
/* A number within bounds, or preset if it isn't given. False: said why. */
bool cmd_number(const struct cmd_line *l, const char *name, uint64_t least,
    uint64_t most, uint64_t preset, uint64_t *n);
/* A date or a date and time; without a zone it is local. A date alone is its
 * first moment, or with `end` the first moment after it. */
bool cmd_time(const struct cmd_line *l, const char *name, bool end,
    int64_t *ms);

/* To stderr, "zqhub: …" and an indented hint; CMD_NO. */
int cmd_fail(const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define CMD_HINT_MAX 8192
/* How to start the daemon. */
void cmd_start_hint(const struct cmd_line *l, char out[CMD_HINT_MAX]);
/* Is there a store yet? False: said so. */
bool cmd_has_run(const struct cmd_line *l);
/* The stores for reading; NULL: said why. */
struct store *cmd_store(const struct cmd_line *l);
/* The site that --site names; 0 for none. False: said why. */
bool cmd_site_option(const struct cmd_line *l, struct query *q,
    uint32_t *number);

/* All of a file, "-" is stdin, up to the ceiling of b. False: said why. */
bool cmd_file(const char *path, struct buf *b);
/* Minutes east of UTC, of whoever types. */
int cmd_zone(void);

/* An act; NULL: said why. Takes said. */
json_t *cmd_act(const struct cmd_line *l, json_t *said);

/* Commands of another table that have a file of their own. */
int cmd_held_dismiss(struct cmd_line *l);
int cmd_prove(struct cmd_line *l);
int cmd_import(struct cmd_line *l);
int cmd_move_check(struct cmd_line *l);
int cmd_alert_rules(struct cmd_line *l);
int cmd_alert_receivers(struct cmd_line *l);
int cmd_alert_test(struct cmd_line *l);
int cmd_reconcile(struct cmd_line *l);
/* move announce of a table, with these times for what has none. */
int cmd_move_table(struct cmd_line *l, int64_t from, int64_t until);
/* The number of a move, which stands first. False: said why. */
bool cmd_move_number(const struct cmd_line *l, uint64_t *n);

/* A ticket is printed, or many, as CSV. */
void cmd_site_ticket(const json_t *result);
void cmd_import_rows(const struct cmd_line *l, const json_t *rows);

/* Prints and drops it. */
void cmd_json(json_t *j);
/* A listing: {name: […]}; drops list. So it is for all of them. */
void cmd_json_list(const char *name, json_t *list);
/* "12 of 40 (30 %)" on one line of stderr that is written over; for
 * errand_tell_fn, dump_tell_fn, writer_tell_fn. arg: what is being done. */
void cmd_progress(void *arg, uint64_t done, uint64_t of);
void cmd_progress_end(void);

extern const struct cmd cmd_init_list[], cmd_site_list[],
    cmd_search_list[], cmd_move_list[], cmd_govern_list[], cmd_status_list[],
    cmd_journal_list[], cmd_keep_list[], cmd_ca_list[], cmd_backup_list[],
    cmd_check_list[], cmd_checked_list[], cmd_links_list[],
    cmd_home_list[], cmd_days_list[], cmd_domains_list[],
    cmd_hits_list[],
    cmd_user_list[],
    cmd_notice_list[],
    cmd_alert_list[];

#endif
