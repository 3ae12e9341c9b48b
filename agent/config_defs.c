/* See config_defs.h. What stands behind .about is the manual, a sentence a
 * line. */
#include "agent/config_defs.h"

#include <stddef.h>

#define TOP(name) offsetof(struct config_top, name)
#define SOURCE(name) offsetof(struct config_source, name)
#define MINUTE 60000ull
#define MIB (1ull << 20)

const struct conf_section config_sections[] = {
	{ .name = "", .size = sizeof(struct config_top) },
	{ .name = "source", .size = sizeof(struct config_source),
	  .many = true },
};
const size_t config_section_count =
    sizeof(config_sections) / sizeof(config_sections[0]);

const struct conf_def config_defs[] = {
	{ .section = "", .name = "hub", .type = CONF_TEXT,
	  .offset = TOP(hub), .about =
	  "The hub's address, such as https://hub.example:7443.\nIt is "
	  "written by zqagent enroll." },
	{ .section = "", .name = "proxy", .type = CONF_TEXT,
	  .offset = TOP(proxy), .preset = "", .about =
	  "The HTTP proxy on the way to the hub, such as "
	  "http://proxy.example:3128.\nIt is asked to CONNECT, so that TLS "
	  "still ends at the hub.\nUnless given, the environment decides "
	  "(https_proxy, no_proxy)." },
	{ .section = "", .name = "dir", .type = CONF_PATH,
	  .offset = TOP(dir), .preset = ".", .about =
	  "Where the key, the certificate, the store and the control socket "
	  "are.\nA relative path starts at this file." },
	{ .section = "", .name = "log", .type = CONF_TEXT,
	  .offset = TOP(log), .preset = "info", .about =
	  "How much is logged: error, warn, info or debug." },
	{ .section = "", .name = "language", .type = CONF_TEXT,
	  .offset = TOP(language), .preset = "", .about =
	  "The language of sentences for people: zh or en.\nUnless given, the "
	  "environment decides." },
	{ .section = "", .name = "spool", .type = CONF_BYTES,
	  .offset = TOP(spool), .preset = "256M", .least = MIB,
	  .most = 64ull << 30, .unit = "bytes", .about =
	  "The most that changes on their way to the hub may take.\nWhen it "
	  "is full the oldest confirmed ones go, then changes of one item "
	  "become one; after that nothing new is taken from the sources "
	  "until there is room, and nothing is lost." },
	{ .section = "", .name = "rescan", .type = CONF_TIME,
	  .offset = TOP(rescan), .preset = "10m", .least = 1000,
	  .most = 7ull * 24 * 60 * MINUTE, .about =
	  "How long after a scan of a source the next one starts.\nChanges "
	  "are noticed at once; scans find what was missed: on NFS, while "
	  "the agent was down, or when the kernel ran out of watches." },
	{ .section = "", .name = "settle", .type = CONF_TIME,
	  .offset = TOP(settle), .preset = "2s", .least = 0,
	  .most = 10 * MINUTE, .about =
	  "A file found by a scan that was written to less than this ago is "
	  "looked at again later, because it may not be finished.\nA file "
	  "that was closed or renamed into place is read at once." },
	{ .section = "", .name = "often", .type = CONF_NUMBER,
	  .offset = TOP(often), .preset = "12", .least = 0, .most = 100000,
	  .unit = "changes a minute", .about =
	  "A file that changes more often than this, a hit counter or a log, "
	  "is told when it was left alone for 10 seconds, and once a minute at "
	  "the latest; 0: each change of it is told.\nzqagent status names it: "
	  "what is no page is better left out (exclude)." },
	{ .section = "", .name = "beat", .type = CONF_TIME,
	  .offset = TOP(beat), .preset = "5s", .least = 1000,
	  .most = 30 * 1000, .about =
	  "How often the hub hears that the site is alive when there is "
	  "nothing to tell.\nA hub shows a site as silent that it hasn't heard "
	  "for three beats, or 15 seconds if that is longer, unless its "
	  "operator chose another time." },
	{ .section = "", .name = "prove_every", .type = CONF_TIME,
	  .offset = TOP(prove_every), .preset = "24h", .least = 1000,
	  .most = 7ull * 24 * 60 * MINUTE, .about =
	  "How often the hub's index is proven to be exactly what the site "
	  "has, give or take a tenth.\nIt is also proven after a start, when "
	  "the hub was away, and when its operator asks; what differs is "
	  "mended." },
	{ .section = "", .name = "hub_silent", .type = CONF_TIME,
	  .offset = TOP(hub_silent), .preset = "15m", .least = 1000,
	  .most = 7ull * 24 * 60 * MINUTE, .about =
	  "A hub that has not answered for so long is silent: the log says so, "
	  "zqagent status does, and hook and mail are told once, and once more "
	  "when it is back.\nThe hook reads JSON with the kind hub-silent or "
	  "hub-heard." },
	{ .section = "", .name = "home", .type = CONF_TEXT,
	  .offset = TOP(home), .preset = "", .about =
	  "The address of the site's home page, which the agent asks itself "
	  "and tells the hub how that went, or off.\nUnless given, the root "
	  "of the first source's address." },
	{ .section = "", .name = "home_connect", .type = CONF_TEXT,
	  .offset = TOP(home_connect), .preset = "", .about =
	  "Where the site's web server is, HOST or HOST:PORT, so that no "
	  "balancer and no firewall is asked in its place.\nUnless given, "
	  "127.0.0.1 is tried, and if nothing ever answered there, what the "
	  "page's name leads to; the hub is told nothing until one of them "
	  "has answered." },
	{ .section = "", .name = "home_every", .type = CONF_TIME,
	  .offset = TOP(home_every), .preset = "30s", .least = 1000,
	  .most = 60 * MINUTE, .about =
	  "How long after the home page was asked it is asked again; after "
	  "a third of it if it is otherwise than it was at the time before.\n"
	  "A page that takes 15 seconds or more has not answered." },
	{ .section = "", .name = "url_every", .type = CONF_TIME,
	  .offset = TOP(url_every), .preset = "24h", .least = 0,
	  .most = 30ull * 24 * 60 * MINUTE, .about =
	  "How often the agent asks the site's web server, as for the home "
	  "page, for a file of each source at its address, and whether url is "
	  "right by that; 0, or home = off: never.\nOnly if some of them, "
	  "from all over the site, are not found (404, 410) while the home "
	  "page is, and the same ten minutes later, zqagent status and the "
	  "hub say so." },
	{ .section = "", .name = "closing_notice", .type = CONF_TIME,
	  .offset = TOP(closing_notice), .preset = "30d", .least = 0,
	  .most = 3650ull * 24 * 60 * MINUTE, .about =
	  "How long before its time the closing of the site is to be "
	  "announced (国办发〔2017〕47号: 30 days); zqagent say closing warns of "
	  "one that is later.\nAs at the hub, if its operator has set it "
	  "there." },
	{ .section = "", .name = "look_for_others", .type = CONF_BOOL,
	  .offset = TOP(look_for_others), .preset = "no", .about =
	  "Whether the agent looks at the home page of another site of the "
	  "cluster when the hub, which can't get it, asks for that: so the "
	  "hub knows what is down from what only the hub can't reach.\nIt "
	  "gets that one page once, waits 15 seconds at most, follows no "
	  "redirect, keeps nothing, and tells the hub the status or why there "
	  "was none.\nOther sites see this machine's address in their logs." },
	{ .section = "", .name = "look_most", .type = CONF_NUMBER,
	  .offset = TOP(look_most), .preset = "60", .least = 1,
	  .most = 600, .unit = "looks an hour", .about =
	  "What the hub asks beyond that isn't looked at." },
	{ .section = "", .name = "look_networks", .type = CONF_TEXT,
	  .offset = TOP(look_networks), .preset = "", .about =
	  "Private networks at which pages of other sites may be, such as "
	  "10.20.0.0/16, blanks between.\nElse no private address is asked, "
	  "whatever name leads to it." },
	{ .section = "", .name = "gate_items", .type = CONF_NUMBER,
	  .offset = TOP(gate_items), .preset = "50", .least = 0,
	  .most = 1000000000, .unit = "items", .about =
	  "When more items than this, and more than gate_percent, are missing "
	  "from a source at once, or all of them, they are only withdrawn "
	  "when a person says so.\nThe hub has a gate of its own." },
	{ .section = "", .name = "gate_percent", .type = CONF_NUMBER,
	  .offset = TOP(gate_percent), .preset = "10", .least = 0,
	  .most = 100, .unit = "per cent of a source's items", .about =
	  "See gate_items." },
	{ .section = "", .name = "zone", .type = CONF_NUMBER,
	  .offset = TOP(zone), .preset = "480", .least = 0, .most = 840,
	  .unit = "minutes east of UTC", .about =
	  "The zone of dates in pages that don't name one." },
	{ .section = "", .name = "page", .type = CONF_BYTES,
	  .offset = TOP(page), .preset = "4M", .least = 4096,
	  .most = 64 * MIB, .unit = "bytes", .about =
	  "How much of a page is looked into for its tags and links.\nOf a "
	  "longer one the rest only counts for its hash." },
	{ .section = "", .name = "hook", .type = CONF_LIST,
	  .offset = TOP(hook), .preset = "", .about =
	  "A command that is run for each letter of the hub and reads it as "
	  "JSON, as zqagent letters --json shows it.\nIts first word is a "
	  "whole path; no shell is involved.\nIt runs as the agent's user, "
	  "one at a time, for a minute at most; if it fails it gets the letter "
	  "again, five times in all.\nAfter a crash it may get one that it has "
	  "had: the id in it is the same then, and no other letter has it." },
	{ .section = "", .name = "atom", .type = CONF_TEXT,
	  .offset = TOP(atom), .preset = "", .about =
	  "A file that is an Atom feed of the last fifty letters.\nIts "
	  "directory must be there, and the agent's user must be able to write "
	  "to it." },
	{ .section = "", .name = "mail", .type = CONF_TEXT,
	  .offset = TOP(mail), .preset = "", .about =
	  "The address that gets a mail of new letters." },
	{ .section = "", .name = "mail_command", .type = CONF_LIST,
	  .offset = TOP(mail_command), .preset = "/usr/sbin/sendmail -t -i",
	  .about = "The command that sends what it reads." },
	{ .section = "", .name = "mail_every", .type = CONF_TIME,
	  .offset = TOP(mail_every), .preset = "24h", .least = 1000,
	  .most = 30ull * 24 * 60 * MINUTE, .about =
	  "A mail comes no sooner than this after the one before, and only if "
	  "there are letters." },
	{ .section = "", .name = "map_nginx", .type = CONF_TEXT,
	  .offset = TOP(map_nginx), .preset = "", .about =
	  "A file that tells nginx where old addresses of this site have "
	  "moved, to be included in a map; how is told in its head.\nIts "
	  "directory must be there, and the agent's user must be able to write "
	  "to it." },
	{ .section = "", .name = "map_apache", .type = CONF_TEXT,
	  .offset = TOP(map_apache), .preset = "", .about =
	  "The same for Apache, as the text of a RewriteMap." },
	{ .section = "", .name = "map_reload", .type = CONF_LIST,
	  .offset = TOP(map_reload), .preset = "", .about =
	  "A command that makes the web server read its settings again, run "
	  "when one of these files has changed.\nIts first word is a whole "
	  "path; no shell is involved, and the agent's user runs it." },
	{ .section = "", .name = "mend_undo", .type = CONF_TIME,
	  .offset = TOP(mend_undo), .preset = "90d", .least = 60 * MINUTE,
	  .most = 3650ull * 24 * 60 * MINUTE, .about =
	  "How long what zqagent mend has done can be undone.\nWhat is older "
	  "is dropped at the end of a run that does something; the last run "
	  "never is." },
	{ .section = "", .name = "mend_undo_size", .type = CONF_BYTES,
	  .offset = TOP(mend_undo_size), .preset = "256M", .least = MIB,
	  .most = 64ull << 30, .unit = "bytes", .about =
	  "The most that may take, in DIR/mended: the oldest runs are dropped "
	  "first." },
	{ .section = "source", .name = "type", .type = CONF_TEXT,
	  .offset = SOURCE(type), .preset = "dir", .about =
	  "What kind of source: dir, a document root on this machine." },
	{ .section = "source", .name = "root", .type = CONF_PATH,
	  .offset = SOURCE(root), .about =
	  "The document root.\nIt may be a symbolic link; when it is switched "
	  "to another directory the new one is read.\nNothing outside it is "
	  "ever read, whatever links say." },
	{ .section = "source", .name = "url", .type = CONF_TEXT,
	  .offset = SOURCE(url), .about =
	  "The address of the root, such as https://www.example.gov.cn/." },
	{ .section = "source", .name = "include", .type = CONF_LIST,
	  .offset = SOURCE(include), .preset = "", .about =
	  "Patterns as in the shell; if there are any, only files that match "
	  "one of them are told.\nA pattern without a slash is for names, one "
	  "with a slash for the path below the root." },
	{ .section = "source", .name = "exclude", .type = CONF_LIST,
	  .offset = SOURCE(exclude), .preset =
	  "*~ *.swp *.swx *.tmp *.temp *.part *.bak *.orig *.crdownload "
	  "*.filepart _vti_* _notes lost+found CVS ~$* [Tt]humbs.db [Dd]esktop.ini __MACOSX WEB-INF "
	  "META-INF App_Data App_Code *.config *.inc *.inc.php *.asa *.asax "
	  "*.mdb *.ldb conn.asp conn.php conn.jsp config.asp config.php "
	  "wp-config.php", .about =
	  "Patterns of files and directories that are left out, in place of "
	  "those below; behind a first word + beside them, as in + drafts "
	  "*.psd.\nNames that "
	  "begin with a dot always are, but for .well-known.\nPrograms (*.php, "
	  "*.asp, *.jsp) are told by what stands in the file, not by what they "
	  "answer: leave them out, too, if that says nothing, with cover = no "
	  "if one answers for its directory." },
	{ .section = "source", .name = "index", .type = CONF_LIST,
	  .offset = SOURCE(index), .preset =
	  "index.html index.htm index.shtml default.html default.htm", .about =
	  "Names of files that are told as their directory, the first that "
	  "is there." },
	{ .section = "source", .name = "cover", .type = CONF_BOOL,
	  .offset = SOURCE(cover), .preset = "yes", .about =
	  "Whether all that the address answers is files below the root, so "
	  "that the hub may take a link to what is no item for one that "
	  "never was right.\nSay no where a program answers at addresses of "
	  "its own; what stands behind a question mark is never judged.\n"
	  "Some of the addresses where nothing is, as the hub wrote, are asked "
	  "for, unless url_every is 0 or home off: those that answer all the "
	  "same, as by an alias or a rule that rewrites, are left out, see "
	  "zqagentd(8).\n"
	  "Without include it judges names that only files have: pages "
	  "(.html, .shtml), documents, archives, pictures, sound and film, "
	  "fonts, .css, .js, .json, .xml, .xsl, .swf and programs to "
	  "download (.apk, .exe).\nA name with another extension "
	  "(.php, .do) or none at all may be a program's and is unknown "
	  "to it if it is no item; with include all that the patterns "
	  "take is judged, so *.do, or * for all.\nWhat "
	  "the agent can't look at, such as a link out of the root, is not "
	  "judged either." },
	{ .section = "source", .name = "moves", .type = CONF_TEXT,
	  .offset = SOURCE(moves), .preset = "ask", .about =
	  "What becomes of it when files are elsewhere all at once: ask "
	  "proposes to announce the move, see zqagent moves; announce does "
	  "it at once; off does nothing." },
	{ .section = "source", .name = "mend", .type = CONF_TEXT,
	  .offset = SOURCE(mend), .preset = "off", .about =
	  "May the links of its pages be mended when the hub writes that what "
	  "they point to has moved?\noff: no; ask: when somebody types "
	  "zqagent mend --apply; auto: by zqagentd itself, too, whose user must "
	  "own the pages." },
	{ .section = "source", .name = "access_log", .type = CONF_TEXT,
	  .offset = SOURCE(access_log), .preset = "", .about =
	  "The access log of the site's web server, as in "
	  "/var/log/nginx/access.log, in the common or combined format: "
	  "zqagent say move --dry-run counts in it how often people ask for "
	  "what would move.\nOnly whoever runs that reads it, and it leaves "
	  "the machine never." },
};
const size_t config_def_count = sizeof(config_defs) / sizeof(config_defs[0]);
