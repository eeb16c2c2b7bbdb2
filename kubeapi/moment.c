#include "kubeapi/moment.h"

#include <stdio.h>
#include <time.h>

int64_t moment_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool digits(str_t s, size_t at, size_t n, int *out) {
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return true;
}

static bool is(str_t s, size_t at, char c) {
    return at < s.n && s.p[at] == c;
}

static bool zone(str_t s, size_t at, int *minutes) {
    int h, m;
    *minutes = 0;
    if (is(s, at, 'Z'))
        return at + 1 == s.n;
    if ((!is(s, at, '+') && !is(s, at, '-')) || !digits(s, at + 1, 2, &h) || !is(s, at + 3, ':') ||
        !digits(s, at + 4, 2, &m) || at + 6 != s.n)
        return false;
    *minutes = (s.p[at] == '-' ? -1 : 1) * (h * 60 + m);
    return h < 24 && m < 60;
}

bool moment_parse(str_t s, int64_t *us) {
    struct tm t = {0};
    int year, month, minutes;
    if (!digits(s, 0, 4, &year) || !is(s, 4, '-') || !digits(s, 5, 2, &month) || !is(s, 7, '-') ||
        !digits(s, 8, 2, &t.tm_mday) || !is(s, 10, 'T') || !digits(s, 11, 2, &t.tm_hour) || !is(s, 13, ':') ||
        !digits(s, 14, 2, &t.tm_min) || !is(s, 16, ':') || !digits(s, 17, 2, &t.tm_sec))
        return false;
    if (month < 1 || month > 12 || t.tm_mday < 1 || t.tm_mday > 31 || t.tm_hour > 23 || t.tm_min > 59 || t.tm_sec > 60)
        return false;
    int64_t fraction = 0, unit = 100000;
    size_t at = 19;
    if (is(s, at, '.')) {
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, unit /= 10)
            fraction += unit * (s.p[at] - '0');
        if (at == 20)
            return false;
    }
    if (!zone(s, at, &minutes))
        return false;
    t.tm_year = year - 1900;
    t.tm_mon = month - 1;
    *us = ((int64_t)timegm(&t) - minutes * 60) * 1000000 + fraction;
    return true;
}

static struct tm broken_down(int64_t us) {
    time_t s = (time_t)(us / 1000000);
    struct tm t;
    gmtime_r(&s, &t);
    return t;
}

str_t moment_time(int64_t us, char *to) {
    struct tm t = broken_down(us);
    return str_n(to, strftime(to, MOMENT_MAX, "%Y-%m-%dT%H:%M:%SZ", &t));
}

str_t moment_micro(int64_t us, char *to) {
    struct tm t = broken_down(us);
    size_t n = strftime(to, MOMENT_MAX, "%Y-%m-%dT%H:%M:%S", &t);
    n += (size_t)snprintf(to + n, MOMENT_MAX - n, ".%06dZ", (int)(us % 1000000));
    return str_n(to, n);
}
