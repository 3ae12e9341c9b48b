/* See tool.h. */
#include "agent/tool.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/setup.h"
#include "contrib/base/ctl.h"
#include "contrib/base/lang.h"
#include "contrib/base/proc.h"
#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"

#define TRIES 100		/* while the daemon starts again … */
#define PAUSE 100000		/* … µs between them */
#define LEFT 18			/* columns of an option's name */

int
tool_fail(const char *hint, const char *fmt, ...)
{
	va_list ap;

	fputs("zqagent: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (hint != NULL && hint[0] != '\0')
		fprintf(stderr, "  %s\n", hint);
	return 2;
}

const char *
tool_path(const struct tool *t, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	return path;
}

/* Behind sudo it is the one who typed that. */
const char *
tool_who(const struct tool *t)
{
	const char *sudo = getenv("SUDO_USER");
	struct passwd *p;

	if (sudo != NULL && sudo[0] != '\0')
		return sudo;
	p = getpwuid(t->caller);	/* cppcheck-suppress getpwuidCalled */
	return p != NULL ? p->pw_name : "";
}

/* --- options --------------------------------------------------------------- */

static void
show_option(const char *name, const char *about, bool flag)
{
	char left[64];
	struct buf b;

	snprintf(left, sizeof(left), "--%s%s", name, flag ? "" : " …");
	buf_init(&b, 4 * sizeof(left));
	text_pad(&b, span_of(left), LEFT);
	printf("  %s %s\n", buf_cstr(&b), about);
	buf_clear(&b);
}

bool
tool_option_is_for(const struct tool_option *o, const char *word)
{
	size_t n = strlen(word);

	if (o->only == NULL)
		return true;
	for (const char *w = o->only; (w = strstr(w, word)) != NULL; w += n)
		if ((w == o->only || w[-1] == ' ') &&
		    (w[n] == ' ' || w[n] == '\0'))
			return true;
	return false;
}

/* Is there anything that is for this word (NULL: for any), not for all? */
static bool
is_known(const struct tool_command *c, const char *word)
{
	for (const struct tool_option *o = c->options;
	    o != NULL && o->name != NULL; o++)
		if (o->only != NULL && (word == NULL ||
		    tool_option_is_for(o, word)))
			return true;
	return false;
}

/* Of "item --url U | move OLD NEW | outage" the part that begins so. */
static void
show_usage(const struct tool_command *c, const char *word)
{
	const char *at = c->words;
	size_t n = strlen(at), skip;

	while (word != NULL && *at != '\0') {
		at += strspn(at, " \n|");
		n = strcspn(at, "|");
		skip = strlen(word);
		if (strncmp(at, word, skip) == 0 &&
		    strchr(" |", at[skip]) != NULL)
			break;
		at += n;
	}
	while (n > 0 && at[n - 1] == ' ')
		n--;
	printf(_("usage: zqagent %s"), c->name);
	printf("%s%.*s\n", n > 0 ? " " : "", (int)n, at);
}

/* Text, and those examples that are of this word. */
static void
show_examples(const struct tool_command *c, const char *word)
{
	static const char begin[] = "  zqagent ", on[] = "      ";
	size_t name = sizeof(begin) - 1 + strlen(c->name) + 1, n;
	bool is_its = true;

	for (const char *line = _(c->help); *line != '\0'; line += n) {
		n = strcspn(line, "\n");
		n += line[n] == '\n';
		if (strncmp(line, begin, sizeof(begin) - 1) == 0)
			is_its = word == NULL || (n > name &&
			    strncmp(line + name, word, strlen(word)) == 0);
		else if (strncmp(line, on, sizeof(on) - 1) != 0)
			is_its = true;
		if (is_its)
			printf("%.*s", (int)n, line);
	}
}

void
tool_help(const struct tool_command *c, const char *word)
{
	if (word != NULL && !is_known(c, word))
		word = NULL;
	show_usage(c, word);
	printf("\n%s\n\n", _(c->about));
	for (const struct tool_option *o = c->options;
	    o != NULL && o->name != NULL; o++)
		if (word == NULL || tool_option_is_for(o, word))
			show_option(o->name, _(o->about), o->flag);
	show_option("dir", _("the agent's directory, unless it is "
	    "/var/lib/zhanqun/agent"), false);
	show_option("json", _("the answer as JSON"), true);
	putchar('\n');
	show_examples(c, word);
	if (word == NULL && is_known(c, NULL))
		printf(_("zqagent %s WORD --help shows what is for that word "
		    "alone.\n"), c->name);
}

const char *
tool_value(const struct tool *t, const char *option)
{
	for (const struct tool_option *o = t->command->options;
	    o != NULL && o->name != NULL; o++)
		if (strcmp(o->name, option) == 0)
			return o->value;
	return NULL;
}

static struct tool_option *
find(const struct tool *t, const char *name, size_t n)
{
	struct tool_option *o = t->command->options;

	for (; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

/* One "--name", "--name=value" or "--name value"; *i moves on past it. */
static bool
take_option(struct tool *t, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2;
	char *value = strchr(argv[*i], '=');
	size_t n = value != NULL ? (size_t)(value - name) : strlen(name);
	struct tool_option *o = find(t, name, n);
	bool dir = n == 3 && strncmp(name, "dir", 3) == 0;

	if (n == 4 && strcmp(name, "json") == 0) {
		t->json = true;
		return true;
	}
	if (o == NULL && !dir) {
		(void)tool_fail(_("--help shows them"),
		    _("%s has no option --%.*s"), t->command->name, (int)n,
		    name);
		return false;
	}
	if (o != NULL && o->flag) {
		o->value = "";
		return true;
	}
	if (value != NULL)
		value++;
	else if (*i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0)
		value = argv[++*i];
	else {
		(void)tool_fail(NULL, _("--%s needs a value"), name);
		return false;
	}
	if (o != NULL && o->typed)
		text_narrow_word(value);
	if (dir)
		t->dir = value;
	else
		o->value = value;
	/* What is said goes to the hub; a directory may have any name. */
	if (dir || strcmp(o->name, "root") == 0 ||
	    text_is_utf8(span_of(value)))
		return true;
	(void)tool_fail(_("is the terminal set to GBK? Set it, and LANG, to "
	    "UTF-8"), _("--%s is not UTF-8"), o->name);
	return false;
}

bool
tool_parse(struct tool *t, int argc, char **argv, int *status)
{
	bool words_only = false;

	*status = 2;
	for (int i = 0; i < argc; i++) {
		if (words_only || strncmp(argv[i], "--", 2) != 0) {
			if (t->places == TOOL_PLACES) {
				(void)tool_fail(_("--help shows what is "
				    "expected"), _("too many words"));
				return false;
			}
			if (t->command->typed)
				text_narrow_word(argv[i]);
			t->place[t->places++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			words_only = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			tool_help(t->command, t->places > 0 ?
			    t->place[0] : NULL);
			*status = 0;
			return false;
		} else if (!take_option(t, argc, argv, &i)) {
			return false;
		}
	}
	if (t->places == 0 || t->command->words[0] != '\0')
		return true;
	(void)tool_fail(NULL, _("\"%s\" is not expected here: zqagent %s "
	    "stands alone"), t->place[0], t->command->name);
	return false;
}

/* --- the daemon ---------------------------------------------------------------- */

/* A daemon that has its lock and no socket is starting, perhaps again: it
 * will answer in a moment. */
static json_t *
ask_it(const struct tool *t, json_t *ask, bool *down)
{
	json_t *answer = NULL;

	*down = true;
	for (int i = 0; i < TRIES && *down; i++) {
		if (i > 0 && !proc_is_locked(tool_path(t, STORE_LOCK)))
			break;
		if (i > 0)
			usleep(PAUSE);
		answer = ctl_ask(tool_path(t, SETUP_CONTROL),
		    json_incref(ask), NULL, NULL);
		*down = answer == NULL &&
		    (errno == ENOENT || errno == ECONNREFUSED);
	}
	return answer;
}

json_t *
tool_ask(const struct tool *t, json_t *ask, bool *down)
{
	json_t *answer, *ok;
	int error;

	json_object_set_new(ask, "lang", json_string(lang_now()));
	answer = ask_it(t, ask, down);
	error = errno;
	json_decref(ask);
	if (*down)
		return NULL;
	errno = error;
	if (answer == NULL) {
		(void)tool_fail(errno == EACCES ? _("only root and the "
		    "agent's own group may ask") : NULL, "%s: %s",
		    tool_path(t, SETUP_CONTROL), strerror(errno));
		return NULL;
	}
	ok = json_incref(json_object_get(answer, "ok"));
	if (ok == NULL)
		(void)tool_fail(json_string_value(json_object_get(answer,
		    "hint")), "%s", json_string_value(json_object_get(answer,
		    "error")));
	json_decref(answer);
	return ok;
}

json_t *
tool_ask_daemon(const struct tool *t, json_t *ask)
{
	bool down;
	json_t *ok = tool_ask(t, ask, &down);

	if (down)
		(void)tool_fail(_("start it: zqagentd -c DIR/agent.conf, or "
		    "systemctl start zqagentd"),
		    _("zqagentd is not running in %s"), t->dir);
	return ok;
}

/* --- without it ------------------------------------------------------------------ */

struct config *
tool_config(const struct tool *t)
{
	struct config *c;
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (access(tool_path(t, CONFIG_FILE), F_OK) != 0 && errno == ENOENT) {
		(void)tool_fail(_("zqagent enroll HUB TICKET makes it; --dir "
		    "DIR names another directory"), "%s: %s",
		    tool_path(t, CONFIG_FILE), strerror(errno));
		return NULL;
	}
	c = config_read(tool_path(t, CONFIG_FILE), &why);
	if (c == NULL)
		fputs(buf_cstr(&why), stderr);
	buf_clear(&why);
	return c;
}

static bool
lock(const struct config *c)
{
	char path[4096];
	pid_t holder = 0;

	snprintf(path, sizeof(path), "%s/" STORE_LOCK, c->top->dir);
	if (proc_lock(path, &holder) >= 0)
		return true;
	if (holder != 0)
		(void)tool_fail(_("try again; if it stays so, see its log"),
		    _("zqagentd runs as process %d but doesn't answer"),
		    (int)holder);
	else
		(void)tool_fail(NULL, "%s: %s", path, strerror(errno));
	return false;
}

struct store *
tool_store(const struct tool *t, const struct config *c, bool write)
{
	struct store *s;
	struct buf why;

	(void)t;
	if (write && !lock(c))
		return NULL;
	buf_init(&why, CONFIG_WHY_MAX);
	s = store_open(c->top->dir, write ? DB_WRITE | DB_CREATE : 0,
	    c->top->spool, &why);
	if (s == NULL)
		(void)tool_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return s;
}
