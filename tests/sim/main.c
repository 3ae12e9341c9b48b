/*
 * sim [-v] [-s SEED] [-n RUNS] [-j JOBS] [-f FAULT,…] [-t SECONDS]
 *     [-e EVENTS] [-r RULE,…] [-k SEED] [-w COMMIT]
 *
 * Plays the runs SEED, SEED+1 … and says which one broke. With -t it stops
 * after so much time, however many runs that were. -e 1 looks at the links
 * after every event, and not only after some of them.
 *
 * -k kills at every write: it counts the commits of all parts of the run, and
 * plays it twice for each of these that wrote: a part is killed just before
 * it, and just after it. -w 17- is only that before commit 17, 17+ after it.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "contrib/base/log.h"
#include "contrib/base/span.h"
#include "contrib/base/text.h"
#include "tests/sim/disk.h"
#include "tests/sim/hub.h"
#include "tests/sim/world.h"

#define JOBS_MAX 64
#define PROGRESS 15		/* s between two lines of it */
#define WARM 8			/* runs until nothing is allocated for good */
#define GROWTH (256 << 10)	/* bytes: so much more may be in use at the end */

struct plan {
	uint64_t seed, runs, jobs, seconds;
	uint64_t commit;	/* -w; 0: each */
	bool before, kills;
	uint32_t only;
	bool verbose;
};

static bool say_log;

static void
on_log(enum log_level level, const char *line)
{
	if (say_log && (sim.verbose && level <= LOG_LEVEL_INFO))
		trace("log", "%s", line);
}

/* In the place of the real one: it would be formatted for nobody. */
void __wrap_log_debug(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

void
__wrap_log_debug(const char *fmt, ...)
{
	(void)fmt;
}

static int64_t
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* To stderr, from one of the jobs, of what takes long. */
static void
show_progress(const struct plan *p, uint64_t done, int64_t took)
{
	uint64_t left = (uint64_t)took * (p->runs - done) / done;

	fprintf(stderr, "sim: about %llu of %llu runs, all is well; %llu min "
	    "%llu s left\n", (unsigned long long)done,
	    (unsigned long long)p->runs, (unsigned long long)left / 60,
	    (unsigned long long)left % 60);
}

/* No run leaves memory behind: a build with a sanitizer says where it was got,
 * but plays few runs; this one only that it grows. */
static void
check_memory(uint64_t runs, size_t warm)
{
	size_t used = mallinfo2().uordblks;

	if (runs <= WARM || used <= warm + GROWTH)
		return;
	printf("sim: %zu bytes more are in use than after %d runs\n",
	    used - warm, WARM);
	exit(1);
}

static void
play_killed(const struct plan *p, uint64_t seed, uint64_t at, bool before)
{
	sim.kill.at = at;
	sim.kill.before = before;
	world_run(seed, p->verbose, p->only);
	if (sim.commits < at)
		broken("commit %llu never came: there are %llu",
		    (unsigned long long)at,
		    (unsigned long long)sim.commits);
}

/* The jobs share the kills; how many of them were this one's. */
static uint64_t
play_kills(const struct plan *p, uint64_t seed, uint64_t job)
{
	uint64_t n = 0, commits;

	sim.kill.at = 0;
	world_run(seed, false, p->only);
	commits = sim.commits;
	for (uint64_t at = 1 + job; at <= commits; at += p->jobs) {
		if (!disk_wrote(at))
			continue;
		play_killed(p, seed, at, true);
		play_killed(p, seed, at, false);
		n += 2;
	}
	return n;
}

/* Every kill of every seed. */
static uint64_t
play_all_kills(const struct plan *p, uint64_t job)
{
	uint64_t n = 0;

	disk_begin();
	sim.kills = true;
	if (p->commit != 0) {
		play_killed(p, p->seed, p->commit, p->before);
		n++;
	} else {
		for (uint64_t i = 0; i < p->runs; i++)
			n += play_kills(p, p->seed + i, job);
	}
	disk_end();
	return n;
}

/* Every jobs-th of the seeds; how many it were. */
static uint64_t
play(const struct plan *p, uint64_t job)
{
	int64_t began = seconds(), told = began;
	size_t warm = 0;
	uint64_t n = 0;

	disk_begin();
	for (uint64_t i = job; i < p->runs; i += p->jobs) {
		int64_t now = seconds();

		if (p->seconds != 0 && now >= began + (int64_t)p->seconds)
			break;
		if (job == 0 && now >= told + PROGRESS) {
			show_progress(p, n * p->jobs, now - began);
			told = now;
		}
		world_run(p->seed + i, p->verbose, p->only);
		if (++n == WARM)
			warm = mallinfo2().uordblks;
	}
	check_memory(n, warm);
	disk_end();
	return n;
}

static uint64_t
play_job(const struct plan *p, uint64_t job)
{
	return p->kills ? play_all_kills(p, job) : play(p, job);
}

static int
play_all(const struct plan *p)
{
	const char *what = p->kills ? "kills" : "runs";
	pid_t child[JOBS_MAX];
	int failed = 0, status;

	if (p->jobs == 1) {
		printf("sim: %llu %s from seed %llu: all is well\n",
		    (unsigned long long)play_job(p, 0), what,
		    (unsigned long long)p->seed);
		return 0;
	}
	fflush(stdout);
	for (uint64_t i = 0; i < p->jobs; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			uint64_t n = play_job(p, i);

			printf("sim: %llu %s by job %llu: all is well\n",
			    (unsigned long long)n, what,
			    (unsigned long long)i);
			exit(0);
		}
	}
	for (uint64_t i = 0; i < p->jobs; i++) {
		if (waitpid(child[i], &status, 0) < 0 || status != 0)
			failed = 1;
	}
	return failed;
}

static uint32_t
read_faults(const char *list)
{
	uint32_t bits = 0;

	for (unsigned f = 0; f < FAULT_COUNT; f++)
		if (strstr(list, fault_names[f]) != NULL)
			bits |= 1u << f;
	return bits;
}

static uint32_t
read_rules(const char *list)
{
	static const char *const names[RULE_COUNT] = {
		[RULE_GRAPH] = "graph", [RULE_TOLD] = "told",
		[RULE_DONE] = "done", [RULE_CLOCK] = "clock",
		[RULE_CHAIN] = "chain", [RULE_MAP] = "map",
		[RULE_MAIL] = "mail",
	};
	uint32_t bits = 0;

	for (unsigned r = 0; r < RULE_COUNT; r++)
		if (strstr(list, names[r]) != NULL)
			bits |= 1u << r;
	return bits;
}

static uint64_t
number(const char *text)
{
	uint64_t n;

	if (text_number(span_of(text), 0, UINT64_MAX, &n))
		return n;
	fprintf(stderr, "sim: %s is no number\n", text);
	exit(2);
}

/* "17-", "17+" */
static void
read_commit(struct plan *p, const char *text)
{
	size_t n = strlen(text);

	p->before = n > 0 && text[n - 1] == '-';
	if (n < 2 || (!p->before && text[n - 1] != '+') || !text_number(
	    (struct span){ .at = text, .n = n - 1 }, 1, UINT64_MAX,
	    &p->commit)) {
		fprintf(stderr, "sim: %s is no commit, as 17- or 17+\n",
		    text);
		exit(2);
	}
}

static bool
read_options(struct plan *p, int argc, char **argv)
{
	int c;

	sim.look = SIM_LOOK;
	sim.rules = UINT32_MAX;
	while ((c = getopt(argc, argv, "vls:n:j:f:t:e:r:k:w:")) != -1) {
		switch (c) {
		case 'v':
			p->verbose = true;
			break;
		case 'l':
			say_log = p->verbose = true;
			break;
		case 's':
			p->seed = number(optarg);
			break;
		case 'k':
			p->kills = true;
			p->seed = number(optarg);
			break;
		case 'w':
			read_commit(p, optarg);
			break;
		case 'n':
			p->runs = number(optarg);
			break;
		case 'j':
			p->jobs = number(optarg);
			break;
		case 't':
			p->seconds = number(optarg);
			break;
		case 'e':
			sim.look = (uint32_t)number(optarg);
			break;
		case 'r':
			sim.rules = read_rules(optarg);
			break;
		case 'f':
			p->only = read_faults(optarg);
			break;
		default:
			return false;
		}
	}
	return p->runs > 0 && p->jobs > 0 && p->jobs <= JOBS_MAX;
}

int
main(int argc, char **argv)
{
	struct plan p = { .seed = 1, .runs = 1, .jobs = 1,
		.only = UINT32_MAX };

	if (!read_options(&p, argc, argv)) {
		fprintf(stderr, "usage: sim [-vl] [-s SEED] [-n RUNS] "
		    "[-j JOBS] [-t SECONDS] [-f FAULT,...] "
		    "[-e EVENTS] [-r RULE,...] [-k SEED [-w COMMIT]]\n");
		return 2;
	}
	json_object_seed(1);
	log_sink(on_log);
	setenv("TZ", "UTC", 1);
	hub_counters();
	return play_all(&p);
}
