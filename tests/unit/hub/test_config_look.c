/*
 * What settings name besides themselves.
 */
#include "hub/config_look.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], path[96];
static struct buf why;

static void
write_to(const char *name, const char *text, mode_t mode)
{
	char file[128];
	FILE *f;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(file, mode), 0);
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(name);
}

static void
set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-look-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/hub.conf", dir);
	buf_init(&why, 65536);
	write_to("secret", "of twenty letters\n", 0600);
	write_to("empty", "\n", 0600);
	write_to("run", "#!/bin/sh\n", 0700);
	write_to("text", "#!/bin/sh\n", 0600);
}

static void
tear_down(void)
{
	buf_clear(&why);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What is wrong with these lines; "" is nothing. */
static const char *
look(const char *lines)
{
	const struct config *c;
	struct conf *file;
	char text[4096];
	bool good;

	snprintf(text, sizeof(text), "name = n\n%s", lines);
	write_to("hub.conf", text, 0600);
	buf_reset(&why);
	c = config_read(path, &file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	good = config_look(c, path, &why);
	ck_assert_int_eq(good, why.n == 0);
	conf_free(file);
	return buf_cstr(&why);
}

#define HOOK "[receiver a]\nkind = webhook\nurl = https://x/\n"
#define MAIL "[receiver a]\nkind = mail\nurl = smtp://localhost\n" \
	"from = a@b.cn\nto = c@d.cn\n"
#define RUN "[receiver a]\nkind = command\ncommand = "

START_TEST(test_nothing)
{
	ck_assert_str_eq(look(""), "");
	ck_assert_str_eq(look(HOOK), "");
	ck_assert_str_eq(look(HOOK "secret_file = secret\n"), "");
	ck_assert_str_eq(look("beat_file = beat\n" MAIL
	    "password_file = secret\n"), "");
}
END_TEST

START_TEST(test_missing)
{
	static const struct {
		const char *lines, *said;
	} bad[] = {
		{ HOOK "secret_file = nosuch\n",
		  "[receiver a]: secret_file: " },
		{ HOOK "secret_file = empty\n", "first line is empty" },
		{ MAIL "password_file = nosuch\n",
		  "nosuch: No such file" },
		{ HOOK "cas = nosuch\n", "[receiver a]: cas: " },
		{ HOOK "cas = secret\n", "no certificate in it" },
		{ "check_cas = secret\n", ": check_cas: " },
		{ "dir = nosuch\n", ": dir: " },
		{ "dir = secret\n", "secret: is no directory" },
		{ "beat_file = nosuch/beat\n", ": beat_file: " },
		{ RUN "/nosuch/program\n", "[receiver a]: command: " },
		{ RUN "/tmp\n", "is no program" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *said = look(bad[i].lines);

		ck_assert_msg(strstr(said, bad[i].said) != NULL, "%s: %s",
		    bad[i].lines, said);
		ck_assert_msg(strncmp(said, path, strlen(path)) == 0,
		    "no file: %s", said);
	}
}
END_TEST

START_TEST(test_programs)
{
	char lines[2048] = "";
	size_t n = 0;

	snprintf(lines, sizeof(lines), RUN "%s/run\n", dir);
	ck_assert_str_eq(look(lines), "");
	snprintf(lines, sizeof(lines), RUN "%s/text\n", dir);
	ck_assert_ptr_nonnull(strstr(look(lines), "can't be run"));
	for (int i = 0; i < 9; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		    "[receiver r%d]\nkind = command\ncommand = %s/run\n", i,
		    dir);
	ck_assert_ptr_nonnull(strstr(look(lines), "[receiver r8]: "
	    "expected 8"));
	ck_assert_ptr_null(strstr(buf_cstr(&why), "[receiver r7]"));
}
END_TEST

/* All of it is told, not just the first. */
START_TEST(test_all_are_told)
{
	look("beat_file = nosuch/beat\n" HOOK "secret_file = nosuch\n"
	    "cas = nosuch\n[receiver b]\nkind = command\n"
	    "command = /nosuch\n");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "beat_file"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "secret_file"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "cas"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "[receiver b]"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config_look");
	TCase *t = tcase_create("config_look");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_nothing);
	tcase_add_test(t, test_missing);
	tcase_add_test(t, test_programs);
	tcase_add_test(t, test_all_are_told);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
