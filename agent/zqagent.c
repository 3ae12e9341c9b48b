/*
 * zqagent: the control tool of a site's admin. See zqagent(8).
 */
#include <curl/curl.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/tool.h"
#include "contrib/base/lang.h"

static const struct tool_command commands[] = {
	{ .name = "enroll", .words = "URL TICKET", .run = tool_enroll,
	  .options = tool_enroll_options,
	  .about = N_("make this site's key and get its certificate"),
	  .help = N_("The hub's operator gives you both in one line:\n"
	  "  zqagent enroll https://hub.example:7443 zq1.…\n"
	  "A ticket is good once, for one site, for a day. The key is made "
	  "here and\nnever leaves this machine.\n") },
	{ .name = "source", .words = "add dir NAME | list | remove NAME",
	  .run = tool_source, .options = tool_source_options,
	  .about = N_("say what this site publishes"),
	  .help = N_("  zqagent source add dir www --root /var/www/html \\\n"
	  "      --url https://www.example.gov.cn/\n"
	  "  zqagent source add dir files --root /srv/files \\\n"
	  "      --url https://www.example.gov.cn/files/ --include \"*.pdf "
	  "*.doc\"\n"
	  "  zqagent source list\n"
	  "  zqagent source remove files\n") },
	{ .name = "status", .words = "", .run = tool_status,
	  .about = N_("show sources, spool, hub and certificate"),
	  .help = N_("Ends with 0 if the hub has everything, 1 if not, 2 if "
	  "that can't be known.\n") },
	{ .name = "check", .words = "PAGE", .run = tool_check,
	  .as_caller = true,
	  .options = tool_check_options,
	  .about = N_("show what would be said of a page, and what it lacks"),
	  .help = N_("  zqagent check /var/www/html/a/b.html\n"
	  "Nothing is sent to the hub. The site's own web server is asked "
	  "whether it has what\nthe page's source has.\n") },
	{ .name = "say", .words = "item --url U --title T | deleted --url U "
	  "[--see V] | move OLD NEW |\n    outage | maintenance | closing | "
	  "resolved",
	  .run = tool_say, .options = tool_say_options,
	  .about = N_("tell the hub of an item, that one is gone, a "
	  "move, an outage"),
	  .help = N_("  zqagent say item --url "
	  "https://www.example.gov.cn/a.html --title 公告 \\\n"
	  "      --date \"2026-11-21 09:30\" --column 通知公告\n"
	  "  zqagent say deleted --url https://www.example.gov.cn/a.html \\\n"
	  "      --reason \"superseded\" --see "
	  "https://www.example.gov.cn/b.html\n"
	  "  zqagent say move https://www.example.gov.cn/news/ \\\n"
	  "      https://www.example.gov.cn/xinwen/ --prefix --at 2026-12-01 "
	  "--dry-run\n"
	  "  zqagent say move https://old.example.gov.cn/ "
	  "https://new.example.gov.cn/ --domain\n"
	  "  zqagent say move --csv moves.csv --reason \"new columns\"\n"
	  "  zqagent say move --nginx-map /etc/nginx/moved.map --base "
	  "https://www.example.gov.cn\n"
	  "  zqagent say move https://www.example.gov.cn/news/ --prefix "
	  "--withdraw\n"
	  "  zqagent say outage --service 办事大厅 --until \"2026-12-01 "
	  "18:00\" --reason 数据库故障\n"
	  "  zqagent say resolved --service 办事大厅\n"
	  "  zqagent say maintenance --every \"sun 02:00-04:00\" --reason "
	  "例行维护\n"
	  "  zqagent say maintenance --from \"2026-12-05 20:00\" --until "
	  "\"2026-12-05 23:00\" \\\n"
	  "      --reason 更换设备\n"
	  "  zqagent say maintenance --withdraw --from \"2026-12-05 20:00\"\n"
	  "  zqagent say closing --at 2027-01-15 --see "
	  "https://www.example.gov.cn/ --reason 并入省政府门户网站\n"
	  "A move announced before its time lets every site that links there "
	  "repair its\npages before the old address is gone. What was "
	  "announced zqagent status and moves\nshow. It is on this machine's "
	  "disk when the command returns, also while zqagentd is\nnot "
	  "running.\n") },
	{ .name = "moves", .words = "[announce | refuse [OLD]]",
	  .run = tool_moves, .options = tool_moves_options,
	  .about = N_("show what moves, and what could be announced"),
	  .help = N_("  zqagent moves\n"
	  "  zqagent moves announce https://www.example.gov.cn/news/ "
	  "--reason \"new columns\"\n"
	  "  zqagent moves refuse\n"
	  "Sources propose a move when files are elsewhere all at once; "
	  "without an address it\nis about all proposals. What was refused "
	  "isn't proposed again.\n") },
	{ .name = "rescan", .words = "[NAME]", .run = tool_rescan,
	  .about = N_("look at all files of a source, or of all, now"),
	  .help = N_("  zqagent rescan www\n") },
	{ .name = "release", .words = "[NAME] --reason R",
	  .run = tool_release, .options = tool_reason_options,
	  .about = N_("withdraw what is held because so much is missing"),
	  .help = N_("  zqagent release www --reason \"the old site was "
	  "taken down\"\n"
	  "Without a name: whatever is held.\n") },
	{ .name = "refuse", .words = "[NAME] --reason R", .run = tool_refuse,
	  .options = tool_reason_options,
	  .about = N_("keep in the index what is missing"),
	  .help = N_("  zqagent refuse www --reason \"a disk is being "
	  "replaced\"\n"
	  "Without a name: whatever is held.\n") },
	{ .name = "letters", .words = "[N]", .run = tool_letters,
	  .typed = true, .options = tool_letters_options,
	  .about = N_("show what the hub wrote to this site, or reply"),
	  .help = N_("  zqagent letters\n"
	  "  zqagent letters 12\n"
	  "  zqagent letters --will-fix 12\n"
	  "  zqagent letters --refuse 12 --reason \"an archive: it stays "
	  "as it was\"\n"
	  "A letter about links names the pages, lines and addresses; zqagent "
	  "mend can change\nthem. That links are fixed the hub sees by "
	  "itself.\n") },
	{ .name = "mend", .words = "[--dry-run | --apply | --undo] [ROOT]",
	  .run = tool_mend, .as_caller = true, .options = tool_mend_options,
	  .about = N_("lead the pages' links to where the letters say"),
	  .help = N_("Shows which bytes of which pages would change; "
	  "--apply changes them, --undo puts\nthem back:\n"
	  "  zqagent mend\n"
	  "  zqagent mend --apply www\n"
	  "  zqagent mend --apply /var/www/html/news\n"
	  "  zqagent mend --undo\n"
	  "Only where the source's settings say mend = ask (or auto); run it "
	  "as the user who\nowns the pages, or as root. A page that was "
	  "changed since the letter stays as it\nis, unless you say "
	  "--changed.\n") },
	{ .name = "retell", .words = "--reason R", .run = tool_retell,
	  .options = tool_reason_options,
	  .about = N_("tell the hub everything again, under new numbers"),
	  .help = N_("For an agent that was copied or restored (status says "
	  "\"forked\"):\n"
	  "  zqagent retell --reason \"restored from a backup\"\n") },
	{ .name = "proof", .words = "[--write SOURCE]", .run = tool_proof,
	  .as_caller = true, .options = tool_proof_options,
	  .about = N_("show, or put in place, the proof of the domain"),
	  .help = N_("The web server shows it at "
	  "/.well-known/zhanqun.txt; the hub's operator looks\nthere with "
	  "zqhub site prove, to know that the site's key and its web server "
	  "are\nin one hand.\n"
	  "  zqagent proof --write www\n"
	  "  zqagent proof > /srv/top/.well-known/zhanqun.txt\n"
	  "Write it again after a renewal, before the operator looks "
	  "again.\n") },
	{ .name = "renew", .words = "", .run = tool_renew,
	  .about = N_("get a new key and certificate now"),
	  .help = N_("zqagentd does it by itself when two thirds of a "
	  "certificate's life are over.\n") },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
	fputs(_("usage: zqagent COMMAND … [--dir DIR] [--json]\n\n"), out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name,
		    _(commands[i].about));
	fputs(_("\nEnds with 0 if it is done or all is well, 1 if the answer is "
	    "no, 2 in trouble.\n"), out);
	fputs(_("To begin: zqagent enroll, then zqagent source add, then start "
	    "zqagentd.\nzqagent COMMAND --help has examples, zqagent(8) has "
	    "everything, zhanqun(7) what\nto do when.\n"), out);
}

/* The first word that is no option; "--dir DIR" may stand before it. */
static int
find_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dir") == 0)
			i++;
		else if (strncmp(argv[i], "--", 2) != 0)
			return i;
	}
	return 0;
}

/* What root makes here the daemon must be able to read. */
static bool
be_owner(struct tool *t)
{
	struct stat st;

	t->caller = getuid();
	if (geteuid() != 0 || stat(t->dir, &st) != 0 || st.st_uid == 0)
		return true;
	return setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 &&
	    setuid(st.st_uid) == 0;
}

static int
run(struct tool *t, int argc, char **argv, int at)
{
	int status;

	/* The command goes; what stood before it is read as if after. */
	memmove(&argv[1 + 1], &argv[1], (size_t)(at - 1) * sizeof(*argv));
	if (!tool_parse(t, argc - 2, argv + 2, &status))
		return status;
	if (!t->command->as_caller && !be_owner(t))
		return tool_fail(NULL, "%s: %s", t->dir, strerror(errno));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = t->command->run(t);
	curl_global_cleanup();
	return status;
}

int
main(int argc, char **argv)
{
	struct tool t = { .dir = CONFIG_DIR };
	int at;

	lang_open(argv[0]);
	at = find_command(argc, argv);
	for (size_t i = 0; at > 0 && i < COMMANDS; i++)
		if (strcmp(commands[i].name, argv[at]) == 0)
			t.command = &commands[i];
	if (t.command != NULL)
		return run(&t, argc, argv, at);
	if (at > 0)
		fprintf(stderr, _("zqagent: there is no command \"%s\"\n\n"),
		    argv[at]);
	if (at == 0 && argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("zqagent " ZQ_VERSION "\n");
		return 0;
	}
	usage(stderr);
	return 2;
}
