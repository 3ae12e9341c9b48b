/*
 * Cmd: what commands share.
 */
#include "hub/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/proc.h"
#include "contrib/base/text.h"
#include "hub/errand.h"
#include "hub/pulse.h"

#define TROUBLE_MAX 65536

/* --- trouble -------------------------------------------------------------- */

/* Some reasons come as lines. */
static struct span
without_end(struct span s)
{
	while (s.n > 0 && s.at[s.n - 1] == '\n')
		s.n--;
	return s;
}

static void
indent(const char *hint)
{
	struct span s = without_end(span_of(hint));

	fprintf(stderr, "       ");
	for (size_t i = 0; i < s.n; i++) {
		fputc(s.at[i], stderr);
		if (s.at[i] == '\n')
			fprintf(stderr, "       ");
	}
	fputc('\n', stderr);
}

int
cmd_fail(const char *hint, const char *fmt, ...)
{
	struct span said;
	va_list ap, again;
	char *text;
	int n;

	cmd_progress_end();
	fflush(stdout);
	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	must(n >= 0);
	text = mem_new((size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	said = without_end(span_of(text));
	fprintf(stderr, "zqhub: %.*s\n", SPAN_ARGS(said));
	free(text);
	if (hint != NULL && hint[0] != '\0')
		indent(hint);
	return CMD_NO;
}

/* --- for commands --------------------------------------------------------- */

const char *
cmd_value(const struct cmd_line *l, const char *name)
{
	for (int i = 0; i < CMD_OPTIONS && l->cmd->option[i].name != NULL;
	    i++) {
		if (strcmp(l->cmd->option[i].name, name) == 0)
			return l->value[i];
	}
	return NULL;
}

bool
cmd_flag(const struct cmd_line *l, const char *name)
{
	return cmd_value(l, name) != NULL;
}

bool
cmd_number(const struct cmd_line *l, const char *name, uint64_t least,
    uint64_t most, uint64_t preset, uint64_t *n)
{
	const char *value = cmd_value(l, name);

	*n = preset;
	if (value == NULL || text_number(span_of(value), least, most, n))
		return true;
	cmd_fail(NULL, _("--%s: \"%s\": expected a number from %" PRIu64
	    " to %" PRIu64), name, value, least, most);
	return false;
}

int
cmd_zone(void)
{
	time_t now = (time_t)(clock_wall() / 1000);
	struct tm tm;

	localtime_r(&now, &tm);
	return (int)(tm.tm_gmtoff / 60);
}

/* "2026-11-21 09:30", as people write it: in local time. */
static bool
parse_time(const char *value, int64_t *ms)
{
	int zone = cmd_zone();
	char text[CLOCK_TEXT_MAX];

	if (clock_parse(value, strlen(value), zone, ms))
		return true;
	snprintf(text, sizeof(text), "%.19s%c%02d:%02d", value,
	    zone < 0 ? '-' : '+', abs(zone) / 60, abs(zone) % 60);
	return strlen(value) <= 19 && clock_parse(text, strlen(text), zone,
	    ms);
}

bool
cmd_time(const struct cmd_line *l, const char *name, bool end, int64_t *ms)
{
	const char *value = cmd_value(l, name);

	*ms = CLOCK_NONE;
	if (value == NULL)
		return true;
	if (!parse_time(value, ms)) {
		cmd_fail(NULL, _("--%s: \"%s\": expected a date like "
		    "2026-11-21, or 2026-11-21T09:30:00+08:00"), name,
		    value);
		return false;
	}
	if (end && strlen(value) == strlen("2026-11-21"))
		*ms += INT64_C(86400000);
	return true;
}

void
cmd_start_hint(const struct cmd_line *l, char out[CMD_HINT_MAX])
{
	struct buf room;

	buf_init(&room, TEXT_SHELL_MAX);
	snprintf(out, CMD_HINT_MAX, _("start it: zqhubd -c %s/hub.conf"),
	    text_shell(&room, l->dir));
	buf_clear(&room);
}

bool
cmd_has_run(const struct cmd_line *l)
{
	char path[CONFIG_PATH_MAX], hint[CMD_HINT_MAX];

	config_path(path, l->config->dir, CONFIG_JOURNAL "/data.mdb");
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return true;
	cmd_start_hint(l, hint);
	cmd_fail(hint, _("no hub has run in %s yet"), l->dir);
	return false;
}

bool
cmd_site_option(const struct cmd_line *l, struct query *q, uint32_t *number)
{
	const char *code = cmd_value(l, "site");
	struct site_info s;

	*number = 0;
	if (code == NULL)
		return true;
	if (!query_site_by_code(q, span_of(code), &s)) {
		cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), code);
		return false;
	}
	*number = s.number;
	return true;
}

static bool followed;		/* the pulse of the daemon that runs */

/* Does a daemon run, and its core look at its clock? One that found no room
 * for a pulse has none that could be old. */
static bool
is_heard(const char *dir)
{
	char path[CONFIG_PATH_MAX];

	if (!proc_is_locked(config_path(path, dir, CONFIG_LOCK)))
		return false;
	return followed ||
	    access(config_path(path, dir, PULSE_FILE), R_OK) != 0;
}

struct store *
cmd_store(const struct cmd_line *l)
{
	struct store *s;
	struct buf why;

	if (!cmd_has_run(l))
		return NULL;
	if (!followed)
		followed = pulse_follow(l->config->dir);
	buf_init(&why, TROUBLE_MAX);
	s = store_open(l->config->dir, &why);
	if (s == NULL) {
		cmd_fail(NULL, "%s", buf_cstr(&why));
	} else {
		store_heed(s, l->config);
		if (!is_heard(l->config->dir))
			store_unheard(s);
	}
	buf_clear(&why);
	return s;
}

bool
cmd_file(const char *path, struct buf *b)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char block[65536];
	size_t n;
	bool good = f != NULL;

	while (good && !b->bad && (n = fread(block, 1, sizeof(block), f)) > 0)
		buf_put(b, block, n);
	good = good && !ferror(f);
	if (!good)
		cmd_fail(NULL, "%s: %s", path, strerror(errno));
	else if (b->bad)
		cmd_fail(_("split it"), _("%s: over %u bytes"), path,
		    (unsigned)b->most);
	if (f != NULL && f != stdin)
		fclose(f);
	return good && !b->bad;
}

json_t *
cmd_act(const struct cmd_line *l, json_t *said)
{
	struct buf error, hint;
	json_t *result;

	buf_init(&error, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	result = errand_act(l->config, said, &error, &hint);
	if (result == NULL)
		cmd_fail(buf_cstr(&hint), "%s", buf_cstr(&error));
	buf_clear(&error);
	buf_clear(&hint);
	return result;
}

void
cmd_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(j);
}

void
cmd_json_list(const char *name, json_t *list)
{
	cmd_json(json_pack("{s:o}", name, list));
}

/* --- progress ------------------------------------------------------------- */

static int64_t told;		/* ms, mono; 0: no line is there */

void
cmd_progress(void *arg, uint64_t done, uint64_t of)
{
	int64_t now = clock_mono();

	if (!isatty(STDERR_FILENO) || of == 0 ||
	    (done < of && now - told < 100))
		return;
	told = now > 0 ? now : 1;
	fprintf(stderr, "\r%s: %" PRIu64 " / %" PRIu64 " (%d %%)\033[K",
	    (const char *)arg, done, of, (int)(done * 100 / of));
}

void
cmd_progress_end(void)
{
	if (told != 0)
		fputc('\n', stderr);
	told = 0;
}
