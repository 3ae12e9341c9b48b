/* What source_dir.h says of itself. */
#include "agent/source_dir.h"

#include <string.h>

#include "agent/intake.h"
#include "agent/status.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"

#define TROUBLE_MAX 8192	/* bytes of a sentence */

static const char *
state(const struct source *s)
{
	if (s->root_error != 0)
		return "no-root";
	if (intake_stuck(s->intake) == INTAKE_DISK_FULL)
		return "disk-full";
	if (intake_stuck(s->intake) == INTAKE_SPOOL_FULL)
		return "spool-full";
	if (!s->complete)
		return "first-scan";
	if (s->hold.held > 0 && !s->hold.refused)
		return "held";
	if (s->hidden > 0)
		return "partly-hidden";
	if (intake_counts(s->intake)->denied.count > 0)
		return "unreadable";
	if (astray_is(s->astray))
		return "astray";
	if (s->anew)
		return "anew";
	if (!s->scanned)	/* nobody has watched it until now */
		return "looking";
	return (!s->scanning && !walk_is_idle(s->walk)) ||
	    (!intake_is_idle(s->intake) && !source_dir_reread_is_at_one(s)) ||
	    intake_big(s->intake) > 0 ||
	    !burst_is_empty(s->burst) ||
	    intake_settling(s->intake) > 0 ? "busy" : "fine";
}

static json_t *
progress(const struct source *s)
{
	const struct walk_counts *n = walk_counts(s->walk);

	return json_pack("{s:I, s:I, s:I, s:I}",
	    "files", (json_int_t)n->files, "dirs", (json_int_t)n->dirs,
	    "read", (json_int_t)intake_counts(s->intake)->read,
	    "ms", (json_int_t)(clock_mono() - s->started));
}

/* Names on a disk are bytes; JSON wants UTF-8. */
static void
set_path(json_t *o, const char *key, const char *path)
{
	char quoted[LOG_QUOTE_MAX];

	if (path != NULL)
		json_object_set_new(o, key,
		    json_string(log_quote(quoted, path, strlen(path))));
}

/* NULL: all could be read. */
static const char *
first_unreadable(const struct source *s)
{
	const struct intake_counts *n = intake_counts(s->intake);

	if (s->first_hidden == NULL)
		return n->denied.count > 0 ? denied_first(&n->denied) :
		    n->first_unreadable;
	return s->first_hidden[0] != '\0' ? s->first_hidden : s->set->root;
}

static uint64_t
count_unreadable(const struct source *s)
{
	const struct intake_counts *n = intake_counts(s->intake);

	return n->unreadable + n->denied.count + s->hidden;
}

/* What is there and isn't told. */
static void
set_left_out(json_t *o, const struct source *s, const struct intake_counts *n)
{
	size_t unfit = n->unfit + n->unfit_names + s->unfit;

	json_object_set_new(o, "unreadable",
	    json_integer((json_int_t)count_unreadable(s)));
	set_path(o, "unreadable_first", first_unreadable(s));
	json_object_set_new(o, "unfit", json_integer((json_int_t)unfit));
	set_path(o, "unfit_first", s->first_unfit != NULL ? s->first_unfit :
	    n->first_unfit);
	json_object_set_new(o, "restless",
	    json_integer((json_int_t)intake_restless(s->intake)));
	set_path(o, "restless_first", intake_restless_first(s->intake));
	json_object_set_new(o, "outside",
	    json_integer((json_int_t)s->outside));
	json_object_set_new(o, "blind",
	    json_boolean(source_dir_cover_is_blind(s)));
}

bool
source_dir_trouble(const struct source *s, struct buf *b)
{
	uint64_t n = count_unreadable(s);
	const char *path = first_unreadable(s);
	char quoted[LOG_QUOTE_MAX];
	struct buf what;
	bool is;

	buf_init(&what, TROUBLE_MAX);
	is = status_trouble(&what, s->name, state(s));
	if (is && n > 0 && path != NULL)
		buf_printf(b, _("%s; %llu could not be read, the first: %s"),
		    buf_cstr(&what), (unsigned long long)n,
		    log_quote(quoted, path, strlen(path)));
	else
		buf_span(b, buf_look(&what));
	if (is && strcmp(state(s), "astray") == 0)
		astray_why(s->astray, b);
	buf_clear(&what);
	return is;
}

static void
set_scans(json_t *o, const struct source *s)
{
	json_t *reread = source_dir_reread_status(s);
	char when[CLOCK_TEXT_MAX];

	if (s->finished != CLOCK_NONE)
		json_object_set_new(o, "scanned",
		    json_string(clock_format(when, s->finished)));
	if (s->scanning)
		json_object_set_new(o, "scan", progress(s));
	if (reread != NULL)
		json_object_set_new(o, "reread", reread);
}

json_t *
source_dir_status(struct source *s)
{
	const struct intake_counts *n = intake_counts(s->intake);
	json_t *o, *astray, *beyond;

	source_dir_count(s);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}",
	    "name", s->name, "type", "dir", "root", s->set->root,
	    "url", buf_cstr(&s->url), "state", state(s),
	    "items", (json_int_t)s->items, "files", (json_int_t)s->files,
	    "settling", (json_int_t)intake_settling(s->intake));
	must(o != NULL);
	json_object_set_new(o, "reading_big",
	    json_integer((json_int_t)intake_big(s->intake)));
	set_path(o, "reading_first", intake_big_first(s->intake));
	json_object_set_new(o, "read", json_integer((json_int_t)n->read));
	json_object_set_new(o, "told", json_integer((json_int_t)n->told));
	json_object_set_new(o, "withdrawn",
	    json_integer((json_int_t)n->withdrawn));
	set_left_out(o, s, n);
	if (s->watch != NULL)
		json_object_set_new(o, "watched",
		    json_integer((json_int_t)watch_count(s->watch)));
	json_object_set_new(o, "unwatched",
	    json_integer((json_int_t)s->unwatched));
	json_object_set_new(o, "held",
	    json_integer((json_int_t)s->hold.held));
	json_object_set_new(o, "refused", json_boolean(s->hold.refused));
	if (s->hold.refused && s->hold.word.reason != NULL)
		json_object_set_new(o, "refused_reason",
		    json_string(s->hold.word.reason));
	if (s->hold.refused && s->hold.word.by != NULL)
		json_object_set_new(o, "refused_by",
		    json_string(s->hold.word.by));
	if (s->root_error != 0)
		json_object_set_new(o, "error",
		    json_string(strerror(s->root_error)));
	set_scans(o, s);
	astray = astray_status(s->astray);
	if (astray != NULL)
		json_object_set_new(o, "addresses", astray);
	beyond = beyond_status(s->beyond);
	if (beyond != NULL)
		json_object_set_new(o, "beyond", beyond);
	return o;
}
