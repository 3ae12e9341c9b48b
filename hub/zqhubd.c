/*
 * zqhubd: the hub's daemon. Reads its settings, makes sure that it may
 * start, takes its ports, and starts its parts; it parses nothing that comes
 * from the network.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/proc.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "hub/config_look.h"
#include "hub/counters.h"
#include "hub/errand.h"
#include "hub/listen.h"
#include "hub/lost.h"
#include "hub/parts.h"
#include "hub/pulse.h"
#include "hub/tls.h"
#include "hub/user.h"
#include "hub/web.h"

#define SPARE_FILES 256		/* beside connections: stores, pairs, logs */
#define WHY_MAX 16384
#define NO_CA 2			/* what a child that looks ends with */

struct options {
	const char *config;
	bool check, together;
};

static void
help(FILE *out)
{
	fprintf(out, _("usage: zqhubd [-1nvh] [-c FILE]\n"
	    "\n"
	    "The hub of a cluster of sites: takes what the sites' agents "
	    "say, keeps the\nindex of the whole cluster, shows it on the "
	    "web. Stays in the foreground and\nlogs to standard error.\n"
	    "\n"
	    "  -c FILE  settings, %s unless said otherwise\n"
	    "  -n       check the settings and the files they name, print "
	    "them all, and end\n"
	    "  -1       all parts in one process, for a debugger\n"
	    "  -v       print the version; so does --version\n"
	    "  -h       this; so does --help\n"
	    "\n"
	    "Begin with \"zqhub init --name NAME\", which makes the data "
	    "directory and FILE;\nthen start zqhubd, and let the first site "
	    "in with \"zqhub site add\".\n"
	    "zqhubd(8), zqhub.conf(5), zqhub(8)\n"),
	    CONFIG_DIR "/" CONFIG_FILE);
}

static void
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ .name = "help", .val = 'h' },
		{ .name = "version", .val = 'v' }, { .name = NULL },
	};
	int c;

	*o = (struct options){ .config = CONFIG_DIR "/" CONFIG_FILE };
	while ((c = getopt_long(argc, argv, "1c:nvh", longs, NULL)) != -1) {
		switch (c) {
		case '1':
			o->together = true;
			break;
		case 'c':
			o->config = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'v':
			printf("zqhubd %s\n", ZQ_VERSION);
			exit(0);
		case 'h':
			help(stdout);
			exit(0);
		default:
			help(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, _("zqhubd: \"%s\" is no option. Settings are "
		    "given by -c FILE\n"), argv[optind]);
		exit(2);
	}
}

/* As the user that the hub will be. */
static int
check_settings(const struct config *c, const char *path)
{
	struct buf b, why;
	bool good;

	buf_init(&b, CONFIG_PRINT_MAX);
	config_print(&b, c);
	fputs(buf_cstr(&b), stdout);
	buf_clear(&b);
	errand_become_owner(c->dir);
	buf_init(&why, WHY_MAX);
	if (!(good = config_look(c, path, &why)))
		fputs(buf_cstr(&why), stderr);
	buf_clear(&why);
	return good ? 0 : 1;
}

/* --- may it start? ------------------------------------------------------- */

/* In a command that people type; one at a time. */
static const char *
typed(const char *path)
{
	static struct buf room;

	buf_clear(&room);
	buf_init(&room, TEXT_SHELL_MAX);
	return text_shell(&room, path);
}

/* Root could go on, and nobody else after it. */
static void
check_owner(const struct config *c, const char *path, uid_t owner)
{
	if (owner == geteuid())
		return;
	if (geteuid() == 0)
		fatal("dir = %s: belongs to uid %u, which couldn't write the "
		    "files that root leaves there: systemctl start zqhubd, or "
		    "sudo -u '#%u' zqhubd -c %s", c->dir, (unsigned)owner,
		    (unsigned)owner, typed(path));
	fatal("dir = %s: belongs to uid %u, and this is uid %u: start zqhubd "
	    "as the user that ran zqhub init", c->dir, (unsigned)owner,
	    (unsigned)geteuid());
}

static void
check_dir(const struct config *c, const char *settings)
{
	char path[CONFIG_PATH_MAX];
	struct stat st;

	if (stat(c->dir, &st) != 0)
		fatal("dir = %s: %s. \"zqhub init --dir %s --name NAME\" "
		    "makes it", c->dir, strerror(errno), typed(c->dir));
	if (!S_ISDIR(st.st_mode))
		fatal("dir = %s: is no directory", c->dir);
	check_owner(c, settings, st.st_uid);
	if ((st.st_mode & 022) != 0)
		fatal("dir = %s: others than its owner may write to it "
		    "(mode %04o): chmod 0700 %s", c->dir,
		    (unsigned)st.st_mode & 07777, typed(c->dir));
	if (access(config_path(path, c->dir, CONFIG_TLS_CERT), F_OK) == 0 &&
	    access(config_path(path, c->dir, CONFIG_CA "/ca.pem"), F_OK) != 0)
		fatal("%s: %s: the CA of this hub is gone. \"zqhub restore "
		    "FILE --dir %s\" puts it back from a backup, and leaves "
		    "the rest as it is", path, strerror(errno),
		    typed(c->dir));
	if (access(config_path(path, c->dir, CONFIG_CA "/ca.pem"), F_OK) != 0)
		fatal("%s: %s: there is no hub here yet. \"zqhub init "
		    "--dir %s --name NAME\" makes one", path, strerror(errno),
		    typed(c->dir));
}

static void
take_lock(const struct config *c)
{
	char path[CONFIG_PATH_MAX];
	pid_t holder = 0;

	if (proc_lock(config_path(path, c->dir, CONFIG_LOCK), &holder) >= 0)
		return;
	if (holder > 0)
		fatal("%s: another zqhubd (pid %d) runs on this directory",
		    path, (int)holder);
	if (errno == EWOULDBLOCK)
		fatal("%s: held by another process (zqhub load, rebuild?)",
		    path);
	if (errno != EACCES && errno != EPERM)
		fatal("%s: %s", path, strerror(errno));
	fatal("%s: %s. If zqhubd was started here as another user, as root "
	    "perhaps: chown -R --reference=%s %s", path, strerror(errno),
	    c->dir, c->dir);
}

static void
raise_files(const struct config *c)
{
	rlim_t web = c->web[0] == '\0' ? 0 : 2 * (rlim_t)web_connections(c);
	rlim_t edge = (rlim_t)c->connections;
	rlim_t wish = (edge > web ? edge : web) + SPARE_FILES;
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		fatal("limit of open files: %s", strerror(errno));
	if (l.rlim_cur >= wish)
		return;
	if (l.rlim_max < wish && geteuid() == 0)
		l.rlim_max = wish;
	l.rlim_cur = l.rlim_max < wish ? l.rlim_max : wish;
	if (setrlimit(RLIMIT_NOFILE, &l) != 0) {
		getrlimit(RLIMIT_NOFILE, &l);
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
	if (l.rlim_cur < wish)
		log_warn("%s = %llu need %llu open files, and the limit is "
		    "%llu: later ones wait. Raise LimitNOFILE",
		    edge > web ? "connections" : "web_live",
		    (unsigned long long)(edge > web ? edge : c->web_live),
		    (unsigned long long)wish, (unsigned long long)l.rlim_cur);
}

/* What the child ends with. */
static int
look_at_certificate(const struct config *c)
{
	struct tls_hosts hosts;
	enum tls_state state;
	struct buf why;

	buf_init(&why, WHY_MAX);
	tls_gather(&hosts, c);
	state = tls_look(c, &hosts, &why);
	if (state == TLS_MADE_ANEW || state == TLS_OTHER_CA)
		log_info("made a new certificate for the hub");
	if (state == TLS_OTHER_CA)
		log_warn("the last one was of another CA: agents that know "
		    "that one alone refuse this hub; unless it was replaced "
		    "(zqhub ca roll), put %s/" CONFIG_CA " back from a backup",
		    c->dir);
	if (state == TLS_NO_CA || state == TLS_FAILED)
		log_error("%.*s", (int)text_trim(buf_look(&why)).n,
		    buf_cstr(&why));
	return state == TLS_NO_CA ? NO_CA : state == TLS_FAILED;
}

/* In a child of its own: the parent, and what it forks, never has the CA's
 * key in memory. */
static void
look_after_certificate(const struct config *c)
{
	char path[CONFIG_PATH_MAX];
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		fatal("fork: %s", strerror(errno));
	if (pid == 0)
		_exit(look_at_certificate(c));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_CA)
		fatal("the CA's files in %s can't be used, see above: put "
		    "them right, or move what is left of them away, and "
		    "\"zqhub restore FILE --dir %s\" puts them back from a "
		    "backup, and leaves the rest as it is", config_path(path,
		    c->dir, CONFIG_CA), typed(c->dir));
	if (status != 0)
		fatal("the hub's certificate can't be made; see above");
}

static void
make_place(const struct config *c)
{
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (!users_place(c->dir, &why))
		fatal("%.*s", (int)(why.n > 0 ? why.n - 1 : 0),
		    buf_cstr(&why));
	buf_clear(&why);
}

static int
take_port(const char *setting, const char *address)
{
	struct buf why;
	int fd;

	buf_init(&why, WHY_MAX);
	if ((fd = listen_open(setting, address, &why)) < 0)
		fatal("%.*s", (int)(why.n > 0 ? why.n - 1 : 0),
		    buf_cstr(&why));
	buf_clear(&why);
	return fd;
}

static void
ready(void)
{
	proc_notify("READY=1");
}

static int
run(const struct options *o, const struct config *c)
{
	int edge, web = -1;

	umask(0077);
	signal(SIGPIPE, SIG_IGN);
	tzset();
	check_dir(c, o->config);
	lost_look(c->dir);
	take_lock(c);
	raise_files(c);
	make_place(c);
	look_after_certificate(c);
	counters_open();
	edge = take_port("listen", c->listen);
	if (c->web[0] != '\0')
		web = take_port("web", c->web);
	/* Not before: who has no port must not take the pulse from who has. */
	pulse_open(c->dir);
	log_info("version=%s dir=%s listen=%s web=%s", ZQ_VERSION, c->dir,
	    c->listen, web >= 0 ? c->web : "none");
	return o->together ? parts_run_together(c, edge, web, ready) :
	    parts_run(c, edge, web, ready);
}

int
main(int argc, char **argv)
{
	enum log_level level = LOG_LEVEL_INFO;
	const struct config *c;
	struct options o;
	struct conf *file;
	struct buf why;
	int rc = 0;

	lang_open(argv[0]);
	parse_options(&o, argc, argv);
	buf_init(&why, WHY_MAX);
	if ((c = config_read(o.config, &file, &why)) == NULL) {
		fputs(buf_cstr(&why), stderr);
		buf_clear(&why);
		if (access(o.config, F_OK) == -1 && errno == ENOENT)
			fputs(_("a hub is made with \"zqhub init --name NAME\", "
			    "and -c is for one whose settings lie elsewhere\n"),
			    stderr);
		return 1;
	}
	(void)log_level_parse(c->log, &level);
	log_open("main", level);
	if (o.check)
		rc = check_settings(c, o.config);
	else
		rc = run(&o, c);
	conf_free(file);
	buf_clear(&why);
	return rc;
}
