/*
 * Everything that our writers make is held against zhanqun.rng, by jing and
 * by xmllint, whichever are there (both in `make check`); and some documents
 * that must not pass are, so that we know the schema can say no.
 */
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/letter.h"
#include "protocol/mending.h"
#include "protocol/movemap.h"
#include "protocol/reconcile.h"
#include "protocol/vantage.h"

#include "tests/unit/protocol/help.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEMA "protocol/zhanqun.rng"
#define FILES 12

static char dir[] = "/tmp/zq-schema-XXXXXX";

static const struct {
	const char *look, *command;	/* is it there; %s: the files */
} tools[] = {
	{ "command -v jing >/dev/null 2>&1", "jing " SCHEMA " %s" },
	{ "command -v xmllint >/dev/null 2>&1",
	    "xmllint --nonet --noout --relaxng " SCHEMA " %s" },
};

static bool
runs(const char *command)
{
	int rc = 0;
	pid_t child = fork();

	ck_assert(child >= 0);
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	ck_assert(waitpid(child, &rc, 0) == child);
	return WIFEXITED(rc) && WEXITSTATUS(rc) == 0;
}

/* Do all files that the shell finds for `files` pass tool t? What it says is
 * only shown when that is a surprise. */
static bool
pass(size_t t, const char *files, bool should)
{
	char tool[512], command[1024];

	snprintf(tool, sizeof(tool), tools[t].command, files);
	snprintf(command, sizeof(command), "out=$(%s 2>&1); rc=$?; "
	    "test $rc = 0 || test %d = 0 || echo \"$out\" >&2; exit $rc",
	    tool, should);
	return runs(command);
}

static void
save(const char *name, unsigned number, const struct buf *b)
{
	char path[256];
	FILE *f;

	ck_assert(!b->bad);
	snprintf(path, sizeof(path), "%s/%s-%u.xml", dir, name, number);
	f = fopen(path, "wb");
	ck_assert(f != NULL && fwrite(b->at, 1, b->n, f) == b->n);
	fclose(f);
}

static void
save_text(const char *name, unsigned number, const char *text)
{
	struct buf b;

	buf_init(&b, 100000);
	buf_text(&b, text);
	save(name, number, &b);
	buf_clear(&b);
}

static struct health
health_of(unsigned i)
{
	return (struct health){ .told = i % 2 == 1, .beat = i % 3 * 5000,
		.sources = i, .troubled = i % 5, .spool = help_random(1000),
		.until = i % 7 == 0 ? 0 : 1795219220000,
		.home_at = i % 3 == 0 ? 0 : 1795219220000,
		.home_status = i % 4 == 0 ? 0 : 200,
		.home_error = i % 4 == 0 ? HEALTH_REFUSED : HEALTH_FINE,
		.home_ms = i };
}

static void
write_lists(void)
{
	struct help_change h;
	struct buf b;

	help_change_init(&h);
	buf_init(&b, 64u << 20);
	for (unsigned i = 0; i < FILES; i++) {
		buf_reset(&b);
		changelist_begin(&b, &(struct batch){ .incarnation = i + 1,
		    .first = 1, .head = help_random(1000),
		    .now = (int64_t)help_random(4102444800000),
		    .needs_snapshot = i % 2, .instance = i % 3,
		    .held = i % 4, .health = health_of(i),
		    .looked = { .task = i % 3, .status = i % 2 ? 200 : 0,
		    .error = i % 2 ? HEALTH_FINE : HEALTH_CUT },
		    .trouble = i % 5 == 0 ? SPAN("目录 <d>") : SPAN_NONE });
		for (unsigned k = 0; k < i * 4; k++) {
			help_change(&h, k + 1);
			changelist_put(&b, &h.c);
		}
		changelist_end(&b);
		save("list", i, &b);
	}
	buf_clear(&b);
	help_change_clear(&h);
}

static void
write_answers(struct buf *b, struct buf *text)
{
	for (unsigned i = VERDICT_TAKEN; i <= VERDICT_BAD; i++) {
		buf_reset(b);
		answer_begin(b, &(struct answer){ .verdict = i,
		    .want = i % 3 ? SPAN("prove renew") : SPAN_NONE,
		    .cause = i % 2 ? SPAN("settled") : SPAN_NONE,
		    .taken = UINT64_MAX, .features = i % 2 ? SPAN("a b") :
		    SPAN_NONE, .reason = i % 2 ? help_text(text, 50) :
		    SPAN_NONE });
		for (unsigned k = 0; k < i; k++)
			answer_complain(b, &(struct complaint){ .seq = k,
			    .why = help_text(text, 90) });
		answer_end(b);
		save("answer", i, b);
	}
}

static void
write_letters(struct buf *b, struct buf *text)
{
	struct buf task;

	buf_init(&task, 1000);
	vantage_task_put(&task, &(struct vantage_task){ .number = 7 });
	for (unsigned i = 0; i < 4; i++) {
		buf_reset(b);
		letters_begin(b, &(struct letters_head){ .last = i,
		    .want = i % 2 ? SPAN("prove") : SPAN_NONE,
		    .map = i % 3 });
		for (unsigned k = 1; k <= i; k++)
			letters_put(b, &(struct letter){ .number = k,
			    .kind = SPAN("held"),
			    .about = help_text(text, 50),
			    .text = help_text(text, 200),
			    .body = SPAN("<a xmlns=\"urn:x\"/>") });
		if (i % 2 == 1)
			letters_put(b, &(struct letter){
			    .kind = SPAN(LETTER_LOOK),
			    .about = SPAN("http://a.cn/?a&b"),
			    .body = buf_look(&task) });
		letters_end(b);
		save("letters", i, b);
	}
	buf_clear(&task);
}

static void
write_reconcile(struct buf *b)
{
	struct digest d;
	uint8_t h[32] = { 5 };

	digest_init(&d);
	digest_add(&d, h);
	for (unsigned i = RECONCILE_SUM; i <= RECONCILE_NAMED; i++) {
		buf_reset(b);
		reconcile_begin(b, &(struct reconcile){ .round = i,
		    .incarnation = 1, .now = i * 1000000, .instance = i % 2,
		    .more = i == RECONCILE_HASHES });
		if (i == RECONCILE_BUCKETS)
			reconcile_put_buckets(b, &d);
		if (i == RECONCILE_HASHES)
			reconcile_put_hashes(b, 5, h, 1);
		if (i == RECONCILE_HASHES)
			reconcile_put_hashes(b, 255, NULL, 0);
		if (i == RECONCILE_NAMED)
			reconcile_put_name(b, h, SPAN(" <x> "),
			    SPAN("http://a.cn/?a&b"));
		reconcile_end(b);
		save("ask", i, b);
	}
}

static void
write_reconciled(struct buf *b, struct buf *text)
{
	uint8_t h[32] = { 5 };

	for (unsigned i = RECONCILE_SAME; i <= RECONCILE_REFUSED; i++) {
		buf_reset(b);
		reconcile_answer_begin(b, &(struct reconcile_answer){
		    .outcome = i, .after = i, .reason = help_text(text, 90),
		    .cause = i < RECONCILE_REFUSED ? SPAN_NONE :
		    SPAN(CAUSE_RETIRED),
		    .verdict = i < RECONCILE_REFUSED ? 0 : VERDICT_BLOCKED });
		for (unsigned k = 0; i == RECONCILE_DIFFERS && k < 9; k++) {
			reconcile_answer_bucket(b, k);
			reconcile_answer_missing(b, h);
			reconcile_answer_extra(b, h, NULL, help_text(text, 90),
			    SPAN("http://a.cn/?a&b"));
			reconcile_answer_held(b, SPAN_NONE, SPAN_NONE,
			    help_text(text, 90));
		}
		reconcile_answer_end(b);
		save("said", i, b);
	}
}

static void
write_links(struct buf *b)
{
	struct mending_link common = { .state = MENDING_ANNOUNCED, .move = 7,
		.scope = REWRITE_DOMAIN, .from = 1, .until = CLOCK_NONE,
		.by = SPAN("4101000001"), .name = SPAN("市<政>府"),
		.person = SPAN("张三") };

	for (int s = MENDING_ANNOUNCED; s <= MENDING_DANGER; s++) {
		struct mending_link l = common;

		l.old = l.new = SPAN("http://a.cn/?a&b");
		l.state = (enum mending_state)s;
		l.scope = (enum rewrite_scope)(s % 4);
		l.from = s % 2 ? CLOCK_NONE : 5;
		l.pages = (uint64_t)s;
		if (s % 2 == 0) {
			l.by = l.name = l.person = SPAN_NONE;
			l.operator = SPAN("wang");
		}
		buf_reset(b);
		mending_begin(b, s == 3 ? NULL : &common);
		mending_link(b, &l, s == 3 ? NULL : &common);
		for (int k = 0; k <= LINK_STYLE; k++)
			mending_page(b, &(struct mending_page){
			    .url = SPAN("http://b.cn/"), .line = (uint32_t)k,
			    .kind = (enum link_kind)k, .more = 9 });
		mending_link_end(b);
		mending_end(b);
		save("links", (unsigned)s, b);
	}
}

static void
write_map(struct buf *b)
{
	buf_reset(b);
	movemap_begin(b, &(struct movemap){ .version = 1 });
	for (int s = REWRITE_ADDRESS; s <= REWRITE_DOMAIN; s++)
		movemap_put(b, &(struct movemap_rule){ .rule = {
		    .number = (uint32_t)s, .scope = (enum rewrite_scope)s,
		    .from = SPAN("http://a.cn/"), .to = SPAN("http://b.cn/"),
		    .at = s % 2 ? 7 : CLOCK_NONE,
		    .until = s % 2 ? CLOCK_NONE : 8 } });
	movemap_put(b, &(struct movemap_rule){ .gone = true,
	    .rule = { .number = 9 } });
	movemap_end(b);
	save("map", 0, b);
}

static void
make_all(void)
{
	struct buf b, text;

	help_seed(21);
	buf_init(&b, LIMIT_ANSWER);
	buf_init(&text, 1u << 20);
	for (int i = 0; i < 100000; i++)	/* so that it never moves */
		buf_byte(&text, 'x');
	write_lists();
	write_answers(&b, &text);
	write_letters(&b, &text);
	write_reconcile(&b);
	write_reconciled(&b, &text);
	write_links(&b);
	write_map(&b);
	save_text("hello", 0, "<zq:hub xmlns:zq='" NS_ZQ "' name='河南' "
	    "now='2026-11-21T00:00:00Z' features='links' "
	    "software='zhanqun/0.1.0'/>");
	buf_clear(&b);
	buf_clear(&text);
}

#define HEAD "<urlset xmlns='" NS_SITEMAP "' xmlns:rs='" NS_RS "' "	\
	"xmlns:zq='" NS_ZQ "'><rs:md capability='changelist' "		\
	"from='2026-11-21'/><zq:batch incarnation='1' first='1' head='1' " \
	"now='2026-11-21'/>"

static const char *const wrong[] = {
	"<urlset/>",
	HEAD "<url><loc>http://a.cn/</loc></url></urlset>",
	HEAD "<url><rs:md change='updated' datetime='2026-11-21'/></url>"
	    "</urlset>",
	HEAD "<url><loc>http://a.cn/</loc><rs:md change='lost' "
	    "datetime='2026-11-21'/></url></urlset>",
	HEAD "<url><loc>http://a.cn/</loc><rs:md change='updated' "
	    "datetime='now'/></url></urlset>",
	HEAD "<url><loc>ftp://a.cn/</loc><rs:md change='updated' "
	    "datetime='2026-11-21'/></url></urlset>",
	HEAD "<zq:batch incarnation='1' first='1' head='1' now='2026-11-21'/>"
	    "</urlset>",
	"<zq:answer xmlns:zq='" NS_ZQ "' verdict='maybe'/>",
	"<zq:letters xmlns:zq='" NS_ZQ "' last='x' now='2026-11-21'/>",
	"<zq:letters xmlns:zq='" NS_ZQ "' last='1' now='2026-11-21T00:00:00Z'>"
	    "<zq:letter when='2026-11-21T00:00:00Z' kind='held'><zq:text/>"
	    "</zq:letter></zq:letters>",
	"<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "seq='1' items='1' sum='01'/>",
	"<zq:reconcile xmlns:zq='" NS_ZQ "' round='hashes' incarnation='1' "
	    "seq='1' items='1' sum='0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef'/>",
	"<zq:links xmlns:zq='" NS_ZQ "'><zq:link new='http://a.cn/'/>"
	    "</zq:links>",
	"<zq:map xmlns:zq='" NS_ZQ "' version='0' since='0' "
	    "now='2026-11-21T00:00:00Z'/>",
	"<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='refused' seq='1' "
	    "items='1' after='0' now='2026-11-21T00:00:00Z'/>",
};
#define WRONG (sizeof(wrong) / sizeof(wrong[0]))

static void
remove_all(void)
{
	char path[512];
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

START_TEST(all)
{
	char files[256], one[256];
	unsigned used = 0;

	ck_assert(mkdtemp(dir) != NULL);
	make_all();
	for (unsigned i = 0; i < WRONG; i++)
		save_text("wrong", i, wrong[i]);
	snprintf(files, sizeof(files), "%s/[lahsm]*.xml " GOLDEN "*.xml", dir);
	for (size_t t = 0; t < sizeof(tools) / sizeof(tools[0]); t++) {
		if (!runs(tools[t].look))
			continue;
		used++;
		ck_assert_msg(pass(t, files, true), "%s", tools[t].command);
		/* jing takes a second to start: some of them are enough */
		for (unsigned i = 0; i < WRONG; i += t == 0 ? 4 : 1) {
			snprintf(one, sizeof(one), "%s/wrong-%u.xml", dir, i);
			ck_assert_msg(!pass(t, one, false), "%s passes", wrong[i]);
		}
	}
	remove_all();
	if (used == 0)
		fprintf(stderr, "SKIPPED: neither jing nor xmllint is "
		    "installed: nothing was held against " SCHEMA "\n");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, all);
}

int
main(void)
{
	return help_main("schema", fill);
}
