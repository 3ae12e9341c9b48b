/*
 * Fewer rights, in four steps: no new privileges, no dump, Landlock, seccomp.
 *
 * A system call that isn't on a part's list fails with EPERM, so that a
 * forgotten one shows as an error with a place in the log; the ones that only
 * an intruder makes (execve, ptrace, mount …) end the process. Calls that
 * glibc tries and can do without are told ENOSYS. Memory that is both
 * writable and executable, or made executable, is refused everywhere.
 */
#include "contrib/base/sandbox.h"

#include "contrib/base/err.h"
#include "contrib/base/sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock. The kernel's numbers stand here because the headers of a build
 * machine may be older than the kernel that the program meets. */

#define NR_CREATE_RULESET 444
#define NR_ADD_RULE 445
#define NR_RESTRICT_SELF 446
#define ASK_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_MAKE_CHAR (UINT64_C(1) << 6)
#define FS_MAKE_BLOCK (UINT64_C(1) << 11)
#define FS_ABI_1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)		/* ABI 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)		/* ABI 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15)	/* ABI 5 */
#define FS_OF_FILES (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)
#define NET_BIND_TCP (UINT64_C(1) << 0)		/* ABI 4 */
#define NET_CONNECT_TCP (UINT64_C(1) << 1)

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;		/* ABI 4 */
};

struct path_attr {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static uint64_t
handled_fs(int abi)
{
	return FS_ABI_1 | (abi >= 2 ? FS_REFER : 0) |
	    (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

/* A path that isn't there grants nothing. */
static void
allow_below(int ruleset, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct path_attr rule = { .allowed = rights, .fd = fd };
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed &= FS_OF_FILES;
		syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	}
	close(fd);
}

static void
allow_paths(int ruleset, const struct sandbox *s, uint64_t handled)
{
	uint64_t reading = FS_READ_FILE | FS_READ_DIR;
	uint64_t writing = handled & ~(FS_EXECUTE | FS_MAKE_CHAR |
	    FS_MAKE_BLOCK | FS_IOCTL_DEV);

	for (size_t i = 0; s->read != NULL && s->read[i] != NULL; i++)
		allow_below(ruleset, s->read[i], reading);
	for (size_t i = 0; s->write != NULL && s->write[i] != NULL; i++)
		allow_below(ruleset, s->write[i], writing);
	if (SANITIZED)		/* the leak checker reads it at the end */
		allow_below(ruleset, "/proc", reading);
}

/* The ABI that is in force, or 0. */
static int
landlock(const struct sandbox *s)
{
	struct ruleset_attr attr = { 0 };
	int abi = (int)syscall(NR_CREATE_RULESET, NULL, 0, ASK_VERSION);
	int ruleset;
	bool ok;

	if (abi < 1)
		return 0;
	attr.fs = handled_fs(abi);
	if (abi >= 4)
		attr.net = s->may & SANDBOX_CONNECT ? NET_BIND_TCP :
		    NET_BIND_TCP | NET_CONNECT_TCP;
	ruleset = (int)syscall(NR_CREATE_RULESET, &attr,
	    abi >= 4 ? sizeof(attr) : sizeof(attr.fs), 0);
	if (ruleset < 0)
		return 0;
	if (s->may & SANDBOX_FILES)
		allow_paths(ruleset, s, attr.fs);
	else
		allow_paths(ruleset, &(struct sandbox){ 0 }, attr.fs);
	ok = syscall(NR_RESTRICT_SELF, ruleset, 0) == 0;
	close(ruleset);
	return ok ? abi : 0;
}

/* seccomp. Lists by name: one that this machine doesn't have is skipped. */

static const char *const compute[] = {
	/* open descriptors */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv",
	"pwritev", "preadv2", "pwritev2", "lseek", "_llseek", "close",
	"close_range", "fstat", "fstat64", "dup", "dup2", "dup3", "fcntl",
	"fcntl64", "ftruncate", "ftruncate64", "fallocate", "fadvise64",
	"fsync", "fdatasync", "sync_file_range", "flock", "sendto",
	"recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "send",
	"recv", "shutdown", "getsockopt", "setsockopt", "getsockname",
	"getpeername", "pipe", "pipe2", "socketpair",
	/* memory, also that which a command reads from (hand.c) */
	"memfd_create", "brk", "munmap", "mremap", "madvise", "msync", "mincore", "mlock",
	"munlock",
	/* waiting */
	"poll", "ppoll", "select", "pselect6", "_newselect", "epoll_create",
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
	"eventfd2", "timerfd_create", "timerfd_settime",
	"timerfd_gettime", "signalfd4", "futex", "futex_waitv", "nanosleep",
	"clock_nanosleep", "sched_yield", "restart_syscall", "pause",
	/* time and chance, and who we are */
	"clock_gettime", "clock_getres", "gettimeofday", "time", "times",
	"getrandom", "getpid", "gettid", "getppid", "getuid", "geteuid",
	"getgid", "getegid", "uname", "sysinfo", "getrusage",
	"sched_getaffinity", "getcpu", "umask",
	/* signals of our own, threads' book-keeping, the end */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"rt_sigpending", "sigaltstack", "set_robust_list", "rseq",
	"membarrier", "exit", "exit_group",
	NULL,
};

static const char *const files[] = {
	"open", "openat", "creat", "stat", "lstat", "stat64", "lstat64",
	"statx", "fstatat64", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getdents", "getdents64", "mkdir",
	"mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat",
	"renameat2", "link", "linkat", "truncate", "chmod", "fchmod",
	"fchmodat", "fchown", "utimensat", "statfs", "fstatfs", "statfs64",
	"fstatfs64", "getcwd", "copy_file_range", "sendfile",
	"inotify_init1", "inotify_add_watch", "inotify_rm_watch",
	NULL,
};

static const char *const accepting[] = { "accept", "accept4", NULL };

static const char *const connecting[] = { "connect", "bind", NULL };

static const char *const absent[] = {	/* glibc has another way */
	"clone3", "openat2", "epoll_pwait2", NULL,
};

static const char *const evil[] = {
	"execve", "execveat", "ptrace", "process_vm_readv",
	"process_vm_writev", "mount", "umount2", "pivot_root", "chroot",
	"unshare", "setns", "init_module", "finit_module", "delete_module",
	"kexec_load", "kexec_file_load", "bpf", "perf_event_open",
	"userfaultfd", "keyctl", "add_key", "request_key", "reboot",
	"swapon", "swapoff", "io_uring_setup", "setuid", "setgid",
	"setreuid", "setregid", "setresuid", "setresgid", "setgroups",
	NULL,
};

static bool
rule(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned count,
    const struct scmp_arg_cmp *args)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ||
	    seccomp_rule_add_array(ctx, action, number, count, args) == 0;
}

static bool
rules(scmp_filter_ctx ctx, uint32_t action, const char *const *names)
{
	bool ok = true;

	for (; *names != NULL; names++)
		ok = rule(ctx, action, *names, 0, NULL) && ok;
	return ok;
}

/* One argument, seen through a mask, must have this value. */
static bool
allow_if(scmp_filter_ctx ctx, const char *name, unsigned arg, uint64_t mask,
    uint64_t value)
{
	struct scmp_arg_cmp cmp = { .arg = arg, .op = SCMP_CMP_MASKED_EQ,
	    .datum_a = mask, .datum_b = value };

	return rule(ctx, SCMP_ACT_ALLOW, name, 1, &cmp);
}

#define WHOLE UINT32_MAX	/* int arguments: the kernel looks at 32 bits */

static bool
allow_parts(scmp_filter_ctx ctx)
{
	static const uint64_t ioctls[] = { FIONREAD, FIONBIO, FIOCLEX };
	bool ok = allow_if(ctx, "mmap", 2, PROT_EXEC, 0) &&
	    allow_if(ctx, "mmap2", 2, PROT_EXEC, 0) &&
	    allow_if(ctx, "mprotect", 2, PROT_EXEC, 0) &&
	    allow_if(ctx, "prctl", 0, WHOLE, PR_SET_NAME) &&
	    /* abort() */
	    allow_if(ctx, "tgkill", 0, WHOLE, (uint64_t)getpid()) &&
	    /* fstat() in glibc */
	    allow_if(ctx, "newfstatat", 3, AT_EMPTY_PATH, AT_EMPTY_PATH) &&
	    /* getrlimit() */
	    allow_if(ctx, "prlimit64", 2, UINT64_MAX, 0);

	for (size_t i = 0; i < sizeof(ioctls) / sizeof(ioctls[0]); i++)
		ok = allow_if(ctx, "ioctl", 1, WHOLE, ioctls[i]) && ok;
	return ok;
}

/* libcurl's resolver is a thread, and getaddrinfo() asks netlink. Not AF_UNIX:
 * Landlock doesn't see a connect() to the control socket of our own user, who
 * may say anything there. What nscd and systemd-resolved would have been asked
 * that way, glibc asks DNS. */
static bool
allow_connecting(scmp_filter_ctx ctx)
{
	static const uint64_t domains[] = { AF_INET, AF_INET6, AF_NETLINK };
	bool ok = rules(ctx, SCMP_ACT_ALLOW, connecting) &&
	    allow_if(ctx, "clone", 0, CLONE_THREAD, CLONE_THREAD);

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		ok = allow_if(ctx, "socket", 0, WHOLE, domains[i]) && ok;
	return ok;
}

static bool
fill(scmp_filter_ctx ctx, unsigned may)
{
	bool ok = rules(ctx, SCMP_ACT_ALLOW, compute) && allow_parts(ctx) &&
	    rules(ctx, SCMP_ACT_ERRNO(ENOSYS), absent) &&
	    rules(ctx, SCMP_ACT_KILL_PROCESS, evil);

	if (may & SANDBOX_FILES)
		ok = ok && rules(ctx, SCMP_ACT_ALLOW, files) &&
		    rule(ctx, SCMP_ACT_ALLOW, "newfstatat", 0, NULL);
	if (may & SANDBOX_ACCEPT)
		ok = ok && rules(ctx, SCMP_ACT_ALLOW, accepting);
	if (may & SANDBOX_CONNECT)
		ok = ok && allow_connecting(ctx);
	return ok;
}

/* libseccomp's name for what a kernel from 4.14 on can do; valgrind can't. */
#define KILLS_PROCESSES 3

static const char *
filter(unsigned may)
{
	scmp_filter_ctx ctx;
	bool ok;

	if (SANITIZED)
		return "sanitizer";
	if (may & SANDBOX_CHILDREN)
		return "children";
	if (seccomp_api_get() < KILLS_PROCESSES)
		return "off";
	ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (ctx == NULL)
		return "off";
	/* A tree instead of a list: three comparisons, not a hundred. */
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	ok = fill(ctx, may);
	must(ok);
	ok = seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return ok ? "on" : "off";
}

void
sandbox_enter(const struct sandbox *s, char got[SANDBOX_GOT_MAX])
{
	const char *seccomp;
	char abi[16];
	int version;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!SANITIZED)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	version = landlock(s);
	seccomp = filter(s->may);
	snprintf(abi, sizeof(abi), "%d", version);
	snprintf(got, SANDBOX_GOT_MAX, "landlock=%s seccomp=%s",
	    version > 0 ? abi : "off", seccomp);
}
