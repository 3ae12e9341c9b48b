/*
 * The sites that were told, as a table: of a move with levels, of a closing
 * without; and no more than can be read.
 */
#include "hub/cmd_told.h"

#include "tests/unit/hub/cmdkit.h"

/* What is printed of so many sites goes into `out`. */
static void
print(size_t sites, bool levels)
{
	const struct link_count open = { .pages = 7, .exact = false };
	const struct referral said = { .told = CORE_NOW, .pages = 9,
	    .reason = SPAN("soon") };
	struct cmd_told t;
	char path[96], code[16];
	int keep;

	set_up();
	snprintf(path, sizeof(path), "%s/out", dir);
	keep = redirect(stdout, path);
	cmd_told_begin(&t, levels);
	for (size_t i = 0; i < sites; i++) {
		snprintf(code, sizeof(code), "41010000%02u",
		    (unsigned)(i % 100));
		cmd_told_put(&t, code, &said, i == 0, levels ? &open : NULL);
	}
	cmd_told_end(&t);
	restore(stdout, keep, path, out);
	tear_down();
}

START_TEST(test_of_a_move)
{
	print(2, true);
	says(out, "LEVEL");
	says(out, "≥7");
	says(out, "4101000000");
	says(out, "yes");
	says(out, "soon");
	ck_assert_ptr_null(strstr(out, "more site"));
}
END_TEST

START_TEST(test_of_a_closing)
{
	print(CMD_TOLD_SHOWN + 2, false);
	ck_assert_ptr_null(strstr(out, "LEVEL"));
	ck_assert_ptr_null(strstr(out, "≥"));
	says(out, "4101000049");
	ck_assert_ptr_null(strstr(out, "4101000050"));
	says(out, "… and 2 more sites (--json has all)\n");
}
END_TEST

START_TEST(test_of_nobody)
{
	print(0, true);
	ck_assert_str_eq(out, "");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_of_a_move);
	tcase_add_test(t, test_of_a_closing);
	tcase_add_test(t, test_of_nobody);
}

int
main(void)
{
	return core_run_suite("cmd_told", add);
}
