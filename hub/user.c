#include "hub/user.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/keep.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "protocol/sha.h"

#define FILE_MODE 0600

static const char *const roles[] = {
	[USER_NONE] = "", [USER_VIEWER] = N_("viewer"),
	[USER_EDITOR] = N_("editor"), [USER_ADMIN] = N_("admin"),
};

const char *
user_role_name(enum user_role r)
{
	return roles[r];
}

enum user_role
user_role_of(struct span name)
{
	for (int r = USER_VIEWER; r <= USER_ADMIN; r++)
		if (span_is(name, span_of(roles[r])))
			return (enum user_role)r;
	return USER_NONE;
}

static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
	    c == '@' || (c >= 0x3400 && c <= 0x9fff);
}

bool
user_name_is_fit(struct span name)
{
	struct span rest = name;

	if (name.n == 0 || name.n >= USER_NAME || !text_is_utf8(name))
		return false;
	while (rest.n > 0)
		if (!is_letter(text_next(&rest)))
			return false;
	return true;
}

/* --- a file of them ------------------------------------------------------- */

static bool
read_text(const json_t *o, const char *name, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text != NULL && strlen(text) < room &&
	    snprintf(out, room, "%s", text) >= 0;
}

static bool
read_user(struct users *u, const json_t *o)
{
	struct user one = { .role = USER_NONE }, *to;
	char role[16];

	if (!read_text(o, "name", one.name, sizeof(one.name)) ||
	    !user_name_is_fit(span_of(one.name)) ||
	    users_find(u, span_of(one.name)) != NULL ||
	    !read_text(o, "role", role, sizeof(role)) ||
	    (one.role = user_role_of(span_of(role))) == USER_NONE ||
	    !read_text(o, "kept", one.kept, sizeof(one.kept)))
		return false;
	one.since = json_integer_value(json_object_get(o, "since"));
	one.changed = json_integer_value(json_object_get(o, "changed"));
	to = users_add(u, span_of(one.name));
	*to = one;
	return true;
}

static bool
read_all(struct users *u, const json_t *whole, const char *path,
    struct buf *why)
{
	const json_t *list = json_object_get(whole, "users");
	size_t count = json_array_size(list);

	if (!json_is_array(list) || count > USER_MOST) {
		buf_printf(why, "%s: expected {\"users\": […]} with %d of them "
		    "at most", path, USER_MOST);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_user(u, json_array_get(list, i)))
			continue;
		buf_printf(why, "%s: user %zu of %zu: expected name, role "
		    "(viewer, editor or admin) and kept, and no name twice",
		    path, i + 1, count);
		return false;
	}
	return true;
}

/* Changes whenever the file does: it is always written anew. 0: no file. */
static uint64_t
stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return 0;
	return ((uint64_t)st.st_ino << 40) ^
	    ((uint64_t)st.st_mtim.tv_sec << 20) ^
	    (uint64_t)st.st_mtim.tv_nsec ^ (uint64_t)st.st_size;
}

/* What root makes here is the hub's all the same. */
static bool
give_to_owner(const char *path, const char *dir)
{
	struct stat st;

	return geteuid() != 0 || (stat(dir, &st) == 0 &&
	    chown(path, st.st_uid, st.st_gid) == 0);
}

static bool
move_in(const char *dir, const char *name, const char *to, struct buf *why)
{
	char from[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX];
	struct stat st;

	config_path(from, dir, name);
	config_path(path, dir, to);
	return lstat(from, &st) != 0 || lstat(path, &st) == 0 ||
	    keep_move(from, path, why);
}

bool
users_place(const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	if (!keep_dir(config_path(path, dir, CONFIG_WEB), 0700, why))
		return false;
	if (!give_to_owner(path, dir)) {
		buf_printf(why, "%s: %s\n", path, strerror(errno));
		return false;
	}
	return move_in(dir, "users", USER_FILE, why) &&
	    move_in(dir, "sessions", CONFIG_WEB "/sessions", why);
}

bool
users_read(struct users *u, const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	json_error_t e;
	json_t *whole;
	bool good;

	config_path(path, dir, USER_FILE);
	*u = (struct users){ .stamp = stamp_of(path) };
	if (u->stamp == 0 && errno == ENOENT)
		return true;
	whole = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
	if (whole == NULL) {
		if (e.line > 0)
			buf_printf(why, "%s, line %d: ", path, e.line);
		buf_text(why, e.text);	/* has the path, if it isn't read */
		return false;
	}
	good = read_all(u, whole, path, why);
	json_decref(whole);
	if (!good) {
		uint64_t stamp = u->stamp;

		users_clear(u);
		u->stamp = stamp;
	}
	return good;
}

static json_t *
write_user(const struct user *u)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I}", "name", u->name,
	    "role", user_role_name(u->role), "kept", u->kept,
	    "since", (json_int_t)u->since, "changed",
	    (json_int_t)u->changed);
}

bool
users_write(const struct users *u, const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	json_t *list = json_array(), *whole;
	char *text;
	bool good;

	for (size_t i = 0; i < u->count; i++)
		json_array_append_new(list, write_user(&u->user[i]));
	whole = json_pack("{s:o}", "users", list);
	text = json_dumps(whole, JSON_INDENT(1));
	config_path(path, dir, USER_FILE);
	good = text != NULL && users_place(dir, why) &&
	    keep_put(path, FILE_MODE, KEEP_REPLACE, span_of(text), why);
	if (good && !give_to_owner(path, dir)) {
		buf_printf(why, "%s: %s\n", path, strerror(errno));
		good = false;
	}
	free(text);
	json_decref(whole);
	return good;
}

void
users_clear(struct users *u)
{
	free(u->user);
	*u = (struct users){ .count = 0 };
}

void
users_follow(struct users *u, const char *dir)
{
	char path[CONFIG_PATH_MAX];
	const char *before;
	struct buf why;

	config_path(path, dir, USER_FILE);
	if (stamp_of(path) == u->stamp)
		return;
	users_clear(u);
	buf_init(&why, 4096);
	before = lang_borrow("en");	/* not the last reader's */
	if (!users_read(u, dir, &why))
		log_error("%s: nobody can sign in", buf_cstr(&why));
	lang_switch(before);
	buf_clear(&why);
}

/* --- rows ----------------------------------------------------------------- */

struct user *
users_find(const struct users *u, struct span name)
{
	for (size_t i = 0; i < u->count; i++)
		if (span_is(name, span_of(u->user[i].name)))
			return &u->user[i];
	return NULL;
}

struct user *
users_add(struct users *u, struct span name)
{
	struct user one = { .role = USER_VIEWER };
	size_t at = u->count;

	snprintf(one.name, sizeof(one.name), "%.*s", SPAN_ARGS(name));
	u->user = mem_grow(u->user, u->count + 1, sizeof(*u->user));
	while (at > 0 && strcmp(u->user[at - 1].name, one.name) > 0) {
		u->user[at] = u->user[at - 1];
		at--;
	}
	u->user[at] = one;
	u->count++;
	return &u->user[at];
}

void
users_remove(struct users *u, struct user *user)
{
	size_t at = (size_t)(user - u->user);

	memmove(user, user + 1, (u->count - at - 1) * sizeof(*user));
	u->count--;
}

void
user_seal(uint8_t out[USER_SEAL], const struct user *user)
{
	char text[USER_NAME + PASSWORD_KEPT];
	uint8_t hash[32];

	snprintf(text, sizeof(text), "%s\n%s", user->name, user->kept);
	sha_of(hash, span_of(text));
	memcpy(out, hash, USER_SEAL);
}
