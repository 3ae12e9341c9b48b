/*
 * Taking: 100 sites over mutual TLS post batches of 1, 100 and 1,000 items
 * of about 500 bytes to a real hub. Beside it, in this process: the same
 * bodies decoded and appended to a journal without TLS and HTTP, and a bare
 * LMDB append of the same rows.
 *
 *	bench_take [-z ZQHUBD] [-c CONNECTIONS] [-n ITEMS]
 *
 * Prints each figure with its limit, and judges nothing.
 */
#include <openssl/rand.h>
#include <sys/stat.h>

#include "contrib/base/db.h"
#include "contrib/base/log.h"
#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/journal.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"
#include "tests/bench/table.h"
#include "tests/bench/take_load.h"

#define TITLE "关于进一步优化营商环境促进民营经济高质量发展的若干措施（第"
#define GROUP_BYTES (16u << 20)		/* as core gathers at most */
#define STORE_MOST (16ull << 30)

struct site {
	struct take_id id;
	uint64_t incarnation, next;	/* seq */
};

struct bench {
	const char *program;
	size_t connections, items;
	struct take_hub hub;
	struct site *site;
	struct load_line *line;
};

struct figures {
	double items, seconds, p50, p99;
	double edge, take, apply;	/* CPU-s per 100,000 items */
};

/* --- bodies -------------------------------------------------------------- */

/* About 500 bytes as a row. */
static void
put_item(struct buf *b, size_t site, uint64_t seq)
{
	char url[128], title[160], hash[32];
	struct change c;

	change_init(&c);
	snprintf(url, sizeof(url),
	    "http://site%zu.example/zwgk/2026/11/t20261121_%llu.html", site,
	    (unsigned long long)seq);
	snprintf(title, sizeof(title), TITLE "%llu号）",
	    (unsigned long long)seq);
	memset(hash, (int)seq, sizeof(hash));
	c.seq = seq;
	c.kind = CHANGE_CREATED;
	c.when = c.modified = c.published = clock_wall();
	c.url = span_of(url);
	c.word[WORD_TITLE] = span_of(title);
	c.word[WORD_COLUMN] = SPAN("政务公开");
	c.word[WORD_SOURCE] = SPAN("市政府办公室");
	c.word[WORD_KEYWORDS] = SPAN("营商环境;民营经济;高质量发展");
	c.word[WORD_DESCRIPTION] = SPAN("为深入贯彻落实党中央、国务院决策部署，"
	    "进一步优化营商环境，结合本市实际，制定以下措施。");
	c.word[WORD_SITE_NAME] = SPAN("测试市人民政府");
	c.length = 20480;
	c.type = SPAN("text/html");
	c.has_hash = true;
	memcpy(c.hash, hash, sizeof(c.hash));
	changelist_put(b, &c);
}

static void
put_body(struct buf *b, const struct bench *t, size_t site, size_t size)
{
	struct site *s = &t->site[site];

	changelist_begin(b, &(struct batch){ .incarnation = s->incarnation,
	    .first = s->next, .head = s->next + size - 1,
	    .now = clock_wall(), .agent = SPAN("bench/1") });
	for (size_t i = 0; i < size; i++)
		put_item(b, site, s->next++);
	changelist_end(b);
}

/* A head and a body, in memory of its own. */
static struct span
make_request(const struct bench *t, size_t site, size_t size)
{
	struct buf head, body;
	struct span whole;

	buf_init(&head, 1024);
	buf_init(&body, LIMIT_BODY);
	put_body(&body, t, site, size);
	must(!body.bad);
	buf_printf(&head, "POST /v1/changes HTTP/1.1\r\nHost: hub\r\n"
	    "Content-Type: application/xml\r\nContent-Length: %zu\r\n\r\n",
	    body.n);
	whole.n = head.n + body.n;
	whole.at = mem_grow(NULL, whole.n, 1);
	memcpy((char *)(uintptr_t)whole.at, head.at, head.n);
	memcpy((char *)(uintptr_t)whole.at + head.n, body.at, body.n);
	buf_clear(&head);
	buf_clear(&body);
	return whole;
}

static struct span
body_of(struct span request)
{
	const char *at = memmem(request.at, request.n, "\r\n\r\n", 4);

	return (struct span){ .at = at + 4,
	    .n = request.n - (size_t)(at + 4 - request.at) };
}

static void
make_requests(struct bench *t, size_t size)
{
	size_t each = t->items / t->connections / size;

	for (size_t i = 0; i < t->connections; i++) {
		struct load_line *l = &t->line[i];

		l->at = 0;
		l->requests = each > 0 ? each : 1;
		l->request = mem_grow(NULL, l->requests,
		    sizeof(l->request[0]));
		for (size_t k = 0; k < l->requests; k++)
			l->request[k] = make_request(t, i, size);
	}
}

static void
free_requests(struct bench *t)
{
	for (size_t i = 0; i < t->connections; i++) {
		for (size_t k = 0; k < t->line[i].requests; k++)
			free((char *)(uintptr_t)t->line[i].request[k].at);
		free(t->line[i].request);
	}
}

/* --- through the hub ----------------------------------------------------- */

/* So that one round doesn't pay for showing what the last one took. */
static void
wait_until_shown(const struct bench *t)
{
	for (int i = 0; i < 600; i++) {
		if (take_counter(&t->hub, "zq_view_place") >=
		    take_counter(&t->hub, "zq_journal_place"))
			return;
		usleep(200000);
	}
	printf("  the view is still behind after two minutes\n");
}

static struct figures
through_hub(struct bench *t, size_t size)
{
	struct load o = { .line = t->line, .lines = t->connections };
	size_t answers = t->connections * t->line[0].requests;
	pid_t edge = take_hub_part(&t->hub, "edge");
	struct figures f = { .items = (double)(answers * size) };
	static const char take[] = "zq_core_take_cpu_seconds_total";
	static const char apply[] = "zq_core_apply_cpu_seconds_total";
	double edge_cpu, take_cpu, apply_cpu, per = 1e5 / f.items;

	wait_until_shown(t);
	o.time = mem_grow(NULL, answers, sizeof(o.time[0]));
	edge_cpu = take_cpu_of(edge);
	take_cpu = take_counter(&t->hub, take);
	apply_cpu = take_counter(&t->hub, apply);
	f.seconds = load_run(&o);
	f.edge = (take_cpu_of(edge) - edge_cpu) * per;
	sleep(1);	/* the core counts its time once a second */
	f.take = (take_counter(&t->hub, take) - take_cpu) * per;
	wait_until_shown(t);
	f.apply = (take_counter(&t->hub, apply) - apply_cpu) * per;
	if (o.refused > 0)
		fatal("%zu of %zu batches were not taken", o.refused,
		    answers);
	f.p50 = table_percentile(o.time, o.times, 50) * 1e3;
	f.p99 = table_percentile(o.time, o.times, 99) * 1e3;
	free(o.time);
	return f;
}

/* --- beside it: without TLS and HTTP ------------------------------------- */

struct decoded {
	struct buf rows;
	struct span row[LIMIT_BATCH];
	size_t offset[LIMIT_BATCH + 1];
	uint8_t hash[LIMIT_BATCH][32];
	size_t count;
	struct batch head;
};

static void
on_head(void *arg, const struct batch *h)
{
	struct decoded *d = arg;

	d->head = *h;
}

static void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	struct decoded *d = arg;

	must(c != NULL && seq > 0 && why == NULL);
	change_hash(c, d->hash[d->count]);
	change_write(&d->rows, c);
	d->offset[++d->count] = d->rows.n;
}

static void
decode(struct decoded *d, struct span body)
{
	struct changelist *l = changelist_new(on_head, on_change, d);

	d->count = 0;
	buf_reset(&d->rows);
	must(changelist_feed(l, body.at, body.n) && changelist_finish(l));
	changelist_free(l);
	for (size_t i = 0; i < d->count; i++)
		d->row[i] = (struct span){ .at = d->rows.at + d->offset[i],
		    .n = d->offset[i + 1] - d->offset[i] };
}

static void
fresh_dir(const struct bench *t, const char *name, char path[CONFIG_PATH_MAX])
{
	config_path(path, t->hub.dir, name);
	if (mkdir(path, 0700) != 0)
		fatal("%s: %s", path, strerror(errno));
}

/* Rounds over all connections, a commit for as much as core would gather. */
static struct figures
in_process(const struct bench *t, size_t size, struct buf *rows)
{
	char dir[CONFIG_PATH_MAX], name[32];
	struct decoded *d = mem_new(sizeof(*d));
	struct figures f = { .items = (double)(t->connections *
	    t->line[0].requests * size) };
	struct journal_verdict v;
	struct journal *j;
	double started;
	uint64_t cpu;
	size_t open = 0;
	struct buf why;

	snprintf(name, sizeof(name), "journal-%zu", size);
	fresh_dir(t, name, dir);
	buf_init(&why, 4096);
	buf_init(&d->rows, 64u << 20);
	j = journal_open(&journal_lmdb, dir, true, STORE_MOST, &why);
	if (j == NULL)
		fatal("%s", buf_cstr(&why));
	started = load_now();
	cpu = clock_cpu();
	for (size_t k = 0; k < t->line[0].requests; k++) {
		for (size_t i = 0; i < t->connections; i++) {
			decode(d, body_of(t->line[i].request[k]));
			if (open == 0)
				journal_begin(j);
			journal_take(j, &(struct journal_batch){
			    .site = (uint32_t)i + 1,
			    .incarnation = t->site[i].incarnation ^ size,
			    .first = d->head.first, .head = d->head.head,
			    .now = d->head.now, .row = d->row,
			    .hash = (const uint8_t (*)[32])d->hash,
			    .count = d->count }, clock_wall(), &v);
			open += d->rows.n;
			if (k == 0 && i == 0)
				buf_put(rows, d->rows.at, d->rows.n);
			if (open >= GROUP_BYTES || i + 1 == t->connections) {
				must(journal_commit(j) == DB_OK);
				open = 0;
			}
		}
	}
	f.seconds = load_now() - started;
	f.take = (double)(clock_cpu() - cpu) / 1e6 * 1e5 / f.items;
	journal_close(j);
	buf_clear(&d->rows);
	free(d);
	return f;
}

/* --- beside that: the bare store ----------------------------------------- */

static struct figures
bare(const struct bench *t, size_t size, struct span rows)
{
	static const struct db_table table = { .name = "rows" };
	char dir[CONFIG_PATH_MAX], name[32];
	struct figures f = { .items = (double)(t->connections *
	    t->line[0].requests * size) };
	size_t row = rows.n / size, group = t->connections * size;
	struct db_txn *txn = NULL;
	double started;
	uint64_t cpu;
	struct db *d;

	if (group > GROUP_BYTES / row)
		group = GROUP_BYTES / row;
	snprintf(name, sizeof(name), "bare-%zu", size);
	fresh_dir(t, name, dir);
	d = db_open(dir, DB_WRITE | DB_CREATE, &table, 1, STORE_MOST);
	must(d != NULL);
	started = load_now();
	cpu = clock_cpu();
	for (uint64_t n = 0, begun = 0; n < (uint64_t)f.items; n++) {
		uint8_t key[8];

		if (txn == NULL) {
			txn = db_begin(d, true);
			begun = n;
		}
		for (size_t i = 0; i < 8; i++)
			key[i] = (uint8_t)((n + 1) >> (56 - 8 * i));
		db_append(txn, 0, (struct span){ (char *)key, 8 },
		    (struct span){ rows.at + n % size * row, row });
		if ((n + 1 - begun) == group || n + 1 == (uint64_t)f.items) {
			enum db_result rc = db_commit(txn);

			txn = NULL;
			if (rc == DB_AGAIN)	/* the map has grown */
				n = begun - 1;
			else
				must(rc == DB_OK);
		}
	}
	f.seconds = load_now() - started;
	f.take = (double)(clock_cpu() - cpu) / 1e6 * 1e5 / f.items;
	db_close(d);
	return f;
}

/* --- all of it ----------------------------------------------------------- */

static void
print_hub(const struct figures *f, size_t size)
{
	table_row("over TLS, durable before the answer", size == 1 ?
	    "goal: at least 10000" : "", "%.0f items/s",
	    f->items / f->seconds);
	table_row("answer, p50", "", "%.1f ms", f->p50);
	table_row("answer, p99", "", "%.1f ms", f->p99);
	table_row("CPU per 100,000 items: edge", "", "%.3f s", f->edge);
	table_row("  core, taking", "", "%.3f s", f->take);
	table_row("  edge and core, taking", size == 1000 ?
	    "goal: at most 1.5" : "", "%.3f s", f->edge + f->take);
	table_row("  core, showing (see there)", "", "%.3f s", f->apply);
}

static void
print_beside(const char *figure, const struct figures *f)
{
	char beside[64];

	snprintf(beside, sizeof(beside), "%.0f items/s",
	    f->items / f->seconds);
	table_row(figure, beside, "%.3f s", f->take);
}

static void
round_of(struct bench *t, size_t size)
{
	struct figures hub, process, store;
	struct buf rows;
	char head[128];

	buf_init(&rows, 4u << 20);
	make_requests(t, size);
	hub = through_hub(t, size);
	process = in_process(t, size, &rows);
	store = bare(t, size, buf_look(&rows));
	snprintf(head, sizeof(head), "%zu connections, %zu item%s a batch, "
	    "%.0f items of %zu bytes", t->connections, size,
	    size > 1 ? "s" : "", hub.items, rows.n / size);
	table_head(head);
	print_hub(&hub, size);
	print_beside("  the same decoded and appended, no TLS, HTTP",
	    &process);
	table_row("  edge and core, taking, to that", size == 1000 ?
	    "goal: at most 2" : "", "%.2f times",
	    (hub.edge + hub.take) / process.take);
	print_beside("  bare LMDB append of the same bytes", &store);
	buf_clear(&rows);
	free_requests(t);
}

static void
set_up(struct bench *t)
{
	double started = load_now();

	take_hub_make(&t->hub);
	take_hub_start(&t->hub, t->program);
	t->site = mem_new(t->connections * sizeof(t->site[0]));
	t->line = mem_new(t->connections * sizeof(t->line[0]));
	for (size_t i = 0; i < t->connections; i++) {
		t->site[i].id = take_enroll(&t->hub, i);
		must(RAND_bytes((unsigned char *)&t->site[i].incarnation,
		    8) == 1);
		t->site[i].next = 1;
	}
	printf("  %zu sites added and enrolled by CMP in %.1f s\n",
	    t->connections, load_now() - started);
	for (size_t i = 0; i < t->connections; i++)
		load_connect(&t->line[i], &t->hub, &t->site[i].id);
}

static size_t
number(const char *text)
{
	uint64_t n;

	if (!text_number(span_of(text), 1, 100000000, &n))
		fatal("%s: expected a number from 1", text);
	return (size_t)n;
}

int
main(int argc, char **argv)
{
	static const size_t sizes[] = { 1, 100, 1000 };
	struct bench t = { .program = "build/zqhubd", .connections = 100,
	    .items = 200000 };
	int c;

	while ((c = getopt(argc, argv, "z:c:n:")) != -1) {
		if (c == 'z')
			t.program = optarg;
		else if (c == 'c')
			t.connections = number(optarg);
		else if (c == 'n')
			t.items = number(optarg);
		else
			return 2;
	}
	log_open("bench", LOG_LEVEL_WARN);
	signal(SIGPIPE, SIG_IGN);
	counters_open();
	set_up(&t);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		round_of(&t, sizes[i]);
	for (size_t i = 0; i < t.connections; i++)
		load_disconnect(&t.line[i]);
	take_hub_stop(&t.hub);
	return 0;
}
