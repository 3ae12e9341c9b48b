/*
 * What zqagent status says is not in sync, in words that count.
 */
#include <check.h>
#include <string.h>

#include "agent/status.h"

static const char *
why_not(const char *json)
{
	static char text[400];
	json_t *o = json_loads(json, 0, NULL);

	ck_assert_ptr_nonnull(o);
	status_judge(o);
	ck_assert_uint_le(json_array_size(json_object_get(o, "why_not")), 1);
	ck_assert(json_is_boolean(json_object_get(o, "in_sync")));
	snprintf(text, sizeof(text), "%s", json_array_size(json_object_get(o,
	    "why_not")) == 0 ? "" : json_string_value(json_array_get(
	    json_object_get(o, "why_not"), 0)));
	json_decref(o);
	return text;
}

static const struct {
	const char *spool, *hub, *proven, *why;
} rows[] = {
	{ "{}", "", "{}", "" },
	{ "{\"waiting\":1}", "", "{}",
	    "1 change waits to be taken by the hub" },
	{ "{\"waiting\":2}", "", "{}",
	    "2 changes wait to be taken by the hub" },
	{ "{}", ",\"trouble\":\"source www: the disk is full\"", "{}",
	    "the hub: source www: the disk is full" },
	{ "{}", ",\"unheard_ms\":40000", "{}",
	    "the hub has not answered for 40 s" },
	{ "{}", ",\"unheard_ms\":40000,\"silent_ms\":50000", "{}",
	    "the hub has not answered for 50 s" },
	{ "{}", ",\"held\":1", "{}", "the hub holds 1 change of this site "
	    "and does not show what it says; zqagent letters says why" },
	{ "{}", ",\"held\":7", "{}", "the hub holds 7 changes of this site "
	    "and does not show what they say; zqagent letters says why" },
	{ "{}", "", "{\"outcome\":\"differs\",\"missing\":1,\"extra\":0}",
	    "the last proof found 1 item that differs; it is being mended" },
	{ "{}", "", "{\"outcome\":\"differs\",\"missing\":1,\"extra\":2}",
	    "the last proof found 3 items that differ; they are being "
	    "mended" },
	{ "{}", "", "{\"outcome\":\"differs\",\"held\":1}", "the hub holds 1 "
	    "item and does not show it; zqagent letters says why" },
};

#define UNREAD(spool, state) \
	"{\"running\":true,\"hub\":{\"answered\":\"2026-11-22T00:00:00Z\"}," \
	"\"spool\":" spool ",\"sources\":[{\"name\":\"www\",\"state\":\"" \
	state "\"}]}"

/* One file that can't be read is no spool that overflowed. */
START_TEST(unread)
{
	ck_assert_ptr_nonnull(strstr(why_not(UNREAD(
	    "{\"needs_snapshot\":true}", "unreadable")),
	    "source www: some files can't be read"));
	ck_assert_ptr_nonnull(strstr(why_not(UNREAD(
	    "{\"needs_snapshot\":true,\"waiting\":0}", "partly-hidden")),
	    "source www: some directories can't be read"));
	ck_assert_ptr_nonnull(strstr(why_not(UNREAD(
	    "{\"needs_snapshot\":true}", "fine")), "the spool overflowed"));
}
END_TEST

/* What only people can mend comes with what they do. */
START_TEST(certificates)
{
	ck_assert_ptr_nonnull(strstr(why_not("{\"running\":true,\"hub\":{"
	    "\"answered\":\"2026-11-22T00:00:00Z\"},\"certificate\":{"
	    "\"expired\":true,\"ca_expired\":false}}"),
	    "certificate has expired"));
	/* By a clock that is far from the hub's, it is that which is said. */
	ck_assert_str_eq(why_not("{\"running\":true,\"hub\":{"
	    "\"answered\":\"2026-11-22T00:00:00Z\",\"skew_ms\":-8640000000},"
	    "\"certificate\":{\"expired\":true,\"ca_expired\":true,"
	    "\"other_clock\":true}}"), "the clocks of this machine and of "
	    "the hub differ by 100 d, and by this one's this site's "
	    "certificate has expired: put right the one that is wrong");
	ck_assert_ptr_nonnull(strstr(why_not("{\"running\":true,\"hub\":{"
	    "\"answered\":\"2026-11-22T00:00:00Z\"},\"certificate\":{"
	    "\"expired\":true,\"ca_expired\":true}}"),
	    "(zqhub ca roll) and a new ticket for this site (zqhub site "
	    "reissue CODE)"));
}
END_TEST

START_TEST(counts)
{
	char json[1000];

	snprintf(json, sizeof(json), "{\"running\":true,\"spool\":%s,"
	    "\"hub\":{\"answered\":\"2026-11-22T00:00:00Z\"%s},"
	    "\"proven\":%s,\"sources\":[]}", rows[_i].spool, rows[_i].hub,
	    rows[_i].proven);
	ck_assert_str_eq(why_not(json), rows[_i].why);
}
END_TEST

/* How a source is; whatever it is doing, it isn't told that all is told. */
START_TEST(looks)
{
	ck_assert_str_eq(why_not("{\"running\":true,\"hub\":{"
	    "\"answered\":\"2026-11-22T00:00:00Z\"},\"sources\":[{"
	    "\"name\":\"www\",\"state\":\"looking\"}]}"),
	    "source www: a scan looks for what changed while nobody watched");
}
END_TEST

/* For people hosts are in Chinese, as they type them. */
START_TEST(chinese_hosts)
{
	static char text[8192];
	FILE *f = fmemopen(text, sizeof(text), "w");
	json_t *o = json_loads("{\"running\":true,\"hub\":{},\"sources\":["
	    "{\"name\":\"www\",\"root\":\"/srv\",\"url\":"
	    "\"http://xn--gmq000bv3esyh.xn--zfr164b/\"}],\"home\":{"
	    "\"asked\":\"2026-11-22T00:00:00Z\",\"status\":200,\"url\":"
	    "\"http://xn--gmq000bv3esyh.xn--zfr164b/%2F%E5%85%AC\"}}", 0,
	    NULL);

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(o);
	status_print(f, o);
	fclose(f);
	ck_assert_msg(strstr(text, "/srv → http://人民政府.政务/\n") != NULL,
	    "%s", text);
	ck_assert_msg(strstr(text, "http://人民政府.政务/%2F公 answers 200")
	    != NULL, "%s", text);
	ck_assert_ptr_null(strstr(text, "xn--"));
	json_decref(o);
}
END_TEST

/* That its pages are read once more is no trouble, and said as long as it
 * lasts. */
START_TEST(read_once_more)
{
	static char text[8192];
	bool is = _i == 1;
	FILE *f = fmemopen(text, sizeof(text), "w");
	json_t *o = json_loads(is ? "{\"sources\":[{\"name\":\"www\","
	    "\"state\":\"fine\",\"reread\":{\"items\":7,\"of\":60}}]}" :
	    "{\"sources\":[{\"name\":\"www\",\"state\":\"fine\"}]}", 0,
	    NULL);

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(o);
	status_print(f, o);
	fclose(f);
	ck_assert_msg((strstr(text, "read once more, slowly, 7 of 60 items\n")
	    != NULL) == is, "%s", text);
	json_decref(o);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("status");
	TCase *t = tcase_create("status");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, counts, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, unread);
	tcase_add_test(t, certificates);
	tcase_add_test(t, looks);
	tcase_add_test(t, chinese_hosts);
	tcase_add_loop_test(t, read_once_more, 0, 2);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
