/* See letter_newest.h. */
#include "agent/letter_newest.h"

#include "contrib/base/buf.h"
#include "contrib/base/json_text.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"

void
letter_newest_init(struct letter_newest *n)
{
	*n = (struct letter_newest){ .states = json_object(),
		.numbers = json_object(), .news = json_object() };
}

void
letter_newest_clear(struct letter_newest *n)
{
	json_decref(n->states);
	json_decref(n->numbers);
	json_decref(n->news);
}

/* What is no move's is the closing of a site. */
static const char *
state_name(const struct mending_link *l)
{
	if (l->move == 0 && l->state == MENDING_ANNOUNCED)
		return "closing";
	if (l->move == 0 && l->state == MENDING_OFF)
		return "open";
	return mending_state_name(l->state);
}

/* What t has of the page; NULL: nothing, or it is no address. */
static json_t *
of_page(json_t *t, char about, const struct mending_link *l)
{
	json_t *found = NULL;
	struct buf key;

	buf_init(&key, LIMIT_URL + 1);
	buf_byte(&key, (uint8_t)about);
	if (url_place_page(&key, l->old))
		found = json_object_get(t, buf_cstr(&key));
	buf_clear(&key);
	return found;
}

static void
hear_page(struct letter_newest *n, char about, json_int_t number,
    const struct mending_link *l)
{
	struct buf key;

	buf_init(&key, LIMIT_URL + 1);
	buf_byte(&key, (uint8_t)about);
	if (url_place_page(&key, l->old)) {
		json_object_set_new(n->states, buf_cstr(&key),
		    json_string(state_name(l)));
		json_object_set_new(n->numbers, buf_cstr(&key),
		    json_integer(number));
	}
	buf_clear(&key);
}

/* An address as it is written: what was https stays https. */
static void
put_address(struct buf *key, char about, const struct mending_link *l)
{
	buf_byte(key, (uint8_t)about);
	buf_span(key, l->old);
}

void
letter_newest_hear(struct letter_newest *n, char about, json_int_t number,
    const struct mending_link *l)
{
	struct buf key;

	if (of_page(n->states, about, l) == NULL)
		hear_page(n, about, number, l);
	buf_init(&key, LIMIT_URL + 1);
	put_address(&key, about, l);
	if (l->new.n > 0 && json_object_get(n->news, buf_cstr(&key)) == NULL)
		json_object_set_new(n->news, buf_cstr(&key),
		    json_text_new(l->new));
	buf_clear(&key);
}

json_int_t
letter_newest_number(const struct letter_newest *n, char about,
    const struct mending_link *l)
{
	return json_integer_value(of_page(n->numbers, about, l));
}

const char *
letter_newest_state(const struct letter_newest *n, char about,
    const struct mending_link *l)
{
	json_t *said = of_page(n->states, about, l);

	return said != NULL ? json_string_value(said) : state_name(l);
}

json_t *
letter_newest_new(const struct letter_newest *n, char about,
    const struct mending_link *l)
{
	json_t *new;
	struct buf key;

	buf_init(&key, LIMIT_URL + 1);
	put_address(&key, about, l);
	new = json_object_get(n->news, buf_cstr(&key));
	buf_clear(&key);
	return new != NULL ? json_incref(new) : json_text_new(l->new);
}
