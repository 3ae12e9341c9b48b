/* See control.h. A question is {"do": NAME, …}; the table has the names. */
#include "agent/control.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/inside.h"
#include "agent/moves_ask.h"
#include "agent/reply.h"
#include "agent/say.h"
#include "agent/status.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"

#define LETTERS_SHOWN 100

#define NAME_MAX_BYTES 64

/* by: the name of the person who asks. */
typedef void control_fn(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by);

/* Is there such a source, or is none named? Told to the peer if not. */
static bool
is_source(struct agent *a, struct ctl_peer *peer, const char *name)
{
	if (name[0] == '\0' || sources_has(a->sources, name))
		return true;
	ctl_fail(peer, _("zqagent status shows them"),
	    _("there is no source \"%s\""), name);
	return false;
}

static void
name_of(char out[NAME_MAX_BYTES], uid_t uid)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(uid, &entry, room, sizeof(room), &found) == 0 &&
	    found != NULL && text_is_utf8(span_of(entry.pw_name)))
		snprintf(out, NAME_MAX_BYTES, "%s", entry.pw_name);
	else
		snprintf(out, NAME_MAX_BYTES, "uid %u", (unsigned)uid);
}

/* Who asks: the socket's peer; or whom the tool names, if it became the
 * agent's own user for the sake of the files it makes. */
static void
asker(char out[NAME_MAX_BYTES], json_t *ask, uid_t uid)
{
	json_t *caller = json_object_get(ask, "caller");

	if (json_is_integer(caller) && (uid == 0 || uid == getuid()) &&
	    json_integer_value(caller) >= 0)
		uid = (uid_t)json_integer_value(caller);
	name_of(out, uid);
}

/* By these the hub's operator tells it from its copy (zqhub site settle). */
static json_t *
put_instance(json_t *o, const struct agent *a)
{
	char instance[17], started[CLOCK_TEXT_MAX];

	snprintf(instance, sizeof(instance), "%016" PRIx64, a->instance);
	json_object_set_new(o, "instance", json_string(instance));
	json_object_set_new(o, "started",
	    json_string(clock_format(started, a->started)));
	return o;
}

static void
do_who(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	(void)ask;
	(void)by;
	ctl_ok(peer, put_instance(json_object(), a));
}

static void
do_status(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	json_t *o = status_at_rest(a->store, a->config->top->dir);

	(void)ask;
	(void)by;
	json_object_set_new(o, "running", json_true());
	(void)put_instance(o, a);
	json_object_set_new(o, "sandbox", json_string(a->got));
	json_object_set_new(o, "sources", sources_status(a->sources));
	json_object_set_new(o, "map", redirect_sync_status(a->redirect_sync));
	json_object_set_new(o, "mend", automend_status(a->automend));
	json_object_update_new(json_object_get(o, "hub"),
	    push_status(a->push));
	json_object_set_new(o, "renewal", renew_status(a->renew));
	inside_status(a->inside, o);
	status_judge(o);
	ctl_ok(peer, o);
}

static bool
is_kind(json_t *ask, const char *kind)
{
	return strcmp(json_text(ask, "kind"), kind) == 0 &&
	    !json_is_true(json_object_get(ask, "dry"));
}

static void
do_say(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	const struct say_set set = { .zone = (int)a->config->top->zone,
		.closing = (int64_t)a->config->top->closing_notice };
	struct buf why;
	json_t *answer;

	(void)by;
	buf_init(&why, CONFIG_WHY_MAX);
	answer = say_it(a->store, ask, &set, &why);
	if (answer == NULL) {
		ctl_fail(peer, NULL, "%s", buf_cstr(&why));
	} else {
		push_kick(a->push);
		/* What is held may be what was announced now. */
		if (sources_held(a->sources) > 0 && is_kind(ask, "move"))
			sources_rescan(a->sources);
		ctl_ok(peer, answer);
	}
	buf_clear(&why);
}

static void
do_moves(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	struct store_txn *t = store_look(a->store);

	(void)ask;
	(void)by;
	ctl_ok(peer, moves_list(t));
	store_end(t);
}

static void
do_moves_decide(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	struct buf why;
	json_t *answer;

	(void)by;
	buf_init(&why, CONFIG_WHY_MAX);
	answer = moves_decide(a->store, ask, (int)a->config->top->zone,
	    &why);
	if (answer == NULL) {
		ctl_fail(peer, NULL, "%s", buf_cstr(&why));
	} else {
		push_kick(a->push);
		if (sources_held(a->sources) > 0)
			sources_rescan(a->sources);
		ctl_ok(peer, answer);
	}
	buf_clear(&why);
}

static void
do_reload(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	struct buf why;
	struct config *c;

	(void)by;
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
		ctl_ok(peer, put_instance(json_pack("{s:b}", "reloaded", 1),
		    a));
	config_free(c);
	buf_clear(&why);
}

static void
do_rescan(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	const char *name = json_text(ask, "name");

	(void)by;
	if (is_source(a, peer, name))
		ctl_ok(peer, json_pack("{s:I}", "sources", (json_int_t)
		    sources_rescan_one(a->sources, name)));
}

/* Is something held, and is there a reason? Told to the peer if not. */
static bool
is_decision(struct agent *a, struct ctl_peer *peer, json_t *ask)
{
	if (a->ending) {
		ctl_fail(peer, _("say it again in a second"),
		    _("zqagentd starts again just now"));
		return false;
	}
	if (!is_source(a, peer, json_text(ask, "name")))
		return false;
	if (json_text(ask, "reason")[0] != '\0')
		return true;
	ctl_fail(peer, NULL, _("--reason is missing: it is kept, and told to "
	    "the hub with each withdrawal"));
	return false;
}

static void
say_none(struct ctl_peer *peer, const char *name)
{
	if (name[0] != '\0')
		ctl_fail(peer, NULL, _("nothing of source %s is held"), name);
	else
		ctl_fail(peer, NULL, _("nothing is held"));
}

static void
do_release(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	const char *name = json_text(ask, "name");

	if (!is_decision(a, peer, ask))
		return;
	if (sources_release(a->sources, name, json_text(ask, "reason"), by) ==
	    0)
		say_none(peer, name);
	else
		ctl_ok(peer, json_pack("{s:b}", "released", 1));
}

static void
do_refuse(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	const char *name = json_text(ask, "name");

	if (!is_decision(a, peer, ask))
		return;
	if (sources_refuse(a->sources, name, json_text(ask, "reason"), by) == 0)
		say_none(peer, name);
	else
		ctl_ok(peer, json_pack("{s:b}", "refused", 1));
}

static void
do_letters(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	json_int_t n = json_integer_value(json_object_get(ask, "letter"));
	struct store_txn *t = store_look(a->store);
	json_t *list = NULL, *one;

	(void)by;
	if (n <= 0)
		list = inbox_list(t, LETTERS_SHOWN);
	else if ((one = inbox_one(t, (uint64_t)n)) != NULL)
		json_array_append_new(list = json_array(), one);
	store_end(t);
	if (list != NULL)
		ctl_ok(peer, list);
	else
		ctl_fail(peer, _("zqagent letters shows them"),
		    _("there is no letter %lld"), (long long)n);
}

static void
do_reply(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	struct buf why;
	json_t *answer;

	buf_init(&why, CONFIG_WHY_MAX);
	if (json_object_get(ask, "by") == NULL)
		json_object_set_new(ask, "by", json_string(by));
	answer = reply_say(a->store, ask, &why);
	if (answer == NULL) {
		ctl_fail(peer, NULL, "%s", buf_cstr(&why));
	} else {
		push_kick(a->push);
		ctl_ok(peer, answer);
	}
	buf_clear(&why);
}

/* After zqagent enroll: other files, maybe another hub. */
static void
do_identity(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	struct buf why;
	struct config *c;

	(void)ask;
	(void)by;
	buf_init(&why, CONFIG_WHY_MAX);
	c = config_read(a->setup->conf, &why);
	if (c == NULL || strcmp(c->top->hub, a->config->top->hub) != 0 ||
	    strcmp(c->top->proxy, a->config->top->proxy) != 0)
		(void)agent_again(a, "another hub");
	else
		agent_identity(a);
	ctl_ok(peer, json_pack("{s:b}", "followed", 1));
	config_free(c);
	buf_clear(&why);
}

static void
do_retell(struct agent *a, struct ctl_peer *peer, json_t *ask,
    const char *by)
{
	const char *reason = json_text(ask, "reason");

	(void)by;
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
	{ "moves", do_moves },
	{ "moves-decide", do_moves_decide },
	{ "reload", do_reload },
	{ "rescan", do_rescan },
	{ "release", do_release },
	{ "who", do_who },
	{ "refuse", do_refuse },
	{ "letters", do_letters },
	{ "reply", do_reply },
	{ "retell", do_retell },
	{ "identity", do_identity },
};

static void
dispatch(struct agent *a, struct ctl_peer *peer, json_t *ask, uid_t uid)
{
	const char *what = json_text(ask, "do");
	char by[NAME_MAX_BYTES];

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (strcmp(questions[i].name, what) != 0)
			continue;
		asker(by, ask, uid);
		if (questions[i].run != do_status)
			log_info("control uid=%u by=%s do=%s", (unsigned)uid,
			    by, questions[i].name);
		questions[i].run(a, peer, ask, by);
		return;
	}
	ctl_fail(peer, _("zqagent and zqagentd may be of different versions"),
	    _("the daemon doesn't know this question"));
}

/* In the language of who asks. */
static void
on_ask(void *arg, struct ctl_peer *peer, json_t *ask, uid_t uid)
{
	const char *before = lang_borrow(json_text(ask, "lang"));

	dispatch(arg, peer, ask, uid);
	lang_switch(before);
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
