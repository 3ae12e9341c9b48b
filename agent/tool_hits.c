/* See tool_hits.h. */
#include "agent/tool_hits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/access_log.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/movelist.h"

/* What is asked of each log. */
struct areas {
	struct access_log_area *area;
	size_t n;
};

static struct areas
areas_of(json_t *moves, size_t most)
{
	struct areas a = { .n = json_array_size(moves) };

	if (a.n > most)
		a.n = most;
	a.area = mem_grow(NULL, a.n + 1, sizeof(*a.area));
	for (size_t i = 0; i < a.n; i++) {
		json_t *o = json_array_get(moves, i);

		a.area[i] = (struct access_log_area){ .rule = {
			.scope = rewrite_scope_named(json_text_span(o,
			    "scope")),
			.from = json_text_span(o, "old"),
			.to = json_text_span(o, "new"),
		} };
	}
	return a;
}

/* Sources below one host mostly have one log. */
static bool
is_counted(const struct config *c, size_t i, struct span base)
{
	struct buf other;
	bool counted = false;

	buf_init(&other, LIMIT_URL);
	for (size_t j = 0; j < i && !counted; j++)
		counted = strcmp(c->source[j].set->access_log,
		    c->source[i].set->access_log) == 0 &&
		    movelist_base(&other,
		    span_of(c->source[j].set->url)) &&
		    span_is(buf_look(&other), base);
	buf_clear(&other);
	return counted;
}

static void
count(const char *path, struct span base, struct areas *a, json_t *logs)
{
	struct access_log log = { .lines = 0 };
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	if (access_log_count(&log, path, base, a->area, a->n, &why))
		json_array_append_new(logs, json_pack("{s:o, s:s, s:s, s:I, "
		    "s:I, s:b}", "file", json_text_new(span_of(path)),
		    "first", log.first, "last", log.last, "lines",
		    (json_int_t)log.lines, "strange", (json_int_t)log.strange,
		    "cut", log.cut));
	else
		(void)tool_fail(_("sudo zqagent …, if only root may read it"),
		    _("access_log: %s"), buf_cstr(&why));
	buf_clear(&why);
}

void
tool_hits_add(const struct tool *t, json_t *answer, size_t most)
{
	json_t *moves = json_object_get(answer, "moves"), *logs;
	struct config *c = tool_config(t);
	struct areas a;
	struct buf base;

	if (c == NULL)
		return;
	logs = json_array();
	a = areas_of(moves, most);
	buf_init(&base, LIMIT_URL);
	for (size_t i = 0; i < c->count; i++) {
		const struct config_source *s = c->source[i].set;

		if (s->access_log[0] != '\0' &&
		    movelist_base(&base, span_of(s->url)) &&
		    !is_counted(c, i, buf_look(&base)))
			count(s->access_log, buf_look(&base), &a, logs);
	}
	for (size_t i = 0; json_array_size(logs) > 0 && i < a.n; i++)
		if (a.area[i].rule.to.n > 0)
			json_object_set_new(json_array_get(moves, i), "hits",
			    json_integer((json_int_t)a.area[i].hits));
	json_object_set_new(answer, "access_logs", logs);
	free(a.area);
	buf_clear(&base);
	config_free(c);
}

void
tool_hits_show(json_t *move)
{
	json_t *hits = json_object_get(move, "hits");
	long long n = (long long)json_integer_value(hits);

	if (hits != NULL)
		printf(ngettext("    asked for %lld time, by the access log\n",
		    "    asked for %lld times, by the access log\n",
		    (unsigned long)n), n);
}

static void
show_log(json_t *o)
{
	long long lines = json_integer_value(json_object_get(o, "lines"));
	long long strange = json_integer_value(json_object_get(o, "strange"));

	if (lines == 0) {
		printf(_("%s is empty\n"), json_text(o, "file"));
		return;
	}
	if (strange < lines)
		printf(_("%s: from %s to %s\n"), json_text(o, "file"),
		    json_text(o, "first"), json_text(o, "last"));
	if (json_is_true(json_object_get(o, "cut")))
		printf(_("  (its last %u MiB; the rest was not read)\n"),
		    ACCESS_LOG_BYTES >> 20);
	if (strange > 0)
		printf(ngettext("  %lld line of %lld is in neither the common "
		    "nor the combined format, and not counted\n",
		    "  %lld lines of %lld are in neither the common nor the "
		    "combined format, and not counted\n",
		    (unsigned long)strange), strange, lines);
}

void
tool_hits_end(json_t *answer)
{
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(answer, "access_logs"), i, o)
		show_log(o);
}
