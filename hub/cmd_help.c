/*
 * Help.
 */
#include "hub/cmd_help.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"

static void
usage(FILE *f, const struct cmd *c)
{
	fprintf(f, "zqhub %s", c->name);
	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++) {
		const struct cmd_option *o = &c->option[i];

		fprintf(f, o->must ? " --%s%s%s" : " [--%s%s%s]", o->name,
		    o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "");
	}
	if (c->json)
		fputs(" [--json]", f);
	fprintf(f, " [--dir DIR]%s%s\n", c->words[0] != '\0' ? " " : "",
	    c->words);
}

void
cmd_help_short(const struct cmd *c)
{
	if (c == NULL) {
		fprintf(stderr, "%s\n", _("zqhub --help lists all commands"));
		return;
	}
	fputs("       ", stderr);
	usage(stderr, c);
	fprintf(stderr, "       ");
	fprintf(stderr, _("zqhub %s --help says more"), c->name);
	fputc('\n', stderr);
}

/* Lists of one subject stand together: "site add …", "site settle …". */
static bool
goes_on(const struct cmd *list, const struct cmd *next)
{
	size_t n;

	if (list->name == NULL || next == NULL || next->name == NULL)
		return false;
	n = strcspn(list->name, " ");
	return n == strcspn(next->name, " ") &&
	    strncmp(list->name, next->name, n) == 0;
}

static void
help_all(const struct cmd *const *lists)
{
	printf("%s\n\n", _("zqhub: speaks to a hub of a site cluster, "
	    "whether its daemon runs or not."));
	for (; *lists != NULL; lists++) {
		for (const struct cmd *c = *lists; c->name != NULL; c++)
			printf("  %-18s  %s\n", c->name, _(c->about));
		if (!goes_on(lists[0], lists[1]))
			putchar('\n');
	}
	printf(_("Every command takes --dir DIR (of hub.conf; %s unless "
	    "given)\nand --help, with examples; what shows something takes "
	    "--json.\n"), CONFIG_DIR);
	fputs(_("Ends with 0 if it is done or all is well, 1 if it failed or "
	    "the answer is no,\n2 if the command line makes no sense.\n\n"
	    "To begin: zqhub init, then start zqhubd, then zqhub site add.\n"
	    "zqhub(8) has everything, zqhub.conf(5) the settings, zhanqun(7) "
	    "what to do when.\n"), stdout);
}

bool
cmd_help_group(FILE *f, const struct cmd *const *lists, const char *word)
{
	size_t n = strlen(word);
	bool any = false;

	for (; *lists != NULL; lists++) {
		for (const struct cmd *c = *lists; c->name != NULL; c++) {
			if (n == 0 || strncmp(c->name, word, n) != 0 ||
			    c->name[n] != ' ')
				continue;
			any = true;
			if (f != NULL)
				fprintf(f, "  %-18s  %s\n", c->name,
				    _(c->about));
		}
	}
	return any;
}

static void
option_line(const struct cmd_option *o)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", o->name,
	    o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
	printf("  %-20s %s\n", left, _(o->about));
}

static void
examples(const char *lines)
{
	printf("\n%s\n", _("For example:"));
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		printf("  %s%.*s\n", *lines == ' ' ? "    " : "zqhub ",
		    (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

void
cmd_help(const struct cmd *const *lists, const struct cmd *c)
{
	if (c == NULL) {
		help_all(lists);
		return;
	}
	usage(stdout, c);
	putchar('\n');
	printf(_("%s.\n"), _(c->about));	/* a full stop of the language */
	if (c->more != NULL)
		printf("\n%s\n", _(c->more));
	if (c->option[0].name != NULL)
		putchar('\n');
	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++)
		option_line(&c->option[i]);
	if (c->examples != NULL)
		examples(c->examples);
}
