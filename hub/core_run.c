/*
 * The core as a process of its own: its loop, its sandbox, its end.
 */
#include "hub/core.h"

#include <jansson.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/proc.h"
#include "contrib/base/sandbox.h"
#include "hub/ask.h"
#include "hub/writer.h"
#include "protocol/change.h"

#define WHY_MAX 4096

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	bool *told = arg;

	(void)sig;
	(void)what;
	*told = true;
}

/* What libraries read from files once, they read before the sandbox. */
static void
warm_up(void)
{
	char actor[ASK_ACTOR];
	uint8_t hash[32];
	struct change c;

	tzset();
	json_object_seed(0);
	ask_actor(actor, getuid());
	change_init(&c);
	change_hash(&c, hash);
}

/* The stores, and the names of operators. Not the CA's key, nor TLS keys. */
static void
enter_sandbox(const struct config *config)
{
	char journal[CONFIG_PATH_MAX], view[CONFIG_PATH_MAX];
	char got[SANDBOX_GOT_MAX];
	const char *read[] = { "/etc", "/usr/share/zoneinfo",
		"/proc/sys/kernel/random", NULL };
	const char *write[] = { journal, view, NULL };
	const struct sandbox s = {
		.may = SANDBOX_FILES | SANDBOX_ACCEPT,
		.read = read, .write = write,
	};

	config_path(journal, config->dir, CONFIG_JOURNAL);
	config_path(view, config->dir, CONFIG_VIEW);
	sandbox_enter(&s, got);
	log_info("sandbox %s", got);
}

int
core_run(const struct config *config, int edge_fd, int ca_fd, int check_fd,
    int page_fd, int notify_fd)
{
	struct event_base *base = event_base_new();
	struct event *term, *intr;
	bool told = false, lost;
	struct core *c;
	struct buf why;

	must(base != NULL);
	buf_init(&why, WHY_MAX);
	signal(SIGPIPE, SIG_IGN);	/* a brother's death ends a channel */
	term = evsignal_new(base, SIGTERM, on_signal, &told);
	intr = evsignal_new(base, SIGINT, on_signal, &told);
	must(term != NULL && intr != NULL);
	event_add(term, NULL);
	event_add(intr, NULL);
	c = core_new(base, config, edge_fd, ca_fd, &why);
	if (c == NULL && !writer_is_lost(config))
		fatal("%s", buf_cstr(&why));
	if (c != NULL) {
		if (check_fd >= 0)
			core_watch_links(c, check_fd);
		if (page_fd >= 0)
			core_hear_page(c, page_fd);
		if (notify_fd >= 0)
			core_notify(c, notify_fd);
		warm_up();
		enter_sandbox(config);
	} else {
		log_error("%s", buf_cstr(&why));
	}
	while (c != NULL && !told && event_base_loop(base, EVLOOP_ONCE) == 0 &&
	    !event_base_got_break(base))
		continue;
	lost = c == NULL;
	core_free(c);
	event_free(term);
	event_free(intr);
	event_base_free(base);
	buf_clear(&why);
	if (lost)
		return PROC_CANNOT;
	return told ? 0 : PROC_LEFT;
}
