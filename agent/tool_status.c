/*
 * zqagent status, rescan, release, refuse, retell, check.
 */
#include "agent/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "agent/check.h"
#include "agent/status.h"
#include "certs/identity.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/url.h"

struct tool_option tool_reason_options[] = {
	{ .name = "reason", .about = N_("why; it is told to the hub") },
	{ .name = NULL }
};

struct tool_option tool_check_options[] = {
	{ .name = "url", .about = N_("the page's address") },
	{ .name = "kind", .about = N_("home, list or article, unless it is "
	    "to be guessed") },
	{ .name = NULL }
};

/* What the store says, while the daemon is down. */
static json_t *
look_alone(struct tool *t, json_t *(*look)(const struct config *,
    struct store *))
{
	struct config *c = tool_config(t);
	struct store *s = c != NULL ? tool_store(t, c, false) : NULL;
	json_t *o = s != NULL ? look(c, s) : NULL;

	store_close(s);
	config_free(c);
	return o;
}

static json_t *
status_alone(const struct config *c, struct store *s)
{
	json_t *o = status_at_rest(s, c->top->dir);

	status_down(o, c, s);
	status_judge(o);
	return o;
}

int
tool_status(struct tool *t)
{
	bool down;
	json_t *o = tool_ask(t, json_pack("{s:s}", "do", "status"), &down);
	int status;

	if (down)
		o = look_alone(t, status_alone);
	if (o == NULL)
		return 2;
	status = json_is_true(json_object_get(o, "in_sync")) ? 0 : 1;
	if (t->json) {
		json_dumpf(o, stdout, JSON_INDENT(2));
		printf("\n");
	} else {
		status_judge(o);	/* in the words of who asks */
		status = status_print(stdout, o);
	}
	json_decref(o);
	return status;
}

/* A question whose answer only says that it is done. */
static int
ask_and_say(struct tool *t, json_t *ask, const char *said)
{
	json_t *ok = tool_ask_daemon(t, ask);

	if (ok == NULL)
		return 2;
	if (t->json)
		json_dumpf(ok, stdout, 0);
	printf("%s\n", t->json ? "" : said);
	json_decref(ok);
	return 0;
}

int
tool_rescan(struct tool *t)
{
	return ask_and_say(t, json_pack("{s:s, s:s}", "do", "rescan",
	    "name", t->places > 0 ? t->place[0] : ""),
	    _("scanning; zqagent status shows how far it is"));
}

static int
about_held(struct tool *t, const char *what, const char *said)
{
	const char *reason = tool_value(t, "reason");

	if (t->places > 1)
		return tool_fail(_("zqagent status shows them"),
		    _("expected the name of a source, or none for all"));
	return ask_and_say(t, json_pack("{s:s, s:s, s:s, s:I}", "do", what,
	    "name", t->places > 0 ? t->place[0] : "",
	    "reason", reason != NULL ? reason : "",
	    "caller", (json_int_t)t->caller), said);
}

int
tool_release(struct tool *t)
{
	return about_held(t, "release", _("what is still missing in the scan "
	    "that begins now is withdrawn"));
}

int
tool_refuse(struct tool *t)
{
	return about_held(t, "refuse", _("what is missing stays in the "
	    "index"));
}

int
tool_retell(struct tool *t)
{
	const char *reason = tool_value(t, "reason");

	return ask_and_say(t, json_pack("{s:s, s:s}", "do", "retell",
	    "reason", reason != NULL ? reason : ""),
	    _("everything is told again from the start"));
}

static bool
page_kind(const char *name, unsigned *kind)
{
	static const struct { const char *name; unsigned kind; } kinds[] = {
		{ "home", TAG_HOME }, { "list", TAG_LIST },
		{ "article", TAG_ARTICLE },
	};

	for (size_t i = 0; name != NULL && i < 3; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*kind = kinds[i].kind;
			return true;
		}
	return name == NULL;
}

int
tool_check(struct tool *t)
{
	struct check_options o = { .out = stdout, .json = t->json,
		.ask = tool_host_served, .arg = t };
	const char *url = tool_value(t, "url"), *why = "";
	struct identity me = { .site = 0 };
	struct buf normal, trouble;
	int fd, status;

	if (t->places != 1)
		return tool_fail(_("zqagent check --help"),
		    _("expected one file"));
	if (!page_kind(tool_value(t, "kind"), &o.kind))
		return tool_fail(NULL, _("--kind: expected home, list or "
		    "article"));
	buf_init(&normal, LIMIT_URL);
	if (url != NULL && !url_normal(&normal, span_of(url), &why)) {
		buf_clear(&normal);
		return tool_fail(NULL, "--url %s: %s", url, why);
	}
	fd = open(t->place[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		buf_clear(&normal);
		return tool_fail(NULL, "%s: %s", t->place[0],
		    strerror(errno));
	}
	buf_init(&trouble, 4096);
	o.url = buf_look(&normal);
	if (identity_read(&me, t->dir, &trouble))
		o.site_code = span_of(me.code);
	status = check_page(fd, t->place[0], &o);
	buf_clear(&normal);
	buf_clear(&trouble);
	return status;
}
