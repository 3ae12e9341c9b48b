/*
 * Chance, the trace, and the end of a run that went wrong. Also the place
 * of contrib/base/err.c, so that a must() of the programs names the seed.
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "contrib/base/err.h"
#include "tests/sim/disk.h"

struct sim sim;

/* splitmix64 */
static uint64_t
roll(void)
{
	uint64_t z = sim.dice += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t
dice(uint32_t below)
{
	return below == 0 ? 0 : (uint32_t)((roll() >> 32) * below >> 32);
}

bool
chance(uint32_t of_1000)
{
	return of_1000 > 0 && dice(1000) < of_1000;
}

int64_t
between(int64_t least, int64_t most)
{
	return least + (int64_t)dice((uint32_t)(most - least + 1));
}

/* Incarnations and instances come from the seed, too. */
int
RAND_bytes(unsigned char *out, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = (unsigned char)(roll() >> 24);
	return 1;
}

void
trace(const char *who, const char *fmt, ...)
{
	va_list ap;

	if (!sim.verbose)
		return;
	printf("%8llu %9.3f %-8s ", (unsigned long long)sim.step,
	    (double)sim.now / 1000, who);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void
show_again(void)
{
	if (sim.kill.at != 0)
		fprintf(stderr, "sim: killed %s commit %llu\n",
		    sim.kill.before ? "before" : "after",
		    (unsigned long long)sim.kill.at);
	fprintf(stderr, "sim: again with its trace: make sim SEED=%llu",
	    (unsigned long long)sim.seed);
	if (sim.kill.at != 0)
		fprintf(stderr, " KILL=%llu%c",
		    (unsigned long long)sim.kill.at,
		    sim.kill.before ? '-' : '+');
	fputc('\n', stderr);
}

static _Noreturn void
end_with(const char *kind, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "sim: seed %llu: step %llu, at %.3f s: %s",
	    (unsigned long long)sim.seed, (unsigned long long)sim.step,
	    (double)sim.now / 1000, kind);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	show_again();
	disk_end();
	_exit(1);
}

_Noreturn void
broken(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with("", fmt, ap);
	va_end(ap);
}

_Noreturn void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with("a program gave up: ", fmt, ap);
	va_end(ap);
}

_Noreturn void
err_must(const char *file, int line, const char *func, const char *cond)
{
	broken("%s:%d: %s: must(%s)", file, line, func, cond);
}
