/*
 * A hub's backup: what is in it comes back, sites with all that is known of
 * them; what was changed by a byte is refused by name.
 */
#include "hub/backup.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/keep.h"
#include "certs/roll.h"
#include "certs/seal.h"
#include "hub/errand.h"
#include "hub/init.h"
#include "hub/query.h"
#include "hub/register.h"
#include "hub/restore.h"
#include "hub/query_move.h"
#include "tests/scratch.h"

#define PASS "一句口令"
#define KEY(c) c c c c c c c c c c c c c c c c
#define KEY64(c) KEY(c) KEY(c) KEY(c) KEY(c)
#define PIN32(c) KEY(c) KEY(c)

static struct bed {
	char dir[64], hub[80], other[80];
	struct conf *file;
	const struct config *config;
	struct buf why, hint;
} bed;

/* One of each kind: enrolled, blocked child, retired, forked, quarantined. */
static const char *const rows[] = {
	"{\"number\":1,\"code\":\"4101000001\",\"name\":\"郑州\","
	"\"kind\":\"portal\",\"domains\":[\"www.zz.gov.cn\",\"zz.gov.cn\"],"
	"\"added\":1000,\"enrolled\":2000,\"key\":\"" KEY64("a") "\","
	"\"old_key\":\"" KEY64("b") "\",\"until\":9000,\"ca\":\"" PIN32("c")
	"\",\"proven\":true,\"checked\":3000,\"evidence\":\"https 200\"}",
	"{\"number\":2,\"code\":\"4101000002\",\"name\":\"教育局\","
	"\"kind\":\"department\",\"parent\":1,\"domains\":"
	"[\"jy.zz.gov.cn\"],\"added\":1500,\"blocked\":true,"
	"\"reason\":\"停用\"}",
	"{\"number\":3,\"code\":\"4101000003\",\"name\":\"旧站\","
	"\"domains\":[\"old.zz.gov.cn\"],\"added\":1,\"enrolled\":2,"
	"\"key\":\"" KEY64("d") "\",\"retired\":true,\"reason\":\"关停\"}",
	"{\"number\":4,\"code\":\"4101000004\",\"name\":\"分身\","
	"\"domains\":[\"fork.zz.gov.cn\"],\"added\":1,\"enrolled\":2,"
	"\"key\":\"" KEY64("e") "\",\"old_key\":\"" KEY64("f") "\","
	"\"old_key_spent\":true,\"forked\":true,\"cause\":\"instance\","
	"\"reason\":\"two\",\"agents\":[{\"instance\":\"00000000000000aa\","
	"\"address\":\"192.0.2.1:5\",\"since\":1700000000000},"
	"{\"address\":\"192.0.2.2:6\"}],\"speaker\":1,"
	"\"kept\":2,\"begun\":true,\"renewed\":true,\"given_up\":\"00000000000000bb\"}",
	/* The retired one's code and domain are another's now. */
	"{\"number\":5,\"code\":\"4101000003\",\"name\":\"新站\","
	"\"domains\":[\"old.zz.gov.cn\"],\"added\":7,\"enrolled\":8,"
	"\"key\":\"" KEY64("1") "\",\"quarantined\":true}",
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static json_t *
some_sites(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ROWS; i++) {
		json_t *row = json_loads(rows[i], 0, NULL);

		ck_assert_ptr_nonnull(row);
		json_array_append_new(list, row);
	}
	return list;
}

static const struct config *
open_config(const char *dir)
{
	char path[CONFIG_PATH_MAX];

	return config_read(config_path(path, dir, CONFIG_FILE), &bed.file,
	    &bed.why);
}

static void
set_up(void)
{
	memset(&bed, 0, sizeof(bed));
	buf_init(&bed.why, 65536);
	buf_init(&bed.hint, 65536);
	snprintf(bed.dir, sizeof(bed.dir), "/tmp/zq-backup-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed.dir));
	snprintf(bed.hub, sizeof(bed.hub), "%s/hub", bed.dir);
	snprintf(bed.other, sizeof(bed.other), "%s/other", bed.dir);
	ck_assert_msg(init_hub(&(struct init){ .dir = bed.hub,
	    .name = "测试", .listen = "127.0.0.1:1", .web = "" }, &bed.why),
	    "%s", buf_cstr(&bed.why));
	bed.config = open_config(bed.hub);
	ck_assert_ptr_nonnull(bed.config);
}

static void
tear_down(void)
{
	conf_free(bed.file);
	buf_clear(&bed.why);
	buf_clear(&bed.hint);
	ck_assert_int_eq(scratch_remove(bed.dir), 0);
}

static void
expect_why(const char *words)
{
	ck_assert_msg(strstr(buf_cstr(&bed.why), words) != NULL,
	    "expected \"%s\", got \"%s\"", words, buf_cstr(&bed.why));
	buf_reset(&bed.why);
}

/* One that comes back, one that is for nobody, and what is none. */
static json_t *
some_moves(void)
{
	return json_pack("[{s:s, s:i, s:s, s:s, s:s, s:I, s:s, s:s},"
	    " {s:s, s:i}, {s:s, s:i}, s]", "do", "move-announce", "site", 1,
	    "scope", "prefix", "old", "https://www.zhengzhou.gov.cn/a/",
	    "new", "https://www.zhengzhou.gov.cn/b/", "from",
	    (json_int_t)1700000000000, "actor", "li", "reason", "paper 7",
	    "do", "move-announce", "site", 99, "do", "block", "site", 1,
	    "nonsense");
}

static json_t *
made(const char *pass)
{
	json_t *whole = backup_make(bed.config, some_sites(), some_moves(),
	    pass, &bed.why);

	ck_assert_msg(whole != NULL, "%s", buf_cstr(&bed.why));
	return whole;
}

static bool
opens(struct backup *b, const json_t *whole, const char *pass)
{
	char *text = json_dumps(whole, JSON_INDENT(3));
	bool ok = backup_open(b, span_of(text), pass, &bed.why);

	free(text);
	return ok;
}

static json_t *
register_in(const char *dir)
{
	struct store *s = store_open(dir, &bed.why);
	struct query *q;
	json_t *list;

	ck_assert_msg(s != NULL, "%s", buf_cstr(&bed.why));
	q = query_begin(s);
	list = query_register(q);
	query_end(q);
	store_close(s);
	return list;
}

static void
expect_moves(const char *dir)
{
	struct store *store = store_open(dir, &bed.why);
	json_t *list, *wanted = some_moves();
	struct query *q;

	ck_assert_ptr_nonnull(store);
	q = query_begin(store);
	list = query_move_acts(q);
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert(json_equal(json_array_get(list, 0),
	    json_array_get(wanted, 0)));
	json_decref(wanted);
	json_decref(list);
	query_end(q);
	store_close(store);
}

START_TEST(test_comes_back)
{
	const char *pass = _i == 0 ? NULL : PASS;
	json_t *whole = made(pass), *expected = some_sites(), *list;
	struct restored r;
	struct backup b;
	struct ca one, two;
	char dir[CONFIG_PATH_MAX];

	ck_assert_msg(opens(&b, whole, pass), "%s", buf_cstr(&bed.why));
	ck_assert_msg(restore_into(&b, bed.other, "tester", &r, &bed.why,
	    &bed.hint), "%s", buf_cstr(&bed.why));
	ck_assert_uint_eq(r.sites, ROWS);
	ck_assert(!r.only_register && !r.rolling);
	list = register_in(bed.other);
	for (size_t i = 0; i < ROWS; i++) {
		char *got = json_dumps(json_array_get(list, i),
		    JSON_SORT_KEYS);
		char *want = json_dumps(json_array_get(expected, i),
		    JSON_SORT_KEYS);

		ck_assert_str_eq(got, want);
		free(got);
		free(want);
	}
	ck_assert_uint_eq(json_array_size(list), ROWS);
	expect_moves(bed.other);
	ck_assert(ca_open(&one, config_path(dir, bed.hub, CONFIG_CA),
	    &bed.why));
	ck_assert(ca_open(&two, config_path(dir, bed.other, CONFIG_CA),
	    &bed.why));
	ck_assert_mem_eq(one.pin, two.pin, TICKET_PIN);
	ck_assert_mem_eq(one.ticket_key, two.ticket_key, TICKET_KEY);
	ca_close(&one);
	ca_close(&two);
	json_decref(list);
	json_decref(expected);
	json_decref(whole);
	backup_close(&b);
}
END_TEST

/* A second time there is a journal; into another hub never. */
START_TEST(test_not_over_another)
{
	json_t *whole = made(NULL);
	struct restored r;
	struct backup b;
	int status;
	pid_t pid;

	ck_assert(opens(&b, whole, NULL));
	/* The lock is held until a process ends. */
	if ((pid = fork()) == 0)
		_exit(restore_into(&b, bed.hub, "tester", &r, &bed.why,
		    &bed.hint) && r.only_register ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert(!restore_into(&b, bed.hub, "tester", &r, &bed.why,
	    &bed.hint));
	expect_why("has a journal");
	ck_assert(init_hub(&(struct init){ .dir = bed.other, .name = "x",
	    .listen = "127.0.0.1:1", .web = "" }, &bed.why));
	ck_assert(!restore_into(&b, bed.other, "tester", &r, &bed.why,
	    &bed.hint));
	expect_why("with another CA");
	json_decref(whole);
	backup_close(&b);
}
END_TEST

START_TEST(test_not_beside_others)
{
	json_t *whole = made(NULL);
	char path[CONFIG_PATH_MAX];
	struct restored r;
	struct backup b;

	ck_assert(opens(&b, whole, NULL));
	ck_assert_int_eq(mkdir(bed.other, 0700), 0);
	ck_assert_int_eq(mkdir(config_path(path, bed.other, "photos"),
	    0700), 0);
	ck_assert(!restore_into(&b, bed.other, "tester", &r, &bed.why,
	    &bed.hint));
	expect_why("there is photos in it");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rmdir(bed.other), 0);
	json_decref(whole);
	backup_close(&b);
}
END_TEST

/* What fails leaves nothing: two sites with one number, signed all the
 * same. */
START_TEST(test_taken_back)
{
	json_t *sites = some_sites(), *whole;
	struct restored r;
	struct backup b;

	json_object_set_new(json_array_get(sites, 1), "number",
	    json_integer(1));
	whole = backup_make(bed.config, sites, json_array(), NULL,
	    &bed.why);
	ck_assert(opens(&b, whole, NULL));
	ck_assert(!restore_into(&b, bed.other, "tester", &r, &bed.why,
	    &bed.hint));
	expect_why("don't fit together");
	ck_assert_int_ne(access(bed.other, F_OK), 0);
	json_decref(whole);
	backup_close(&b);
}
END_TEST

/* What zqhub ca status asks. */
static void
expect_rolling(const char *dir, const uint8_t pin[TICKET_PIN])
{
	struct store *s = store_open(dir, &bed.why);
	struct roll_info roll;
	struct query *q;

	ck_assert_msg(s != NULL, "%s", buf_cstr(&bed.why));
	q = query_begin(s);
	query_roll(q, &roll);
	query_end(q);
	store_close(s);
	ck_assert(roll.rolling);
	ck_assert_mem_eq(roll.pin, pin, TICKET_PIN);
}

START_TEST(test_rolling)
{
	char dir[CONFIG_PATH_MAX];
	struct restored r;
	struct ca next;
	struct backup b;
	json_t *whole;

	ck_assert(roll_begin(config_path(dir, bed.hub, CONFIG_CA),
	    &bed.why));
	whole = made(PASS);
	ck_assert_msg(opens(&b, whole, PASS), "%s", buf_cstr(&bed.why));
	ck_assert(restore_into(&b, bed.other, "tester", &r, &bed.why,
	    &bed.hint));
	ck_assert(r.rolling);
	expect_rolling(bed.other, b.next.pin);
	config_path(dir, bed.other, CONFIG_CA);
	ck_assert(roll_is_begun(dir));
	ck_assert(roll_open(&next, dir, &bed.why));
	ck_assert_mem_eq(next.pin, b.next.pin, TICKET_PIN);
	ck_assert(roll_finish(dir, &bed.why));
	ca_close(&next);
	json_decref(whole);
	backup_close(&b);
}
END_TEST

/* A member that is another than it was, one after the other. */
START_TEST(test_changed)
{
	static const char *const members[] = { "format", "version", "made",
		"software", "settings", "ca", "ticket_key", "sites" };
	json_t *whole = made(NULL);
	struct backup b;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		json_t *copy = json_deep_copy(whole);

		json_object_set_new(copy, members[i], json_string("x"));
		ck_assert(!opens(&b, copy, NULL));
		expect_why(members[i]);
		json_decref(copy);
		copy = json_deep_copy(whole);
		json_object_del(copy, members[i]);
		ck_assert(!opens(&b, copy, NULL));
		expect_why(members[i]);
		json_decref(copy);
	}
	json_object_del(whole, "sums");
	ck_assert(!opens(&b, whole, NULL));
	expect_why("sums: is missing");
	json_decref(whole);
}
END_TEST

/* Cut off anywhere, or a byte of it another: never opened, never a crash. */
START_TEST(test_damaged)
{
	json_t *whole = made(NULL);
	char *text = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS);
	size_t n = strlen(text);
	struct backup b;

	for (size_t i = 0; i < n; i += 97) {
		ck_assert(!backup_open(&b, (struct span){ text, i }, NULL,
		    &bed.why));
		ck_assert_uint_gt(bed.why.n, 0);
		buf_reset(&bed.why);
	}
	for (size_t i = 0; i < n; i += 61) {
		text[i] ^= 1;
		ck_assert_msg(!backup_open(&b, span_of(text), NULL,
		    &bed.why), "at %zu of %zu", i, n);
		buf_reset(&bed.why);
		text[i] ^= 1;
	}
	ck_assert(backup_open(&b, span_of(text), NULL, &bed.why));
	backup_close(&b);
	free(text);
	json_decref(whole);
}
END_TEST

static const struct {
	const char *row, *why;
} odd[] = {
	{ "7", "sites[0]: expected an object" },
	{ "{}", "sites[0].number: is missing" },
	{ "{\"number\":0}", "sites[0].number: expected a number" },
	{ "{\"number\":1,\"code\":7}", "sites[0].code: expected a text" },
	{ "{\"number\":1,\"code\":\"a\",\"name\":\"b\",\"domains\":{}}",
	  "sites[0].domains: expected a list" },
	{ "{\"number\":1,\"code\":\"a\",\"name\":\"b\",\"domains\":[],"
	  "\"added\":-1}", "sites[0].added: expected a time" },
	{ "{\"number\":1,\"code\":\"a\",\"name\":\"b\",\"domains\":[],"
	  "\"added\":1,\"key\":\"ab\"}", "sites[0].key: expected hex" },
	{ "{\"number\":1,\"code\":\"a\",\"name\":\"b\",\"domains\":[],"
	  "\"added\":1,\"blocked\":1}", "sites[0].blocked: expected true" },
	{ "{\"number\":1,\"code\":\"a\",\"name\":\"b\",\"domains\":[],"
	  "\"added\":1,\"kept\":3}", "sites[0].kept: expected a number" },
};

START_TEST(test_fields)
{
	json_t *list = json_array();

	json_array_append_new(list, json_loads(odd[_i].row, JSON_DECODE_ANY,
	    NULL));
	ck_assert(!register_check(list, &bed.why));
	expect_why(odd[_i].why);
	json_decref(list);
	list = some_sites();
	ck_assert(register_check(list, &bed.why));
	json_decref(list);
}
END_TEST

START_TEST(test_seal)
{
	uint8_t secret[32] = "0123456789abcdef0123456789abcde", out[32];
	EVP_PKEY *key = EVP_EC_gen("P-256"), *same;
	struct span bytes = { .at = (const char *)secret, .n = 32 };
	const char *why;
	struct buf pem;

	buf_init(&pem, 65536);
	for (int closed = 0; closed < 2; closed++) {
		const char *pass = closed ? PASS : NULL;

		buf_reset(&pem);
		seal_key(&pem, key, pass);
		ck_assert(seal_is_closed(buf_look(&pem)) == closed);
		same = seal_open_key(buf_look(&pem), pass, &why);
		ck_assert_int_eq(EVP_PKEY_eq(key, same), 1);
		EVP_PKEY_free(same);
		if (closed)
			ck_assert_ptr_null(seal_open_key(buf_look(&pem),
			    "other", &why));
		buf_reset(&pem);
		seal_secret(&pem, bytes, pass);
		ck_assert(seal_open_secret(out, 32, buf_look(&pem), pass,
		    &why));
		ck_assert_mem_eq(out, secret, 32);
		ck_assert(!seal_open_secret(out, 31, buf_look(&pem), pass,
		    &why));
	}
	ck_assert_ptr_null(seal_open_key(SPAN("nonsense"), NULL, &why));
	EVP_PKEY_free(key);
	buf_clear(&pem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("backup");
	TCase *c = tcase_create("backup");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, test_comes_back, 0, 2);
	tcase_add_test(c, test_not_over_another);
	tcase_add_test(c, test_not_beside_others);
	tcase_add_test(c, test_taken_back);
	tcase_add_test(c, test_rolling);
	tcase_add_test(c, test_changed);
	tcase_add_test(c, test_damaged);
	tcase_add_loop_test(c, test_fields, 0,
	    (int)(sizeof(odd) / sizeof(odd[0])));
	tcase_add_test(c, test_seal);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
