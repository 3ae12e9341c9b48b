/*
 * The tool: what the commands of zqagent have in common. Options, asking the
 * daemon, and doing without it.
 */
#ifndef ZQ_AGENT_TOOL_H
#define ZQ_AGENT_TOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agent/config.h"
#include "agent/store.h"
#include "contrib/base/clock.h"

#define TOOL_PLACES 8		/* words of a command that are no options */

struct tool;

struct tool_option {
	const char *name;	/* "title"; NULL ends a list */
	const char *about;
	bool flag;		/* it has no value */
	bool typed;		/* a number, code or time, which people type
				 * with an input method: text_narrow.h */
	const char *only;	/* the first words it is for, blanks between:
				 * "move closing"; NULL: whatever stands there */
	const char *value;	/* as given, or NULL; of a flag "" */
};

struct tool_command {
	const char *name;
	const char *words;	/* "URL TICKET" */
	const char *about;	/* one line */
	const char *help;	/* examples and what to know */
	int (*run)(struct tool *t);
	bool as_caller;		/* else root becomes the directory's owner */
	bool typed;		/* its words are such as typed options have */
	struct tool_option *options;	/* NULL: none of its own */
};

struct tool {
	const struct tool_command *command;
	const char *dir;
	bool json;
	uid_t caller;		/* who typed it */
	const char *place[TOOL_PLACES];
	size_t places;
};

/* Reads the words after the command. False: said what is wrong, or shown
 * the help; *status is then the exit status. */
bool tool_parse(struct tool *t, int argc, char **argv, int *status);
/* All of it, or what is for this first word of the command; NULL: none. */
void tool_help(const struct tool_command *c, const char *word);
bool tool_option_is_for(const struct tool_option *o, const char *word);
const char *tool_value(const struct tool *t, const char *option);

/* One line on stderr, "zqagent: …", and a hint below it if there is one.
 * Returns 2, the exit status of trouble. */
int tool_fail(const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The name of who typed it; "" if nobody knows. */
const char *tool_who(const struct tool *t);

/* DIR/name; lives until the next call. */
const char *tool_path(const struct tool *t, const char *name);

/* Asks the daemon; takes ask. Its answer's "ok" is the caller's. NULL: it
 * said no, and that was told; *down: nobody listens, nothing was told. */
json_t *tool_ask(const struct tool *t, json_t *ask, bool *down);
/* As above; a daemon that is down is told, too. */
json_t *tool_ask_daemon(const struct tool *t, json_t *ask);

/* DIR/agent.conf; NULL: told what is wrong. */
struct config *tool_config(const struct tool *t);
/* The store, for reading, or for writing under the lock. NULL: told. */
struct store *tool_store(const struct tool *t, const struct config *c,
    bool write);

/* say outage and the like: is it one, what to ask (NULL: told what is wrong),
 * and the answer for people. */
bool tool_notice_is(const struct tool *t);
json_t *tool_notice_question(struct tool *t);
void tool_notice_print(json_t *answer);

/* say move: what to ask, NULL: told what is wrong; and the answer for people. */
json_t *tool_move_question(struct tool *t);
/* Of a dry run: asks the hub, too; before it is printed. */
void tool_move_look(struct tool *t, json_t *answer);
void tool_move_print(const struct tool *t, json_t *answer);
/* What is wrong with the address of the source that has the first place, a
 * page; nothing if there is none, or if the settings can't be read. arg: the
 * tool. */
void tool_host_served(void *arg, struct buf *why);
/* Of a source that was added: says what is odd about its address. */
void tool_host_warn(const struct tool *t, const char *name,
    const char *address);
/* The scope of a move in an answer, and a time, as people read them. */
const char *tool_scope(json_t *o);
const char *tool_time(char out[CLOCK_TEXT_MAX], json_t *o, const char *name);
/* An address as people read it; and "  OLD → NEW (SCOPE)", without an end. */
#define TOOL_URL 8192
const char *tool_url(char out[TOOL_URL], json_t *o, const char *name);
void tool_move_begin(json_t *o);

/* The commands, each in a file of its own kind. */
int tool_enroll(struct tool *t);
int tool_source(struct tool *t);
int tool_say(struct tool *t);
int tool_moves(struct tool *t);
int tool_status(struct tool *t);
int tool_letters(struct tool *t);
int tool_rescan(struct tool *t);
int tool_release(struct tool *t);
int tool_refuse(struct tool *t);
int tool_retell(struct tool *t);
int tool_renew(struct tool *t);
int tool_check(struct tool *t);
int tool_proof(struct tool *t);
int tool_mend(struct tool *t);

extern struct tool_option tool_enroll_options[], tool_source_options[],
    tool_say_options[], tool_moves_options[],
    tool_reason_options[], tool_check_options[],
    tool_proof_options[], tool_mend_options[], tool_letters_options[];

#endif
