/*
 * Reading settings by a table. See conf.h.
 *
 * A file is read in two steps: its lines into records, then what the lines
 * left out from the presets. Nothing stops at the first error, so that an
 * operator sees all of them at once.
 */
#include "contrib/base/conf.h"

#include "contrib/base/conf_line.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/nearest.h"
#include "contrib/base/text.h"
#include "contrib/base/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 1000	/* headers in one file */
#define ERRORS_MAX 50		/* reported of one file */
#define SHOWN_MAX 80		/* bytes of a wrong value shown */
#define EXPECTED_MAX 256

struct record {
	const struct conf_section *section;
	char *label;
	char *data;		/* section->size bytes */
	size_t *given;		/* line of each setting, by its number; 0 */
	size_t line;		/* of the header; 0 for the top */
};

struct conf {
	const struct conf_section *sections;
	size_t section_count;
	const struct conf_def *defs;
	size_t def_count;
	struct record *records;
	size_t record_count;
};

struct reading {
	struct conf *conf;
	const char *path;
	struct buf *why;
	size_t line;
	size_t errors;
	struct record *now;	/* NULL: in a section that was refused */
};

static void wrong(struct reading *r, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
wrong(struct reading *r, size_t line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (r->errors++ >= ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line != 0)
		buf_printf(r->why, "%s:%zu: %s\n", r->path, line, text);
	else
		buf_printf(r->why, "%s: %s\n", r->path, text);
}

/* Names. */

/* A setting of no section, at the end of a file that has sections? */
static bool
is_misplaced(const struct reading *r, struct span name)
{
	const struct conf *c = r->conf;

	if (r->now->section->name[0] == '\0')
		return false;
	for (size_t i = 0; i < c->def_count; i++)
		if (c->defs[i].section[0] == '\0' &&
		    span_is(name, span_of(c->defs[i].name)))
			return true;
	return false;
}

static void
unknown(struct reading *r, struct span name)
{
	const struct conf *c = r->conf;
	struct nearest n = nearest_of(name);

	for (size_t i = 0; i < c->def_count; i++)
		if (strcmp(c->defs[i].section, r->now->section->name) == 0)
			nearest_try(&n, c->defs[i].name);
	name = text_cut(name, SHOWN_MAX);
	if (is_misplaced(r, name))
		wrong(r, r->line, _("%.*s: belongs above the first [section], "
		    "not into [%s]"), SPAN_ARGS(name), r->now->section->name);
	else if (n.found != NULL)
		wrong(r, r->line, _("%.*s: there is no such setting; did you "
		    "mean \"%s\"?"), SPAN_ARGS(name), n.found);
	else
		wrong(r, r->line, _("%.*s: there is no such setting"),
		    SPAN_ARGS(name));
}

/* Values. */

static bool
is_in(const struct conf_def *d, uint64_t n)
{
	return n >= d->least && (d->most == 0 || n <= d->most);
}

static char *
path_of(const char *file, struct span s)
{
	const char *slash = strrchr(file, '/');
	size_t dir = slash != NULL ? (size_t)(slash - file) + 1 : 0;
	struct buf b;

	if (s.n == 0 || s.at[0] == '/')
		return mem_copy(s.at, s.n);
	if (span_is(s, SPAN(".")))
		return dir > 1 ? mem_copy(file, dir - 1) :
		    mem_text(dir == 1 ? "/" : ".");
	buf_init(&b, CONF_FILE_MAX * 2);
	buf_put(&b, file, dir);
	buf_span(&b, s);
	return b.at;
}

/* Takes the first word off s; it is empty: there is none. */
static struct span
next_word(struct span *s)
{
	struct span word = text_trim(*s);

	*s = word;
	word.n = 0;
	while (word.n < s->n && s->at[word.n] != ' ' && s->at[word.n] != '\t')
		word.n++;
	s->at += word.n;
	s->n -= word.n;
	return word;
}

static void
add_words(char ***list, size_t *count, struct span s)
{
	struct span word;

	while ((word = next_word(&s)).n != 0) {
		*list = mem_grow(*list, *count + 2, sizeof(**list));
		(*list)[(*count)++] = mem_copy(word.at, word.n);
		(*list)[*count] = NULL;
	}
}

/* A first word "+" stands for those that hold if nothing is said. */
static char **
list_of(const struct conf_def *d, struct span s)
{
	char **list = mem_new(sizeof(*list));
	struct span rest = s;
	size_t count = 0;

	if (span_is(next_word(&rest), SPAN("+"))) {
		add_words(&list, &count, span_of(d->preset));
		s = rest;
	}
	add_words(&list, &count, s);
	return list;
}

static void
free_value(const struct conf_def *d, char *data)
{
	char **list;

	if (d->type == CONF_TEXT || d->type == CONF_PATH)
		free(*(char **)(void *)(data + d->offset));
	if (d->type != CONF_LIST)
		return;
	list = *(char ***)(void *)(data + d->offset);
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static bool
set_bool(struct span s, bool *to)
{
	*to = span_is(s, SPAN("yes"));
	return *to || span_is(s, SPAN("no"));
}

/* False if s is no value of d. `file` is what paths are relative to. */
static bool
set(const struct conf_def *d, struct span s, const char *file, char *data)
{
	void *to = data + d->offset;
	uint64_t n = 0;
	bool ok = true;

	switch (d->type) {
	case CONF_TEXT:
		*(char **)to = mem_copy(s.at, s.n);
		return true;
	case CONF_PATH:
		*(char **)to = path_of(file, s);
		return true;
	case CONF_LIST:
		*(char ***)to = list_of(d, s);
		return true;
	case CONF_BOOL:
		return set_bool(s, to);
	case CONF_NUMBER:
		ok = text_number(s, 0, UINT64_MAX, &n);
		break;
	case CONF_BYTES:
		ok = units_parse_bytes(s, &n);
		break;
	case CONF_TIME:
		ok = units_parse_time(s, &n);
		break;
	}
	if (!ok || !is_in(d, n))
		return false;
	*(uint64_t *)to = n;
	return true;
}

static const char *
number_text(const struct conf_def *d, uint64_t n, char out[UNITS_TEXT_MAX])
{
	if (d->type == CONF_BYTES)
		return units_format_bytes(out, n);
	if (d->type == CONF_TIME)
		return units_format_time(out, n);
	snprintf(out, UNITS_TEXT_MAX, "%llu", (unsigned long long)n);
	return out;
}

/* Of a type that can be wrong, so not for texts, paths and lists. */
static void
expected(const struct conf_def *d, char out[EXPECTED_MAX])
{
	char least[UNITS_TEXT_MAX], most[UNITS_TEXT_MAX];
	const char *what = _("a number");
	int n;

	if (d->type == CONF_BOOL) {
		snprintf(out, EXPECTED_MAX, "%s", _("yes or no"));
		return;
	}
	if (d->type == CONF_BYTES)
		what = _("a size such as 64k, 256M or 1G");
	if (d->type == CONF_TIME)
		what = _("a time such as 500ms, 5s, 10m, 24h or 90d");
	n = snprintf(out, EXPECTED_MAX, _("%s, at least %s"), what,
	    number_text(d, d->least, least));
	if (d->most != 0 && n > 0 && n < EXPECTED_MAX)
		snprintf(out + n, EXPECTED_MAX - (size_t)n,
		    _(" and at most %s"), number_text(d, d->most, most));
}

/* Records. */

static const struct conf_section *
find_section(const struct conf *c, struct span name)
{
	for (size_t i = 0; i < c->section_count; i++) {
		if (span_is(span_of(c->sections[i].name), name))
			return &c->sections[i];
	}
	return NULL;
}

static struct record *
find_record(const struct conf *c, const struct conf_section *s,
    struct span label)
{
	for (size_t i = 0; i < c->record_count; i++) {
		struct record *r = &c->records[i];

		if (r->section == s && span_is(span_of(r->label), label))
			return r;
	}
	return NULL;
}

static struct record *
add_record(struct conf *c, const struct conf_section *s, struct span label,
    size_t line)
{
	struct record *r;

	c->records = mem_grow(c->records, c->record_count + 1, sizeof(*r));
	r = &c->records[c->record_count++];
	r->section = s;
	r->label = mem_copy(label.at, label.n);
	r->data = mem_new(s->size);
	r->given = mem_new(c->def_count * sizeof(*r->given));
	r->line = line;
	return r;
}

/* Lines. */

/* After a wrong value, for what is judged on. */
static void
set_preset(const struct reading *r, const struct conf_def *d)
{
	if (d->preset != NULL)
		must(set(d, span_of(d->preset), r->path, r->now->data));
}

static void
take_setting(struct reading *r, struct span name, struct span value)
{
	const struct conf *c = r->conf;
	char what[EXPECTED_MAX];
	size_t i = 0;

	if (r->now == NULL)
		return;
	while (i < c->def_count &&
	    (strcmp(c->defs[i].section, r->now->section->name) != 0 ||
	    !span_is(span_of(c->defs[i].name), name)))
		i++;
	if (i == c->def_count) {
		unknown(r, name);
	} else if (r->now->given[i] != 0) {
		wrong(r, r->line, _("%s: found a second time, expected once"),
		    c->defs[i].name);
	} else {
		r->now->given[i] = r->line;
		if (value.n > CONF_VALUE_MAX) {
			wrong(r, r->line, _("%s: the value has %zu bytes, "
			    "expected %d at most"), c->defs[i].name, value.n,
			    CONF_VALUE_MAX);
			set_preset(r, &c->defs[i]);
			return;
		}
		if (set(&c->defs[i], value, r->path, r->now->data))
			return;
		expected(&c->defs[i], what);
		value = text_cut(value, SHOWN_MAX);
		wrong(r, r->line, _("%s: found \"%.*s\", expected %s"),
		    c->defs[i].name, SPAN_ARGS(value), what);
		set_preset(r, &c->defs[i]);
	}
}

static void
no_section(struct reading *r, struct span name)
{
	const struct conf *c = r->conf;
	struct nearest n = nearest_of(name);

	for (size_t i = 0; i < c->section_count; i++)
		if (c->sections[i].name[0] != '\0')
			nearest_try(&n, c->sections[i].name);
	name = text_cut(name, SHOWN_MAX);
	if (n.found != NULL)
		wrong(r, r->line, _("[%.*s]: there is no such section; did you "
		    "mean [%s]?"), SPAN_ARGS(name), n.found);
	else
		wrong(r, r->line, _("[%.*s]: there is no such section"),
		    SPAN_ARGS(name));
}

static void
take_header(struct reading *r, struct span name, struct span label)
{
	const struct conf_section *s = find_section(r->conf, name);

	r->now = NULL;
	if (s == NULL) {
		no_section(r, name);
	} else if (s->many && !conf_line_is_label(label)) {
		wrong(r, r->line, _("[%s]: expected a name after it, as in "
		    "[%s NAME]"), s->name, s->name);
	} else if (!s->many && label.n != 0) {
		wrong(r, r->line, _("[%s]: found a name after it, expected "
		    "none"), s->name);
	} else if (find_record(r->conf, s, label) != NULL) {
		wrong(r, r->line, _("[%s]: found a second time, with the same "
		    "name"), s->name);
	} else if (r->conf->record_count >= RECORDS_MAX) {
		wrong(r, r->line, _("[%s]: found over %d sections"), s->name,
		    RECORDS_MAX);
	} else {
		r->now = add_record(r->conf, s, label, r->line);
	}
}

static void
take_lines(struct reading *r, struct span text)
{
	struct span a, b;

	while (text.n != 0) {
		r->line++;
		switch (conf_line_parse(conf_line_next(&text), &a, &b)) {
		case CONF_LINE_EMPTY:
			break;
		case CONF_LINE_HEADER:
			take_header(r, a, b);
			break;
		case CONF_LINE_SETTING:
			take_setting(r, a, b);
			break;
		case CONF_LINE_BAD:
			wrong(r, r->line, _("expected name = value, "
			    "[section] or # and a comment"));
			break;
		}
	}
}

/* What the file left out. */
static void
complete(struct reading *r, struct record *rec)
{
	const struct conf_def *d = r->conf->defs;

	for (size_t i = 0; i < r->conf->def_count; i++, d++) {
		if (rec->given[i] != 0 ||
		    strcmp(d->section, rec->section->name) != 0)
			continue;
		if (d->preset != NULL)
			must(set(d, span_of(d->preset), r->path, rec->data));
		else if (rec->section->name[0] != '\0')
			wrong(r, rec->line, _("[%s %s]: %s is missing; it "
			    "must be given"), rec->section->name, rec->label,
			    d->name);
		else
			wrong(r, 0, _("%s is missing; it must be given"),
			    d->name);
	}
}

static void
complete_all(struct reading *r)
{
	struct conf *c = r->conf;

	for (size_t i = 0; i < c->section_count; i++) {
		if (!c->sections[i].many && find_record(c, &c->sections[i],
		    SPAN_NONE) == NULL)
			add_record(c, &c->sections[i], SPAN_NONE, 0);
	}
	for (size_t i = 0; i < c->record_count; i++)
		complete(r, &c->records[i]);
	if (r->errors > ERRORS_MAX)
		buf_printf(r->why, _("%s: and %zu more\n"), r->path,
		    r->errors - ERRORS_MAX);
}

struct conf *
conf_read_anyway(const char *path, const struct conf_section *sections,
    size_t section_count, const struct conf_def *defs, size_t def_count,
    struct buf *why, bool *good)
{
	struct conf *c = mem_new(sizeof(*c));
	struct reading r = { .conf = c, .path = path, .why = why };
	const struct conf_section *top;
	struct buf text;

	c->sections = sections;
	c->section_count = section_count;
	c->defs = defs;
	c->def_count = def_count;
	buf_init(&text, CONF_FILE_MAX);
	*good = conf_line_load(path, &text, why);
	if (*good) {
		top = find_section(c, SPAN(""));
		must(top == NULL || !top->many);
		if (top != NULL)
			r.now = add_record(c, top, SPAN_NONE, 0);
		take_lines(&r, buf_look(&text));
		complete_all(&r);
	} else {
		conf_free(c);
		c = NULL;
	}
	buf_clear(&text);
	*good = *good && r.errors == 0;
	return c;
}

struct conf *
conf_read(const char *path, const struct conf_section *sections,
    size_t section_count, const struct conf_def *defs, size_t def_count,
    struct buf *why)
{
	bool good;
	struct conf *c = conf_read_anyway(path, sections, section_count, defs,
	    def_count, why, &good);

	if (good)
		return c;
	conf_free(c);
	return NULL;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->record_count; i++) {
		struct record *r = &c->records[i];

		for (size_t k = 0; k < c->def_count; k++) {
			if (strcmp(c->defs[k].section, r->section->name) == 0)
				free_value(&c->defs[k], r->data);
		}
		free(r->label);
		free(r->data);
		free(r->given);
	}
	free(c->records);
	free(c);
}

static const struct record *
find_nth(const struct conf *c, const char *section, size_t n)
{
	for (size_t i = 0; i < c->record_count; i++) {
		if (strcmp(c->records[i].section->name, section) == 0 &&
		    n-- == 0)
			return &c->records[i];
	}
	return NULL;
}

const void *
conf_get(const struct conf *c, const char *section, size_t n,
    const char **label)
{
	const struct record *r = find_nth(c, section, n);

	if (r != NULL && label != NULL)
		*label = r->label;
	return r != NULL ? r->data : NULL;
}

void *
conf_record(struct conf *c, const char *section, size_t n)
{
	const struct record *r = find_nth(c, section, n);

	return r != NULL ? r->data : NULL;
}

size_t
conf_line_of(const struct conf *c, const char *section, const char *label,
    const char *name)
{
	const struct record *r = find_record(c, find_section(c,
	    span_of(section)), span_of(label));
	size_t line = r != NULL ? r->line : 0;

	for (size_t i = 0; r != NULL && i < c->def_count; i++)
		if (r->given[i] != 0 && strcmp(c->defs[i].name, name) == 0)
			line = r->given[i];
	return line;
}

void
conf_place(struct buf *why, const struct conf *c, const char *path,
    const char *section, const char *label, const char *name)
{
	size_t line = conf_line_of(c, section, label, name);

	buf_text(why, path);
	if (line != 0)
		buf_printf(why, ":%zu", line);
	buf_text(why, ": ");
}

void
conf_begin(struct buf *why, const struct conf *c, const char *path,
    const char *section, const char *label, const char *name)
{
	conf_place(why, c, path, section, label, name);
	if (section[0] != '\0')
		buf_printf(why, "[%s %s]: ", section, label);
	if (name[0] != '\0')
		buf_printf(why, "%s: ", name);
}
