/* See stack.h. Who comes last goes first, so it is the first of its list. */
#include "agent/stack.h"

#include <stdlib.h>
#include <string.h>

#include "agent/job.h"
#include "contrib/base/mem.h"

#define ROOM_FIRST 16

static size_t *
list_of(const struct stack *s, uint32_t hash)
{
	return &s->list[hash % s->room];
}

static void
enlist(struct stack *s, size_t i)
{
	size_t *list = list_of(s, s->row[i].hash);

	s->row[i].below = *list;
	*list = i + 1;
}

static void
grow(struct stack *s)
{
	s->room = s->room > 0 ? s->room * 2 : ROOM_FIRST;
	s->row = mem_grow(s->row, s->room, sizeof(*s->row));
	free(s->list);
	s->list = mem_new(s->room * sizeof(*s->list));
	for (size_t i = 0; i < s->count; i++)
		enlist(s, i);
}

static bool
is_there(const struct stack *s, const char *path, uint32_t hash)
{
	size_t i = s->count > 0 ? *list_of(s, hash) : 0;

	while (i > 0 && (s->row[i - 1].hash != hash ||
	    strcmp(s->row[i - 1].path, path) != 0))
		i = s->row[i - 1].below;
	return i > 0;
}

bool
stack_push(struct stack *s, const char *path)
{
	uint32_t hash = job_hash(span_of(path));

	if (is_there(s, path, hash))
		return false;
	if (s->count == s->room)
		grow(s);
	s->row[s->count] = (struct stack_row){ .path = mem_text(path),
	    .hash = hash };
	enlist(s, s->count++);
	return true;
}

char *
stack_pop(struct stack *s)
{
	struct stack_row *r;

	if (s->count == 0)
		return NULL;
	r = &s->row[--s->count];
	*list_of(s, r->hash) = r->below;
	return r->path;
}

void
stack_clear(struct stack *s)
{
	while (s->count > 0)
		free(stack_pop(s));
	free(s->row);
	free(s->list);
	*s = (struct stack){ .count = 0 };
}
