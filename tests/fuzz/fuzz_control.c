/*
 * What people ask the agent over its control socket: the real table of
 * questions, with a store that is set back for each run. The agent's other
 * parts are there on a loop of their own that never runs, so nothing is sent.
 *
 * Whatever is asked there is one answer, an object with "ok" or "error". What
 * is refused leaves no trace in the store. What is said is in the spool, each
 * change can be told to a hub, and comes back from there as it was.
 */
#include <signal.h>

#include <sys/socket.h>

#include "agent/ability.h"
#include "agent/agent_private.h"
#include "agent/control.h"
#include "agent/inside.h"
#include "agent/moves.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "protocol/announcement.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "protocol/statement.h"
#include "tests/fuzz/agentkit.h"

#define INPUT 16384
#define LINES 12
#define QUIET 3
#define TURNS 20000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct agent agent;
static struct agent_setup setup;
static struct event_base *talks;
static unsigned answers;
static bool good;

/* --- the store as it is set up --------------------------------------------------- */

static bool
put_letter(struct store_txn *t, void *arg)
{
	return inbox_put(t, arg);
}

static void
write_letter(uint64_t n, const char *old, const char *new)
{
	struct letter letter = { .number = n, .when = FUZZ_NOW,
	    .kind = SPAN(LETTER_LINKS), .text = SPAN("links") };
	const struct mending_link l = { .old = span_of(old),
	    .new = span_of(new), .from = FUZZ_NOW, .until = CLOCK_NONE,
	    .state = MENDING_EFFECTIVE, .scope = REWRITE_ADDRESS, .move = n,
	    .by = SPAN("4101000001") };
	struct buf body;

	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, NULL);
	mending_link(&body, &l, NULL);
	mending_link_end(&body);
	mending_end(&body);
	letter.body = buf_look(&body);
	must(store_do(store, put_letter, &letter) == STORE_DONE);
	buf_clear(&body);
}

static bool
put_proposal(struct store_txn *t, void *arg)
{
	const struct moved m = { .state = MOVES_PROPOSED,
	    .scope = SPAN("prefix"), .old = SPAN("http://s1.gov.cn/c/"),
	    .new = SPAN("http://s1.gov.cn/d/"), .source = SPAN("web"),
	    .from = CLOCK_NONE, .until = CLOCK_NONE, .when = FUZZ_NOW,
	    .items = 3 };

	(void)arg;
	return moves_put(t, &m);
}

static void
fill_store(void)
{
	(void)ability_keep(store, SPAN("changes moves notices "
	    FEATURE_MOVES));
	write_letter(1, "http://s9.gov.cn/a", "http://s9.gov.cn/b");
	write_letter(2, "http://s9.gov.cn/c", "http://s9.gov.cn/d");
	must(store_do(store, put_proposal, NULL) == STORE_DONE);
	agentkit_keep();
}

/* --- the agent -------------------------------------------------------------------- */

static void
on_nothing(void *arg)
{
	(void)arg;
}

static void
on_why(void *arg, const char *why)
{
	(void)arg, (void)why;
}

static uint64_t
on_held(void *arg)
{
	(void)arg;
	return 0;
}

static void
on_trouble(void *arg, struct buf *b)
{
	(void)arg, (void)b;
}

static bool
on_settled(void *arg)
{
	(void)arg;
	return true;
}

static void
on_look(void *arg, struct span source, struct span path)
{
	(void)arg, (void)source, (void)path;
}

static void
on_pause(void *arg, bool on)
{
	(void)arg, (void)on;
}

static void
on_news(void *arg, size_t n)
{
	(void)arg, (void)n;
}

static bool
on_reach(void *arg)
{
	(void)arg;
	return false;
}

static void
open_config(void)
{
	static char path[128];
	char all[256];
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	fuzz_put(CONFIG_FILE, all, (size_t)snprintf(all, sizeof(all),
	    "hub = http://127.0.0.1:1\ndir = %s\n", fuzz_dir));
	snprintf(path, sizeof(path), "%s/" CONFIG_FILE, fuzz_dir);
	setup.conf = path;
	agent.setup = &setup;
	agent.config = config_read(path, &why);
	if (agent.config == NULL)
		fatal("%s", buf_cstr(&why));
	must(line_init(&agent.line, agent.config->top->hub, fuzz_dir, &why));
	buf_clear(&why);
}

static void
open_parts(void)
{
	const struct push_host push = { .base = agent.base, .store = store,
	    .fetch = agent.fetch, .line = &agent.line, .beat = 5000,
	    .prove_every = 86400000, .instance = 1, .retell = on_why,
	    .renew = on_nothing, .held = on_held, .trouble = on_trouble,
	    .is_settled = on_settled, .look = on_look, .rescan = on_nothing,
	    .pause = on_pause };
	const struct source_host sources = { .base = agent.base,
	    .store = store, .top = agent.config->top, .arg = &agent,
	    .news = on_news, .reach = on_reach, .quiet = on_nothing };
	const struct redirect_sync_host sync = { .base = agent.base,
	    .store = store, .fetch = agent.fetch, .line = &agent.line,
	    .config = agent.config, .arg = &agent, .news = on_nothing };

	agent.push = push_new(&push);
	agent.renew = renew_new(agent.base, &agent.line, fuzz_dir,
	    on_nothing, &agent);
	agent.sources = sources_open(&sources, agent.config);
	agent.redirect_sync = redirect_sync_new(&sync);
	agent.automend = automend_new(agent.base, store, NULL);
	agent.inside = inside_new(&agent);
}

static void
clean_up(void)
{
	ctl_close(agent.ctl);
	automend_free(agent.automend);
	redirect_sync_free(agent.redirect_sync);
	inside_free(agent.inside);
	renew_free(agent.renew);
	push_free(agent.push);
	sources_close(agent.sources);
	fetch_free(agent.fetch);
	line_clear(&agent.line);
	event_base_free(agent.base);
	event_base_free(talks);
	config_free(agent.config);
}

static void
set_up(void)
{
	struct event_base *idle;
	struct buf why;

	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	setenv("LANGUAGE", "en", 1);
	clock_set(FUZZ_NOW, 1000);
	fuzz_dir_make();
	agentkit_open();
	fill_store();
	idle = event_base_new();
	agent.base = idle;
	agent.store = store;
	agent.instance = 1;
	agent.started = FUZZ_NOW;
	open_config();
	agent.fetch = fetch_new(idle, "fuzz");
	open_parts();
	buf_init(&why, 4096);
	talks = event_base_new();
	agent.base = talks;
	must(control_open(&agent, &why));
	agent.base = idle;
	buf_clear(&why);
	atexit(clean_up);
}

/* --- asking ------------------------------------------------------------------------- */

static void
judge_answer(struct span line)
{
	json_t *o = json_loadb(line.at, line.n, JSON_REJECT_DUPLICATES,
	    NULL);
	const json_t *ok = json_object_get(o, "ok");
	const char *error = json_string_value(json_object_get(o, "error"));

	must(json_is_object(o) && (ok != NULL) != (error != NULL));
	must(error == NULL || error[0] != '\0');
	answers++;
	good = ok != NULL;
	json_decref(o);
}

static void
ask(int fd, struct span line)
{
	static char bytes[65536];
	struct buf got;
	struct span rest, one;
	ssize_t n;

	answers = 0;
	buf_init(&got, 2 * CTL_LINE_MAX);
	must(send(fd, line.at, line.n, MSG_NOSIGNAL) == (ssize_t)line.n &&
	    send(fd, "\n", 1, MSG_NOSIGNAL) == 1);
	for (int quiet = 0, i = 0; i < TURNS && (quiet < QUIET ||
	    got.n == 0); quiet++, i++) {
		event_base_loop(talks, EVLOOP_NONBLOCK);
		while ((n = recv(fd, bytes, sizeof(bytes),
		    MSG_DONTWAIT)) > 0) {
			buf_put(&got, bytes, (size_t)n);
			quiet = 0;
		}
	}
	for (rest = buf_look(&got); fuzz_line(&rest, &one);)
		judge_answer(one);
	must(answers == 1);
	buf_clear(&got);
}

/* --- judging -------------------------------------------------------------------------- */

/* What a hub makes of it. */
static void
judge_change(const struct change *c)
{
	struct rewrite_rule rule;
	struct statement_reply reply;
	struct announcement a;
	const char *why = NULL;

	must(change_is_sane(c, &why));
	if (c->kind == CHANGE_MOVE)
		must(statement_move(&rule, c, &why));
	else if (c->kind == CHANGE_REPLY)
		must(statement_reply(&reply, c, &why));
	else if (c->kind == CHANGE_NOTICE)
		must(announcement_read(&a, c, &why));
	else
		must(c->kind == CHANGE_CREATED || c->kind == CHANGE_UPDATED ||
		    c->kind == CHANGE_DELETED);
}

static void
judge_spool(uint64_t incarnation, uint64_t from)
{
	struct store_txn *t = store_look(store);
	struct change c;

	if (t->meta.incarnation != incarnation)
		from = 1;		/* all is told again */
	for (uint64_t seq = from; seq < t->meta.next; seq++) {
		must(spool_get(t, seq, &c) && c.seq == seq);
		judge_change(&c);
	}
	store_end(t);
}

static void
judge_line(int fd, struct span line)
{
	struct store_meta was = *store_meta(store);
	uint8_t before[32], after[32];

	agentkit_sum(before);
	ask(fd, line);
	agentkit_sum(after);
	must(good || memcmp(before, after, sizeof(before)) == 0);
	judge_spool(was.incarnation, was.next);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span rest = { (const char *)at, n }, line;
	static bool changed;
	uint8_t sum[32];
	static uint8_t first[32];
	int fd;

	if (n == 0 || n > INPUT)
		return 0;
	if (agent.ctl == NULL) {
		set_up();
		agentkit_sum(first);
	}
	if (changed)
		agentkit_back();
	fd = fuzz_call(SETUP_CONTROL);
	for (int i = 0; i < LINES && fuzz_line(&rest, &line); i++)
		judge_line(fd, line);
	close(fd);
	for (int i = 0; i < QUIET; i++)
		event_base_loop(talks, EVLOOP_NONBLOCK);
	agentkit_sum(sum);
	changed = memcmp(sum, first, sizeof(sum)) != 0;
	return 0;
}
