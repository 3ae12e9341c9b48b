/*
 * A real agent for benches: enrolled at a hub, started with its log on a
 * pipe, heard when the hub has taken what it told.
 *
 * The moment the line "push seq=A..B taken" comes out of the pipe is when
 * the agent has the hub's answer; reading it disturbs nobody.
 */
#ifndef ZQ_BENCH_AGENT_RUN_H
#define ZQ_BENCH_AGENT_RUN_H

#include <poll.h>

#include "tests/bench/procs.h"
#include "tests/bench/take_hub.h"

#define AGENT_CODE "4101000001"
#define AGENT_URL "http://www.example.gov.cn/"

struct agent_run {
	const char *build;	/* where the programs are */
	const char *root;
	char dir[128], control[160];
	pid_t pid;
	int log;		/* the pipe's end */
	char line[16384];	/* of the log, not whole yet */
	size_t n;
	uint64_t taken;		/* the last seq that the hub has */
};

/* Runs a program to its end; its words only if it fails. */
static inline void
agent_tool(const char *const argv[])
{
	char words[8192];
	size_t n = 0;
	ssize_t got;
	int out[2], status = 0;
	pid_t pid;

	must(pipe(out) == 0 && (pid = fork()) >= 0);
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	while (n < sizeof(words) - 1 &&
	    (got = read(out[0], words + n, sizeof(words) - 1 - n)) > 0)
		n += (size_t)got;
	words[n] = '\0';
	close(out[0]);
	waitpid(pid, &status, 0);
	if (status != 0)
		fatal("%s %s: %s", argv[0], argv[1], words);
}

/* A new site's ticket, of the caller. */
static inline char *
agent_ticket(const struct take_hub *h)
{
	char control[CONFIG_PATH_MAX];
	const char *text;
	json_t *answer;
	char *ticket;

	answer = ctl_ask(config_path(control, h->dir, CONFIG_SOCKET),
	    json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", AGENT_CODE, "name", "测试市人民政府",
	    "domain", "www.example.gov.cn"), NULL, NULL);
	text = json_string_value(json_object_get(
	    json_object_get(answer, "ok"), "ticket"));
	if (text == NULL)
		fatal("site-add: %s", json_dumps(answer, 0));
	ticket = mem_text(text);
	json_decref(answer);
	return ticket;
}

static inline void
agent_log_all(const struct agent_run *a)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/agent.conf", a->dir);
	f = fopen(path, "a");
	if (f == NULL || fputs("\nlog = debug\n", f) < 0 || fclose(f) != 0)
		fatal("%s: %s", path, strerror(errno));
}

static inline void
agent_make(struct agent_run *a, const struct take_hub *h)
{
	char program[512], hub[64], *ticket = agent_ticket(h);

	snprintf(a->dir, sizeof(a->dir), "%s/agent", h->dir);
	snprintf(a->control, sizeof(a->control), "%s/control", a->dir);
	snprintf(program, sizeof(program), "%s/zqagent", a->build);
	snprintf(hub, sizeof(hub), "https://127.0.0.1:%u", h->port);
	agent_tool((const char *[]){ program, "enroll", hub, ticket, "--dir",
	    a->dir, NULL });
	agent_log_all(a);
	agent_tool((const char *[]){ program, "source", "add", "dir", "web",
	    "--root", a->root, "--url", AGENT_URL,
	    "--dir", a->dir, NULL });
	free(ticket);
}

static inline void
agent_start(struct agent_run *a)
{
	char program[512], conf[160];
	int log[2];

	snprintf(program, sizeof(program), "%s/zqagentd", a->build);
	snprintf(conf, sizeof(conf), "%s/agent.conf", a->dir);
	must(pipe(log) == 0 && (a->pid = fork()) >= 0);
	if (a->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(log[1], STDERR_FILENO);
		close(log[0]);
		close(log[1]);
		execl(program, program, "-c", conf, (char *)NULL);
		_exit(127);
	}
	close(log[1]);
	a->log = log[0];
	fcntl(a->log, F_SETFL, O_NONBLOCK);
}

static inline void
agent_stop(struct agent_run *a)
{
	kill(a->pid, SIGTERM);
	waitpid(a->pid, NULL, 0);
	close(a->log);
}

static inline void
agent_hear(struct agent_run *a, char *line)
{
	unsigned long long from, to;
	const char *at = strstr(line, "push seq=");

	if (at != NULL && sscanf(at, "push seq=%llu..%llu", &from,
	    &to) == 2 && strstr(at, " taken ") != NULL)
		a->taken = to;
	else if (strstr(line, " warn ") != NULL ||
	    strstr(line, " error ") != NULL)
		fprintf(stderr, "%s\n", line);
}

/* What has been logged by now. */
static inline void
agent_listen(struct agent_run *a)
{
	ssize_t got;
	char *end;

	while ((got = read(a->log, a->line + a->n,
	    sizeof(a->line) - 1 - a->n)) > 0) {
		a->n += (size_t)got;
		a->line[a->n] = '\0';
		while ((end = strchr(a->line, '\n')) != NULL) {
			*end = '\0';
			agent_hear(a, a->line);
			a->n -= (size_t)(end + 1 - a->line);
			memmove(a->line, end + 1, a->n + 1);
		}
		must(a->n < sizeof(a->line) - 1);
	}
	if (got == 0)
		fatal("zqagentd has ended");
}

/* Listens for so long; true as soon as the hub has taken `seq`. */
static inline bool
agent_wait(struct agent_run *a, uint64_t seq, double seconds)
{
	struct pollfd p = { .fd = a->log, .events = POLLIN };
	int64_t end = clock_mono() + (int64_t)(seconds * 1000);
	int64_t left;

	for (;;) {
		agent_listen(a);
		if (a->taken >= seq)
			return true;
		if ((left = end - clock_mono()) <= 0)
			return false;
		poll(&p, 1, (int)left);
	}
}

/* One of the numbers of its source's status; -1: not there. */
static inline int64_t
agent_number(const struct agent_run *a, const char *name)
{
	json_t *o = ctl_ask(a->control, json_pack("{s:s}", "do", "status"),
	    NULL, NULL);
	json_t *source = json_array_get(json_object_get(
	    json_object_get(o, "ok"), "sources"), 0);
	json_t *n = json_object_get(source, name);
	int64_t value = json_is_integer(n) ? json_integer_value(n) :
	    json_is_object(n) ? 1 : -1;

	json_decref(o);
	return value;
}

#endif
