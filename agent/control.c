/* See control.h. A question is {"do": NAME, …}; the table has the names. */
#include "agent/control.h"

#include <errno.h>
#include <string.h>

#include "agent/say.h"
#include "agent/status.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"

#define LETTERS_SHOWN 100

typedef void control_fn(struct agent *a, struct ctl_peer *peer, json_t *ask);

static const char *
text_of(json_t *ask, const char *name)
{
	const char *s = json_string_value(json_object_get(ask, name));

	return s != NULL ? s : "";
}

/* The source that is meant; told to the peer if there is none. */
static struct agent_source *
source_of(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	const char *name = text_of(ask, "name");

	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->source[i].name, name) == 0)
			return &a->source[i];
	ctl_fail(peer, _("zqagent source list shows them"),
	    _("there is no source \"%s\""), name);
	return NULL;
}

static void
do_status(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	json_t *o = status_at_rest(a->store, a->config->top->dir);
	json_t *list = json_array();

	(void)ask;
	for (size_t i = 0; i < a->count; i++)
		json_array_append_new(list,
		    a->source[i].kind->status(a->source[i].source));
	json_object_set_new(o, "running", json_true());
	json_object_set_new(o, "sandbox", json_string(a->got));
	json_object_set_new(o, "sources", list);
	json_object_update_new(json_object_get(o, "hub"),
	    push_status(a->push));
	status_judge(o);
	ctl_ok(peer, o);
}

static void
do_say(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	struct buf why;
	json_t *answer;

	buf_init(&why, CONFIG_WHY_MAX);
	answer = say_it(a->store, ask, (int)a->config->top->zone, &why);
	if (answer == NULL) {
		ctl_fail(peer, NULL, "%s", buf_cstr(&why));
	} else {
		push_kick(a->push);
		ctl_ok(peer, answer);
	}
	buf_clear(&why);
}

static void
do_reload(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	struct buf why;
	struct config *c;

	(void)ask;
	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read(a->setup->conf, &why);
	if (c == NULL)
		ctl_fail(peer, _("the daemon goes on with the old settings"),
		    "%s", buf_cstr(&why));
	else if (!agent_again(a, "new settings"))
		ctl_fail(peer, _("stop it and start it again"),
		    _("this daemon runs alone (-1) and can't start itself "
		    "again"));
	else
		ctl_ok(peer, json_pack("{s:b}", "reloaded", 1));
	config_free(c);
	buf_clear(&why);
}

static void
do_rescan(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	size_t n = 0;

	if (text_of(ask, "name")[0] != '\0' &&
	    source_of(a, peer, ask) == NULL)
		return;
	for (size_t i = 0; i < a->count; i++) {
		const char *name = text_of(ask, "name");

		if (name[0] != '\0' && strcmp(a->source[i].name, name) != 0)
			continue;
		a->source[i].kind->rescan(a->source[i].source);
		n++;
	}
	ctl_ok(peer, json_pack("{s:I}", "sources", (json_int_t)n));
}

static void
do_release(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	struct agent_source *s = source_of(a, peer, ask);
	const char *reason = text_of(ask, "reason");

	if (s == NULL)
		return;
	if (reason[0] == '\0')
		ctl_fail(peer, NULL, _("--reason is missing: it is told to "
		    "the hub with each withdrawal"));
	else if (!s->kind->release(s->source, reason))
		ctl_fail(peer, NULL, _("nothing of source %s is held"),
		    s->name);
	else
		ctl_ok(peer, json_pack("{s:b}", "released", 1));
}

static void
do_refuse(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	struct agent_source *s = source_of(a, peer, ask);

	if (s == NULL)
		return;
	if (!s->kind->refuse(s->source))
		ctl_fail(peer, NULL, _("nothing of source %s is held"),
		    s->name);
	else
		ctl_ok(peer, json_pack("{s:b}", "refused", 1));
}

static void
do_letters(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	struct store_txn *t = store_look(a->store);

	(void)ask;
	ctl_ok(peer, inbox_list(t, LETTERS_SHOWN));
	store_end(t);
}

static void
do_retell(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	const char *reason = text_of(ask, "reason");

	if (reason[0] == '\0')
		ctl_fail(peer, NULL, _("--reason is missing"));
	else if (!agent_retell(a, reason))
		ctl_fail(peer, NULL, _("the disk is full"));
	else
		ctl_ok(peer, json_pack("{s:b}", "retelling", 1));
}

static const struct {
	const char *name;
	control_fn *run;
} questions[] = {
	{ "status", do_status },
	{ "say", do_say },
	{ "reload", do_reload },
	{ "rescan", do_rescan },
	{ "release", do_release },
	{ "refuse", do_refuse },
	{ "letters", do_letters },
	{ "retell", do_retell },
};

static void
on_ask(void *arg, struct ctl_peer *peer, json_t *ask, uid_t uid)
{
	struct agent *a = arg;
	const char *what = text_of(ask, "do");

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (strcmp(questions[i].name, what) != 0)
			continue;
		if (questions[i].run != do_status)
			log_info("control uid=%u do=%s", (unsigned)uid,
			    questions[i].name);
		questions[i].run(a, peer, ask);
		return;
	}
	ctl_fail(peer, _("zqagent and zqagentd may be of different versions"),
	    _("the daemon doesn't know this question"));
}

static void
on_gone(void *arg, struct ctl_peer *peer)
{
	(void)arg;
	(void)peer;		/* all is answered at once */
}

bool
control_open(struct agent *a, struct buf *why)
{
	struct buf path;

	buf_init(&path, 8192);
	buf_printf(&path, "%s/" SETUP_CONTROL, a->config->top->dir);
	a->ctl = ctl_open(a->base, buf_cstr(&path), on_ask, on_gone, a);
	if (a->ctl == NULL)
		buf_printf(why, "%s: %s", buf_cstr(&path), strerror(errno));
	buf_clear(&path);
	return a->ctl != NULL;
}
