/*
 * zqhub backup, restore: the small file that a hub is born again from.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs/keep.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/ask.h"
#include "hub/backup.h"
#include "hub/errand.h"
#include "hub/json.h"
#include "hub/query_move.h"
#include "hub/restore.h"

#define TROUBLE_MAX 65536
#define PASS_MAX 1024		/* bytes of a passphrase */
#define PASS_LEAST 8

/* The file's first line; "" if none is asked for. False: said why. */
static bool
read_pass(const struct cmd_line *l, struct buf *pass)
{
	const char *path = cmd_value(l, "passphrase-file");
	struct buf why;
	size_t n;
	bool ok;

	buf_init(pass, PASS_MAX);
	if (path == NULL)
		return true;
	buf_init(&why, TROUBLE_MAX);
	ok = keep_get_secret(path, pass, &why);
	n = ok ? strcspn(buf_cstr(pass), "\r\n") : 0;
	if (!ok) {
		cmd_fail(NULL, "%s", buf_cstr(&why));
	} else if (n < PASS_LEAST) {
		cmd_fail(NULL, _("%s: a passphrase has at least %d "
		    "characters"), path, PASS_LEAST);
		ok = false;
	} else {
		buf_cut(pass, n);
	}
	buf_clear(&why);
	return ok;
}

static void
clear_pass(struct buf *pass)
{
	if (pass->at != NULL)
		OPENSSL_cleanse(pass->at, pass->n);
	buf_clear(pass);
}

/* --- backup ---------------------------------------------------------------- */

/* False: said why. */
static bool
read_register(const struct cmd_line *l, json_t **sites, json_t **moves)
{
	struct store *s = cmd_store(l);
	struct query *q;

	if (s == NULL)
		return false;
	q = query_begin(s);
	*sites = query_register(q);
	*moves = query_move_acts(q);
	query_end(q);
	store_close(s);
	return true;
}

static bool
write_file(const char *path, const json_t *whole, struct buf *why)
{
	char *text = json_dumps(whole, JSON_INDENT(1) | JSON_SORT_KEYS);
	struct span s = span_of(text);
	bool ok;

	ok = s.n > 0 && s.n < BACKUP_MAX &&
	    keep_put(path, 0600, KEEP_NEW, s, why);
	OPENSSL_cleanse(text, s.n);
	free(text);
	return ok;
}

static void
say_written(const struct cmd_line *l, size_t sites, bool next, bool closed)
{
	if (l->json) {
		cmd_json(json_pack("{s:o, s:I, s:b, s:b}", "file",
		    json_span(span_of(l->word[0])), "sites",
		    (json_int_t)sites, "next_ca", next, "encrypted",
		    closed));
		return;
	}
	printf(ngettext("%s has the CA%s, the ticket key, hub.conf, and %zu "
	    "site with its keys.\n", "%s has the CA%s, the ticket key, "
	    "hub.conf, and %zu sites with their keys.\n",
	    (unsigned long)sites), l->word[0],
	    next ? _(" and the next one") : "", sites);
	printf(closed ? _("The keys are encrypted with the passphrase: "
	    "without it the file is of no use.\n") :
	    _("The keys in it are not encrypted: whoever has the file is the "
	    "hub (--passphrase-file).\n"));
	printf(_("Keep it off this machine. A hub is made from it with: "
	    "zqhub restore %s --dir DIR\n"
	    "What the sites have said is not in it: agents say it again.\n"),
	    l->word[0]);
}

static int
backup_to(struct cmd_line *l, const char *pass)
{
	json_t *sites, *moves, *whole;
	int code = CMD_OK;
	struct buf why;
	size_t count;

	if (!read_register(l, &sites, &moves))
		return CMD_NO;
	count = json_array_size(sites);
	buf_init(&why, TROUBLE_MAX);
	whole = backup_make(l->config, sites, moves, pass, &why);
	if (whole == NULL || !write_file(l->word[0], whole, &why))
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	else
		say_written(l, count, json_object_get(whole, "next") != NULL,
		    pass != NULL);
	json_decref(whole);
	buf_clear(&why);
	return code;
}

static int
run_backup(struct cmd_line *l)
{
	struct buf pass;
	int code = CMD_NO;

	if (strcmp(l->word[0], "-") == 0)
		return cmd_fail(_("who has it is the hub: it is written for "
		    "its owner alone, and never over another"),
		    _("backup: name a file"));
	if (access(l->word[0], F_OK) == 0)
		return cmd_fail(_("name another file, or remove it"),
		    _("%s: exists"), l->word[0]);
	if (strlen(l->word[0]) >= KEEP_PATH_MAX)
		return cmd_fail(NULL, _("the file's name is too long"));
	if (read_pass(l, &pass))
		code = backup_to(l, pass.n > 0 ? buf_cstr(&pass) : NULL);
	clear_pass(&pass);
	return code;
}

/* --- restore --------------------------------------------------------------- */

static void
say_restored(const struct cmd_line *l, const struct restored *r)
{
	struct buf room;

	if (l->json) {
		cmd_json(json_pack("{s:o, s:I, s:b, s:b, s:b}", "dir",
		    json_span(span_of(l->dir)), "sites",
		    (json_int_t)r->sites, "only_ca", r->only_ca,
		    "only_register", r->only_register, "rolling",
		    r->rolling));
		return;
	}
	if (r->only_ca)
		printf(_("The CA is back in %s; the journal there has the "
		    "sites, and all that they told.\n"), l->dir);
	else if (r->only_register)
		printf(ngettext("The register of %zu site is back in %s.\n",
		    "The register of %zu sites is back in %s.\n", r->sites),
		    r->sites, l->dir);
	else
		printf(ngettext("A hub was restored in %s, with %zu site.\n",
		    "A hub was restored in %s, with %zu sites.\n", r->sites),
		    l->dir, r->sites);
	buf_init(&room, TEXT_SHELL_MAX);
	if (r->only_ca)
		printf(_("Start it: zqhubd -c %s/hub.conf        (or: "
		    "systemctl start zqhubd)\n"), text_shell(&room, l->dir));
	else
		printf(_("Start it: zqhubd -c %s/hub.conf        (or: "
		    "systemctl start zqhubd)\nIts agents come back by "
		    "themselves, and tell again what they had told; zqhub "
		    "status shows how far.\n"), text_shell(&room, l->dir));
	buf_clear(&room);
	if (r->rolling)
		printf(_("The CA was being rolled over, and still is: zqhub "
		    "ca status shows how far. If that was finished after "
		    "this backup, agents refuse this hub until you have "
		    "said: zqhub ca roll --finish --force\n"));
}

static int
restore_from(struct cmd_line *l, struct span text, const char *pass)
{
	char actor[ASK_ACTOR];
	struct buf why, hint;
	struct restored r = { .sites = 0 };
	struct backup b;
	int code;

	/* Root has read the file; what is made is the daemon's. */
	errand_become_owner(l->dir);
	buf_init(&why, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	ask_actor(actor, getuid());
	if (!backup_open(&b, text, pass, &why)) {
		code = cmd_fail(_("nothing was changed"), "%s: %s",
		    l->word[0], buf_cstr(&why));
	} else {
		code = restore_into(&b, l->dir, actor, &r, &why, &hint) ?
		    CMD_OK : cmd_fail(buf_cstr(&hint), "%s",
		    buf_cstr(&why));
		backup_close(&b);
	}
	if (code == CMD_OK)
		say_restored(l, &r);
	buf_clear(&why);
	buf_clear(&hint);
	return code;
}

static int
run_restore(struct cmd_line *l)
{
	struct buf pass, text, why;
	int code = CMD_NO;

	buf_init(&text, BACKUP_MAX);
	buf_init(&why, TROUBLE_MAX);
	if (!keep_get(l->word[0], &text, &why))
		cmd_fail(NULL, "%s", buf_cstr(&why));
	else if (read_pass(l, &pass)) {
		code = restore_from(l, buf_look(&text),
		    pass.n > 0 ? buf_cstr(&pass) : NULL);
		clear_pass(&pass);
	} else {
		clear_pass(&pass);
	}
	if (text.at != NULL)
		OPENSSL_cleanse(text.at, text.n);
	buf_clear(&text);
	buf_clear(&why);
	return code;
}

#define PASSPHRASE { "passphrase-file", "F", N_("the keys' passphrase is the " \
	"first line of F"), false }

const struct cmd cmd_backup_list[] = {
	{ .name = "backup", .words = "FILE", .least = 1, .most = 1,
	  .json = true, .run = run_backup,
	  .about = N_("write to a small file what the hub is: CA, settings, "
	    "register of sites"),
	  .more = N_("The daemon may run. With this file, and without "
	    "anything else, a hub can be made anew\nto which all agents come "
	    "back by themselves. Make one after each site that is added."),
	  .examples = "backup /mnt/safe/hub-2026-11-21.json "
	    "--passphrase-file /root/pass",
	  .option = { PASSPHRASE } },
	{ .name = "restore", .words = "FILE", .least = 1, .most = 1,
	  .json = true, .bare = true, .run = run_restore,
	  .about = N_("make a hub from such a file"),
	  .more = N_("Into an empty --dir. Where the same hub is, and only "
	    "its journal or its CA was\nlost, that alone is put back."),
	  .examples = "restore /mnt/safe/hub-2026-11-21.json --dir "
	    "/var/lib/zhanqun/hub",
	  .option = { PASSPHRASE } },
	{ .name = NULL },
};
