#include "hub/api_say.h"

static int
dump(const char *at, size_t n, void *arg)
{
	buf_put(arg, at, n);
	return 0;
}

void
api_say(struct visit *v, json_t *j)
{
	v->type = API_TYPE;
	json_dump_callback(j, dump, v->out,
	    JSON_COMPACT | JSON_PRESERVE_ORDER);
	buf_byte(v->out, '\n');
	json_decref(j);
}

void
api_say_why(struct visit *v, int status, const char *why)
{
	json_t *j = json_object();

	v->status = status;
	json_object_set_new(j, "error", json_string(why));
	api_say(v, j);
}
