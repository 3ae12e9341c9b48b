/*
 * Users of the page: who may sign in, and what they may do there.
 *
 * They stand in DIR/web/users (JSON, 0600), which `zqhub user` writes and the
 * web part reads again when it has changed. That directory is all that the web
 * part may see beside the view (web_confine.h). A viewer reads, an editor acts on
 * what goes on (alerts, notices, moves), an admin also on sites.
 */
#ifndef ZQ_HUB_USER_H
#define ZQ_HUB_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/config.h"
#include "hub/password.h"

#define USER_FILE CONFIG_WEB "/users"	/* below DIR */
#define USER_NAME 33		/* room for a name, with its NUL */
#define USER_MOST 1000
#define USER_SEAL 16

enum user_role { USER_NONE, USER_VIEWER, USER_EDITOR, USER_ADMIN };

const char *user_role_name(enum user_role r);	/* "viewer" … */
/* USER_NONE: there is no such role. */
enum user_role user_role_of(struct span name);

struct user {
	char name[USER_NAME];
	enum user_role role;
	char kept[PASSWORD_KEPT];	/* "": can't sign in with a password */
	int64_t since, changed;		/* ms: added; its password */
};

struct users {
	struct user *user;		/* by name */
	size_t count;
	uint64_t stamp;			/* of the file, see users_follow() */
};

/* Letters, digits, '.', '-', '_' and '@', or Han; 1 to 32 bytes. */
bool user_name_is_fit(struct span name);

/* Makes the directory of the web part, if it isn't there, and moves into it
 * what hubs of before have beside it. */
bool users_place(const char *dir, struct buf *why);

/* No file: nobody. False: why, and *u is empty. */
bool users_read(struct users *u, const char *dir, struct buf *why);
bool users_write(const struct users *u, const char *dir, struct buf *why);
void users_clear(struct users *u);
/* Reads it again if it is another file than before; what is no users' file
 * is logged, and nobody may sign in until it is. */
void users_follow(struct users *u, const char *dir);

/* NULL: there is none. */
struct user *users_find(const struct users *u, struct span name);
/* A new row, in its place; the name is fit, and not there yet. */
struct user *users_add(struct users *u, struct span name);
void users_remove(struct users *u, struct user *user);

/* A session is bound to this: another password has another seal. */
void user_seal(uint8_t out[USER_SEAL], const struct user *user);

#endif
