/*
 * Users, their passwords and sessions: kept so that a file tells nothing,
 * bound to each other, ended when they should end, and only so many tries.
 */
#include "hub/user.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/guess.h"
#include "hub/session.h"
#include "hub/web_confine.h"
#include "tests/scratch.h"
#include "tests/unit/langkit.h"

#define HOUR INT64_C(3600000)
#define NOW INT64_C(1795000000000)

static char dir[64];
static struct buf why;

static void
set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-user-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	buf_init(&why, 4096);
	clock_set(NOW, 0);
	ck_assert(users_place(dir, &why));
}

static void
tear_down(void)
{
	clock_release();
	buf_clear(&why);
	scratch_remove(dir);
}

static void
put_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* --- passwords ------------------------------------------------------------ */

START_TEST(test_password)
{
	char one[PASSWORD_KEPT], two[PASSWORD_KEPT];

	password_keep(one, SPAN("correct horse"));
	password_keep(two, SPAN("correct horse"));
	ck_assert_str_ne(one, two);		/* each has its salt */
	ck_assert(strncmp(one, "$scrypt$ln=15,r=8,p=1$", 22) == 0);
	ck_assert(password_fits(one, SPAN("correct horse")));
	ck_assert(password_fits(two, SPAN("correct horse")));
	ck_assert(!password_fits(one, SPAN("correct horsf")));
	ck_assert(!password_fits(one, SPAN("correct hors")));
	ck_assert(!password_fits(one, SPAN_NONE));
	ck_assert(!password_fits(NULL, SPAN("correct horse")));
	ck_assert(!password_fits("", SPAN_NONE));
	ck_assert(!password_fits("$scrypt$ln=15,r=8,p=1$AAAA$AAAA",
	    SPAN("")));
}
END_TEST

START_TEST(test_password_judge)
{
	char made[PASSWORD_MADE], again[PASSWORD_MADE];

	ck_assert_ptr_null(password_judge(SPAN("ten letter")));
	ck_assert_ptr_nonnull(password_judge(SPAN("nine lett")));
	/* ten characters are ten, not thirty bytes */
	ck_assert_ptr_null(password_judge(SPAN("春耕生产春耕生产春耕")));
	ck_assert_ptr_nonnull(password_judge(SPAN("春耕生产")));
	ck_assert_ptr_nonnull(password_judge(SPAN("ten letter\xff")));
	ck_assert_ptr_nonnull(password_judge(SPAN("ten\0letters")));
	password_make(made);
	password_make(again);
	ck_assert_str_ne(made, again);
	ck_assert_uint_eq(strlen(made), 24);
	ck_assert_ptr_null(password_judge(span_of(made)));
}
END_TEST

/* --- the file -------------------------------------------------------------- */

START_TEST(test_users)
{
	struct users u, back;
	struct stat st;
	char path[128];

	ck_assert(users_read(&u, dir, &why));
	ck_assert_uint_eq(u.count, 0);
	users_add(&u, SPAN("wang"))->role = USER_ADMIN;
	users_add(&u, SPAN("张三"))->role = USER_VIEWER;
	users_add(&u, SPAN("li.si@a-b_c"))->role = USER_EDITOR;
	password_keep(users_find(&u, SPAN("wang"))->kept,
	    SPAN("a long password"));
	ck_assert_msg(users_write(&u, dir, &why), "%s", buf_cstr(&why));
	snprintf(path, sizeof(path), "%s/web/users", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);

	ck_assert_msg(users_read(&back, dir, &why), "%s", buf_cstr(&why));
	ck_assert_uint_eq(back.count, 3);
	ck_assert_str_eq(back.user[0].name, "li.si@a-b_c");
	ck_assert_int_eq(users_find(&back, SPAN("wang"))->role, USER_ADMIN);
	ck_assert(password_fits(users_find(&back, SPAN("wang"))->kept,
	    SPAN("a long password")));
	ck_assert_ptr_null(users_find(&back, SPAN("wan")));
	users_remove(&back, users_find(&back, SPAN("wang")));
	ck_assert_uint_eq(back.count, 2);
	ck_assert_ptr_null(users_find(&back, SPAN("wang")));
	ck_assert_ptr_nonnull(users_find(&back, SPAN("张三")));
	users_clear(&u);
	users_clear(&back);
}
END_TEST

static const char *const bad_files[] = {
	"", "[]", "{}", "{\"users\":1}", "{\"users\":[{}]}",
	"{\"users\":[{\"name\":\"a b\",\"role\":\"admin\",\"kept\":\"\"}]}",
	"{\"users\":[{\"name\":\"a\",\"role\":\"king\",\"kept\":\"\"}]}",
	"{\"users\":[{\"name\":\"a\",\"role\":\"\",\"kept\":\"\"}]}",
	("{\"users\":[{\"name\":\"a\",\"role\":\"admin\",\"kept\":\"\"},"
	    "{\"name\":\"a\",\"role\":\"viewer\",\"kept\":\"\"}]}"),
};

/* What isn't read has no lines. */
START_TEST(test_unreadable)
{
	char path[300];
	struct users u;

	snprintf(path, sizeof(path), "%s/%s", dir, USER_FILE);
	ck_assert_int_eq(symlink("users", path), 0);
	ck_assert(!users_read(&u, dir, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), path));
	ck_assert_ptr_null(strstr(buf_cstr(&why), "line"));
	users_clear(&u);
}
END_TEST

/* Nobody, rather than some of them. */
START_TEST(test_bad_file)
{
	struct users u;

	put_file(USER_FILE, bad_files[_i]);
	ck_assert(!users_read(&u, dir, &why));
	ck_assert_uint_gt(why.n, 0);
	ck_assert_uint_eq(u.count, 0);
	users_clear(&u);
}
END_TEST

/* A hub of before has them one directory up. */
START_TEST(test_place)
{
	static const char one[] = "{\"users\":[{\"name\":\"a\",\"role\":"
	    "\"admin\",\"kept\":\"\"}]}";
	struct users u;
	char path[128];

	put_file("users", one);
	put_file("sessions", "{}");
	ck_assert_msg(users_place(dir, &why), "%s", buf_cstr(&why));
	ck_assert(users_read(&u, dir, &why));
	ck_assert_uint_eq(u.count, 1);
	users_clear(&u);
	snprintf(path, sizeof(path), "%s/sessions", dir);
	ck_assert_int_ne(access(path, F_OK), 0);
	put_file("users", "what?");	/* never over what is there */
	ck_assert(users_place(dir, &why));
	ck_assert(users_read(&u, dir, &why));
	ck_assert_uint_eq(u.count, 1);
	users_clear(&u);
}
END_TEST

static bool
may_read(const char *name)
{
	char path[CONFIG_PATH_MAX];
	int fd = open(config_path(path, dir, name), O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* In a child: what the web part can still read of the hub, a bit for each. */
static int
confined(void)
{
	static const char *const names[] = { "ca/ca.key", "hub.conf",
		"journal/data.mdb", USER_FILE, "view/data.mdb" };
	char got[SANDBOX_GOT_MAX];
	struct web_confine w;
	int bits = 0;

	web_confine(&w, dir);
	sandbox_enter(&w.sandbox, got);
	if (strncmp(got, "landlock=off", 12) == 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		bits |= may_read(names[i]) << i;
	put_file(SESSION_FILE, "{}");
	return bits;
}

START_TEST(test_confined)
{
	static const char *const dirs[] = { "ca", "journal", "view" };
	char path[CONFIG_PATH_MAX];
	int status;
	pid_t pid;

	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(mkdir(config_path(path, dir, dirs[i]), 0700),
		    0);
	put_file("ca/ca.key", "secret");
	put_file("hub.conf", "");
	put_file("journal/data.mdb", "");
	put_file("view/data.mdb", "");
	put_file(USER_FILE, "");
	pid = fork();
	if (pid == 0)
		_exit(confined() & 0xff);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0xff)	/* no Landlock here */
		ck_assert_int_eq(WEXITSTATUS(status), 0x18);
}
END_TEST

START_TEST(test_names)
{
	ck_assert(user_name_is_fit(SPAN("wang")));
	ck_assert(user_name_is_fit(SPAN("王小明")));
	ck_assert(!user_name_is_fit(SPAN("")));
	ck_assert(!user_name_is_fit(SPAN("a b")));
	ck_assert(!user_name_is_fit(SPAN("a\nb")));
	ck_assert(!user_name_is_fit(SPAN("<b>")));
	ck_assert(!user_name_is_fit(SPAN("\xff")));
	ck_assert(!user_name_is_fit(SPAN("0123456789012345678901234567890"
	    "12")));
}
END_TEST

START_TEST(test_follow)
{
	struct users u = { .count = 0 }, other;

	users_follow(&u, dir);
	ck_assert_uint_eq(u.count, 0);
	ck_assert(users_read(&other, dir, &why));
	users_add(&other, SPAN("wang"));
	ck_assert(users_write(&other, dir, &why));
	users_follow(&u, dir);
	ck_assert_uint_eq(u.count, 1);
	put_file(USER_FILE, "what?");		/* nobody may be somebody */
	users_follow(&u, dir);
	ck_assert_uint_eq(u.count, 0);
	users_clear(&u);
	users_clear(&other);
}
END_TEST

/* --- sessions --------------------------------------------------------------- */

static char logged[1000];

static void
keep_line(enum log_level level, const char *line)
{
	(void)level;
	snprintf(logged, sizeof(logged), "%s", line);
}

/* Whatever the last reader's language was. */
START_TEST(test_log_is_english)
{
	struct users u = { .count = 0 };
	char path[600], token[SESSION_TOKEN];
	struct sessions *s;

	langkit_write(path, dir, "%s: can't write: %s\\n",
	    "%s：无法写入：%s\\n");
	lang_open(path);
	users_add(&u, SPAN("wang"));
	s = sessions_new(dir, 12 * HOUR);
	snprintf(path, sizeof(path), "rm -r %s/web", dir);
	ck_assert_int_eq(system(path), 0);
	lang_switch("zh");
	ck_assert_str_eq(_("%s: can't write: %s\n"), "%s：无法写入：%s\n");
	log_sink(keep_line);
	sessions_begin(s, users_find(&u, SPAN("wang")), token);
	log_sink(NULL);
	ck_assert_ptr_nonnull(strstr(logged, "can't write: No such file or "
	    "directory: who is signed in"));
	ck_assert_str_eq(lang_now(), "zh");
	sessions_free(s);
	users_clear(&u);
}
END_TEST

static struct users
people(void)
{
	struct users u = { .count = 0 };

	snprintf(users_add(&u, SPAN("wang"))->kept, PASSWORD_KEPT, "one");
	snprintf(users_add(&u, SPAN("li"))->kept, PASSWORD_KEPT, "two");
	return u;
}

START_TEST(test_session)
{
	struct sessions *s = sessions_new(dir, 12 * HOUR);
	struct users u = people();
	char wang[SESSION_TOKEN], li[SESSION_TOKEN];
	const struct user *who;

	sessions_begin(s, users_find(&u, SPAN("wang")), wang);
	sessions_begin(s, users_find(&u, SPAN("li")), li);
	ck_assert_str_ne(wang, li);
	who = sessions_user(s, &u, span_of(wang));
	ck_assert_ptr_nonnull(who);
	ck_assert_str_eq(who->name, "wang");
	ck_assert_ptr_null(sessions_user(s, &u, SPAN("")));
	li[3] = li[3] == 'a' ? 'b' : 'a';
	ck_assert_ptr_null(sessions_user(s, &u, span_of(li)));
	sessions_end(s, span_of(wang));
	ck_assert_ptr_null(sessions_user(s, &u, span_of(wang)));
	sessions_free(s);
	users_clear(&u);
}
END_TEST

/* It outlives a restart; one that was ended doesn't, nor what is in the file
 * open a door. */
START_TEST(test_session_restart)
{
	struct sessions *s = sessions_new(dir, 12 * HOUR);
	struct users u = people();
	char one[SESSION_TOKEN], two[SESSION_TOKEN], text[4096] = "";
	char path[128], form[SESSION_FORM], again[SESSION_FORM];
	struct stat st;
	FILE *f;

	sessions_begin(s, &u.user[0], one);
	sessions_begin(s, &u.user[0], two);
	sessions_end(s, span_of(two));
	sessions_form(s, form, &u.user[1]);
	sessions_free(s);
	s = sessions_new(dir, 12 * HOUR);
	ck_assert_ptr_nonnull(sessions_user(s, &u, span_of(one)));
	ck_assert_ptr_null(sessions_user(s, &u, span_of(two)));
	sessions_form(s, again, &u.user[1]);
	ck_assert_str_eq(form, again);
	sessions_free(s);
	snprintf(path, sizeof(path), "%s/web/sessions", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	f = fopen(path, "r");
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, f), 0);
	fclose(f);
	ck_assert_ptr_null(strstr(text, one));
	users_clear(&u);
}
END_TEST

/* A web part that was killed as it wrote leaves a file beside the other. */
START_TEST(test_sessions_swept)
{
	static const struct {
		const char *name;
		bool stays;
	} files[] = {
		{ "sessions.a1B2z9", false }, { "sessions.a1B2z9x", true },
		{ "sessions.old", true }, { "sessions.2026-1", true },
		{ "users.a1B2z9", true }, { "sessions", true },
	};
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/web/%s", dir, files[i].name);
		fclose(fopen(path, "w"));
	}
	sessions_free(sessions_new(dir, 12 * HOUR));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/web/%s", dir, files[i].name);
		ck_assert_msg((access(path, F_OK) == 0) == files[i].stays,
		    "%s", files[i].name);
	}
}
END_TEST

START_TEST(test_session_ends)
{
	struct sessions *s = sessions_new(dir, 12 * HOUR);
	struct users u = people();
	char token[SESSION_TOKEN];

	/* while it is used it goes on … */
	sessions_begin(s, &u.user[0], token);
	for (int i = 1; i <= 60; i++) {
		clock_set(NOW + i * 11 * HOUR, i);
		ck_assert_ptr_nonnull(sessions_user(s, &u, span_of(token)));
	}
	/* … but not for ever: 30 days */
	clock_set(NOW + 30 * 24 * HOUR, 100);
	ck_assert_ptr_null(sessions_user(s, &u, span_of(token)));
	/* unused for its time */
	sessions_begin(s, &u.user[0], token);
	clock_set(NOW + 30 * 24 * HOUR + 12 * HOUR, 101);
	ck_assert_ptr_null(sessions_user(s, &u, span_of(token)));
	/* another password */
	sessions_begin(s, &u.user[0], token);
	snprintf(u.user[0].kept, PASSWORD_KEPT, "three");
	ck_assert_ptr_null(sessions_user(s, &u, span_of(token)));
	/* the user is gone */
	sessions_begin(s, &u.user[0], token);
	users_remove(&u, &u.user[0]);
	ck_assert_ptr_null(sessions_user(s, &u, span_of(token)));
	sessions_free(s);
	users_clear(&u);
}
END_TEST

/* A file that is as full as it may be; the first was away longest. */
static void
put_full(void)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_text(&b, "{\"key\":7,\"sessions\":[");
	for (int i = 0; i < SESSION_MOST; i++)
		buf_printf(&b, "%s{\"name\":\"x\",\"since\":%lld,\"used\":"
		    "%lld,\"seal\":\"%032d\",\"hash\":\"%064d\"}",
		    i > 0 ? "," : "", (long long)NOW, (long long)NOW + i, 0,
		    i);
	buf_text(&b, "]}");
	ck_assert(!b.bad);
	put_file(SESSION_FILE, buf_cstr(&b));
	buf_clear(&b);
}

static size_t
kept(const char *what)
{
	char path[128], *text = calloc(1, 1u << 20), *at;
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" SESSION_FILE, dir);
	f = fopen(path, "r");
	ck_assert_uint_gt(fread(text, 1, (1u << 20) - 1, f), 0);
	fclose(f);
	for (at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	free(text);
	return n;
}

START_TEST(test_session_many)
{
	struct users u = people();
	char token[SESSION_TOKEN], first[80], second[80];
	struct sessions *s;

	put_full();
	s = sessions_new(dir, 12 * HOUR);
	sessions_begin(s, &u.user[0], token);
	ck_assert_ptr_nonnull(sessions_user(s, &u, span_of(token)));
	sessions_free(s);
	snprintf(first, sizeof(first), "\"%064d\"", 0);
	snprintf(second, sizeof(second), "\"%064d\"", 1);
	ck_assert_uint_eq(kept("\"hash\""), SESSION_MOST);
	ck_assert_uint_eq(kept(first), 0);
	ck_assert_uint_eq(kept(second), 1);
	users_clear(&u);
}
END_TEST

static const char *const odd_files[] = { "", "[]", "{\"sessions\":1}",
	"{\"sessions\":[1,{},{\"name\":\"x\"},[]],\"key\":7}" };

/* No time that there is. */
START_TEST(test_session_times)
{
	static const char *const times[] = { "-9223372036854775808,\"used\":"
	    "4102444800000", "4102444800000,\"used\":-9223372036854775808" };
	char text[512];

	snprintf(text, sizeof(text), "{\"sessions\":[{\"name\":\"x\","
	    "\"seal\":\"%032d\",\"hash\":\"%064d\",\"since\":%s}]}", 0, 1,
	    times[_i]);
	put_file(SESSION_FILE, text);
	sessions_free(sessions_new(dir, 12 * HOUR));
	ck_assert_uint_eq(kept("\"sessions\""), 1);
	ck_assert_uint_eq(kept("\"hash\""), 0);
}
END_TEST

START_TEST(test_session_odd)
{
	struct users u = people();
	char token[SESSION_TOKEN];
	struct sessions *s;

	put_file(SESSION_FILE, odd_files[_i]);
	s = sessions_new(dir, 12 * HOUR);
	ck_assert_ptr_null(sessions_user(s, &u, SPAN("x")));
	sessions_begin(s, &u.user[0], token);
	ck_assert_ptr_nonnull(sessions_user(s, &u, span_of(token)));
	sessions_free(s);
	users_clear(&u);
}
END_TEST

START_TEST(test_form)
{
	char one[SESSION_FORM], two[SESSION_FORM];

	session_form(one, SPAN("token one"));
	session_form(two, SPAN("token two"));
	ck_assert_uint_eq(strlen(one), SESSION_FORM - 1);
	ck_assert_str_ne(one, two);
	ck_assert(session_same(span_of(one), span_of(one)));
	ck_assert(!session_same(span_of(one), span_of(two)));
	ck_assert(!session_same(SPAN_NONE, span_of(two)));
	ck_assert(!session_same(SPAN_NONE, SPAN_NONE));
}
END_TEST

/* --- guesses ------------------------------------------------------------------ */

static unsigned
tries(struct guesses *g, const char *address, const char *name, int64_t now,
    unsigned most)
{
	unsigned n = 0;

	while (n < most && guesses_try(g, span_of(address), span_of(name),
	    now + 1000 * n) == 0)
		n++;
	return n;
}

START_TEST(test_guesses)
{
	struct guesses *g = guesses_new();
	int64_t now = 1000000;

	/* a name is slow after a while, and never barred */
	for (int i = 0; i < GUESS_NAME; i++, now += 1000) {
		char from[32];

		snprintf(from, sizeof(from), "192.0.2.%d", 100 + i);
		ck_assert_uint_eq(tries(g, from, "wang", now, 1), 1);
	}
	ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.9"), SPAN("wang"),
	    now - 500), 1);
	ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.9"), SPAN("wang"),
	    now), 0);
	ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.8"), SPAN("wang"),
	    now + 1), 2);
	for (int i = 0; i < 60; i++) {
		char from[32];
		unsigned wait;

		snprintf(from, sizeof(from), "198.51.100.%d", i);
		now += 1;
		wait = guesses_try(g, span_of(from), SPAN("wang"), now);
		ck_assert_uint_le(wait, GUESS_DELAY);
		ck_assert_uint_gt(wait, 0);
		now += wait * 1000;
		ck_assert_uint_eq(guesses_try(g, span_of(from), SPAN("wang"),
		    now), 0);
	}
	/* of an address, whatever the names */
	now += 3600000;
	for (int i = 0; i < GUESS_ADDRESS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		ck_assert_uint_eq(tries(g, "192.0.2.2", name,
		    now + i * 1000, 1), 1);
	}
	ck_assert_uint_eq(tries(g, "192.0.2.2", "new", now + 20500, 1), 0);
	ck_assert_uint_eq(tries(g, "192.0.2.3", "new", now + 20500, 1), 1);
	guesses_free(g);
}
END_TEST

START_TEST(test_guesses_all)
{
	struct guesses *g = guesses_new();
	char from[32], name[32];
	int n = 0;

	for (int i = 0; i < 100; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		snprintf(name, sizeof(name), "n%d", i);
		n += guesses_try(g, span_of(from), span_of(name),
		    1000000) == 0;
	}
	ck_assert_int_eq(n, GUESS_ALL);
	ck_assert_uint_eq(guesses_try(g, SPAN("198.51.100.1"), SPAN("z"),
	    1000200), 0);
	guesses_free(g);
}
END_TEST

/* Nobody is kept out by what others try, from wherever. */
START_TEST(test_guesses_known)
{
	struct guesses *g = guesses_new();
	int64_t now = 5000000;
	char from[32];

	ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.1"), SPAN("wang"),
	    now), 0);
	guesses_right(g, SPAN("192.0.2.1"), SPAN("wang"));
	for (int i = 0; i < 100; i++, now += 400) {
		snprintf(from, sizeof(from), "198.51.100.%d", i);
		(void)guesses_try(g, span_of(from), SPAN("wang"), now);
		(void)guesses_try(g, SPAN("192.0.2.1"), SPAN("li"), now);
	}
	now -= 399;
	ck_assert_uint_gt(guesses_try(g, SPAN("192.0.2.1"), SPAN("li"), now),
	    0);
	ck_assert_uint_gt(guesses_try(g, SPAN("192.0.2.7"), SPAN("wang"),
	    now), 0);
	ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.1"), SPAN("wang"),
	    now), 0);
	/* from there it can't be guessed either */
	ck_assert_uint_lt(tries(g, "192.0.2.1", "wang", now, 100), 20);
	ck_assert_uint_le(guesses_try(g, SPAN("192.0.2.1"), SPAN("wang"),
	    now + 20000), 3);
	guesses_free(g);
}
END_TEST

/* Some that go on guessing at a name slow each other down, and nobody who
 * comes from elsewhere for the first time. */
START_TEST(test_guesses_elsewhere)
{
	static const char *const guesser[] = { "192.0.2.1", "192.0.2.2" };
	struct guesses *g = guesses_new();
	int64_t now = 7000000;
	unsigned tried = 0, unlucky = 0;
	char from[32];

	for (int i = 0; i < 36000; i++, now += 100) {
		for (size_t k = 0; k < 2; k++)
			tried += guesses_try(g, span_of(guesser[k]),
			    SPAN("wang"), now) == 0;
		if (i % 300 != 299)
			continue;
		snprintf(from, sizeof(from), "198.51.100.%d", i / 300);
		if (guesses_try(g, span_of(from), SPAN("wang"), now) == 0)
			guesses_right(g, span_of(from), SPAN("wang"));
		else
			unlucky++;
	}
	/* one in 1,000 shares a bucket with a guesser: four of 120 have that
	 * once in 100,000 runs */
	ck_assert_uint_lt(unlucky, 4);
	ck_assert_uint_le(tried, 2 * (GUESS_ADDRESS + 3600 / 30 + 1));
	/* many that guess are as slow together as ever */
	for (int i = 0; i < 200; i++)
		for (int k = 0; k < 5; k++, now += 220) {
			snprintf(from, sizeof(from), "203.0.113.%d", i);
			(void)guesses_try(g, span_of(from), SPAN("li"), now);
		}
	tried = 0;
	for (int i = 0; i < 200; i++, now += 220) {
		snprintf(from, sizeof(from), "203.0.113.%d", i);
		tried += guesses_try(g, span_of(from), SPAN("li"), now) == 0;
	}
	ck_assert_uint_le(tried, 2 * (200 * 220 / 8000 + 1));
	guesses_free(g);
}
END_TEST

/* Who knows the password isn't kept out by having mistyped it. */
START_TEST(test_guesses_right)
{
	struct guesses *g = guesses_new();

	for (int i = 0; i < 200; i++) {
		ck_assert_uint_eq(guesses_try(g, SPAN("192.0.2.1"),
		    SPAN("wang"), i * 300), 0);
		guesses_right(g, SPAN("192.0.2.1"), SPAN("wang"));
	}
	guesses_free(g);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("user");
	TCase *t = tcase_create("user");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_password);
	tcase_add_test(t, test_password_judge);
	tcase_add_test(t, test_users);
	tcase_add_test(t, test_unreadable);
	tcase_add_loop_test(t, test_bad_file, 0,
	    (int)(sizeof(bad_files) / sizeof(*bad_files)));
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_place);
	tcase_add_test(t, test_confined);
	tcase_add_test(t, test_follow);
	tcase_add_test(t, test_log_is_english);
	tcase_add_test(t, test_session);
	tcase_add_test(t, test_session_restart);
	tcase_add_test(t, test_sessions_swept);
	tcase_add_test(t, test_session_ends);
	tcase_add_test(t, test_session_many);
	tcase_add_loop_test(t, test_session_odd, 0,
	    (int)(sizeof(odd_files) / sizeof(*odd_files)));
	tcase_add_loop_test(t, test_session_times, 0, 2);
	tcase_add_test(t, test_form);
	tcase_add_test(t, test_guesses);
	tcase_add_test(t, test_guesses_all);
	tcase_add_test(t, test_guesses_known);
	tcase_add_test(t, test_guesses_elsewhere);
	tcase_add_test(t, test_guesses_right);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
