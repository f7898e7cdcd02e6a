/* pi adds the terms lo to hi of the n-term midpoint sum for pi, as the built-in workload pi does. It speaks the shim
   protocol (docs/shim-protocol.md), so C is a language for runner: serial, threads (one queue) and procs (fork, pipes).
   Build it with cc -std=c11 -O2 -pthread -o pi pi.c */
#ifdef __linux__
#define _GNU_SOURCE /* prctl, sched_setaffinity */
#include <sched.h>
#include <sys/prctl.h>
#endif
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "pi_request.h"

enum { MOST = 1024, READY = -2 };
struct span { whole task, worker, start, end, cpu; double result; }; /* also what a worker process writes */
struct worker { pid_t pid; pthread_t thread; int to, from; whole task; };

static FILE *events;
static int requests;
static whole memory;                        /* of the worker processes, bytes */
static whole zero, spawned, worked, joined; /* readings of the clock, ns */
static atomic_llong next;                   /* the queue: the first task that nobody has */
static struct span *spans;
static struct worker *crew;
static void (*execute)(void);

/* plain makes a text fit for an event. What is not ASCII becomes '?': a line that is not UTF-8 would be a violation. */
static const char *plain(char *text) {
    for (char *c = text; *c; c++)
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') *c = *c == '"' ? '\'' : '?';
    return text;
}

static void say(const char *event, whole task, char *text) {
    fprintf(events, "{\"event\":\"%s\",\"text\":\"%s\"", event, plain(text));
    if (task != NONE) fprintf(events, ",\"task\":%lld", task);
    fputs("}\n", events), fflush(events);
}

/* fail reports what went wrong, with a task or NONE, and ends the trial. */
_Noreturn void fail(whole task, const char *form, ...) {
    char text[256];
    va_list values;
    va_start(values, form);
    vsnprintf(text, sizeof text, form, values);
    va_end(values);
    say("error", task, text);
    for (whole i = 0; crew && i < workers; i++)
        if (crew[i].pid > 0) kill(crew[i].pid, SIGKILL), waitpid(crew[i].pid, NULL, 0);
    exit(1);
}

static whole now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static struct span run(whole i, whole worker) {
    struct span s = {.task = i, .worker = worker, .start = now(CLOCK_MONOTONIC)};
    whole cpu = now(CLOCK_THREAD_CPUTIME_ID);
    for (whole k = tasks[i].lo; k < tasks[i].hi; k++) {
        double x = ((double)k + 0.5) / (double)tasks[i].n;
        s.result += 4 / (1 + x * x);
    }
    s.cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
    s.end = now(CLOCK_MONOTONIC);
    return s;
}

static void pin_to(whole i) {
#ifdef __linux__
    cpu_set_t usable, one;
    if (!pin || sched_getaffinity(getpid(), sizeof usable, &usable)) return;
    size_t core = 0;
    for (whole left = i % CPU_COUNT(&usable); !CPU_ISSET(core, &usable) || left-- > 0;) core++;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
#endif
    (void)i;
}

static void serial(void) {
    pin_to(0);
    spawned = zero;
    for (; next < count; next++) spans[next] = run(next, 0);
    worked = joined = now(CLOCK_MONOTONIC);
}

static whole ready, started, finished;
/* meet adds own to a count, and waits until another one is as much as wanted. */
static void meet(whole *counted, whole own, const whole *awaited, whole wanted) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&lock);
    *counted += own;
    pthread_cond_broadcast(&changed);
    while (*awaited < wanted) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void *thread(void *self) {
    whole worker = (struct worker *)self - crew;
    pin_to(worker);
    meet(&ready, 1, &started, 1);
    for (whole i; (i = next++) < count;) spans[i] = run(i, worker);
    return meet(&finished, 1, &started, 1), NULL;
}

static void threads(void) {
    for (whole i = 0; i < workers; i++) {
        int problem = pthread_create(&crew[i].thread, NULL, thread, &crew[i]);
        if (problem) fail(NONE, "thread %lld cannot be started: %s", i, strerror(problem));
    }
    meet(&ready, 0, &ready, workers);
    spawned = now(CLOCK_MONOTONIC);
    meet(&started, 1, &finished, workers);
    worked = now(CLOCK_MONOTONIC);
    for (whole i = 0; i < workers; i++) pthread_join(crew[i].thread, NULL);
    joined = now(CLOCK_MONOTONIC);
}

/* resident is the peak resident size of this process, bytes; of a worker without the file pages that it shares. */
static whole resident(int of_worker) {
    char line[256];
    whole most = 0, shared = 0;
    struct rusage r;
    FILE *status = fopen("/proc/self/status", "r"); /* Linux only */
    while (status && fgets(line, sizeof line, status))
        sscanf(line, "VmHWM: %lld", &most), of_worker && sscanf(line, "RssFile: %lld", &shared);
    if (status) return fclose(status), (most - shared) * 1024;
    getrusage(RUSAGE_SELF, &r);
#ifdef __APPLE__
    return r.ru_maxrss;
#endif
    return r.ru_maxrss * 1024LL;
}

/* serve is a worker process: it says READY, returns a span for each task that it gets, and in the end its memory. */
static _Noreturn void serve(struct worker *self, pid_t parent) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(1);
    close(requests), close(fileno(events));
    pin_to(self - crew);
    struct span s = {.task = READY};
    whole i;
    while (write(self->to, &s, sizeof s) == sizeof s && read(self->from, &i, sizeof i) == sizeof i)
        s = run(i, self - crew);
    s = (struct span){.task = NONE, .end = resident(1)};
    _exit(write(self->to, &s, sizeof s) != sizeof s);
}

/* hire forks a worker, which closes the parent's ends of all pipes: they must end when the parent does. */
static void hire(struct worker *w) {
    int down[2], up[2];
    pid_t parent = getpid();
    if (pipe(down) || pipe(up) || (w->pid = fork()) < 0) fail(NONE, "a worker cannot be started: %s", strerror(errno));
    int child = w->pid == 0;
    for (struct worker *k = crew; child && k < w; k++) close(k->to), close(k->from);
    close(down[child]), close(up[!child]);
    w->to = child ? up[1] : down[1], w->from = child ? down[0] : up[0], w->task = NONE;
    if (child) serve(w, parent);
}

/* bury waits for a worker's end. One that was not to end yet, or did not end well, ends the trial. */
static void bury(struct worker *w, int expected) {
    int status;
    waitpid(w->pid, &status, 0), w->pid = 0;
    if (WIFSIGNALED(status)) fail(w->task, "worker %d was killed by signal %d", (int)(w - crew), WTERMSIG(status));
    if (!expected || status) fail(w->task, "worker %d ended with status %d", (int)(w - crew), WEXITSTATUS(status));
}

static void hand_out(struct worker *w) {
    w->task = next < count ? next++ : NONE;
    if (w->task != NONE && write(w->to, &w->task, sizeof w->task) < 0) bury(w, 0);
}

/* hear waits for so many spans. The worker that has sent one gets the next task. */
static void hear(struct pollfd *ears, whole wanted) {
    while (wanted > 0) {
        int speaking = poll(ears, (nfds_t)workers, -1);
        if (speaking < 0 && errno != EINTR) fail(NONE, "the workers cannot be heard: %s", strerror(errno));
        for (whole i = 0; speaking > 0 && i < workers; i++) {
            struct span s;
            if (!ears[i].revents) continue;
            if (read(crew[i].from, &s, sizeof s) != sizeof s) bury(&crew[i], 0);
            if (s.task != READY) spans[s.task] = s, hand_out(&crew[i]);
            wanted--;
        }
    }
}

static void procs(void) {
    struct pollfd *ears = calloc((size_t)workers, sizeof *ears);
    if (!ears) fail(NONE, "no memory for %lld workers", workers);
    for (whole i = 0; i < workers; i++) hire(&crew[i]), ears[i] = (struct pollfd){.fd = crew[i].from, .events = POLLIN};
    hear(ears, workers);
    spawned = now(CLOCK_MONOTONIC);
    for (whole i = 0; i < workers; i++) hand_out(&crew[i]);
    hear(ears, count);
    worked = now(CLOCK_MONOTONIC);
    for (struct worker *w = crew; w < crew + workers; w++) close(w->to);
    for (struct worker *w = crew; w < crew + workers; w++) {
        struct span s;
        if (read(w->from, &s, sizeof s) == sizeof s) memory += s.end;
        bury(w, 1), close(w->from);
    }
    joined = now(CLOCK_MONOTONIC);
    free(ears);
}

/* prepare does all that can be done before the clock starts. */
static void prepare(const char *line) {
    read_request(line);
    execute = !strcmp(executor, "serial") ? serial : !strcmp(executor, "threads") ? threads : procs;
    if ((execute == procs && strcmp(executor, "procs")) || strcmp(start, "fork")) {
        say("unavailable", NONE, (char[]){"this program has serial, threads and procs (start: fork)"});
        exit(1);
    }
    if (workers < 1 || workers > MOST) fail(NONE, "workers is %lld: use 1 to %d", workers, MOST);
    spans = calloc((size_t)count + 1, sizeof *spans), crew = calloc((size_t)workers, sizeof *crew);
    if (!spans || !crew) fail(NONE, "no memory for %lld tasks", count);
#ifndef __linux__
    if (pin) say("warning", NONE, (char[]){"workers cannot be pinned here"});
#endif
}

static void add_usage(whole u[6], int sign) {
    for (int i = 0; i < 2; i++) {
        struct rusage r;
        getrusage(i ? RUSAGE_CHILDREN : RUSAGE_SELF, &r);
        u[0] += sign * (r.ru_utime.tv_sec * 1000000000LL + r.ru_utime.tv_usec * 1000LL);
        u[1] += sign * (r.ru_stime.tv_sec * 1000000000LL + r.ru_stime.tv_usec * 1000LL);
        u[2] += sign * r.ru_nvcsw, u[3] += sign * r.ru_nivcsw, u[4] += sign * r.ru_majflt, u[5] += sign * r.ru_minflt;
    }
}

static int report(const whole u[6]) {
    for (struct span *s = spans; s < spans + count; s++)
        fprintf(events, "{\"event\":\"task\",\"task\":%lld,\"worker\":%lld,\"start\":%lld,\"end\":%lld,\"cpu\":%lld,"
            "\"result\":%.17g}\n", s->task, s->worker, s->start - zero, s->end - zero, s->cpu, s->result);
    fprintf(events, "{\"event\":\"done\",\"phases\":{\"spawn\":%lld,\"work\":%lld,\"join\":%lld,\"total\":%lld},",
        spawned - zero, worked - spawned, joined - worked, joined - zero);
    fprintf(events, "\"usage\":{\"user\":%lld,\"system\":%lld,\"voluntary\":%lld,\"involuntary\":%lld,"
        "\"major_faults\":%lld,\"minor_faults\":%lld,\"memory\":%lld}}\n", u[0], u[1], u[2], u[3], u[4], u[5],
        memory + resident(0));
    return fclose(events) ? 1 : 0;
}

/* watch ends everything once the runner is gone, for systems whose kernel does not. */
static void *watch(void *unused) {
    char byte;
    while (read(requests, &byte, 1) > 0) {}
    if (getpgrp() == getpid()) kill(0, SIGKILL);
    return _exit(1), unused;
}

static void open_streams(void) {
    int out = fcntl(3, F_DUPFD_CLOEXEC, 4), null = open("/dev/null", O_RDWR);
    requests = fcntl(0, F_DUPFD_CLOEXEC, 4);
    if (requests < 0 || !(events = fdopen(out, "w")))
        fputs("pi: let runner start it, with descriptors 0 and 3\n", stderr), exit(2);
    dup2(null, 0), dup2(null, 3), close(null), signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv) {
    char *line = NULL, version[] = __VERSION__;
    size_t room = 0;
    whole used[6] = {0};
    pthread_t watcher;
    open_streams();
    FILE *in = fdopen(requests, "r");
    fprintf(events, "{\"event\":\"hello\",\"protocol\":1,\"runtime\":\"c\",\"version\":\"%s\",", plain(version));
    fprintf(events, "\"path\":\"%s\"}\n", argc > 0 ? plain(argv[0]) : ""), fflush(events);
    ssize_t length = getline(&line, &room, in);
    if (length < 1 || line[length - 1] != '\n') fail(NONE, "the request was cut off");
    if (strlen(line) != (size_t)length) fail(NONE, "no JSON: a zero byte");
    prepare(line);
    fputs("{\"event\":\"ready\"}\n", events), fflush(events);
    if (getline(&line, &room, in) < 0 || strcmp(line, "go\n")) return 1;
    if (pthread_create(&watcher, NULL, watch, NULL)) fail(NONE, "no thread to watch the runner");
    add_usage(used, -1);
    zero = now(CLOCK_MONOTONIC);
    execute();
    add_usage(used, 1);
    int status = report(used);
    pthread_cancel(watcher), pthread_join(watcher, NULL);
    free(line), free(tasks), free(spans), free(crew), fclose(in);
    return status;
}
