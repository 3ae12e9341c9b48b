/*
 * zqhub rebuild, dump, load: keeping the store.
 */
#include "hub/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/dump.h"
#include "hub/errand.h"
#include "hub/rebuild.h"

#define TROUBLE_MAX 65536

/* --- rebuild -------------------------------------------------------------- */

static int
say_rebuilt(const struct cmd_line *l, json_t *result)
{
	bool same = json_is_true(json_object_get(result, "same"));
	uint64_t place = (uint64_t)json_integer_value(
	    json_object_get(result, "place"));

	cmd_progress_end();
	if (l->json)
		cmd_json(json_incref(result));
	else if (same)
		printf(_("the view was made anew from %" PRIu64 " entries; "
		    "its digest is the same: %s\n"), place,
		    json_string_value(json_object_get(result, "after")));
	if (!same && !l->json)
		cmd_fail(_("the new one is in use; please report this with "
		    "both digests"), _("the view made anew from %" PRIu64
		    " entries is another one than before: %s, it was %s"),
		    place,
		    json_string_value(json_object_get(result, "after")),
		    json_string_value(json_object_get(result, "before")));
	json_decref(result);
	return same ? CMD_OK : CMD_NO;
}

/* No daemon: all of it here. */
static json_t *
rebuild_here(const struct cmd_line *l, struct buf *error, struct buf *hint)
{
	struct rebuild_result result;
	struct rebuild *r;
	struct errand e;
	bool good = false;

	if (!errand_open(&e, l->config, error, hint))
		return NULL;
	if (!writer_catch_up(&e.writer, NULL, NULL)) {
		buf_text(error, _("the disk is full"));
	} else if ((r = rebuild_begin(&e.writer, error)) != NULL) {
		enum rebuild_state s;

		while ((s = rebuild_step(r, (size_t)l->config->group)) ==
		    REBUILD_MORE)
			cmd_progress(_("rebuilding"), rebuild_place(r),
			    rebuild_goal(r));
		if (s == REBUILD_THERE) {
			good = rebuild_swap(r, &result, error);
		} else {
			rebuild_abort(r);
			buf_text(error, _("the disk is full: a rebuild needs "
			    "as much again as the view has"));
		}
	}
	errand_close(&e);
	return good ? rebuild_json(&result) : NULL;
}

static int
run_rebuild(struct cmd_line *l)
{
	char doing[] = "rebuilding";
	struct buf error, hint;
	json_t *result;
	int code;

	buf_init(&error, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	result = errand_daemon(l->config, json_pack("{s:s}", "do",
	    "rebuild"), cmd_progress, doing, &error, &hint);
	if (result == NULL && error.n == 0)
		result = rebuild_here(l, &error, &hint);
	if (result != NULL)
		code = say_rebuilt(l, result);
	else
		code = cmd_fail(buf_cstr(&hint), "%s", buf_cstr(&error));
	buf_clear(&error);
	buf_clear(&hint);
	return code;
}

/* --- dump ----------------------------------------------------------------- */

static struct journal *
open_journal(const struct cmd_line *l)
{
	char path[CONFIG_PATH_MAX];
	struct journal *j;
	struct buf why;

	if (!cmd_has_run(l))
		return NULL;
	buf_init(&why, TROUBLE_MAX);
	j = journal_open(&journal_lmdb, config_path(path, l->config->dir,
	    CONFIG_JOURNAL), false, l->config->store_most, &why);
	if (j == NULL)
		cmd_fail(NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return j;
}

static bool
write_file(struct journal *j, FILE *f, struct buf *why)
{
	char doing[] = "dumping";

	if (!dump_write(j, f, cmd_progress, doing, why))
		return false;
	if (fsync(fileno(f)) == 0 || errno == EINVAL || errno == EROFS)
		return true;
	buf_printf(why, _("the dump could not be written: %s"),
	    strerror(errno));
	return false;
}

/* Beside, then by rename: a dump that is there is whole. */
static int
dump_to(struct journal *j, const char *path)
{
	char part[CONFIG_PATH_MAX + 8];
	struct buf why;
	FILE *f;
	int fd, code = CMD_OK;

	if (strlen(path) >= CONFIG_PATH_MAX)
		return cmd_fail(NULL, _("the file's name is too long"));
	snprintf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (f = fdopen(fd, "wb")) == NULL)
		return cmd_fail(NULL, "%s: %s", part, strerror(errno));
	buf_init(&why, TROUBLE_MAX);
	if (!write_file(j, f, &why))
		code = cmd_fail(NULL, "%s: %s", path, buf_cstr(&why));
	if (fclose(f) != 0 && code == CMD_OK)
		code = cmd_fail(NULL, "%s: %s", part, strerror(errno));
	if (code == CMD_OK && rename(part, path) != 0)
		code = cmd_fail(NULL, "%s: %s", path, strerror(errno));
	if (code != CMD_OK)
		unlink(part);
	buf_clear(&why);
	return code;
}

static int
run_dump(struct cmd_line *l)
{
	struct journal *j;
	struct buf why;
	int code;

	if (access(l->word[0], F_OK) == 0)
		return cmd_fail(_("name another file, or remove it"),
		    _("%s: exists"), l->word[0]);
	j = open_journal(l);
	if (j == NULL)
		return CMD_NO;
	buf_init(&why, TROUBLE_MAX);
	if (strcmp(l->word[0], "-") != 0)
		code = dump_to(j, l->word[0]);
	else if (dump_write(j, stdout, NULL, NULL, &why))
		code = CMD_OK;
	else
		code = cmd_fail(NULL, "%s", buf_cstr(&why));
	cmd_progress_end();
	if (code == CMD_OK && strcmp(l->word[0], "-") != 0)
		printf(_("%" PRIu64 " entries are in %s\n"), journal_last(j),
		    l->word[0]);
	journal_close(j);
	buf_clear(&why);
	return code;
}

/* --- load ----------------------------------------------------------------- */

static bool
load_into(struct writer *w, FILE *f, struct buf *why)
{
	char checking[] = "checking", loading[] = "loading";
	char showing[] = "showing";
	uint64_t entries;

	if (!dump_check(f, &entries, cmd_progress, checking, why) ||
	    !dump_load(w->journal, f, cmd_progress, loading, why))
		return false;
	if (writer_catch_up(w, cmd_progress, showing))
		return true;
	buf_text(why, _("all is in the journal, but the disk is full: it is "
	    "shown when there is space"));
	return false;
}

static void
say_loaded(struct writer *w, const char *path)
{
	uint8_t digest[32];
	struct buf hex;

	cmd_progress_end();
	view_digest(w->view, digest);
	buf_init(&hex, 65);
	text_hex(&hex, digest, 32);
	printf(_("%" PRIu64 " entries of %s were loaded; the view's digest "
	    "is %s\n"), journal_last(w->journal), path, buf_cstr(&hex));
	buf_clear(&hex);
}

static int
load_from(struct cmd_line *l, FILE *f)
{
	struct buf error, hint;
	struct errand e;
	int code = CMD_OK;

	buf_init(&error, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	if (!errand_open(&e, l->config, &error, &hint)) {
		code = cmd_fail(e.busy ? _("a dump is loaded while the daemon "
		    "is stopped") : buf_cstr(&hint), "%s", buf_cstr(&error));
	} else {
		if (load_into(&e.writer, f, &error))
			say_loaded(&e.writer, l->word[0]);
		else
			code = cmd_fail(NULL, "%s: %s", l->word[0],
			    buf_cstr(&error));
		errand_close(&e);
	}
	buf_clear(&error);
	buf_clear(&hint);
	return code;
}

static int
run_load(struct cmd_line *l)
{
	FILE *f = fopen(l->word[0], "rb");
	int code;

	if (f == NULL)
		return cmd_fail(NULL, "%s: %s", l->word[0], strerror(errno));
	if (fseek(f, 0, SEEK_CUR) != 0)
		code = cmd_fail(_("write it to a file first: it is read "
		    "twice"), _("%s: is not a file"), l->word[0]);
	else
		code = load_from(l, f);
	fclose(f);
	return code;
}

const struct cmd cmd_keep_list[] = {
	{ .name = "rebuild", .words = "", .json = true, .run = run_rebuild,
	  .about = N_("make the view anew from the journal, and compare "
	    "digests"),
	  .more = N_("The hub serves meanwhile. Exit 1 if the digests "
	    "differ."),
	  .examples = "rebuild" },
	{ .name = "dump", .words = "FILE|-", .least = 1, .most = 1,
	  .run = run_dump,
	  .about = N_("write the whole journal to a file: a backup"),
	  .more = N_("The daemon may run. The file is portable and has "
	    "checksums; keep ca/ and\nhub.conf with it."),
	  .examples = "dump /backup/hub-2026-11-21.zq\n"
	    "dump - | zstd > hub.zq.zst" },
	{ .name = "load", .words = "FILE", .least = 1, .most = 1,
	  .run = run_load,
	  .about = N_("read a dump into a new hub, while its daemon is "
	    "stopped"),
	  .more = N_("The file is checked whole before anything of it is "
	    "taken. A load that was\ninterrupted goes on where it stopped "
	    "when it is said again."),
	  .examples = "load /backup/hub-2026-11-21.zq" },
	{ .name = NULL },
};
