/* cue_cold ROUNDS COMMAND...: runs the commands (words split at blanks) in turn, each a cold process, and prints for
 * each the median wall time in microseconds and the median peak RSS in kB (wait4), one line a command. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 101, COMMANDS = 8, WORDS = 32 };

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool run(char *const *words, int64_t *us, int64_t *kb) {
    int64_t began = now_us();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execv(words[0], words);
        _exit(127);
    }
    int status = 0;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return false;
    *us = now_us() - began;
    *kb = usage.ru_maxrss;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
    static int64_t us[COMMANDS][ROUNDS], kb[COMMANDS][ROUNDS];
    char *words[COMMANDS][WORDS] = {{NULL}};
    int rounds = argc > 1 ? atoi(argv[1]) : 0, commands = argc - 2;
    if (rounds < 1 || rounds > ROUNDS || commands < 1 || commands > COMMANDS) {
        fprintf(stderr, "cue_cold ROUNDS COMMAND...\n");
        return 2;
    }
    for (int c = 0; c < commands; c++) {
        size_t n = 0;
        for (char *w = strtok(argv[c + 2], " "); w && n < WORDS - 1; w = strtok(NULL, " "))
            words[c][n++] = w;
        if (n == 0)
            return 2;
    }
    for (int i = 0; i < rounds; i++) {
        for (int c = 0; c < commands; c++) {
            if (!run(words[c], &us[c][i], &kb[c][i])) {
                fprintf(stderr, "cue_cold: %s failed\n", words[c][0]);
                return 1;
            }
        }
    }
    for (int c = 0; c < commands; c++) {
        qsort(us[c], (size_t)rounds, sizeof us[c][0], ascending);
        qsort(kb[c], (size_t)rounds, sizeof kb[c][0], ascending);
        printf("%lld %lld\n", (long long)us[c][rounds / 2], (long long)kb[c][rounds / 2]);
    }
    return 0;
}
