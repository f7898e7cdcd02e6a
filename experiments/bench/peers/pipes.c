/* pipes hands out additions to two child processes over pipes: pipes TASKS CHUNK. Each child has one chunk at a time, and
   gets the next when its answer is there. Prints the sum of the results. Build it with cc -O2 -o pipes pipes.c */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 2, MOST = 1024 };
struct task { long number; double a, b; };
struct answer { long number; double sum; };

static void whole(int ok) {
    if (!ok) perror("pipes"), exit(1);
}

/* take reads exactly so many bytes; 0 at the end of the pipe. */
static int take(int from, void *to, size_t bytes) {
    for (size_t have = 0; have < bytes;) {
        ssize_t n = read(from, (char *)to + have, bytes - have);
        if (n <= 0) return 0;
        have += (size_t)n;
    }
    return 1;
}

/* serve answers each chunk, which stands behind its length. */
static void serve(int from, int to) {
    static struct task tasks[MOST];
    static struct answer answers[MOST];
    for (long count; take(from, &count, sizeof count);) {
        whole(take(from, tasks, (size_t)count * sizeof *tasks));
        for (long i = 0; i < count; i++) answers[i] = (struct answer){tasks[i].number, tasks[i].a + tasks[i].b};
        size_t bytes = (size_t)count * sizeof *answers;
        whole(write(to, answers, bytes) == (ssize_t)bytes);
    }
    _exit(0);
}

int main(int argc, char **argv) {
    long tasks = argc > 1 ? atol(argv[1]) : 0, chunk = argc > 2 ? atol(argv[2]) : 1, next = 0, done = 0;
    int to[WORKERS], from[WORKERS];
    long out[WORKERS] = {0};
    double sum = 0;
    struct pollfd ears[WORKERS];
    if (chunk < 1 || chunk > MOST) return fputs("pipes: a chunk has 1 to 1024 tasks\n", stderr), 2;
    for (int w = 0; w < WORKERS; w++) {
        int down[2], up[2];
        whole(!pipe(down) && !pipe(up));
        pid_t child = fork();
        whole(child >= 0);
        if (!child) {
            for (int k = 0; k < w; k++) close(to[k]), close(from[k]);
            close(down[1]), close(up[0]), serve(down[0], up[1]);
        }
        close(down[0]), close(up[1]);
        to[w] = down[1], from[w] = up[0], ears[w] = (struct pollfd){.fd = up[0], .events = POLLIN};
    }
    static struct { long count; struct task tasks[MOST]; } message;
    static struct answer answers[MOST];
    for (int first = 1; done < tasks; first = 0) {
        whole(first || poll(ears, WORKERS, -1) > 0);
        for (int w = 0; w < WORKERS; w++) {
            if (!first && !ears[w].revents) continue;
            if (out[w]) {
                whole(take(from[w], answers, (size_t)out[w] * sizeof *answers));
                for (long i = 0; i < out[w]; i++) sum += answers[i].sum;
                done += out[w];
            }
            out[w] = tasks - next < chunk ? tasks - next : chunk;
            if (!out[w]) continue;
            message.count = out[w];
            for (long i = 0; i < out[w]; i++) message.tasks[i] = (struct task){next++, 1, 2};
            size_t bytes = sizeof message.count + (size_t)out[w] * sizeof *message.tasks;
            whole(write(to[w], &message, bytes) == (ssize_t)bytes);
        }
    }
    for (int w = 0; w < WORKERS; w++) close(to[w]);
    for (int w = 0; w < WORKERS; w++) wait(NULL);
    printf("%.0f\n", sum);
}
