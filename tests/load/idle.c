/*
 * Idle: what a mutual-TLS connection that says nothing costs the hub in
 * memory, and what it costs nginx with the same certificates.
 */
#include "tests/bench/procs.h"
#include "tests/bench/table.h"
#include "tests/bench/take_hub.h"
#include "tests/load/load.h"
#include "tests/load/nginx.h"

#define AT_ONCE 50		/* handshakes under way */
#define SETTLE 2.0		/* s until memory is looked at */
#define LONGEST 300.0		/* s for all to connect */

struct run {
	struct crowd crowd;
	size_t next, answered, failed;
};

static void ask_next(struct run *r);

static void
on_answer(void *arg, const struct line_answer *a)
{
	struct run *r = arg;

	r->answered++;
	r->failed += a->status != 200;
	ask_next(r);
}

static void
ask_next(struct run *r)
{
	if (r->next == r->crowd.count)
		return;
	line_ask(&r->crowd.agent[r->next++].push, SPAN("GET /v1/ HTTP/1.1\r\n"
	    "Host: hub\r\n\r\n"), 30, on_answer, r);
}

/* KiB a connection. */
static double
measure(struct run *r, const char *who, pid_t pid, uint16_t port)
{
	double started = crowd_now(), seconds, cpu = procs_cpu(pid), kib;
	struct procs before = procs_of(pid, true), after;

	r->crowd.end.port = port;
	r->next = r->answered = r->failed = 0;
	for (size_t i = 0; i < AT_ONCE; i++)
		ask_next(r);
	while (r->answered < r->crowd.count &&
	    crowd_now() - started < LONGEST)
		load_turn(r->crowd.end.base, 0.01);
	seconds = crowd_now() - started;
	cpu = procs_cpu(pid) - cpu;
	for (started = crowd_now(); crowd_now() - started < SETTLE;)
		load_turn(r->crowd.end.base, 0.01);
	after = procs_of(pid, true);
	kib = ((double)after.pss - (double)before.pss) /
	    (double)r->crowd.count;
	printf("    %s: %zu connections in %.1f s, %zu failed\n", who,
	    r->crowd.count, seconds, r->failed);
	table_row("  CPU, handshake and one answer", "", "%.2f ms",
	    cpu / (double)r->crowd.count * 1e3);
	for (size_t i = 0; i < r->crowd.count; i++) {
		line_cut(&r->crowd.agent[i].push);
		SSL_SESSION_free(r->crowd.agent[i].owner.session);
		r->crowd.agent[i].owner.session = NULL;
	}
	return r->failed > 0 ? -1 : kib;
}

int
load_idle(const struct load_options *o)
{
	static struct run r;
	char program[512], beside[64] = "nginx isn't on this machine";
	struct event_base *base = event_base_new();
	struct take_hub hub;
	double ours, theirs;
	uint16_t port;
	pid_t nginx;

	load_files(2 * o->agents + 200);
	take_hub_make(&hub);
	crowd_make(&r.crowd, base, hub.dir, o->agents);
	snprintf(program, sizeof(program), "%s/zqhubd", o->build);
	take_hub_start(&hub, program);
	table_head("memory of idle connections, mutual TLS");
	ours = measure(&r, "the hub", hub.pid, hub.port);
	if ((nginx = nginx_start(&hub, &port, o->agents)) > 0) {
		theirs = measure(&r, "nginx", nginx, port);
		nginx_stop(nginx);
		snprintf(beside, sizeof(beside), "nginx: %.1f KiB", theirs);
	}
	table_row("an idle connection, PSS of all parts", beside, "%.1f KiB",
	    ours);
	take_hub_stop(&hub);
	crowd_free(&r.crowd);
	event_base_free(base);
	return ours < 0;
}
