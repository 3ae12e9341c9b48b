/*
 * What /proc says of a process and of all below it: CPU, memory, count.
 *
 * CPU is that of the living to the nanosecond (schedstat of each thread) and
 * that of children which ended, in ticks of 10 ms (stat). Memory is PSS:
 * pages that several processes have count once.
 */
#ifndef ZQ_BENCH_PROCS_H
#define ZQ_BENCH_PROCS_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct procs {
	size_t count;
	double cpu;		/* seconds */
	uint64_t pss;		/* KiB */
	uint64_t mapped;	/* of that: pages of files, which the kernel
				 * drops when it needs the memory */
	bool hidden;		/* the memory of one couldn't be read */
};

static inline FILE *
procs_open(pid_t pid, const char *task, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/%d/%s%s%s", (int)pid, task,
	    task[0] != '\0' ? "/" : "", name);
	return fopen(path, "r");
}

/* Seconds of children that ended and were waited for. */
static inline double
procs_dead(pid_t pid)
{
	unsigned long long user = 0, system = 0;
	char line[1024] = "";
	const char *at;
	FILE *f = procs_open(pid, "", "stat");

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	at = strrchr(line, ')');	/* then fields 3 and on */
	if (at == NULL || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u "
	    "%*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
		return 0;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static inline void
procs_memory(struct procs *p, pid_t pid)
{
	unsigned long long kib = 0, mapped = 0;
	char line[256];
	FILE *f = procs_open(pid, "", "smaps_rollup");
	bool found = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		found = found || sscanf(line, "Pss: %llu", &kib) == 1;
		(void)sscanf(line, "Pss_File: %llu", &mapped);
	}
	if (f != NULL)
		fclose(f);
	p->pss += kib;
	p->mapped += mapped;
	p->hidden = p->hidden || !found;
}

static inline void procs_add(struct procs *p, pid_t pid, bool memory);

static inline void
procs_thread(struct procs *p, pid_t pid, const char *thread, bool memory)
{
	unsigned long long ns = 0;
	char task[64];
	int child;
	FILE *f;

	snprintf(task, sizeof(task), "task/%.20s", thread);
	if ((f = procs_open(pid, task, "schedstat")) != NULL) {
		if (fscanf(f, "%llu", &ns) == 1)
			p->cpu += (double)ns / 1e9;
		fclose(f);
	}
	if ((f = procs_open(pid, task, "children")) == NULL)
		return;
	while (fscanf(f, "%d", &child) == 1)
		procs_add(p, child, memory);
	fclose(f);
}

static inline void
procs_add(struct procs *p, pid_t pid, bool memory)
{
	char path[64];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if ((d = opendir(path)) == NULL)
		return;		/* it ended meanwhile */
	p->count++;
	p->cpu += procs_dead(pid);
	if (memory)
		procs_memory(p, pid);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			procs_thread(p, pid, e->d_name, memory);
	closedir(d);
}

static inline struct procs
procs_of(pid_t pid, bool memory)
{
	struct procs p = { .count = 0 };

	procs_add(&p, pid, memory);
	return p;
}

static inline double
procs_cpu(pid_t pid)
{
	return procs_of(pid, false).cpu;
}

#endif
