/*
 * Access logs: the lines of nginx and Apache, and all that is none.
 */
#include "agent/access_log.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE "https://www.example.gov.cn"
#define LINE(request, status) "192.0.2.7 - - [22/Nov/2026:15:04:05 +0800] " \
	"\"" request "\" " status " 5120 \"-\" \"Mozilla/5.0\"\n"

static char path[64];
static struct access_log seen;
static struct access_log_area area[3];

static void
setup(void)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/zq-access-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	seen = (struct access_log){ .lines = 0 };
	area[0] = (struct access_log_area){ .rule = {
		.scope = REWRITE_ADDRESS, .from = SPAN(BASE "/a.html"),
		.to = SPAN(BASE "/b.html") } };
	area[1] = (struct access_log_area){ .rule = {
		.scope = REWRITE_PREFIX, .from = SPAN(BASE "/gk/"),
		.to = SPAN(BASE "/zw/") } };
	area[2] = (struct access_log_area){ .rule = {
		.scope = REWRITE_DOMAIN, .from = SPAN(BASE "/"),
		.to = SPAN("https://www.example.cn/") } };
}

static void
teardown(void)
{
	unlink(path);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "a");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
count(void)
{
	char said[256];
	struct buf why;

	buf_init(&why, sizeof(said));
	ck_assert_msg(access_log_count(&seen, path, SPAN(BASE), area, 3, &why),
	    "%s", buf_cstr(&why));
	buf_clear(&why);
}

static void
ck_hits(uint64_t address, uint64_t prefix, uint64_t domain)
{
	ck_assert_uint_eq(area[0].hits, address);
	ck_assert_uint_eq(area[1].hits, prefix);
	ck_assert_uint_eq(area[2].hits, domain);
}

START_TEST(test_hits)
{
	put(LINE("GET /a.html HTTP/1.1", "200"));
	put(LINE("HEAD /a.html?x=1 HTTP/2.0", "304"));
	put(LINE("GET /gk/1.html HTTP/1.1", "301"));
	put(LINE("GET " BASE "/gk/2.html HTTP/1.1", "200"));
	put(LINE("GET /else.html HTTP/1.1", "200"));
	count();
	ck_hits(2, 2, 5);
	ck_assert_uint_eq(seen.lines, 5);
	ck_assert_uint_eq(seen.strange, 0);
	ck_assert_str_eq(seen.first, "22/Nov/2026:15:04:05 +0800");
	ck_assert(!seen.cut);
}
END_TEST

/* Asked for, and not had; done, and not read. */
START_TEST(test_no_hits)
{
	put(LINE("GET /a.html HTTP/1.1", "404"));
	put(LINE("POST /a.html HTTP/1.1", "200"));
	put(LINE("GET /a.html HTTP/1.1", "502"));
	put(LINE("GET http://other.example/a.html HTTP/1.1", "200"));
	count();
	ck_hits(0, 0, 0);
}
END_TEST

/* As nginx writes bytes that are not ASCII; encoded; and old. */
START_TEST(test_written_otherwise)
{
	area[0].rule.from = SPAN(BASE "/%E6%96%87.html");
	put(LINE("GET /\\xE6\\x96\\x87.html HTTP/1.1", "200"));
	put(LINE("GET /%e6%96%87.html HTTP/1.1", "200"));
	put(LINE("GET /gk/../%E6%96%87.html", "200"));
	put("192.0.2.7 - wang [22/Nov/2026:15:04:06 +0800] "
	    "\"GET /gk/ HTTP/1.0\" 200 17\n");
	count();
	ck_hits(3, 1, 4);
	ck_assert_str_eq(seen.last, "22/Nov/2026:15:04:06 +0800");
}
END_TEST

START_TEST(test_strange)
{
	put("{\"request\":\"GET /a.html HTTP/1.1\",\"status\":200}\n\n");
	put("a - - [\033[31m] \"GET /a.html HTTP/1.1\" 200 1\n");
	put("a - - [x] \"GET /a.html HTTP/1.1\" twenty\n");
	put("a - - [x] \"GET /a.html HTTP/1.1 200\n");
	put("a - - [x] \"\" 400 0\n");
	for (int i = 0; i < 70000; i++)
		put("x");
	put("\n");
	put(LINE("GET /a.html HTTP/1.1", "200"));
	count();
	ck_hits(1, 0, 1);
	ck_assert_uint_eq(seen.lines - seen.strange, 1);
}
END_TEST

/* Only its end is read, from a whole line on. */
START_TEST(test_long)
{
	FILE *f;

	put(LINE("GET /a.html HTTP/1.1", "200"));
	f = fopen(path, "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseeko(f, ACCESS_LOG_BYTES, SEEK_SET), 0);
	ck_assert_int_gt(fputs("cut\n" LINE("GET /gk/1.html HTTP/1.1", "200"),
	    f), 0);
	ck_assert_int_eq(fclose(f), 0);
	count();
	ck_assert(seen.cut);
	ck_hits(0, 1, 1);
	ck_assert_uint_eq(seen.lines, 1);
}
END_TEST

START_TEST(test_no_file)
{
	struct buf why;

	buf_init(&why, 4096);
	ck_assert(!access_log_count(&seen, "/tmp", SPAN(BASE), area, 3, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "/tmp: is no file"));
	buf_reset(&why);
	ck_assert(!access_log_count(&seen, "/tmp/zq-none/access.log",
	    SPAN(BASE), area, 3, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "No such file"));
	buf_reset(&why);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);	/* keeps nobody waiting */
	ck_assert(!access_log_count(&seen, path, SPAN(BASE), area, 3, &why));
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("access_log");
	TCase *t = tcase_create("access_log");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_hits);
	tcase_add_test(t, test_no_hits);
	tcase_add_test(t, test_written_otherwise);
	tcase_add_test(t, test_strange);
	tcase_add_test(t, test_long);
	tcase_add_test(t, test_no_file);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
