/*
 * The load program: thousands of made-up agents in one process against a
 * real hub, for benches (tests/bench/run) and scenarios.
 *
 *	load [-b BUILD] [-n AGENTS] [-c CHANGES] [-l LIVE] [-d SECONDS]
 *	    [-p LOOKS] [-t] idle | beat | back | backlog | refill | spoil DIR
 *
 * idle: memory of an idle connection, beside nginx's. beat: agents that have
 * nothing to tell; with -p, whose home pages are looked at so often a day as
 * well. back: all agents after a restart. backlog: many with much
 * to tell, and news of others. refill: an empty hub told everything. spoil: so
 * many items of the hub in DIR, which doesn't run, made to differ from what
 * was told. Judges nothing, unless it is a test (-t).
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "tests/bench/titles.h"
#include "tests/load/load.h"

#define TITLES 2000		/* different ones; then again with other words */

static struct {
	struct titles titles;
	char title[TITLES][128], column[TITLES][32], text[TITLES][256];
	struct buf url, words;
} made;

static void
copy(char *out, size_t room, struct span s)
{
	size_t n = s.n < room ? s.n : 0;

	if (n > 0)
		memcpy(out, s.at, n);
	out[n] = '\0';
}

static void
make_items(void)
{
	struct change c;

	titles_open(&made.titles, 20261122);
	for (size_t i = 0; i < TITLES; i++) {
		titles_item(&made.titles, i, 1, &c);
		copy(made.title[i], sizeof(made.title[i]),
		    c.word[WORD_TITLE]);
		copy(made.column[i], sizeof(made.column[i]),
		    c.word[WORD_COLUMN]);
		copy(made.text[i], sizeof(made.text[i]),
		    c.word[WORD_DESCRIPTION]);
	}
	titles_close(&made.titles);
	buf_init(&made.url, 1024);
	buf_init(&made.words, 1024);
}

void
load_word(char out[PROBE_WORD], const struct agent *a, uint64_t seq)
{
	snprintf(out, PROBE_WORD, "zq%ux%llu", a->site,
	    (unsigned long long)seq);
}

void
load_say(void *arg, const struct agent *a, uint64_t seq, struct change *c)
{
	size_t i = (size_t)(a->site * 7919 + seq) % TITLES;
	char word[PROBE_WORD];

	(void)arg;
	load_word(word, a, seq);
	buf_reset(&made.url);
	buf_printf(&made.url, "http://site%u.example/art/2026/11/%s.html",
	    a->site, word);
	buf_reset(&made.words);
	/* A space: a title may end in "5G". */
	buf_printf(&made.words, "%s %s", made.title[i], a->news ? word : "");
	change_init(c);
	c->kind = CHANGE_CREATED;
	c->when = TITLES_NOW;
	c->published = TITLES_NOW - (int64_t)(seq * 7919 % 5256000) * 60000;
	c->url = buf_look(&made.url);
	c->type = SPAN("text/html");
	c->length = 20480;
	c->has_hash = true;
	memset(c->hash, (int)seq, sizeof(c->hash));
	memcpy(c->hash, word, 16);
	c->word[WORD_TITLE] = buf_look(&made.words);
	c->word[WORD_COLUMN] = span_of(made.column[i]);
	c->word[WORD_DESCRIPTION] = span_of(made.text[i]);
	c->word[WORD_SOURCE] = SPAN("市人民政府办公室");
	c->word[WORD_LANGUAGE] = SPAN("zh-CN");
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

void
load_turn(struct event_base *base, double most)
{
	static struct event *wake;	/* there is one base, until the end */
	struct timeval tv = { .tv_sec = (time_t)most,
	    .tv_usec = (suseconds_t)((most - (double)(time_t)most) * 1e6) };

	if (wake == NULL)
		wake = evtimer_new(base, on_wake, NULL);
	must(wake != NULL);
	event_add(wake, &tv);
	event_base_loop(base, EVLOOP_ONCE);
	event_del(wake);
}

void
load_pass(struct event_base *base, double seconds)
{
	double begin = crowd_now();

	while (crowd_now() - begin < seconds)
		load_turn(base, 0.01);
}

void
load_files(size_t wanted)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	if (r.rlim_cur < wanted)
		fatal("%zu files would be open, and %llu may be: see ulimit "
		    "-Hn", wanted, (unsigned long long)r.rlim_cur);
}

static size_t
number(const char *text)
{
	uint64_t n;

	if (!text_number(span_of(text), 1, 100000000, &n))
		fatal("%s: expected a number from 1", text);
	return (size_t)n;
}

static const struct {
	const char *name;
	int (*run)(const struct load_options *o);
	size_t agents, changes, live;
	bool has_dir;
} sections[] = {
	{ "idle", load_idle, 5000, 0, 0, false },
	{ "beat", load_beat, 1000, 0, 0, false },
	{ "back", load_back, 5000, 0, 0, false },
	{ "backlog", load_backlog, 500, 2000, 20, false },
	{ "refill", load_refill, 20, 5000, 0, false },
	{ "spoil", load_spoil, 0, 1, 0, true },
};

static int
run(const char *name, struct load_options *o)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strcmp(name, sections[i].name) != 0 ||
		    sections[i].has_dir != (o->dir != NULL))
			continue;
		if (o->agents == 0)
			o->agents = sections[i].agents;
		if (o->changes == 0)
			o->changes = sections[i].changes;
		if (o->live == 0)
			o->live = sections[i].live;
		return sections[i].run(o);
	}
	fprintf(stderr, "load: no section %s%s\n", name,
	    o->dir != NULL ? " of a directory" : "");
	return 2;
}

int
main(int argc, char **argv)
{
	struct load_options o = { .build = "build", .down = 5 };
	int c;

	while ((c = getopt(argc, argv, "b:n:c:l:d:p:t")) != -1) {
		switch (c) {
		case 'b': o.build = optarg; break;
		case 'n': o.agents = number(optarg); break;
		case 'c': o.changes = number(optarg); break;
		case 'l': o.live = number(optarg); break;
		case 'd': o.down = (unsigned)number(optarg); break;
		case 'p': o.looks = number(optarg); break;
		case 't': o.test = true; break;
		default: return 2;
		}
	}
	if (optind == argc || optind + 2 < argc) {
		fprintf(stderr, "load: which section?\n");
		return 2;
	}
	o.dir = argv[optind + 1];	/* or NULL */
	log_open("load", LOG_LEVEL_WARN);
	signal(SIGPIPE, SIG_IGN);
	counters_open();
	make_items();
	return run(argv[optind], &o);
}
