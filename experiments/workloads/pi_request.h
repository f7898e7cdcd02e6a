/* pi_request.h reads the request that pi.c gets: one line of JSON. It takes the values that it knows, in any order, and
   skips and checks the others. The line ends with a zero byte, which no value has, so nobody looks where the end is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 64, DEEP = 64, NONE = -1 };
typedef long long whole;
struct task { whole n, lo, hi; };

static char executor[TEXT], start[TEXT] = "fork";
static int pin;
static whole protocol, workers, count = NONE; /* count: of tasks */
static struct task *tasks;

static whole reading = NONE; /* the task whose arguments are being read */
static const char *at;       /* what is read next */

_Noreturn void fail(whole task, const char *form, ...);

static char peek(void) { return *(at += strspn(at, " \t\r\n")); }

static void take(char wanted) {
    if (peek() != wanted) fail(reading, "no JSON: %c is missing before %.20s", wanted, at);
    at++;
}

/* escape reads what follows a backslash. What is not ASCII becomes '?': no name that is known has it. */
static char escape(void) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t", hex[] = "0123456789abcdefABCDEF";
    const char *found = *at ? strchr(from, *at) : NULL;
    unsigned code;
    if (found) return at++, to[found - from];
    if (*at != 'u' || strspn(at + 1, hex) < 4) fail(reading, "no JSON: bad escape \\%.5s", at);
    sscanf(at + 1, "%4x", &code);
    at += 5;
    return code > 0 && code < 128 ? (char)code : '?';
}

/* text keeps as much as there is room for, which is more than any name that is known. */
static void text(char kept[TEXT]) {
    int used = 0;
    for (take('"'); *at != '"';) {
        if ((unsigned char)*at < ' ') fail(reading, "no JSON: a text has no end, or a control character");
        char c = *at++;
        if (c == '\\') c = escape();
        if (used < TEXT - 1) kept[used++] = c;
    }
    kept[used] = 0;
    at++;
}

/* scalar reads a number or a word; *is_whole says whether it is a whole number that fits. */
static whole scalar(int *is_whole) {
    static const char *words[] = {"false", "true", "null"};
    for (int i = 0; i < 3; i++)
        if (!strncmp(at, words[i], strlen(words[i]))) return at += strlen(words[i]), *is_whole = 0;
    char *rest;
    const char *from = at, *end = at + strspn(at, "+-.0123456789eE");
    strtod(from, &rest);
    if (end == from || rest != end || *from == '+' || *from == '.') fail(reading, "no JSON: no value at %.20s", at);
    errno = 0;
    whole value = strtoll(from, &rest, 10);
    *is_whole = rest == end && errno == 0;
    at = end;
    return value;
}

static whole integer(const char *name) {
    int is_whole = 0;
    whole value = strchr("\"[{", peek()) ? 0 : scalar(&is_whole);
    if (!is_whole) fail(reading, "%s must be a whole number", name);
    return value;
}

/* another says whether a list or an object has an entry i, and reads the comma before it, or the end. */
static int another(whole i, char close) {
    if (i == 0 && peek() != close) return 1;
    if (i > 0 && peek() == ',') return at++, 1;
    return take(close), 0;
}

/* skip reads a value of any kind. */
static void skip(int depth) {
    char key[TEXT], open = peek(), close = open == '{' ? '}' : ']';
    int ignored;
    if (depth > DEEP) fail(reading, "the request is nested more than %d deep", DEEP);
    if (open == '"') text(key);
    else if (open != '{' && open != '[') scalar(&ignored);
    else {
        at++;
        for (whole i = 0; another(i, close); i++) {
            if (open == '{') text(key), take(':');
            skip(depth + 1);
        }
    }
}

static struct task read_task(void) {
    struct task t = {20000000, 0, -1};
    char key[TEXT];
    take('{');
    for (whole i = 0; another(i, '}'); i++) {
        text(key), take(':');
        whole *known = !strcmp(key, "n") ? &t.n : !strcmp(key, "lo") ? &t.lo : !strcmp(key, "hi") ? &t.hi : NULL;
        if (!known) fail(reading, "there is no argument %s; use n, lo, hi", key);
        *known = integer(key);
    }
    if (t.hi == -1) t.hi = t.n;
    if (t.n < 1 || t.lo < 0 || t.hi < t.lo || t.hi > t.n)
        fail(reading, "n %lld, lo %lld, hi %lld: use n >= 1 and 0 <= lo <= hi <= n", t.n, t.lo, t.hi);
    return t;
}

static void read_tasks(void) {
    size_t room = 0;
    take('[');
    for (count = 0; another(count, ']'); count++) {
        if ((size_t)count >= room && !(tasks = realloc(tasks, (room = 2 * room + 64) * sizeof *tasks)))
            fail(NONE, "no memory for the tasks");
        reading = count, tasks[count] = read_task(), reading = NONE;
    }
}

/* read_options keeps how workers are to be started: another option changes nothing here. */
static void read_options(void) {
    char key[TEXT];
    take('{');
    for (whole i = 0; another(i, '}'); i++) {
        text(key), take(':');
        if (!strcmp(key, "start")) text(start);
        else skip(0);
    }
}

static void read_request(const char *line) {
    char key[TEXT];
    at = line, take('{');
    for (whole i = 0; another(i, '}'); i++) {
        text(key), take(':');
        if (!strcmp(key, "protocol")) protocol = integer(key);
        else if (!strcmp(key, "executor")) text(executor);
        else if (!strcmp(key, "workers")) workers = integer(key);
        else if (!strcmp(key, "options")) read_options();
        else if (!strcmp(key, "tasks")) read_tasks();
        else pin |= !strcmp(key, "pin") && peek() == 't', skip(0);
    }
    if (peek()) fail(NONE, "no JSON: %.20s comes after the end", at);
    if (protocol != 1) fail(NONE, "this program speaks protocol 1, not %lld", protocol);
    if (!*executor || count < 0) fail(NONE, "the request has no executor, or no tasks");
}
