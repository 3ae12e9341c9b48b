/*
 * The main() of a fuzz target built without a fuzzer: every file given, and
 * every file of every directory given, goes through the target once. What
 * was once found stays fixed. Says how many inputs that were; none at all is
 * a failure, because then nothing was tested.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INPUT_MAX (16u << 20)	/* bytes of one input */
#define NAME_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static unsigned long replayed, unreadable;

/* The exact size is allocated, so that ASan sees a byte read too far. */
static void
replay_file(const char *path, size_t n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *at = malloc(n != 0 ? n : 1);

	if (f == NULL || at == NULL || n > INPUT_MAX ||
	    fread(at, 1, n, f) != n) {
		fprintf(stderr, "%s: can't read it\n", path);
		unreadable++;
	} else {
		LLVMFuzzerTestOneInput(at, n);
		replayed++;
	}
	if (f != NULL)
		fclose(f);
	free(at);
}

static void
replay_dir(const char *path)
{
	char name[NAME_BYTES];
	struct dirent **list;
	struct stat st;
	int count = scandir(path, &list, NULL, alphasort);

	if (count < 0)
		unreadable++;
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && stat(name, &st) == 0 &&
		    S_ISREG(st.st_mode))
			replay_file(name, (size_t)st.st_size);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
}

int
main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &st) != 0) {
			perror(argv[i]);
			unreadable++;
		} else if (S_ISDIR(st.st_mode)) {
			replay_dir(argv[i]);
		} else {
			replay_file(argv[i], (size_t)st.st_size);
		}
	}
	printf("%lu inputs replayed\n", replayed);
	return replayed == 0 || unreadable != 0;
}
