/*
 * The pulse's memory: one shared mapping, made before the forks. Pages of it
 * that no site has are never touched.
 *
 * A row is a sequence number and the words of its struct pulse_row. The one
 * writer makes the number odd, stores the words, and makes it even again;
 * who reads an odd number, or another one afterwards, reads again. A core
 * that was killed in the middle leaves it odd: then a reader gives up, and
 * the next core begins everything anew. What stands at the top are single
 * words, each whole by itself.
 */
#include "hub/pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"

#define WORDS(type) (sizeof(type) / sizeof(uint64_t))
#define TRIES 1000		/* a row is written within a microsecond */
#define OLD_BEAT 15000		/* ms, of agents that tell none … */
#define OLD_PATIENCE (4 * OLD_BEAT)
#define BEATS 3			/* may be lost in a row */
#define PATH_ROOM 1024
#define LAYOUT (UINT64_C(1) << 32 | sizeof(struct table)) /* a number for each
				 * way in which the table was ever laid out */

struct slot {
	_Atomic uint64_t turn;	/* odd: being written; 0: never was */
	_Atomic uint64_t word[WORDS(struct pulse_row)];
};

struct table {
	_Atomic uint64_t layout;
	_Atomic uint64_t version;
	_Atomic int64_t started, alive, isolated;	/* ms; 0: it isn't */
	_Atomic uint32_t last, blind, vanished, of;
	struct slot slot[PULSE_SITES];
};

_Static_assert(sizeof(struct pulse_row) % sizeof(uint64_t) == 0,
    "whole words");
_Static_assert(sizeof(struct slot) <= 256, "16 MB for all, at most");

static struct table *table;

static void
name(char out[PATH_ROOM], const char *dir)
{
	snprintf(out, PATH_ROOM, "%s/" PULSE_FILE, dir);
}

/* -1: it can't be, and the log says why. Room is taken for all of it: a page
 * that finds no room later would end the process. Who has the one of before
 * keeps that. */
static int
make_file(const char *dir)
{
	char path[PATH_ROOM];
	int fd, error;

	name(path, dir);
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		log_warn("%s: %s: zqhub won't see how sites are now", path,
		    strerror(errno));
		return -1;
	}
	error = posix_fallocate(fd, 0, sizeof(struct table));
	if (error == 0)
		return fd;
	log_warn("%s: %s: zqhub won't see how sites are now", path,
	    strerror(error));
	(void)unlink(path);
	close(fd);
	return -1;
}

void
pulse_open(const char *dir)
{
	int fd = dir != NULL ? make_file(dir) : -1;
	void *map;

	must(table == NULL);
	map = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
	    MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (map == MAP_FAILED)
		fatal("shared memory for the pulse of %d sites: %s",
		    PULSE_SITES, strerror(errno));
	if (fd >= 0)
		close(fd);
	table = map;
	table->layout = LAYOUT;
}

static bool
is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == (off_t)sizeof(*table);
}

bool
pulse_follow(const char *dir)
{
	char path[PATH_ROOM];
	struct pulse_head head;
	void *map = MAP_FAILED;
	int fd;

	must(table == NULL);
	name(path, dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && is_ours(fd))
		map = mmap(NULL, sizeof(*table), PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (map == MAP_FAILED)
		return false;
	table = map;
	if (table->layout == LAYOUT && pulse_look(&head) &&
	    clock_wall() - head.alive < PULSE_STALE)
		return true;
	pulse_close();
	return false;
}

void
pulse_close(void)
{
	if (table != NULL)
		munmap(table, sizeof(*table));
	table = NULL;
}

void
pulse_seal(void)
{
	if (table != NULL && mprotect(table, sizeof(*table), PROT_READ) != 0)
		fatal("the pulse can't be made read-only: %s",
		    strerror(errno));
}

/* --- a row ----------------------------------------------------------------- */

static bool
get(const struct slot *s, struct pulse_row *row)
{
	uint64_t copy[WORDS(*row)], before;

	for (int i = 0; i < TRIES; i++) {
		before = atomic_load_explicit(&s->turn, memory_order_acquire);
		for (size_t w = 0; w < WORDS(*row); w++)
			copy[w] = atomic_load_explicit(&s->word[w],
			    memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		if ((before & 1) == 0 && before ==
		    atomic_load_explicit(&s->turn, memory_order_relaxed)) {
			memcpy(row, copy, sizeof(copy));
			return before != 0;
		}
	}
	return false;
}

static void
put(struct slot *s, const struct pulse_row *row)
{
	uint64_t copy[WORDS(*row)];
	uint64_t odd = atomic_load_explicit(&s->turn, memory_order_relaxed) |
	    1;

	memcpy(copy, row, sizeof(copy));
	atomic_store_explicit(&s->turn, odd, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t w = 0; w < WORDS(*row); w++)
		atomic_store_explicit(&s->word[w], copy[w],
		    memory_order_relaxed);
	atomic_store_explicit(&s->turn, odd + 1, memory_order_release);
}

/* --- reading --------------------------------------------------------------- */

bool
pulse_read(uint32_t site, struct pulse_row *row)
{
	*row = (struct pulse_row){ .heard = 0 };
	return table != NULL && site < PULSE_SITES &&
	    get(&table->slot[site], row);
}

bool
pulse_look(struct pulse_head *head)
{
	*head = (struct pulse_head){ .version = 0 };
	if (table == NULL)
		return false;
	*head = (struct pulse_head){ .version = table->version,
		.started = table->started, .alive = table->alive,
		.last = table->last,
		.isolated_since = table->isolated,
		.blind = table->blind != 0,
		.vanished = table->vanished, .of = table->of };
	head->isolated = head->isolated_since != 0;
	return head->started != 0;
}

/* The head is read first: what changes meanwhile comes again next time. */
uint64_t
pulse_each_since(uint64_t version, pulse_fn *each, void *arg)
{
	struct pulse_head head;
	struct pulse_row row;

	if (!pulse_look(&head))
		return version;
	for (uint32_t site = 1; site <= head.last; site++)
		if (pulse_read(site, &row) &&
		    (version == 0 || row.version > version) &&
		    !each(arg, site, &row))
			break;
	return head.version;
}

int64_t
pulse_patience(const struct pulse_row *row, int64_t least)
{
	int64_t own = row->health.beat > 0 ?
	    BEATS * (int64_t)row->health.beat : OLD_PATIENCE;

	return own > least ? own : least;
}

struct span
pulse_host(const char *address)
{
	const char *colon = strrchr(address, ':');

	return (struct span){ .at = address, .n = colon != NULL ?
	    (size_t)(colon - address) : strlen(address) };
}

/* --- writing --------------------------------------------------------------- */

/* False: that site has none. The caller changes it and puts it back. */
static bool
begin(uint32_t site, struct pulse_row *row)
{
	if (table == NULL || site == 0 || site >= PULSE_SITES)
		return false;
	(void)pulse_read(site, row);
	return true;
}

static void
end(uint32_t site, const struct pulse_row *row)
{
	put(&table->slot[site], row);
	if (site > table->last)
		table->last = site;
}

void
pulse_begin(int64_t now)
{
	struct pulse_row none = { .heard = 0 };

	if (table == NULL)
		return;
	none.version = table->version + 1;
	for (uint32_t site = 1; site <= table->last; site++)
		put(&table->slot[site], &none);
	table->isolated = 0;
	table->blind = 0;
	table->vanished = table->of = 0;
	table->started = table->alive = now;
	table->version = none.version;
}

void
pulse_tick(int64_t now)
{
	if (table != NULL)
		table->alive = now;
}

void
pulse_end(void)
{
	if (table != NULL)
		table->started = 0;
}

void
pulse_heard(uint32_t site, int64_t now, const char *address,
    const struct health *health)
{
	struct pulse_row row;

	if (!begin(site, &row))
		return;
	row.heard = now;
	if (address != NULL) {
		memset(row.address, 0, sizeof(row.address));
		snprintf(row.address, sizeof(row.address), "%s", address);
	}
	if (health != NULL)
		row.health = *health;
	end(site, &row);
}

void
pulse_skew(uint32_t site, int64_t skew)
{
	struct pulse_row row;

	if (!begin(site, &row))
		return;
	row.skew = skew;
	end(site, &row);
}

void
pulse_connected(uint32_t site, uint32_t count, int64_t now)
{
	struct pulse_row row;

	if (!begin(site, &row))
		return;
	row.gone = count > 0 ? 0 : now;
	row.connections = count;
	end(site, &row);
}

void
pulse_looked(uint32_t site, int64_t at, uint8_t outcome, uint16_t status,
    uint32_t took)
{
	struct pulse_row row;

	if (!begin(site, &row))
		return;
	row.looked = at;
	row.outcome = outcome;
	row.status = status;
	row.took = took;
	end(site, &row);
}

void
pulse_looks(uint32_t site, bool looks)
{
	struct pulse_row row;

	if (!begin(site, &row) || row.looks == looks)
		return;
	row.looks = looks;
	end(site, &row);
}

void
pulse_others(uint32_t site, int64_t at,
    const struct vantage_look others[VANTAGE_ASKED])
{
	struct pulse_row row;

	if (!begin(site, &row))
		return;
	row.others_at = at;
	memcpy(row.others, others, sizeof(row.others));
	end(site, &row);
}

/* The row first: who sees the new version finds what is new. */
void
pulse_state(uint32_t site, uint8_t state, uint8_t cause, int64_t since)
{
	struct pulse_row row;
	bool other;

	if (!begin(site, &row))
		return;
	other = row.state != state || row.cause != cause;
	row.state = state;
	row.cause = cause;
	row.since = since;
	if (other)
		row.version = table->version + 1;
	end(site, &row);
	if (other)
		table->version = row.version;
}

void
pulse_isolated(bool isolated, int64_t since)
{
	if (table == NULL)
		return;
	if (isolated != (table->isolated != 0))
		table->version++;
	table->isolated = isolated ? since : 0;
}

void
pulse_blind(bool blind)
{
	if (table == NULL)
		return;
	if (blind != (table->blind != 0))
		table->version++;
	table->blind = blind;
}

void
pulse_vanished(uint32_t vanished, uint32_t of)
{
	if (table == NULL)
		return;
	table->vanished = vanished;
	table->of = of;
}
