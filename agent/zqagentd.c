/*
 * zqagentd: the agent of one site. See zqagentd(8).
 *
 * The process that was started only looks after the one that works, so that
 * this can be started again with new settings and a new sandbox.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/config.h"
#include "agent/config_look.h"
#include "agent/served.h"
#include "agent/memory_trim.h"
#include "agent/store.h"
#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/proc.h"
#include "contrib/base/text.h"

static volatile bool *again_wanted;	/* shared with the working part */

static void
usage(FILE *out)
{
	fputs(_("usage: zqagentd -c DIR/agent.conf [-n] [-1]\n"
	    "\n"
	    "  -c FILE  the settings, zqagent.conf(5)\n"
	    "  -n       only check them\n"
	    "  -1       one process, no sandbox: for debuggers\n"
	    "  -v       print the version; so does --version\n"
	    "  -h       this; so does --help\n"
	    "\n"
	    "It stays in the foreground and logs to stderr. A site is set up "
	    "with\n"
	    "  zqagent enroll HUB TICKET\n"
	    "  zqagent source add dir www --root /var/www/html --url "
	    "https://www.example.gov.cn/\n"), out);
}

/* In the working part: the parent ends it, sees the wish, starts another. */
static void
again(void)
{
	*again_wanted = true;
	kill(getppid(), SIGTERM);
}

static int
work(void *arg)
{
	const struct agent_setup setup = { .conf = arg, .sandboxed = true,
	    .again = again };

	return agent_run(&setup) == 0 ? 0 : PROC_CANNOT;
}

static void
ready(void)
{
	proc_notify("READY=1");
	memory_trim();		/* from here on this process sleeps */
}

static int
supervise(char *conf)
{
	const struct proc_part part = { .name = "agent", .run = work,
	    .arg = conf, .hangup = true };
	int rc = 0;

	again_wanted = mmap(NULL, sizeof(*again_wanted),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (again_wanted == MAP_FAILED)
		fatal("no shared memory: %s", strerror(errno));
	do {
		*again_wanted = false;
		rc = proc_run(&part, 1, ready);
	} while (*again_wanted);
	return rc;
}

/* Root could go on, and nobody else after it. */
static bool
is_own(const struct config *c, const char *conf)
{
	struct stat st;
	struct buf room;

	if (geteuid() != 0 || stat(c->top->dir, &st) != 0 || st.st_uid == 0)
		return true;
	buf_init(&room, TEXT_SHELL_MAX);
	fprintf(stderr, _("zqagentd: %s belongs to uid %u, which couldn't "
	    "write the files that root leaves there: systemctl start "
	    "zqagentd, or sudo -u '#%u' zqagentd -c %s\n"), c->top->dir,
	    (unsigned)st.st_uid, (unsigned)st.st_uid,
	    text_shell(&room, conf));
	buf_clear(&room);
	return false;
}

/* The settings' directory, if it can be used; else false and said. */
static bool
take_lock(const struct config *c)
{
	struct buf path;
	pid_t holder = 0;
	bool ok;

	buf_init(&path, 8192);
	buf_printf(&path, "%s/" STORE_LOCK, c->top->dir);
	ok = proc_lock(buf_cstr(&path), &holder) >= 0;
	if (!ok && holder != 0)
		fprintf(stderr, _("zqagentd: another one runs in %s, process "
		    "%d\n"), c->top->dir, (int)holder);
	else if (!ok)
		fprintf(stderr, "zqagentd: %s: %s\n", buf_cstr(&path),
		    strerror(errno));
	buf_clear(&path);
	return ok;
}

/* Asking a web server takes time: when systemd is about to start the daemon
 * (ExecStartPre) nobody waits for that. */
static void
look_served(const struct config *c, const char *conf, struct buf *why)
{
	struct buf by;

	if (getenv("INVOCATION_ID") != NULL)
		return;
	buf_init(&by, PATH_MAX + 2);
	buf_printf(&by, "%s: ", conf);
	served_look(c, NULL, buf_cstr(&by), why);
	buf_clear(&by);
}

/* All that is wrong, at once. What is not there now may come. */
static int
check(const char *conf)
{
	struct buf why;
	struct config *c;
	bool good;

	buf_init(&why, 2 * CONFIG_WHY_MAX);
	c = config_read_anyway(conf, &why, &good);
	if (c != NULL) {
		config_look(c, conf, &why);
		look_served(c, conf, &why);
	}
	fputs(buf_cstr(&why), stderr);
	buf_clear(&why);
	if (c != NULL && good)
		printf(ngettext("%s is fine: %zu source\n",
		    "%s is fine: %zu sources\n", (unsigned long)c->count), conf,
		    c->count);
	config_free(c);
	return good ? 0 : 1;
}

static int
run(char *conf, bool alone)
{
	const struct agent_setup setup = { .conf = conf };
	struct buf why;
	struct config *c;
	bool ok;

	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read(conf, &why);
	fputs(buf_cstr(&why), stderr);
	buf_clear(&why);
	if (c == NULL && access(conf, F_OK) == -1 && errno == ENOENT)
		fputs(_("a site is set up with \"zqagent enroll URL TICKET\"; "
		    "the hub's operator gives you both\n"), stderr);
	if (c == NULL)
		return 1;
	ok = is_own(c, conf) && take_lock(c);
	config_free(c);
	if (!ok)
		return 1;
	return alone ? agent_run(&setup) : supervise(conf);
}

/* Commands that the daemon runs begin elsewhere, and are given the settings'
 * directory. The caller's. */
static char *
absolute(const char *path)
{
	char here[PATH_MAX];
	struct buf whole;
	char *text;

	if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		return mem_text(path);
	buf_init(&whole, 2 * PATH_MAX);
	buf_printf(&whole, "%s/%s", here, path);
	text = mem_text(buf_cstr(&whole));
	buf_clear(&whole);
	return text;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ .name = "help", .val = 'h' },
		{ .name = "version", .val = 'v' }, { .name = NULL },
	};
	char *conf = NULL;
	bool check_only = false, alone = false;
	int option, rc;

	lang_open(argv[0]);
	log_open("agent", LOG_LEVEL_INFO);
	while ((option = getopt_long(argc, argv, "c:n1vh", longs, NULL)) !=
	    -1) {
		switch (option) {
		case 'c':
			conf = optarg;
			break;
		case 'n':
			check_only = true;
			break;
		case '1':
			alone = true;
			break;
		case 'v':
			printf("zqagentd " ZQ_VERSION "\n");
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (conf == NULL || optind != argc) {
		usage(stderr);
		return 2;
	}
	conf = absolute(conf);
	rc = check_only ? check(conf) : run(conf, alone);
	free(conf);
	return rc;
}
