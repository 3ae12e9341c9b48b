/*
 * zqhub's command line on a hub without a daemon: what it prints, and the
 * exit code.
 */
#include <signal.h>
#include <sys/resource.h>

#include "certs/ticket.h"
#include "hub/columns.h"
#include "tests/unit/hub/cmdkit.h"

START_TEST(test_mistakes)
{
	set_up();
	ck_assert_int_eq(run("dance", NULL), 2);
	says(err, "no command \"dance\"");
	ck_assert_int_eq(run("site", NULL), 2);
	says(err, "site block");
	ck_assert(strstr(err, "held dismiss") == NULL);
	ck_assert_int_eq(run("journal", "dance", NULL), 2);
	says(err, "no command \"journal dance\"");
	says(err, "journal verify");
	ck_assert_int_eq(run("journal", "--help", NULL), 0);
	says(out, "journal verify");
	ck_assert_int_eq(run("status", NULL), 1);
	says(err, "no hub in ");
	says(err, "zqhub init");
	make_hub();
	ck_assert_int_eq(run("site", "add", "--code", "x", NULL), 2);
	says(err, "--name NAME is missing");
	ck_assert_int_eq(run("site", "show", NULL), 2);
	ck_assert_int_eq(run("site", "show", "1", "2", NULL), 2);
	ck_assert_int_eq(run("search", "--limit", "0", NULL), 2);
	says(err, "from 1 to 200");
	ck_assert_int_eq(run("search", "--since", "yesterday", NULL), 2);
	says(err, "2026-11-21");
	ck_assert_int_eq(run("search", "--site", "4101000009", NULL), 2);
	ck_assert_int_eq(run("search", "--flavour", "x", NULL), 2);
	says(err, "zqhub search: ");
	ck_assert_int_eq(run("site", "add", "--name", "--domain", "a.cn",
	    NULL), 2);
	says(err, "site add: --name needs a value");
	ck_assert_int_eq(run("site", "show", "4101000009", NULL), 1);
	ck_assert_int_eq(run("item", "https://www.nowhere.cn/", NULL), 1);
	ck_assert_int_eq(run("site", "block", "4101000001", NULL), 2);
	ck_assert_int_eq(run("init", "--name", "again", NULL), 1);
	tear_down();
}
END_TEST

START_TEST(test_before_the_first_start)
{
	static const char *const asked[][3] = { { "status", NULL, NULL },
		{ "journal", "verify", "--json" }, { "search", "x", NULL },
		{ "dump", "-", NULL } };
	char hint[160];

	set_up();
	ck_assert_int_eq(run("init", "--name", "测试", NULL), 0);
	snprintf(hint, sizeof(hint), "zqhubd -c %s/hub.conf", hub);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(run(asked[i][0], asked[i][1], asked[i][2],
		    NULL), 1);
		says(err, "no hub has run in ");
		says(err, hint);
	}
	tear_down();
}
END_TEST

/* What is said is journaled for ever. */
START_TEST(test_not_utf8)
{
	set_up();
	make_hub();
	ck_assert_int_eq(run("site", "add", "--code", "4101000002",
	    "--name", "\xff\xfe", "--domain", "a.zhengzhou.gov.cn", NULL), 2);
	says(err, "--name is not UTF-8");
	says(err, "GBK");
	ck_assert_int_eq(run("site", "block", "4101000001", "--reason",
	    "\xc3\xdc\xd4\xbf", NULL), 2);
	says(err, "--reason is not UTF-8");
	ck_assert_int_eq(run("search", "\xc3\xdc\xd4\xbf", NULL), 2);
	says(err, "is not UTF-8");
	ck_assert_int_eq(run("site", "show", "4101000002", NULL), 1);
	tear_down();
}
END_TEST

START_TEST(test_help)
{
	set_up();
	ck_assert_int_eq(run("--help", NULL), 0);
	says(out, "journal verify");
	ck_assert_int_eq(run("site", "add", "--help", NULL), 0);
	says(out, "--domain HOST");
	says(out, "For example:");
	ck_assert_int_eq(run("--version", NULL), 0);
	says(out, ZQ_VERSION);
	tear_down();
}
END_TEST

/* As a spreadsheet in Chinese saves it. */
START_TEST(test_import_of_gbk)
{
	static const char gbk[] = "\xb1\xea\xca\xb6\xc2\xeb,\xc3\xfb\xb3\xc6,"
	    "\xd3\xf2\xc3\xfb,\xc0\xe0\xd0\xcd\r\n4102000001,"
	    "\xbf\xaa\xb7\xe2\xca\xd0,www.kaifeng.gov.cn,\xb2\xbf\xc3\xc5\r\n";
	char path[96];
	FILE *f;

	set_up();
	make_hub();
	snprintf(path, sizeof(path), "%s/sites.csv", dir);
	f = fopen(path, "w");
	fwrite(gbk, 1, sizeof(gbk) - 1, f);
	fclose(f);
	ck_assert_msg(run("site", "import", path, NULL) == 0, "%s", err);
	says(out, "4102000001,开封市,www.kaifeng.gov.cn,added,zqagent");
	ck_assert_int_eq(run("site", "show", "4102000001", NULL), 0);
	says(out, "department");
	ck_assert_int_eq(run("site", "domains", "4102000001", NULL), 0);
	says(out, "imported from the file sites.csv");
	f = fopen(path, "w");
	fputs("4102000002,\xff\xff\xff,www.a.gov.cn\n", f);
	fclose(f);
	ck_assert_int_eq(run("site", "import", path, NULL), 1);
	says(err, "neither UTF-8 nor GBK");
	tear_down();
}
END_TEST

START_TEST(test_site_add_prints_one_line)
{
	const char *why;
	struct ticket t;
	char *line;

	set_up();
	make_hub();
	ck_assert_str_eq(err, "");
	ck_assert_ptr_eq(strchr(out, '\n'), out + strlen(out) - 1);
	line = strstr(out, "zqagent enroll https://hub.example:7443 ");
	ck_assert_ptr_eq(line, out);
	line = strrchr(out, ' ') + 1;
	ck_assert_msg(ticket_parse(&t, (struct span){ line,
	    strlen(line) - 1 }, &why), "%s: %s", line, why);
	ck_assert_int_eq(run("site", "ticket", "4101000001", "--json",
	    NULL), 0);
	json_decref(json());
	tear_down();
}
END_TEST

START_TEST(test_listings)
{
	static const char *const listings[][3] = {
		{ "site", "list", NULL }, { "search", NULL },
		{ "held", NULL }, { "journal", "print", NULL },
		{ "site", "show", "4101000001" },
	};
	json_t *j;

	set_up();
	make_hub();
	for (size_t i = 0; i < 5; i++) {
		const char *const *w = listings[i];
		const char *second = w[1] != NULL ? w[1] : "--json";
		const char *third = w[1] == NULL ? NULL :
		    w[2] != NULL ? w[2] : "--json";

		ck_assert_int_eq(run(w[0], second, third,
		    third != NULL ? "--json" : NULL, NULL), 0);
		j = json();
		ck_assert_msg(json_is_object(j) ||
		    strcmp(w[0], "journal") == 0, "%s", out);
		json_decref(j);
		ck_assert_int_eq(run(w[0], w[1], w[1] != NULL ? w[2] : NULL,
		    NULL), 0);
	}
	ck_assert_int_eq(run("site", "list", NULL), 0);
	says(out, "4101000001  new");
	says(out, "郑州市人民政府  www.zhengzhou.gov.cn");
	ck_assert_int_eq(run("status", "--json", NULL), 1);
	j = json();
	ck_assert(json_is_false(json_object_get(j, "in_sync")));
	ck_assert_ptr_null(json_object_get(j, "daemon"));
	json_decref(j);
	ck_assert_int_eq(run("status", NULL), 1);
	says(out, "not running");
	ck_assert_int_eq(run("journal", "print", "--from", "2", NULL), 0);
	ck_assert_ptr_null(strstr(out, "site-add"));
	says(out, "\"do\":\"ticket\"");
	says(out, "+08:00");
	ck_assert_int_eq(run("journal", "verify", NULL), 0);
	says(out, "2 entries");
	ck_assert_int_eq(run("site", "domains", "4101000001", NULL), 0);
	says(out, "EVENT");
	ck_assert_int_eq(run("config", NULL), 0);
	says(out, "ticket_life = ");
	tear_down();
}
END_TEST

/* Each listing is an object with the list inside. */
START_TEST(test_json_of_listings)
{
	static const struct {
		const char *word[3], *name;
	} all[] = {
		{ { "site", "list", NULL }, "sites" },
		{ { "search", "x", NULL }, "items" },
		{ { "held", NULL, NULL }, "held" },
		{ { "move", "list", NULL }, "moves" },
		{ { "notice", "list", NULL }, "notices" },
		{ { "states", "4101000001", NULL }, "states" },
		{ { "alert", "list", NULL }, "alerts" },
		{ { "alert", "silences", NULL }, "silences" },
		{ { "alert", "ledger", NULL }, "deliveries" },
		{ { "alert", "rules", NULL }, "rules" },
		{ { "alert", "receivers", NULL }, "receivers" },
		{ { "home", NULL, NULL }, "homes" },
		{ { "site", "domains", "4101000001" }, "domains" },
		{ { "check", "list", NULL }, "addresses" },
		{ { "availability", NULL, NULL }, "sites" },
		{ { "response", NULL, NULL }, "sites" },
		{ { "user", "list", NULL }, "users" },
	};
	json_t *j;

	set_up();
	make_hub();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *const *w = all[i].word;

		ck_assert_int_eq(w[1] == NULL ? run(w[0], "--json", NULL) :
		    run(w[0], w[1], "--json", w[2], NULL), 0);
		j = json();
		ck_assert_msg(json_is_array(json_object_get(j,
		    all[i].name)), "%s: %s", w[0], out);
		json_decref(j);
	}
	tear_down();
}
END_TEST

static void
add_to_settings(const char *lines)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/hub.conf", hub);
	f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	fputs(lines, f);
	fclose(f);
}

#define SILENCE "alert", "silence", "--rule", "slow", "--reason", "x"

START_TEST(test_alerts)
{
	char reason[600];

	set_up();
	make_hub();
	ck_assert_int_eq(run(SILENCE, "--for", "1h", "--until", "2030-01-01",
	    NULL), 2);
	says(err, "say one of them");
	ck_assert_int_eq(run(SILENCE, "--for", "0", NULL), 2);
	says(err, "expected a time like 30m");
	ck_assert_int_eq(run(SILENCE, "--for", "0h", NULL), 2);
	ck_assert_int_eq(run(SILENCE, NULL), 2);
	says(err, "say how long");
	memset(reason, 'r', sizeof(reason) - 1);
	reason[513] = '\0';
	ck_assert_int_eq(run("alert", "silence", "--rule", "slow", "--for",
	    "1h", "--reason", reason, NULL), 1);
	says(err, "too long: 513 bytes, and 512 are the most");
	ck_assert_int_eq(run("alert", "silences", NULL), 0);
	says(out, "Nothing is silenced.");
	reason[512] = '\0';
	ck_assert_int_eq(run("alert", "silence", "--rule", "slow", "--for",
	    "1h", "--reason", reason, NULL), 0);
	ck_assert_int_eq(run(SILENCE, "--until", "2026-12-24", NULL), 0);
	ck_assert_int_eq(run("alert", "silences", NULL), 0);
	says(out, "SILENCE  RULE  SITE");
	ck_assert_int_eq(run("alert", "rules", NULL), 0);
	says(out, "RULE");
	says(out, "SEVERITY");
	ck_assert_int_eq(run("alert", "receivers", NULL), 0);
	says(out, "Nobody is told");
	add_to_settings("[receiver duty]\nkind = command\n"
	    "command = /bin/true\n");
	ck_assert_int_eq(run("alert", "receivers", NULL), 0);
	says(out, "RECEIVER  KIND");
	says(out, "duty      command");
	says(out, "/bin/true");
	tear_down();
}
END_TEST

/* As an input method leaves it. */
START_TEST(test_wide)
{
	set_up();
	make_hub();
	ck_assert_int_eq(run("site", "add", "--code", "４１０２０００００１",
	    "--name", "１号网站", "--domain", "www.kaifeng.gov.cn", NULL), 0);
	ck_assert_int_eq(run("site", "show", "4102000001", NULL), 0);
	says(out, "１号网站");
	ck_assert_int_eq(run("site", "show", "４１０２０００００１", NULL), 0);
	ck_assert_int_eq(run("notice", "announce", "４１０２０００００１",
	    "maintenance", "--every", "ｓｕｎ　０２：００－０４：００", "--reason", "x",
	    NULL), 0);
	ck_assert_int_eq(run("notice", "show", "１", NULL), 0);
	says(out, "sun 02:00-04:00");
	ck_assert_int_eq(run("notice", "announce", "4102000001", "outage",
	    "--until", "２０２０－０１－０１", "--reason", "x", NULL), 1);
	says(err, "--until: that time is over");
	tear_down();
}
END_TEST

#define ANNOUNCE(kind) "notice", "announce", "4101000001", kind, \
	"--reason", "x"

/* What is missing is said by its option. */
START_TEST(test_notices)
{
	set_up();
	make_hub();
	ck_assert_int_eq(run(ANNOUNCE("maintenance"), NULL), 1);
	says(err, "--from and --until, or when it recurs: --every");
	ck_assert_int_eq(run(ANNOUNCE("maintenance"), "--from", "2030-01-01",
	    NULL), 1);
	says(err, "or when it recurs: --every");
	ck_assert_int_eq(run(ANNOUNCE("maintenance"), "--from",
	    "2030-01-01 02:00", "--until", "2030-01-01 02:00", NULL), 1);
	says(err, "it would end before it begins");
	ck_assert_int_eq(run(ANNOUNCE("maintenance"), "--every",
	    "sun 02:00-04:00", "--from", "2030-01-01", NULL), 1);
	says(err, "not both");
	ck_assert_int_eq(run(ANNOUNCE("closing"), NULL), 1);
	says(err, "closed: --from");
	ck_assert_int_eq(run(ANNOUNCE("outage"), "--every",
	    "sun 02:00-04:00", NULL), 1);
	says(err, "only maintenance recurs");
	ck_assert_int_eq(run(ANNOUNCE("outage"), "--from", "2020-01-01",
	    "--until", "2020-01-02", NULL), 1);
	says(err, "--until: that time is over");
	ck_assert_int_eq(run("notice", "list", "--all", "--json", NULL), 0);
	says(out, "\"notices\": []");
	ck_assert_int_eq(run(ANNOUNCE("maintenance"), "--every",
	    "sun 02:00-04:00", NULL), 0);
	ck_assert_int_eq(run(ANNOUNCE("outage"), NULL), 0);
	ck_assert_int_eq(run(ANNOUNCE("closing"), "--from", "2030-01-01",
	    NULL), 0);
	tear_down();
}
END_TEST

/* No raw English word in a Chinese table. */
START_TEST(test_words_of_tables)
{
	char path[600];

	set_up();
	make_hub();
	ck_assert_int_eq(run("user", "add", "li", "--role", "admin",
	    "--header-only", NULL), 0);
	ck_assert_int_eq(run("user", "list", NULL), 0);
	says(out, "admin");
	langkit_write(path, dir, "admin", "管理员");
	lang_open(path);
	lang_switch("zh");
	ck_assert_int_eq(run("user", "list", NULL), 0);
	says(out, "管理员");
	ck_assert_ptr_null(strstr(out, "admin"));
	ck_assert_int_eq(run("user", "list", "--json", NULL), 0);
	says(out, "\"role\": \"admin\"");
	lang_switch("en");
	tear_down();
}
END_TEST

/* A password that was not kept is not shown: it would be nobody's. */
START_TEST(test_made_password_on_a_full_disk)
{
	struct rlimit was, small;

	set_up();
	make_hub();
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_IGN);
	small = was;
	small.rlim_cur = 150;	/* bytes of a file: enough for the sentence */
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(run("user", "add", "li", "--generate", NULL), 1);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_str_eq(out, "");
	says(err, "users: can't write");
	ck_assert_ptr_null(strstr(err, "\n\n"));
	ck_assert_int_eq(run("user", "add", "li", "--generate", NULL), 0);
	ck_assert_uint_gt(strlen(out), 8);
	tear_down();
}
END_TEST

/* The view alone is gone: the daemon makes it again. */
START_TEST(test_no_view)
{
	char where[96];

	set_up();
	make_hub();
	ck_assert_int_eq(run("held", NULL), 0);
	snprintf(where, sizeof(where), "%s/view", hub);
	nftw(where, core_remove, 16, FTW_DEPTH | FTW_PHYS);
	ck_assert_int_eq(run("status", NULL), 1);
	says(err, where);
	says(err, "start zqhubd, it makes it again from the journal");
	tear_down();
}
END_TEST

#define EXPIRES "site", "domain", "expires", "4101000001"

START_TEST(test_domain_expires)
{
	int64_t then = clock_civil(2027, 2, 20, 4, 0, 0);

	set_up();
	make_hub();
	ck_assert_int_eq(run(EXPIRES, "www.zhengzhou.gov.cn", NULL), 2);
	says(err, "say when: --at 2027-03-01, or --unknown");
	ck_assert_int_eq(run(EXPIRES, "www.zhengzhou.gov.cn", "--at", "2027",
	    NULL), 2);
	ck_assert_int_eq(run(EXPIRES, "a.gov.cn", "--at", "2027-03-01", NULL),
	    1);
	says(err, "a.gov.cn is not a domain of site 4101000001");
	clock_set(then, 0);
	ck_assert_int_eq(run(EXPIRES, "www.zhengzhou.gov.cn", "--at",
	    "2027-03-01", NULL), 0);
	says(out, "www.zhengzhou.gov.cn runs out at 2027-03-02 00:00:00");
	ck_assert_int_eq(run("site", "show", "4101000001", NULL), 0);
	says(out, "www.zhengzhou.gov.cn, runs out 2027-03-02 00:00:00 +08:00 "
	    "(9 days)");
	ck_assert_int_eq(run("site", "list", NULL), 0);
	says(out, "www.zhengzhou.gov.cn  9 d");
	ck_assert_int_eq(run("site", "list", "--json", NULL), 0);
	says(out, "\"domain_expires\": \"2027-03-01T16:00:00.000Z\"");
	ck_assert_int_eq(run("status", NULL), 1);
	says(out, "its domain www.zhengzhou.gov.cn runs out in 9 d");
	ck_assert_int_eq(run(EXPIRES, "www.zhengzhou.gov.cn", "--unknown",
	    NULL), 0);
	ck_assert_int_eq(run("site", "show", "4101000001", NULL), 0);
	ck_assert_ptr_null(strstr(out, "runs out"));
	clock_release();
	tear_down();
}
END_TEST

/* When the CA has ended: what helps, in this order; exit 1. */
START_TEST(test_end_of_ca)
{
	int64_t now = clock_wall();
	char file[96];
	json_t *j;

	set_up();
	make_hub();
	ck_assert_int_eq(run("ca", "status", NULL), 0);
	ck_assert_ptr_null(strstr(out, "ca roll"));
	clock_set(now + (CA_DAYS - 60) * INT64_C(86400000), 0);
	ck_assert_int_eq(run("ca", "status", NULL), 0);
	says(out, "(59 days)");
	says(out, "Certificates end with their CA. zqhub ca roll");
	clock_set(now + (CA_DAYS + 51) * INT64_C(86400000), 0);
	ck_assert_int_eq(run("ca", "status", NULL), 1);
	says(out, ", ended at ");
	says(out, "zqhub ca roll --finish --force");
	says(out, "zqhub site reissue --all");
	ck_assert_int_eq(run("ca", "status", "--json", NULL), 1);
	says(out, "\"ended\": true");
	ck_assert_int_eq(run("ca", "roll", NULL), 0);
	says(out, "no site can come by itself");
	snprintf(file, sizeof(file), "%s/backup", dir);
	ck_assert_int_eq(run("backup", file, "--json", NULL), 0);
	j = json();
	ck_assert_int_eq(json_integer_value(json_object_get(j, "sites")), 1);
	ck_assert(json_is_true(json_object_get(j, "next_ca")));
	json_decref(j);
	ck_assert_int_eq(run("backup", file, "--json", NULL), 1);
	ck_assert_str_eq(out, "");
	says(err, "exists");
	ck_assert_int_eq(run("backup", "-", NULL), 1);
	says(err, "name a file");
	ck_assert_int_eq(access("-", F_OK), -1);
	ck_assert_int_eq(run("ca", "status", NULL), 1);
	says(out, "The CA has ended: sites that have no certificate of the new "
	    "one can't come");
	ck_assert_int_eq(run("ca", "roll", "--finish", "--force", "--json",
	    NULL), 0);
	j = json();
	ck_assert(json_is_false(json_object_get(j, "rolling")));
	json_decref(j);
	ck_assert_int_eq(run("ca", "status", NULL), 0);
	clock_release();
	tear_down();
}
END_TEST

START_TEST(test_keeping)
{
	char file[96];
	struct stat st;

	set_up();
	make_hub();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	says(out, "the same");
	snprintf(file, sizeof(file), "%s/dump", dir);
	ck_assert_int_eq(run("dump", file, NULL), 0);
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	ck_assert_int_eq(run("dump", file, NULL), 1);
	says(err, "exists");
	ck_assert_int_eq(run("load", file, NULL), 1);
	says(err, "not empty");
	snprintf(hub, sizeof(hub), "%s/two", dir);
	ck_assert_int_eq(run("init", "--name", "two", NULL), 0);
	ck_assert_int_eq(run("load", file, NULL), 0);
	ck_assert_int_eq(run("site", "list", NULL), 0);
	says(out, "4101000001");
	tear_down();
}
END_TEST

START_TEST(test_columns)
{
	static const char *const headings[] = { "A", "N", "LAST", NULL };
	struct columns *c = columns_new(headings);
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	columns_put(c, SPAN("郑州"));
	columns_number(c, 7);
	columns_put(c, SPAN("x\033[31m"));
	columns_put(c, SPAN("ab"));
	columns_number(c, 1234);
	columns_put(c, SPAN(""));
	columns_print(c, f);
	fclose(f);
	ck_assert_ptr_null(strchr(text, '\033'));
	says(text, "A        N  LAST\n");
	says(text, "郑州     7  x");
	says(text, "ab    1234\n");
	free(text);
	columns_free(c);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_mistakes);
	tcase_add_test(t, test_before_the_first_start);
	tcase_add_test(t, test_not_utf8);
	tcase_add_test(t, test_import_of_gbk);
	tcase_add_test(t, test_help);
	tcase_add_test(t, test_site_add_prints_one_line);
	tcase_add_test(t, test_listings);
	tcase_add_test(t, test_json_of_listings);
	tcase_add_test(t, test_alerts);
	tcase_add_test(t, test_notices);
	tcase_add_test(t, test_wide);
	tcase_add_test(t, test_words_of_tables);
	tcase_add_test(t, test_made_password_on_a_full_disk);
	tcase_add_test(t, test_no_view);
	tcase_add_test(t, test_keeping);
	tcase_add_test(t, test_domain_expires);
	tcase_add_test(t, test_end_of_ca);
	tcase_add_test(t, test_columns);
}

int
main(void)
{
	return core_run_suite("cmd", add);
}
