/*
 * For make valgrind: valgrind 3.19 doesn't know openat2(2), without which the
 * agent reads no root. Preloaded, this gives it openat(2) in its place; that
 * links stay inside the root is not what is looked for there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

static long
plain_open(int fd, const char *path, const struct open_how *how)
{
	return openat(fd, path, (int)how->flags, (mode_t)how->mode);
}

long
syscall(long number, ...)
{
	va_list ap;
	long a[3];

	va_start(ap, number);
	for (int i = 0; i < 3; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2)
		return plain_open((int)a[0], (const char *)a[1],
		    (const struct open_how *)a[2]);
	errno = ENOSYS;		/* Landlock and seccomp: it knows neither */
	return -1;
}
