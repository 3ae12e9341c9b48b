/*
 * What may be asked for on the page has a command of zqhub that asks for the
 * same: with every field, and of the same type. A process that listens where
 * the daemon would notes what it is asked, and says no.
 */
#include "hub/permission.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "contrib/base/mem.h"
#include "tests/unit/hub/cmdkit.h"

#define WORDS 18
#define ANSWER "{\"error\":\"heard\",\"hint\":\"\"}\n"

static const struct {
	const char *act;
	const char *word[WORDS + 1];	/* end with NULL */
} commands[] = {
	{ "alert-ack", { "alert", "ack", "7", "--for", "2h", "--reason",
	  "r" } },
	{ "alert-silence", { "alert", "silence", "--rule", "down", "--site",
	  "4101000001", "--for", "2h", "--reason", "r" } },
	{ "alert-unsilence", { "alert", "unsilence", "3", "--reason", "r" } },
	{ "notice-announce", { "notice", "announce", "4101000001",
	  "maintenance", "--service", "s", "--from", "2027-01-01", "--until",
	  "2027-01-02", "--every", "daily 02:00-04:00", "--see",
	  "https://a.cn/", "--reason", "r" } },
	{ "notice-end", { "notice", "resolve", "7", "--reason", "r" } },
	{ "notice-end", { "notice", "withdraw", "7", "--reason", "r" } },
	{ "home-accept", { "home", "accept", "4101000001", "--reason",
	  "r" } },
	{ "move-agree", { "move", "agree", "7", "--reason", "r" } },
	{ "move-withdraw", { "move", "withdraw", "7", "--reason", "r" } },
	{ "release", { "release", "4101000001", "--reason", "r" } },
	{ "refuse", { "refuse", "4101000001", "--reason", "r" } },
	{ "settle", { "site", "settle", "4101000001", "--keep", "1",
	  "--reason", "r" } },
	{ "admit", { "site", "admit", "4101000001", "--reason", "r" } },
	{ "block", { "site", "block", "4101000001", "--reason", "r" } },
	{ "unblock", { "site", "unblock", "4101000001", "--reason", "r" } },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* --- who listens in the daemon's place ---------------------------------------- */

static int
listen_there(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/control", hub);
	unlink(at.sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	return fd;
}

/* One line to a file. */
static void
hear_one(int fd)
{
	int peer = accept(fd, NULL, NULL);
	char path[96], text[4096];
	ssize_t n = 0, got = 1;
	FILE *f;

	while (got > 0 && n < (ssize_t)sizeof(text) &&
	    memchr(text, '\n', (size_t)n) == NULL) {
		got = read(peer, text + n, sizeof(text) - (size_t)n);
		n += got > 0 ? got : 0;
	}
	snprintf(path, sizeof(path), "%s/heard", dir);
	if ((f = fopen(path, "w")) == NULL)
		_exit(1);
	fwrite(text, 1, (size_t)n, f);
	fclose(f);
	_exit(write(peer, ANSWER, sizeof(ANSWER) - 1) > 0 ? 0 : 1);
}

static pid_t
serve(void)
{
	int fd = listen_there();
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		alarm(30);
		hear_one(fd);
	}
	close(fd);
	return pid;
}

static json_t *
said_by(const char *const *w)
{
	pid_t pid = serve();
	char path[96];
	int status;
	json_t *said;

	ck_assert_int_eq(run(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7],
	    w[8], w[9], w[10], w[11], w[12], w[13], w[14], w[15], w[16],
	    w[17], NULL), 1);
	says(err, "heard");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	snprintf(path, sizeof(path), "%s/heard", dir);
	said = json_load_file(path, 0, NULL);
	ck_assert_ptr_nonnull(said);
	return said;
}

/* --- the same as the page ------------------------------------------------------- */

static void
check_field(const json_t *said, const struct permission_field *f,
    const char *act)
{
	const json_t *value = json_object_get(said, f->name);
	bool number = f->kind == FIELD_NUMBER || f->kind == FIELD_TIME ||
	    f->kind == FIELD_DURATION;

	ck_assert_msg(number ? json_is_integer(value) : json_is_string(value),
	    "%s: %s isn't said so by zqhub", act, f->name);
}

START_TEST(test_command)
{
	const struct permission *p = permission_of(commands[_i].act);
	json_t *said;

	ck_assert_msg(p != NULL, "%s isn't allowed", commands[_i].act);
	set_up();
	make_hub();
	said = said_by(commands[_i].word);
	ck_assert_str_eq(json_string_value(json_object_get(said, "do")),
	    p->act);
	for (const struct permission_field *f = p->field; f->name != NULL;
	    f++)
		check_field(said, f, p->act);
	json_decref(said);
	tear_down();
}
END_TEST

START_TEST(test_all)
{
	size_t acts = 0;

	for (const struct permission *p = NULL;
	    (p = permission_next(p)) != NULL; acts++) {
		bool found = false;

		for (size_t i = 0; i < COMMANDS; i++)
			found = found || strcmp(commands[i].act, p->act) == 0;
		ck_assert_msg(found, "which command says %s?", p->act);
	}
	ck_assert_uint_gt(acts, 10);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cmd_act");
	TCase *c = tcase_create("cmd_act");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, test_command, 0, (int)COMMANDS);
	tcase_add_test(c, test_all);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
