/* See mounts.h. */
#include "agent/mounts.h"

#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"

#define LIST "/proc/self/mounts"
#define LINE_MOST (3 * PATH_MAX)	/* bytes of one of its lines */
#define FIRST_WAIT 1000		/* ms, of a mount that was never asked */
#define STEP 5			/* ms between two looks at that */
#define STACK (64u * 1024)

/* One that is asked. Its thread frees it, once it is gone. */
struct mount {
	char *at;
	size_t length;
	_Atomic int64_t asked;	/* ms; 0: nobody waits */
	atomic_bool heard;	/* it has answered once */
	atomic_bool gone;	/* nobody else knows it any more */
	bool started;		/* it has a thread; else it is ours */
	bool listed, silent;	/* of the list's reader; said so */
};

static struct mount *mounts[MOUNTS_MOST];
static size_t count;
static int list = -1;
static int64_t looked;		/* ms; 0: never */
static const char *list_path = LIST;
static void (*ask_by)(const char *at);

/* 0 is for what nobody waits for. */
static int64_t
now_ms(void)
{
	return clock_mono() + 1;
}

static void
rest(int64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* --- asking --------------------------------------------------------------- */

/* How much room there is no kernel knows by itself. An error is an answer,
 * too. */
static void
ask_room(const char *at)
{
	struct statvfs v;

	(void)statvfs(at, &v);
}

static void *
ask_on(void *arg)
{
	struct mount *m = arg;

	while (!atomic_load(&m->gone)) {
		atomic_store(&m->asked, now_ms());
		(ask_by != NULL ? ask_by : ask_room)(m->at);
		atomic_store(&m->asked, 0);
		atomic_store(&m->heard, true);
		for (int64_t ms = 0; ms < MOUNTS_PAUSE &&
		    !atomic_load(&m->gone); ms += 100)
			rest(100);
	}
	free(m->at);
	free(m);
	return NULL;
}

/* Signals are for the daemon's own thread. */
static bool
start(struct mount *m)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	sigfillset(&all);
	if (pthread_attr_init(&attr) != 0)
		return false;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&thread, &attr, ask_on, m) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

/* --- the kernel's list ---------------------------------------------------- */

static bool
may_hang(const char *type)
{
	static const char *const types[] = { "nfs", "nfs4", "cifs", "smb3",
	    "smbfs", "9p", "afs", "beegfs", "ceph", "coda", "fuse", "gfs2",
	    "glusterfs", "gpfs", "lustre", "ncpfs", "ocfs2", "orangefs" };

	if (strncmp(type, "fuse.", 5) == 0)
		return true;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static void
meet(const char *at)
{
	struct mount *m;

	for (size_t i = 0; i < count; i++)
		if (strcmp(mounts[i]->at, at) == 0) {
			mounts[i]->listed = true;
			return;
		}
	if (count == MOUNTS_MOST)
		return;
	m = mem_new(sizeof(*m));
	m->at = mem_text(at);
	m->length = strlen(at);
	m->listed = true;
	mounts[count++] = m;
}

static void
let_go(struct mount *m)
{
	if (m->started) {
		atomic_store(&m->gone, true);
		return;
	}
	free(m->at);
	free(m);
}

/* Those that are listed no more. */
static void
forget(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (mounts[i]->listed)
			mounts[kept++] = mounts[i];
		else
			let_go(mounts[i]);
	count = kept;
}

/* Opened anew each time: a stream that is wound back may still tell what it
 * had read ahead. */
static void
read_list(void)
{
	FILE *f = setmntent(list_path, "re");
	char line[LINE_MOST];
	struct mntent entry;

	if (f == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		mounts[i]->listed = false;
	while (getmntent_r(f, &entry, line, sizeof(line)) != NULL)
		if (may_hang(entry.mnt_type))
			meet(entry.mnt_dir);
	endmntent(f);
	forget();
}

/* The kernel raises POLLERR and POLLPRI on a list that changed. */
static void
refresh(void)
{
	struct pollfd p = { .events = POLLPRI };
	int64_t now = now_ms();

	if (looked != 0 && now - looked < MOUNTS_NOTICE && now >= looked)
		return;
	if (list < 0) {
		list = open(list_path, O_RDONLY | O_CLOEXEC);
		if (list < 0)
			return;
	}
	p.fd = list;
	if (looked == 0 || (poll(&p, 1, 0) > 0 &&
	    (p.revents & (POLLPRI | POLLERR)) != 0))
		read_list();
	looked = now;
}

/* --- who asks us ---------------------------------------------------------- */

/* The innermost one that path is in. */
static struct mount *
mount_of(const char *path)
{
	struct mount *best = NULL;

	for (size_t i = 0; i < count; i++) {
		struct mount *m = mounts[i];

		if (strncmp(path, m->at, m->length) == 0 &&
		    (path[m->length] == '\0' || path[m->length] == '/' ||
		    m->length == 1) &&
		    (best == NULL || m->length > best->length))
			best = m;
	}
	return best;
}

/* From the first time on that somebody wants to look there. */
static bool
is_silent(struct mount *m)
{
	int64_t asked;

	if (!m->started) {
		atomic_store(&m->asked, now_ms());
		m->started = start(m);
		if (!m->started)
			return false;
	}
	for (int64_t ms = 0; !atomic_load(&m->heard); ms += STEP) {
		if (m->silent || ms >= FIRST_WAIT)
			return true;
		rest(STEP);
	}
	asked = atomic_load(&m->asked);
	return asked != 0 && now_ms() - asked > MOUNTS_PATIENCE;
}

bool
mounts_any(void)
{
	refresh();
	return count > 0;
}

bool
mounts_answer(const char *path)
{
	char quoted[LOG_QUOTE_MAX];
	struct mount *m;
	bool silent;

	refresh();
	m = mount_of(path);
	if (m == NULL)
		return true;
	silent = is_silent(m);
	if (silent != m->silent) {
		m->silent = silent;
		log_quote(quoted, m->at, m->length);
		if (silent)
			log_warn("mount=%s does not answer: what is below it "
			    "stays as it was told, and the rest goes on",
			    quoted);
		else
			log_info("mount=%s answers again", quoted);
	}
	return !silent;
}

void
mounts_test(const char *path, void (*ask)(const char *at))
{
	for (size_t i = 0; i < count; i++)
		let_go(mounts[i]);
	count = 0;
	if (list >= 0)
		close(list);
	list = -1;
	looked = 0;
	list_path = path != NULL ? path : LIST;
	ask_by = ask;
}
