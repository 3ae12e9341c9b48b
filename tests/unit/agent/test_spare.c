/*
 * The spare identity: whatever a cut leaves behind, one whole identity is
 * there afterwards, and it is the right one.
 */
#include "tests/unit/agent/storekit.h"

#include "agent/spare.h"

static const char *const names[] = { "key.pem", "cert.pem", "ca.pem" };

static const char *
path_of(const char *name, const char *end)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s%s", kit_dir, name, end);
	return path;
}

/* As keep_put() does: written beside, moved into place. */
static void
put(const char *name, const char *text)
{
	char beside[128];
	FILE *f;

	snprintf(beside, sizeof(beside), "%s", path_of(name, ".tmp"));
	f = fopen(beside, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(rename(beside, path_of(name, "")), 0);
}

static void
put_all(const char *text)
{
	for (size_t i = 0; i < 3; i++)
		put(names[i], text);
}

static bool
is_old_there(void)
{
	for (size_t i = 0; i < 3; i++)
		if (access(path_of(names[i], ".old"), F_OK) == 0)
			return true;
	return false;
}

static void
all_are(const char *want)
{
	char text[16] = "";

	for (size_t i = 0; i < 3; i++) {
		FILE *f = fopen(path_of(names[i], ""), "r");

		ck_assert_ptr_nonnull(f);
		ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
		fclose(f);
		ck_assert_msg(strcmp(text, want) == 0, "%s: %s", names[i],
		    text);
	}
	ck_assert(!is_old_there());
}

static void
keep(void)
{
	struct buf why;

	buf_init(&why, 4096);
	ck_assert_msg(spare_keep(kit_dir, &why), "%s", buf_cstr(&why));
	buf_clear(&why);
}

/* A new identity is put in the order ca, key, cert; cut off after `steps`. */
static void
cut_after(int steps)
{
	put_all("old");
	keep();
	ck_assert(is_old_there());
	if (steps > 0)
		put("ca.pem", "new");
	if (steps > 1)
		put("key.pem", "new");
	if (steps > 2)
		put("cert.pem", "new");
	spare_settle(kit_dir);
}

START_TEST(test_cut)
{
	cut_after(0);
	all_are("old");
	cut_after(1);
	all_are("old");
	cut_after(2);
	ck_assert(!is_old_there());
	put("cert.pem", "new");		/* identity_mend() does that */
	all_are("new");
	cut_after(3);
	all_are("new");
}
END_TEST

/* Cut off while it was put back. */
START_TEST(test_back)
{
	put_all("old");
	keep();
	put("ca.pem", "new");
	ck_assert_int_eq(unlink(path_of("ca.pem", ".old")), 0);
	put("ca.pem", "old");
	spare_settle(kit_dir);
	all_are("old");
	keep();
	ck_assert_int_eq(unlink(path_of("key.pem", ".old")), 0);
	spare_settle(kit_dir);
	all_are("old");
}
END_TEST

START_TEST(test_nothing)
{
	keep();
	ck_assert(!is_old_there());
	spare_settle(kit_dir);
	put_all("new");
	spare_settle(kit_dir);
	all_are("new");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/spare");
	TCase *t = tcase_create("spare");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, kit_make_dir, kit_remove_dir);
	tcase_add_test(t, test_cut);
	tcase_add_test(t, test_back);
	tcase_add_test(t, test_nothing);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
