/*
 * nginx as a peer: the same certificates as the hub's, a client certificate
 * of the cluster's CA wanted, connections kept.
 */
#ifndef ZQ_LOAD_NGINX_H
#define ZQ_LOAD_NGINX_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "tests/bench/take_hub.h"

static inline void
nginx_conf(const struct take_hub *h, uint16_t port, size_t connections)
{
	char path[CONFIG_PATH_MAX];
	FILE *f = fopen(config_path(path, h->dir, "nginx.conf"), "w");

	must(f != NULL);
	fprintf(f, "daemon off;\nworker_processes 1;\npid %s/nginx.pid;\n"
	    "error_log %s/nginx.log;\nworker_rlimit_nofile %zu;\n"
	    "events { worker_connections %zu; }\nhttp {\naccess_log off;\n"
	    "client_body_temp_path %s/body;\nproxy_temp_path %s/proxy;\n"
	    "fastcgi_temp_path %s/fastcgi;\nuwsgi_temp_path %s/uwsgi;\n"
	    "scgi_temp_path %s/scgi;\nserver {\n"
	    "listen 127.0.0.1:%u ssl backlog=4096;\n"
	    "keepalive_timeout 600s;\nssl_protocols TLSv1.3;\n"
	    "ssl_certificate %s/%s;\nssl_certificate_key %s/%s;\n"
	    "ssl_client_certificate %s/ca/ca.pem;\nssl_verify_client on;\n"
	    "location / { return 200 'hello'; }\n} }\n",
	    h->dir, h->dir, connections + 1000, connections + 500, h->dir,
	    h->dir, h->dir, h->dir, h->dir, port, h->dir, CONFIG_TLS_CERT,
	    h->dir, CONFIG_TLS_KEY, h->dir);
	fclose(f);
}

/* -1: it isn't on this machine, or won't start. */
static inline pid_t
nginx_start(const struct take_hub *h, uint16_t *port, size_t connections)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char conf[CONFIG_PATH_MAX];
	pid_t pid;

	*port = take_free_port();
	a.sin_port = htons(*port);
	nginx_conf(h, *port, connections);
	config_path(conf, h->dir, "nginx.conf");
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (freopen("/dev/null", "w", stderr) != NULL)
			execlp("nginx", "nginx", "-c", conf, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 50; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		bool there = connect(fd, (struct sockaddr *)&a,
		    sizeof(a)) == 0;

		close(fd);
		if (there)
			return pid;
		usleep(100000);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return -1;
}

static inline void
nginx_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

#endif
