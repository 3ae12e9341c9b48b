#include "hub/parts.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/proc.h"
#include "contrib/base/sandbox.h"
#include "hub/alert.h"
#include "hub/config_alert.h"
#include "hub/core.h"
#include "hub/counters.h"
#include "hub/edge.h"
#include "hub/http_link.h"
#include "hub/inspect.h"
#include "hub/issuer.h"
#include "hub/notify.h"
#include "hub/pulse.h"
#include "hub/seqpacket.h"
#include "hub/web.h"
#include "hub/web_confine.h"

#define PARTS 6
#define WHY_MAX 4096
#define STORE_TRIES 100		/* a hub's first start: the core makes them */
#define STORE_WAIT 100000	/* µs between two */

struct parts {
	const struct config *config;
	int edge_fd, web_fd;	/* listening */
	int edge[2];		/* core's end, edge's end */
	int ca[2];		/* core's end, ca's end */
	int tls[2];		/* ca's end, edge's end */
	int check[2];		/* core's end, check's end; -1: none */
	int notify[2];		/* core's end, notify's end; -1: none */
	int page[2];		/* core's end, web's end; -1: none. They stay
				 * open here: seqpacket.h */
};

static void
make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		fatal("no socket between parts: %s", strerror(errno));
}

static void
make_pairs(void *arg)
{
	struct parts *p = arg;

	make_pair(p->edge);
	make_pair(p->ca);
	make_pair(p->tls);
	if (config_looks(p->config))
		make_pair(p->check);
	if (notify_is_wanted(p->config))
		make_pair(p->notify);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A part that kept another's end would hide its death. */
static void
close_pairs(void *arg)
{
	struct parts *p = arg;

	close_fd(&p->edge[0]);
	close_fd(&p->edge[1]);
	close_fd(&p->ca[0]);
	close_fd(&p->ca[1]);
	close_fd(&p->tls[0]);
	close_fd(&p->tls[1]);
	close_fd(&p->check[0]);
	close_fd(&p->check[1]);
	close_fd(&p->notify[0]);
	close_fd(&p->notify[1]);
}

/* The part's own: close_rest() then leaves it open. */
static int
keep(int *mine)
{
	int fd = *mine;

	*mine = -1;
	return fd;
}

static void
close_rest(struct parts *p)
{
	close_pairs(p);
	close_fd(&p->page[0]);
	close_fd(&p->page[1]);
	close_fd(&p->edge_fd);
	close_fd(&p->web_fd);
}

/* --- a part's loop ------------------------------------------------------- */

static void
on_told(evutil_socket_t number, short what, void *arg)
{
	struct event_base *base = arg;

	(void)number, (void)what;
	event_base_loopexit(base, NULL);
}

static struct event_base *
make_loop(void)
{
	struct event_config *c = event_config_new();
	struct event_base *base;

	must(c != NULL);
	event_config_set_flag(c, EVENT_BASE_FLAG_NOLOCK);
	/* A descriptor that is watched for writing and not, within one turn
	 * of the loop, costs no system call. */
	event_config_set_flag(c, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	http_link_loop(c);
	base = event_base_new_with_config(c);
	event_config_free(c);
	must(base != NULL);
	http_link_loop_made(base);
	return base;
}

/* Who is told twice, by a service manager and by main, still writes what it
 * writes last. */
static void
let_finish(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
}

/* 0 after a signal to end, 1 if the loop was broken off. */
static int
serve(struct event_base *base, const struct sandbox *sandbox)
{
	struct event *term = evsignal_new(base, SIGTERM, on_told, base);
	struct event *interrupt = evsignal_new(base, SIGINT, on_told, base);
	char got[SANDBOX_GOT_MAX];

	must(term != NULL && interrupt != NULL);
	event_add(term, NULL);
	event_add(interrupt, NULL);
	if (sandbox != NULL) {
		sandbox_enter(sandbox, got);
		log_info("started sandbox %s", got);
	}
	event_base_dispatch(base);
	let_finish();
	event_free(term);
	event_free(interrupt);
	return event_base_got_break(base) ? PROC_LEFT : 0;
}

static void
need(const void *part, struct buf *why)
{
	if (part == NULL)
		fatal("%s", buf_cstr(why));
	buf_clear(why);
}

/* --- the parts ----------------------------------------------------------- */

static int
run_core(void *arg)
{
	struct parts *p = arg;
	int edge = keep(&p->edge[0]);
	int ca = keep(&p->ca[0]);
	int check = keep(&p->check[0]), page = keep(&p->page[0]);
	int notify = keep(&p->notify[0]);

	close_rest(p);
	stats_add(COUNTER_PART_STARTS_CORE, 1);
	return core_run(p->config, edge, ca, check, page, notify);
}

static void
on_hangup(evutil_socket_t number, short what, void *arg)
{
	(void)number, (void)what;
	issuer_reread(arg);
}

/* SIGHUP: files were changed. */
static struct event *
watch_hangup(struct event_base *base, struct issuer *issuer)
{
	struct event *e = evsignal_new(base, SIGHUP, on_hangup, issuer);

	must(e != NULL);
	event_add(e, NULL);
	return e;
}

static int
run_ca(void *arg)
{
	char ca[CONFIG_PATH_MAX], tls[CONFIG_PATH_MAX];
	struct parts *p = arg;
	const char *read[] = { ca, NULL }, *write[] = { tls, NULL };
	const struct sandbox sandbox = { .may = SANDBOX_FILES,
		.read = read, .write = write };
	struct event_base *base = make_loop();
	int core = keep(&p->ca[1]), edge = keep(&p->tls[0]);
	struct issuer *issuer;
	struct event *hangup;
	struct buf why;
	int rc;

	config_path(ca, p->config->dir, CONFIG_CA);
	config_path(tls, p->config->dir, CONFIG_TLS);

	close_rest(p);
	pulse_seal();
	stats_add(COUNTER_PART_STARTS_CA, 1);
	buf_init(&why, WHY_MAX);
	issuer = issuer_new(base, p->config, core, &why);
	need(issuer, &why);
	issuer_tell_edge(issuer, edge);
	hangup = watch_hangup(base, issuer);
	rc = serve(base, &sandbox);
	event_free(hangup);
	issuer_free(issuer);
	event_base_free(base);
	return rc;
}

static int
run_edge(void *arg)
{
	static const struct sandbox sandbox = { .may = SANDBOX_ACCEPT };
	struct parts *p = arg;
	struct event_base *base = make_loop();
	int listen = keep(&p->edge_fd);
	int core = keep(&p->edge[1]), ca = keep(&p->tls[1]);
	struct edge *edge;
	struct buf why;
	int rc;

	close_rest(p);
	pulse_seal();
	stats_add(COUNTER_PART_STARTS_EDGE, 1);
	buf_init(&why, WHY_MAX);
	edge = edge_new(base, p->config, listen, core, &why);
	need(edge, &why);
	edge_listen_to_ca(edge, ca);
	rc = serve(base, &sandbox);
	edge_free(edge);
	event_base_free(base);
	return rc;
}

/* gettext opens a catalogue when it is first asked: before the sandbox. */
static void
load_words(const char *language)
{
	lang_switch("en");
	(void)gettext("Sites");
	lang_switch("zh");
	(void)gettext("Sites");
	lang_switch(language);
}

static struct web *
open_web(struct event_base *base, const struct config *c, int fd, int page,
    struct buf *why)
{
	struct web *web;

	for (int i = 0; i < STORE_TRIES; i++) {
		buf_reset(why);
		if ((web = web_new(base, c, fd, page, why)) != NULL)
			return web;
		usleep(STORE_WAIT);
	}
	return NULL;
}

static int
run_web(void *arg)
{
	struct parts *p = arg;
	struct web_confine confine;
	struct event_base *base = make_loop();
	int listen = keep(&p->web_fd), page = keep(&p->page[1]);
	struct web *web;
	struct buf why;
	int rc;

	close_rest(p);
	pulse_seal();
	stats_add(COUNTER_PART_STARTS_WEB, 1);
	load_words(p->config->language);
	buf_init(&why, WHY_MAX);
	web = open_web(base, p->config, listen, page, &why);
	need(web, &why);
	web_confine(&confine, p->config->dir);
	rc = serve(base, &confine.sandbox);
	web_free(web);
	event_base_free(base);
	return rc;
}

/* What a resolver and TLS read when they need it. */
static int
run_check(void *arg)
{
	struct parts *p = arg;
	const char *const read[] = { "/etc", "/usr/lib", "/lib", "/lib64",
		"/usr/share", "/usr/local/share", "/run/systemd",
		"/run/resolvconf", "/dev/urandom", "/dev/null", "/proc/self",
		p->config->check_cas[0] != '\0' ? p->config->check_cas : NULL,
		NULL };
	const struct sandbox sandbox = {
		.may = SANDBOX_CONNECT | SANDBOX_FILES, .read = read,
	};
	struct event_base *base = make_loop();
	int core = keep(&p->check[1]);
	struct inspect *inspect;
	int rc;

	close_rest(p);
	pulse_seal();
	inspect = inspect_new(base, p->config, core);
	rc = serve(base, &sandbox);
	inspect_free(inspect);
	event_base_free(base);
	return rc;
}

/* The directory of a file that it may write; "" for none. */
static const char *
directory_of(char out[CONFIG_PATH_MAX], const char *path)
{
	const char *slash = strrchr(path, '/');

	if (path[0] == '\0')
		return NULL;
	if (slash == NULL)
		return ".";
	snprintf(out, CONFIG_PATH_MAX, "%.*s", slash == path ? 1 :
	    (int)(slash - path), path);
	return out;
}

/* What a resolver and TLS read when they need it; secrets it has read
 * before. */
static void
notify_files(const struct config *c, const char *read[16 + ALERT_RECEIVERS])
{
	static const char *const always[] = { "/etc", "/usr/lib", "/lib",
		"/lib64", "/usr/share", "/usr/local/share", "/run/systemd",
		"/run/resolvconf", "/dev/urandom", "/dev/null", "/proc/self" };
	const struct config_receiver *r;
	size_t n = sizeof(always) / sizeof(always[0]);

	memcpy(read, always, sizeof(always));
	for (size_t i = 0; i < ALERT_RECEIVERS &&
	    (r = config_receiver(c->file, i, NULL)) != NULL; i++) {
		if (r->cas[0] != '\0')
			read[n++] = r->cas;
	}
	read[n] = NULL;
}

static int
run_notify(void *arg)
{
	struct parts *p = arg;
	char dir[CONFIG_PATH_MAX];
	const char *read[16 + ALERT_RECEIVERS];
	const char *const write[] = { directory_of(dir,
	    p->config->beat_file), NULL };
	const struct sandbox sandbox = {
		.may = SANDBOX_CONNECT | SANDBOX_FILES, .read = read,
		.write = write,
	};
	struct event_base *base = make_loop();
	int core = keep(&p->notify[1]);
	struct notify *notify;
	int rc;

	close_rest(p);
	notify_files(p->config, read);
	load_words(lang_now());	/* the log's; letters have their own */
	notify = notify_new(base, p->config, core);
	rc = serve(base, &sandbox);
	notify_free(notify);
	event_base_free(base);
	return rc;
}

int
parts_run(const struct config *c, int edge_fd, int web_fd,
    void (*notify_ready)(void))
{
	struct parts p = { .config = c, .edge_fd = edge_fd, .web_fd = web_fd,
	    .edge = { -1, -1 }, .ca = { -1, -1 }, .tls = { -1, -1 },
	    .check = { -1, -1 }, .notify = { -1, -1 }, .page = { -1, -1 } };
	struct proc_part parts[PARTS] = {
		{ .name = "core", .run = run_core, .arg = &p, .group = 1,
		  .before = make_pairs, .after = close_pairs },
		{ .name = "ca", .run = run_ca, .arg = &p, .group = 1,
		  .hangup = true },
		{ .name = "edge", .run = run_edge, .arg = &p, .group = 1 },
	};
	size_t n = 3;

	if (config_looks(c))
		parts[n++] = (struct proc_part){ .name = "check",
		    .run = run_check, .arg = &p, .group = 1 };
	if (notify_is_wanted(c))
		parts[n++] = (struct proc_part){ .name = "notify",
		    .run = run_notify, .arg = &p, .group = 1 };
	if (web_fd >= 0) {
		seqpacket_pair(p.page);
		parts[n++] = (struct proc_part){ .name = "web",
		    .run = run_web, .arg = &p };
	}
	return proc_run(parts, n, notify_ready);
}

int
parts_run_together(const struct config *c, int edge_fd, int web_fd,
    void (*notify_ready)(void))
{
	struct parts p = { .config = c, .check = { -1, -1 }, .notify = { -1, -1 } };
	struct event_base *base = make_loop();
	struct core *core;
	struct issuer *issuer;
	struct edge *edge;
	struct inspect *inspect = NULL;
	struct notify *notify = NULL;
	struct web *web = NULL;
	struct event *hangup;
	struct buf why;
	int rc;

	make_pairs(&p);
	buf_init(&why, WHY_MAX);
	core = core_new(base, c, p.edge[0], p.ca[0], &why);
	need(core, &why);
	issuer = issuer_new(base, c, p.ca[1], &why);
	need(issuer, &why);
	issuer_tell_edge(issuer, p.tls[0]);
	edge = edge_new(base, c, edge_fd, p.edge[1], &why);
	need(edge, &why);
	edge_listen_to_ca(edge, p.tls[1]);
	hangup = watch_hangup(base, issuer);
	if (config_looks(c)) {
		core_watch_links(core, p.check[0]);
		inspect = inspect_new(base, c, p.check[1]);
	}
	if (notify_is_wanted(c)) {
		core_notify(core, p.notify[0]);
		notify = notify_new(base, c, p.notify[1]);
	}
	if (web_fd >= 0) {
		seqpacket_pair(p.page);
		core_hear_page(core, p.page[0]);
		web = web_new(base, c, web_fd, p.page[1], &why);
		need(web, &why);
	}
	notify_ready();
	rc = serve(base, NULL);
	event_free(hangup);
	web_free(web);
	edge_free(edge);
	issuer_free(issuer);
	inspect_free(inspect);
	notify_free(notify);
	core_free(core);
	event_base_free(base);
	return rc;
}
