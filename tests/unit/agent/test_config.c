/*
 * The agent's settings: what is refused and how it is said, edits by the
 * tool, the filter, addresses of files, and the manual.
 */
#include "tests/unit/agent/storekit.h"

#include <sys/prctl.h>

#include "agent/config.h"
#include "agent/config_hub.h"
#include "agent/config_look.h"
#include "agent/filter.h"
#include "agent/place.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

static char dir[64], path[128];

static void
set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-conf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/agent.conf", dir);
}

static void
tear_down(void)
{
	kit_remove_tree(dir);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const char *
in_dir(const char *name)
{
	static char whole[4][256];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(whole[turn], sizeof(whole[0]), "%s/%s", dir, name);
	return whole[turn];
}

START_TEST(test_read)
{
	struct config *c;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	put("hub = https://Hub.Example:7443/\nspool = 1G\nrescan = 1h\n"
	    "[source www]\nroot = /srv/www\nurl = http://a.test\n"
	    "[source f]\nroot = /srv/f\nurl = http://a.test/f/\n");
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(c->top->dir, dir);
	ck_assert_uint_eq(c->top->spool, 1u << 30);
	ck_assert_uint_eq(c->top->rescan, 3600000);
	ck_assert_uint_eq(c->top->zone, 480);
	ck_assert_uint_eq(c->count, 2);
	ck_assert_str_eq(c->source[1].name, "f");
	ck_assert_str_eq(c->source[0].set->index[0], "index.html");
	config_free(c);
	buf_clear(&why);
}
END_TEST

#define HUB "hub = https://h.test:7443\n"
#define WWW "[source www]\nroot = /srv/www\nurl = http://a.test/\n"

/* Of an agent whose people set no more than they must. */
START_TEST(test_presets)
{
	struct config *c;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	put(HUB WWW);
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->top->beat, 5000);
	ck_assert_uint_eq(c->top->prove_every, 24 * 3600000u);
	ck_assert_uint_eq(c->top->spool, 256u << 20);
	ck_assert_uint_eq(c->top->gate_items, 50);
	ck_assert_uint_eq(c->top->gate_percent, 10);
	ck_assert_uint_eq(c->top->closing_notice, 30 * 24 * 3600000ull);
	ck_assert(!c->top->look_for_others);
	ck_assert_ptr_null(c->top->hook[0]);
	ck_assert_str_eq(c->top->map_nginx, "");
	ck_assert_str_eq(c->top->map_apache, "");
	ck_assert_str_eq(c->source[0].set->moves, "ask");
	ck_assert_str_eq(c->source[0].set->mend, "off");
	config_free(c);
	buf_clear(&why);
}
END_TEST

START_TEST(test_refused)
{
	static const struct { const char *text, *why; } cases[] = {
		{ "", "hub" },
		{ "hub = ftp://h.test\n", "hub" },
		{ "hub = http://h.test:7443\n", "https://" },
		{ "hub = https://h.test:7443/v1\n", "behind the port" },
		{ HUB "log = loud\n", "loud" },
		{ HUB "proxy = proxy.test:3128\n", "http://HOST:PORT" },
		{ HUB "proxy = https://proxy.test:3128\n", "http://HOST" },
		{ HUB "proxy = http://proxy.test/x\n", "http://HOST" },
		{ HUB "spool = 1k\n", "spool" },
		{ HUB "home = www.a.test\n", "home" },
		{ HUB "home_connect = 192.0.2.1/x\n", "HOST:PORT" },
		{ HUB "home_connect = a b\n", "HOST:PORT" },
		{ HUB "look_for_others = maybe\n", "look_for_others" },
		{ HUB "look_most = 0\n", "look_most" },
		{ HUB "look_networks = 10.0.0.0/16 10.x\n",
		    "look_networks: \"10.x\"" },
		{ HUB "speed = 5\n", "speed" },
		{ HUB "[source a b]\nroot = /x\nurl = http://a.test/\n",
		    "a b" },
		{ HUB "[source www]\nroot = /x\n", "url" },
		{ HUB "[source www]\nroot = /x\nurl = www.a.test\n",
		    "www.a.test" },
		{ HUB "[source www]\nroot = /x\nurl = http://a.test/?q\n",
		    "?" },
		{ HUB WWW "type = cms\n", "cms" },
		{ HUB WWW WWW, "second time" },
		{ HUB WWW "[source b]\nroot = /srv/www/b\n"
		    "url = http://b.test/\n", "overlap" },
		{ HUB WWW "[source b]\nroot = /srv/b\nurl = http://a.test\n",
		    "overlap" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf why;

		buf_init(&why, CONFIG_WHY_MAX);
		put(cases[i].text);
		ck_assert_msg(config_read(path, &why) == NULL,
		    "taken: %s", cases[i].text);
		ck_assert_msg(strstr(buf_cstr(&why), cases[i].why) != NULL,
		    "%s\nsays: %s", cases[i].text, buf_cstr(&why));
		ck_assert_msg(strstr(buf_cstr(&why), path) != NULL,
		    "says no file: %s", buf_cstr(&why));
		buf_clear(&why);
	}
}
END_TEST

/* Each complaint begins with the file and the line of what is wrong; what
 * isn't given stands by its section. */
START_TEST(test_lines)
{
	static const char text[] = "# ours\nhub = ftp://h.test\n\n"
	    "log = loud\nproxy = p.test\nhome = a b\nmail = a@b.cn\n"
	    "mail_command =\nhook = run.sh\n"
	    "look_networks = 10.x\n[source a b]\nroot = srv\n"
	    "url = www.a.test\n[source c]\nurl = http://c.test/?q\n"
	    "root = /srv/c\naccess_log = log\nmoves = no\nmend = no\n";
	static const unsigned lines[] = { 2, 5, 4, 9, 8, 6, 10, 11, 13,
	    19, 18, 17, 15 };
	char begin[160];
	struct buf why;
	const char *at;

	buf_init(&why, CONFIG_WHY_MAX);
	put(text);
	ck_assert_ptr_null(config_read(path, &why));
	at = buf_cstr(&why);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(begin, sizeof(begin), "%s:%u: ", path, lines[i]);
		ck_assert_msg(strncmp(at, begin, strlen(begin)) == 0,
		    "not in line %u: %s", lines[i], at);
		at += strcspn(at, "\n") + 1;
	}
	ck_assert_str_eq(at, "");
	buf_reset(&why);
	put(HUB WWW "[source b]\nurl = http://b.test/\nroot = /srv/www/b\n");
	ck_assert_ptr_null(config_read(path, &why));
	snprintf(begin, sizeof(begin), "%s:7: sources b and www", path);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), begin));
	buf_clear(&why);
}
END_TEST

/* What can't be read, what is read and is wrong, what doesn't fit together and
 * what isn't there: all is said at once, and nothing of it twice. */
START_TEST(test_all_at_once)
{
	static const char *const says[] = { ":2: spool: found \"much\"",
		":3: speed: there is no such setting", ": hub is missing",
		":6: [source e]: url is missing", ":4: log is \"loud\"",
		":9: source f: url \"www.f.test\"",
		"g and h overlap" };
	struct config *c;
	struct buf why;
	size_t lines = 0;
	bool good;

	put("# ours\nspool = much\nspeed = 5\nlog = loud\n\n"
	    "[source e]\nroot = /nosuch/e\n"
	    "[source f]\nurl = www.f.test\nroot = /nosuch/f\n"
	    "[source h]\nurl = http://h.test/\nroot = /nosuch/g/h\n"
	    "[source g]\nurl = http://g.test/\nroot = /nosuch/g\n");
	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read_anyway(path, &why, &good);
	ck_assert_ptr_nonnull(c);
	ck_assert(!good);
	ck_assert_uint_eq(c->top->spool, 256u << 20);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		ck_assert_msg(strstr(buf_cstr(&why), says[i]) != NULL,
		    "\"%s\" isn't said: %s", says[i], buf_cstr(&why));
	for (size_t i = 0; i < why.n; i++)
		lines += why.at[i] == '\n';
	ck_assert_uint_eq(lines, 7);
	buf_reset(&why);
	config_look(c, "agent.conf", &why);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "source e: root"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "source g: root"));
	config_free(c);
	buf_reset(&why);
	ck_assert_ptr_null(config_read(path, &why));
	ck_assert_ptr_null(config_read_anyway("/nosuch/conf", &why, &good));
	ck_assert(!good);
	buf_clear(&why);
}
END_TEST

static bool
add(const char *name, const char *root, const char *url, const char *says)
{
	struct config_add a = { .name = name, .root = root, .url = url };
	struct buf why;
	bool ok;

	buf_init(&why, CONFIG_WHY_MAX);
	ok = config_add_source(path, &a, &why);
	ck_assert_msg(ok || (says != NULL &&
	    strstr(buf_cstr(&why), says) != NULL), "%s", buf_cstr(&why));
	buf_clear(&why);
	return ok;
}

START_TEST(test_edit)
{
	struct config *c;
	struct buf why, text;

	buf_init(&why, CONFIG_WHY_MAX);
	buf_init(&text, 65536);
	config_example(&text, "https://h.test:7443");
	put(buf_cstr(&text));
	mkdir(in_dir("www"), 0755);
	mkdir(in_dir("www/files"), 0755);
	mkdir(in_dir("srv"), 0755);
	ck_assert(add("www", in_dir("www"), "http://a.test/", NULL));
	ck_assert(!add("www", in_dir("srv"), "http://b.test/", "twice"));
	ck_assert(!add("b", in_dir("none"), "http://b.test/", "No such"));
	ck_assert(!add("b", path, "http://b.test/", "directory"));
	ck_assert(!add("b", "srv", "http://b.test/", "whole path"));
	ck_assert(!add("b", in_dir("www/files"), "http://b.test/",
	    "overlap"));
	ck_assert(!add("b", in_dir("srv"), "http://a.test/files/",
	    "same pages"));
	ck_assert(!add("b", in_dir("srv"), "http://b.test/\nlog = x",
	    "control characters"));
	/* The settings would be none any more. */
	mkdir(in_dir("\xcd\xf8"), 0755);
	ck_assert(!add("gbk", in_dir("\xcd\xf8"), "http://b.test/",
	    "--root is not UTF-8"));
	ck_assert(add("b", in_dir("srv"), "http://a.test/other/", NULL));
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->count, 2);
	config_free(c);
	ck_assert(config_remove_source(path, "www", &why));
	ck_assert(!config_remove_source(path, "www", &why));
	buf_reset(&why);
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->count, 1);
	ck_assert_str_eq(c->source[0].name, "b");
	config_free(c);
	buf_clear(&why);
	buf_clear(&text);
}
END_TEST

/* --- after an enrolment ----------------------------------------------------- */

#define ANEW "https://new.test:7443"

static void
ck_hub(const char *proxy, const char *want)
{
	struct buf why, got;
	struct stat st;
	FILE *f;
	int c;

	buf_init(&why, CONFIG_WHY_MAX);
	buf_init(&got, 65536);
	ck_assert(chmod(path, 0640) == 0);
	ck_assert_msg(config_hub_set(path, ANEW, proxy, &why), "%s",
	    buf_cstr(&why));
	f = fopen(path, "r");
	while ((c = getc(f)) != EOF)
		buf_byte(&got, (char)c);
	fclose(f);
	ck_assert_str_eq(buf_cstr(&got), want);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	buf_clear(&got);
	buf_clear(&why);
}

START_TEST(test_hub)
{
	struct config *c;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	ck_assert(config_hub_can(path, &why));
	ck_assert(config_hub_set(path, ANEW, NULL, &why));
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(c->top->hub, ANEW);
	config_free(c);
	put("# mine\nhub = https://old.test:1\nproxy = http://p:1\n" WWW);
	ck_hub(NULL, "# mine\nhub = " ANEW "\nproxy = http://p:1\n" WWW);
	ck_hub("http://q:2", "# mine\nhub = " ANEW "\nproxy = http://q:2\n"
	    WWW);
	put("\xef\xbb\xbfhub = https://old.test:1\n" WWW);
	ck_hub(NULL, "hub = " ANEW "\n" WWW);
	/* Prepared, with the hub to come. */
	put("#hub = https://old.test:1\nlog = warn\n" WWW);
	ck_hub(NULL, "hub = " ANEW "\n#hub = https://old.test:1\n"
	    "log = warn\n" WWW);
	put("\xef\xbb\xbflog = warn\n" WWW);
	ck_hub(NULL, "hub = " ANEW "\nlog = warn\n" WWW);
	buf_clear(&why);
}
END_TEST

/* What can't be read is not written anew: there may be sources in it. */
START_TEST(test_hub_unreadable)
{
	struct buf why;
	struct stat st;

	buf_init(&why, CONFIG_WHY_MAX);
	ck_assert_int_eq(symlink(path, path), 0);
	ck_assert(!config_hub_can(path, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), path));
	ck_assert(!config_hub_set(path, ANEW, NULL, &why));
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	buf_clear(&why);
}
END_TEST

static const char *
looked(const char *text)
{
	static char said[4096];
	struct config *c;
	struct buf why;

	put(text);
	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	buf_reset(&why);
	config_look(c, "agent.conf", &why);
	snprintf(said, sizeof(said), "%s", buf_cstr(&why));
	config_free(c);
	buf_clear(&why);
	return said;
}

/* What the settings name and isn't there: said, and no error. */
START_TEST(test_look)
{
	char text[2048];

	snprintf(text, sizeof(text), "hub = https://h:1/\nmail = a@b.cn\n"
	    "mail_command = /bin/sh -c\n[source www]\nroot = %s\n"
	    "url = http://a.test\n", dir);
	ck_assert_str_eq(looked(text), "");
	ck_assert_str_eq(looked("hub = https://h:1/\n"
	    "mail_command = /nosuch\n[source www]\nroot = /nosuch/www\n"
	    "url = http://a.test\n"), "agent.conf: source www: root "
	    "/nosuch/www: No such file or directory\n");
	snprintf(text, sizeof(text), "hub = https://h:1/\nmail = a@b.cn\n"
	    "mail_command = /nosuch\n[source www]\nroot = %s\n"
	    "url = http://a.test\n", path);
	ck_assert_str_eq(strstr(looked(text), ": Not a directory\n"),
	    ": Not a directory\nagent.conf: mail_command: /nosuch: No such "
	    "file or directory\n");
}
END_TEST

/* As the shipped unit starts it: what has a mode of its own gets nothing by
 * it. */
START_TEST(test_look_without_rights)
{
	char text[2048];
	FILE *f = fopen(in_dir("sendmail"), "w");

	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(chmod(in_dir("sendmail"), 0755), 0);
	snprintf(text, sizeof(text), "hub = https://h:1/\nmail = a@b.cn\n"
	    "mail_command = %s -t\n", in_dir("sendmail"));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
		ck_assert_str_eq(looked(text), "");
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_ptr_nonnull(strstr(looked(text), "NoNewPrivileges"));
}
END_TEST

START_TEST(test_filter)
{
	char html[] = "*.html", pdf[] = "files/*.pdf", drafts[] = "drafts",
	    deep[] = "/a/b*";
	char *include[] = { html, pdf, NULL }, *exclude[] = { drafts, deep,
	    NULL };
	struct filter f = { .include = include, .exclude = exclude };
	struct filter all = { .include = NULL };
	static const struct { const char *path; bool taken; } cases[] = {
		{ "a.html", true }, { "x/a.html", true }, { "a.pdf", false },
		{ "files/a.pdf", true }, { "files/x/a.pdf", false },
		{ "drafts/a.html", false }, { "x/drafts/y/a.html", false },
		{ "a/bc/x.html", false }, { "x/a/b/x.html", true },
		{ ".a.html", false }, { "x/.git/a.html", false },
		{ ".well-known/a.html", true },
		{ ".well-known/zhanqun.txt", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(filter_takes_all(&f, cases[i].path) ==
		    cases[i].taken, "%s", cases[i].path);
	ck_assert(filter_takes_all(&all, ".well-known/security.txt"));
	ck_assert(filter_takes_all(&all, "a/zhanqun.txt"));
	ck_assert(!filter_takes_all(&all, ".well-known/zhanqun.txt"));
	ck_assert(!filter_takes_all(&all, ".well-known/.zhanqun.txt.1"));
}
END_TEST

/* What lies in a root and is for nobody is not told, if nothing is said. */
START_TEST(test_usual_filter)
{
	static const struct { const char *path; bool taken; } cases[] = {
		{ "a.html", true }, { "files/公告.doc", true },
		{ "~a.html", true }, { "list.php", true },
		{ "show.asp", true }, { "config.html", true },
		{ "conn.html", true }, { "index.jsp", true },
		{ "files/~$公告.doc", false }, { "img/Thumbs.db", false },
		{ "img/thumbs.db", false }, { "x/desktop.ini", false },
		{ ".DS_Store", false }, { "__MACOSX/a.html", false },
		{ "web.config", false }, { "bin/Web.Config", true },
		{ "x/conn.asp", false }, { "inc/conn.php", false },
		{ "data/config.inc.php", false }, { "wp-config.php", false },
		{ "inc/head.inc", false }, { "global.asax", false },
		{ "data/site.mdb", false }, { "WEB-INF/web.xml", false },
		{ "App_Data/a.xml", false }, { "CVS/a.html", false },
	};
	const struct config_source *s;
	struct filter f;
	struct config *c;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	put(HUB WWW);
	c = config_read(path, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	s = c->source[0].set;
	f = (struct filter){ .include = s->include, .exclude = s->exclude };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(filter_takes_all(&f, cases[i].path) ==
		    cases[i].taken, "%s", cases[i].path);
	ck_assert(place_is_index(&(struct place){ .index = s->index },
	    "x/default.htm"));
	config_free(c);
	buf_clear(&why);
}
END_TEST

START_TEST(test_place)
{
	char one[] = "index.html";
	char *names[] = { one, NULL };
	struct root root = { .fd = -1 };
	struct place p = { .root = &root, .url = "http://a.test/w/",
	    .index = names };
	static const struct { const char *path, *url; } cases[] = {
		{ "a.html", "http://a.test/w/a.html" },
		{ "index.html", "http://a.test/w/" },
		{ "d/index.html", "http://a.test/w/d/" },
		{ "a b?c#d%e.html", "http://a.test/w/a%20b%3Fc%23d%25e.html" },
		{ "公.html", "http://a.test/w/%E5%85%AC.html" },
		{ "\xb9\xab", "http://a.test/w/%B9%AB" },
		{ "a;b,c=d@e(f)", "http://a.test/w/a;b,c=d@e(f)" },
		{ "a\"b<c", "http://a.test/w/a%22b%3Cc" },
	};
	struct buf url;
	char longest[LIMIT_URL + 1];

	ck_assert_int_eq(root_open(&root, dir), 0);
	buf_init(&url, LIMIT_URL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&url);
		ck_assert(place_url(&url, &p, cases[i].path));
		ck_assert_str_eq(buf_cstr(&url), cases[i].url);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	buf_reset(&url);
	ck_assert(!place_url(&url, &p, longest));
	buf_clear(&url);
	root_close(&root);
}
END_TEST

/* The manual's lists are the table's. */
START_TEST(test_manual)
{
	static const char *const sections[] = { "", "source" };
	struct buf page, list;
	char bytes[4096];
	size_t n;
	FILE *f = fopen("agent/zqagent.conf.5", "r");

	ck_assert_msg(f != NULL, "run me where the sources are");
	buf_init(&page, 1u << 20);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_put(&page, bytes, n);
	fclose(f);
	for (size_t i = 0; i < 2; i++) {
		buf_init(&list, 1u << 20);
		config_manual(&list, sections[i]);
		ck_assert_uint_gt(list.n, 500);
		ck_assert_msg(strstr(buf_cstr(&page), buf_cstr(&list)) !=
		    NULL, "zqagent.conf.5 lacks this list:\n%s",
		    buf_cstr(&list));
		buf_clear(&list);
	}
	buf_clear(&page);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/config");
	TCase *t = tcase_create("config");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_read);
	tcase_add_test(t, test_presets);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_lines);
	tcase_add_test(t, test_all_at_once);
	tcase_add_test(t, test_edit);
	tcase_add_test(t, test_hub);
	tcase_add_test(t, test_hub_unreadable);
	tcase_add_test(t, test_look);
	tcase_add_test(t, test_look_without_rights);
	tcase_add_test(t, test_filter);
	tcase_add_test(t, test_usual_filter);
	tcase_add_test(t, test_place);
	tcase_add_test(t, test_manual);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
