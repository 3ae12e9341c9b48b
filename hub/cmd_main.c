/*
 * From the words of a command line to a command.
 */
#include "hub/cmd_main.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/conf.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_help.h"
#include "hub/cmd_typed.h"

#define TROUBLE_MAX 65536
#define NAME_MAX_SHOWN 64	/* bytes of "zqhub held dismiss" */

enum { OPTION_DIR = 1000, OPTION_JSON, OPTION_HELP, OPTION_VERSION };

/* --- finding the command -------------------------------------------------- */

/* How many of the words are its name? 0: it is another one. */
static size_t
matches(const struct cmd *c, char **word, size_t words)
{
	struct span name = span_of(c->name);
	size_t used = 0;

	while (name.n > 0 && used < words) {
		size_t n = strcspn(name.at, " ");

		if (n > name.n)
			n = name.n;
		if (!span_is((struct span){ name.at, n },
		    span_of(word[used])))
			return 0;
		used++;
		name.at += n + (name.at[n] == ' ');
		name.n -= n + (name.n > n);
	}
	return name.n == 0 ? used : 0;
}

/* The one with the longest name: "held dismiss" is not "held". */
static const struct cmd *
find(const struct cmd *const *lists, char **word, size_t words,
    size_t *used)
{
	const struct cmd *found = NULL;

	*used = 0;
	for (; *lists != NULL; lists++) {
		for (const struct cmd *c = *lists; c->name != NULL; c++) {
			size_t n = matches(c, word, words);

			if (n > *used) {
				found = c;
				*used = n;
			}
		}
	}
	return found;
}

/* --- options -------------------------------------------------------------- */

static size_t
add_long(struct option *to, size_t n, const char *name, bool value, int id)
{
	to[n] = (struct option){ .name = name,
		.has_arg = value ? required_argument : no_argument,
		.val = id };
	return n + 1;
}

static void
make_long(struct option *to, const struct cmd *c)
{
	size_t n = 0;

	for (int i = 0; c != NULL && i < CMD_OPTIONS &&
	    c->option[i].name != NULL; i++)
		n = add_long(to, n, c->option[i].name,
		    c->option[i].value != NULL, i);
	n = add_long(to, n, "dir", true, OPTION_DIR);
	n = add_long(to, n, "help", false, OPTION_HELP);
	n = add_long(to, n, "version", false, OPTION_VERSION);
	if (c == NULL || c->json)
		n = add_long(to, n, "json", false, OPTION_JSON);
	to[n] = (struct option){ .name = NULL };
}

/* -1: go on; else an exit code. */
static int
take_option(struct cmd_line *l, int id, const struct cmd *const *lists)
{
	switch (id) {
	case OPTION_DIR:
		l->dir = optarg;
		return -1;
	case OPTION_JSON:
		l->json = true;
		return -1;
	case OPTION_VERSION:
		printf("zqhub %s\n", ZQ_VERSION);
		return CMD_OK;
	case OPTION_HELP:
	case 'h':
		cmd_help(lists, l->cmd);
		return CMD_OK;
	case '?':
		cmd_help_short(l->cmd);
		return CMD_USAGE;
	default:
		l->value[id] = optarg != NULL ? optarg : "";
		return -1;
	}
}

/* "--name --domain x": the name was forgotten. "--name=--x" is meant. */
static bool
is_forgotten(char **argv)
{
	return optarg != NULL && optarg == argv[optind - 1] &&
	    strncmp(optarg, "--", 2) == 0;
}

static int
say_forgotten(const struct cmd_line *l, const char *name)
{
	if (l->cmd == NULL)
		cmd_fail(NULL, _("--%s needs a value"), name);
	else
		cmd_fail(NULL, _("%s: --%s needs a value"), l->cmd->name,
		    name);
	cmd_help_short(l->cmd);
	return CMD_USAGE;
}

/* Options up to the first word, or, with a command, all of them. */
static int
take_options(struct cmd_line *l, int argc, char **argv,
    const struct cmd *const *lists)
{
	struct option longs[CMD_OPTIONS + 5];
	int id, at = 0, code = -1;

	make_long(longs, l->cmd);
	while (code < 0 && (id = getopt_long(argc, argv,
	    l->cmd == NULL ? "+h" : "h", longs, &at)) != -1)
		code = is_forgotten(argv) ?
		    say_forgotten(l, longs[at].name) :
		    take_option(l, id, lists);
	return code;
}

static bool
is_complete(const struct cmd_line *l)
{
	const struct cmd *c = l->cmd;

	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++) {
		if (c->option[i].must && l->value[i] == NULL) {
			cmd_fail(NULL, _("%s: --%s %s is missing"), c->name,
			    c->option[i].name, c->option[i].value);
			cmd_help_short(c);
			return false;
		}
	}
	if (l->words < c->least || l->words > c->most) {
		cmd_fail(NULL, l->words < c->least ?
		    _("%s: something is missing") :
		    _("%s: too many words"), c->name);
		cmd_help_short(c);
		return false;
	}
	return true;
}

/* What is said is journaled and shown to all: in UTF-8. A file may have any
 * name. */
static bool
is_utf8(const struct cmd_line *l)
{
	const char *hint = _("is the terminal set to GBK? Set it, and LANG, "
	    "to UTF-8");
	const struct cmd *c = l->cmd;

	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++) {
		if (l->value[i] == NULL ||
		    text_is_utf8(span_of(l->value[i])))
			continue;
		cmd_fail(hint, _("%s: --%s is not UTF-8"), c->name,
		    c->option[i].name);
		return false;
	}
	for (size_t i = 0; i < l->words; i++) {
		if (strncmp(c->words, "FILE", 4) == 0 ||
		    text_is_utf8(span_of(l->word[i])))
			continue;
		cmd_fail(hint, _("%s: what stands after it is not UTF-8"),
		    c->name);
		return false;
	}
	return true;
}

/* --- running -------------------------------------------------------------- */

static int
no_hub(const char *dir)
{
	const char *as_user = _("say it as the hub's user: sudo -u zhanqun "
	    "zqhub …");

	if (errno == EACCES)
		return cmd_fail(as_user, _("no permission to look into %s"),
		    dir);
	return cmd_fail(_("run `zqhub init` first, or name it with --dir"),
	    _("no hub in %s"), dir);
}

static int
run(struct cmd_line *l)
{
	char path[CONFIG_PATH_MAX];
	struct conf *file;
	struct buf why;
	int code;

	if (l->cmd->bare)
		return l->cmd->run(l);
	config_path(path, l->dir, CONFIG_FILE);
	if (access(path, R_OK) != 0)
		return no_hub(l->dir);
	buf_init(&why, TROUBLE_MAX);
	l->config = config_read(path, &file, &why);
	if (l->config == NULL) {
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	} else {
		code = l->cmd->run(l);
		conf_free(file);
	}
	buf_clear(&why);
	return code;
}

/* "site" alone is a question what there is; "site dance" is a mistake. */
static int
no_command(const struct cmd *const *lists, int words, char **word)
{
	bool asked = words > 1 && (strcmp(word[1], "--help") == 0 ||
	    strcmp(word[1], "-h") == 0);
	bool alone = words == 1 || word[1][0] == '-';

	if (!cmd_help_group(asked ? stdout : NULL, lists, word[0])) {
		cmd_fail(_("zqhub --help lists all"),
		    _("there is no command \"%s\""), word[0]);
		return CMD_USAGE;
	}
	if (asked)
		return CMD_OK;
	if (alone)
		cmd_fail(NULL, _("%s: one of these is missing:"), word[0]);
	else
		cmd_fail(NULL, _("there is no command \"%s %s\", but:"),
		    word[0], word[1]);
	cmd_help_group(stderr, lists, word[0]);
	return CMD_USAGE;
}

int
cmd_main(int argc, char **argv, const struct cmd *const *lists)
{
	struct cmd_line l = { .dir = CONFIG_DIR };
	char name[NAME_MAX_SHOWN], *word;
	size_t used;
	int code, first;

	code = take_options(&l, argc, argv, lists);
	if (code >= 0)
		return code;
	first = optind;
	if (first == argc) {
		cmd_help(lists, NULL);
		return CMD_USAGE;
	}
	l.cmd = find(lists, argv + first, (size_t)(argc - first), &used);
	if (l.cmd == NULL)
		return no_command(lists, argc - first, argv + first);
	argc -= first + (int)used - 1;
	argv += first + (int)used - 1;
	snprintf(name, sizeof(name), "zqhub %s", l.cmd->name);
	word = argv[0];
	argv[0] = name;		/* as getopt's complaints begin */
	optind = 0;		/* getopt begins anew */
	code = take_options(&l, argc, argv, lists);
	argv[0] = word;
	if (code >= 0)
		return code;
	l.word = argv + optind;
	l.words = (size_t)(argc - optind);
	if (!is_complete(&l) || !is_utf8(&l))
		return CMD_USAGE;
	cmd_typed_narrow(&l);
	code = run(&l);
	if (fflush(stdout) != 0)
		return cmd_fail(NULL, _("cannot write: %s"),
		    strerror(errno));
	return code;
}
