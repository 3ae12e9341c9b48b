/*
 * zqhub user …: who may sign in to the page (user.h).
 *
 * A password comes from standard input, never from the command line, where
 * everybody on the machine could read it.
 */
#include "hub/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/user.h"

#define WHY_MAX 4096
#define LINE_MAX_HERE (PASSWORD_MOST + 2)

/* --- the file, locked while it is changed --------------------------------- */

struct book {
	struct users users;
	int lock;	/* of the directory */
};

static bool
open_book(const struct cmd_line *l, struct book *b)
{
	struct buf why;
	bool good;

	b->lock = open(l->config->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->lock < 0 || flock(b->lock, LOCK_EX) != 0) {
		cmd_fail(NULL, "%s: %s", l->config->dir, strerror(errno));
		if (b->lock >= 0)
			close(b->lock);
		return false;
	}
	buf_init(&why, WHY_MAX);
	good = users_place(l->config->dir, &why) &&
	    users_read(&b->users, l->config->dir, &why);
	if (!good) {
		cmd_fail(NULL, "%s", buf_cstr(&why));
		close(b->lock);
	}
	buf_clear(&why);
	return good;
}

static void
close_book(struct book *b)
{
	users_clear(&b->users);
	close(b->lock);
}

static int
save(const struct cmd_line *l, const struct book *b)
{
	struct buf why;
	int code = CMD_OK;

	buf_init(&why, WHY_MAX);
	if (!users_write(&b->users, l->config->dir, &why))
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return code;
}

static struct user *
find(const struct book *b, const char *name)
{
	struct user *u = users_find(&b->users, span_of(name));

	if (u == NULL)
		cmd_fail(_("zqhub user list shows them"),
		    _("there is no user %s"), name);
	return u;
}

/* --- a password ----------------------------------------------------------- */

/* One line, without an echo if people type it. */
static bool
read_line(const char *prompt, char line[LINE_MAX_HERE])
{
	struct termios before, quiet;
	bool typed = tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	if (typed) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "%s", prompt);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	got = fgets(line, LINE_MAX_HERE, stdin) != NULL;
	if (typed) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fprintf(stderr, "\n");
	}
	if (!got)
		return cmd_fail(NULL, _("no password was given")) == CMD_OK;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool
ask_password(char line[LINE_MAX_HERE])
{
	char again[LINE_MAX_HERE];
	const char *why;
	bool same = true;

	if (!read_line(_("Password: "), line))
		return false;
	if ((why = password_judge(span_of(line))) != NULL)
		return cmd_fail(NULL, "%s", why) == CMD_OK;
	if (isatty(STDIN_FILENO)) {
		same = read_line(_("Once more: "), again) &&
		    strcmp(line, again) == 0;
		OPENSSL_cleanse(again, sizeof(again));
	}
	if (!same)
		cmd_fail(NULL, _("the two are not the same"));
	return same;
}

/* As asked for: made, or read. */
static bool
set_password(const struct cmd_line *l, struct user *u,
    char made[PASSWORD_MADE])
{
	char line[LINE_MAX_HERE];

	made[0] = '\0';
	u->changed = clock_wall();
	if (cmd_flag(l, "header-only")) {
		u->kept[0] = '\0';
		return true;
	}
	if (!cmd_flag(l, "generate")) {
		bool good = ask_password(line);

		if (good)
			password_keep(u->kept, span_of(line));
		OPENSSL_cleanse(line, sizeof(line));
		return good;
	}
	password_make(made);
	password_keep(u->kept, span_of(made));
	return true;
}

/* What was made is printed once it is kept: else it would be nobody's. */
static int
save_password(const struct cmd_line *l, const struct book *b, struct user *u)
{
	char made[PASSWORD_MADE];
	int code = CMD_NO;

	if (set_password(l, u, made))
		code = save(l, b);
	if (code == CMD_OK && made[0] != '\0')
		printf("%s\n", made);
	OPENSSL_cleanse(made, sizeof(made));
	return code;
}

/* --- commands ------------------------------------------------------------- */

static enum user_role
role_given(const char *word)
{
	enum user_role r = user_role_of(span_of(word));

	if (r == USER_NONE)
		cmd_fail(NULL, _("%s is no role: expected viewer, editor or "
		    "admin"), word);
	return r;
}

static int
add(struct cmd_line *l, struct book *b)
{
	const char *role = cmd_value(l, "role");
	struct user *u;
	enum user_role r;

	if (!user_name_is_fit(span_of(l->word[0])))
		return cmd_fail(NULL, _("a user's name is 1 to 32 bytes of "
		    "letters, digits, Han and . - _ @"));
	if (users_find(&b->users, span_of(l->word[0])) != NULL)
		return cmd_fail(_("zqhub user passwd and zqhub user role "
		    "change one"), _("there is a user %s already"),
		    l->word[0]);
	if (b->users.count >= USER_MOST)
		return cmd_fail(NULL, _("there are %d users: no more fit"),
		    USER_MOST);
	if ((r = role_given(role != NULL ? role : "viewer")) == USER_NONE)
		return CMD_NO;
	u = users_add(&b->users, span_of(l->word[0]));
	u->role = r;
	u->since = clock_wall();
	return save_password(l, b, u);
}

static int
change_password(struct cmd_line *l, struct book *b)
{
	struct user *u = find(b, l->word[0]);

	return u != NULL ? save_password(l, b, u) : CMD_NO;
}

static int
change_role(struct cmd_line *l, struct book *b)
{
	struct user *u = find(b, l->word[0]);
	enum user_role r;

	if (u == NULL || (r = role_given(l->word[1])) == USER_NONE)
		return CMD_NO;
	u->role = r;
	return save(l, b);
}

static int
take_away(struct cmd_line *l, struct book *b)
{
	struct user *u = find(b, l->word[0]);

	if (u == NULL)
		return CMD_NO;
	users_remove(&b->users, u);
	return save(l, b);
}

static int
in_book(struct cmd_line *l, int (*job)(struct cmd_line *l, struct book *b))
{
	struct book b;
	int code;

	if (!open_book(l, &b))
		return CMD_NO;
	code = job(l, &b);
	close_book(&b);
	return code;
}

static int
run_add(struct cmd_line *l)
{
	return in_book(l, add);
}

static int
run_passwd(struct cmd_line *l)
{
	return in_book(l, change_password);
}

static int
run_role(struct cmd_line *l)
{
	return in_book(l, change_role);
}

static int
run_remove(struct cmd_line *l)
{
	return in_book(l, take_away);
}

static void
list_json(const struct users *u)
{
	json_t *array = json_array();

	for (size_t i = 0; i < u->count; i++) {
		const struct user *one = &u->user[i];
		json_t *row = json_pack("{s:s, s:s, s:b}", "name", one->name,
		    "role", user_role_name(one->role), "password",
		    one->kept[0] != '\0');

		json_time(row, "since", one->since);
		json_time(row, "changed", one->changed);
		json_array_append_new(array, row);
	}
	cmd_json_list("users", array);
}

static int
run_list(struct cmd_line *l)
{
	static const char *const headings[] = { N_("NAME"), N_("ROLE"),
		N_("ADDED"), N_("PASSWORD SET"), NULL };
	struct columns *c;
	struct book b;

	if (!open_book(l, &b))
		return CMD_NO;
	if (l->json) {
		list_json(&b.users);
	} else {
		c = columns_new(headings);
		for (size_t i = 0; i < b.users.count; i++) {
			const struct user *u = &b.users.user[i];

			columns_put(c, span_of(u->name));
			columns_put(c, span_of(_(user_role_name(u->role))));
			columns_time(c, u->since);
			columns_time(c, u->kept[0] != '\0' ? u->changed :
			    CLOCK_NONE);
		}
		columns_print(c, stdout);
		columns_free(c);
	}
	close_book(&b);
	return CMD_OK;
}

/* --- the table ------------------------------------------------------------ */

#define PASSWORD_OPTIONS						\
	{ "generate", NULL, N_("make the password, and print it"), false }, \
	{ "header-only", NULL, N_("no password: the web server in front "	\
	  "says who it is (web_user_header)"), false }

const struct cmd cmd_user_list[] = {
	{ .name = "user add", .words = "NAME", .least = 1, .most = 1,
	  .run = run_add,
	  .about = N_("let somebody sign in to the page"),
	  .more = N_("The password is read from the terminal or from "
	    "standard input: one line of 10\ncharacters at least. A viewer "
	    "reads; an editor acts on alerts, notices and moves;\nan admin "
	    "also on sites."),
	  .examples = "user add wang --role editor\n"
	    "user add li --generate",
	  .option = {
	    { "role", "ROLE", N_("viewer (unless said otherwise), editor or "
	      "admin"), false },
	    PASSWORD_OPTIONS,
	  } },
	{ .name = "user list", .words = "", .json = true, .run = run_list,
	  .about = N_("list who may sign in"),
	  .examples = "user list" },
	{ .name = "user passwd", .words = "NAME", .least = 1, .most = 1,
	  .run = run_passwd,
	  .about = N_("give a user another password, and end the sessions"),
	  .examples = "user passwd wang --generate",
	  .option = { PASSWORD_OPTIONS } },
	{ .name = "user role", .words = "NAME ROLE", .least = 2, .most = 2,
	  .run = run_role,
	  .about = N_("give a user another role, at once"),
	  .examples = "user role wang admin" },
	{ .name = "user remove", .words = "NAME", .least = 1, .most = 1,
	  .run = run_remove,
	  .about = N_("let a user sign in no more, and end the sessions"),
	  .examples = "user remove wang" },
	{ .name = NULL },
};
