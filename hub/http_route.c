#include "hub/http_route.h"

static bool
path_fits(const struct http_route *route, struct span path)
{
	size_t n = strlen(route->path);

	if (n > 0 && route->path[n - 1] == '*')
		return path.n >= n - 1 &&
		    memcmp(path.at, route->path, n - 1) == 0;
	return span_is(path, (struct span){ .at = route->path, .n = n });
}

static bool
method_fits(const struct http_route *route, struct span method)
{
	return span_is(method, span_of(route->method)) ||
	    (span_is(method, SPAN("HEAD")) &&
	    strcmp(route->method, "GET") == 0);
}

const struct http_route *
http_route_find(const struct http_route *routes, size_t count,
    struct span method, struct span path, const char **allow)
{
	*allow = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct http_route *route = &routes[i];

		if (!path_fits(route, path))
			continue;
		if (method_fits(route, method))
			return route;
		*allow = strcmp(route->method, "GET") == 0 ? "GET, HEAD" :
		    route->method;
	}
	return NULL;
}
