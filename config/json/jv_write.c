/* The writer: Go's encoding/json byte for byte, and a form for people. Without recursion; the order of an object's keys
 * is worked out on a scratch stack, and only where they aren't sorted already. */
#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct frame {
    const jv_t *v;
    uint32_t i;
    uint32_t order; /* of jv_order_push */
} frame_t;

typedef struct writer {
    buf_t *out;
    jv_order_t order;
    int indent;  /* < 0: compact */
    bool sorted; /* the keys */
    size_t depth;
    frame_t frames[JV_MAX_DEPTH];
} writer_t;

/* ---- strings ---- */

/* 0: plain; 1: needs an escape; 2: escaped for HTML only; 3: over 0x7F. */
static const uint8_t classes[256] = {
    [0 ... 0x1F] = 1, ['"'] = 1, ['\\'] = 1, ['<'] = 2, ['>'] = 2, ['&'] = 2, [0x80 ... 0xFF] = 3,
};

static void escape_ascii(buf_t *out, unsigned char c) {
    static const char letters[0x20] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15]};
    if (c == '"' || c == '\\') {
        buf_addn(out, text, 2);
    } else if (c < 0x20 && letters[c]) {
        text[1] = letters[c];
        buf_addn(out, text, 2);
    } else {
        text[1] = 'u';
        buf_addn(out, text, 6);
    }
}

void jv_write_string(buf_t *out, str_t s, bool html) {
    const char *p = s.p, *end = p ? p + s.n : p, *from = p;
    buf_char(out, '"');
    while (p < end) {
        uint8_t class = classes[(unsigned char)*p];
        if (class == 0 || (class == 2 && !html)) {
            p++;
            continue;
        }
        int size = 1;
        uint32_t u = class == 3 ? jv_utf8_decode(p, end, &size) : 0;
        if (class == 3 && size > 1 && u != 0x2028 && u != 0x2029) {
            p += size;
            continue;
        }
        buf_addn(out, from, (size_t)(p - from));
        if (class == 3)
            buf_addc(out, size == 1 ? "\\ufffd" : u == 0x2028 ? "\\u2028" : "\\u2029");
        else
            escape_ascii(out, (unsigned char)*p);
        from = p += size;
    }
    buf_addn(out, from, (size_t)(end - from));
    buf_char(out, '"');
}

/* ---- numbers ---- */

/* %.{digits-1}e of d that reads back as d. At a power of two the gap below is half of that above, so that the nearest
 * short decimal may miss while its neighbour fits: that one is tried too. */
static bool reads_back(char text[40], double d, int digits) {
    snprintf(text, 40, "%.*e", digits - 1, d);
    if (strtod(text, NULL) == d)
        return true;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    if (bits & 0xFFFFFFFFFFFFFu)
        return false;
    char *e = strchr(text, 'e');
    for (char *p = e - 1; p >= text; p--) {
        if (*p == '.' || *p == '-')
            continue;
        if (++*p <= '9')
            return strtod(text, NULL) == d;
        *p = '0';
    }
    return false;
}

int jv_shortest(char digits[JV_DIGITS], double d, int *exponent) {
    char text[40];
    int n = 0;
    double size = fabs(d);
    /* 15 digits always survive a normal double, so fewer are those with their zeros cut off. */
    int want = size < 2.3e-308 ? 1 : 15;
    while (want < JV_DIGITS && !reads_back(text, size, want))
        want++;
    if (want == JV_DIGITS)
        reads_back(text, size, want);
    char *e = strchr(text, 'e');
    for (char *p = text; p < e; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *exponent = atoi(e + 1);
    return n;
}

size_t jv_format_double(char out[JV_DOUBLE_MAX], double d) {
    char digits[JV_DIGITS], *to = out;
    int exponent, n = jv_shortest(digits, d, &exponent);
    if (signbit(d))
        *to++ = '-';
    if (d && (fabs(d) < 1e-6 || fabs(d) >= 1e21)) {
        *to++ = digits[0];
        if (n > 1)
            *to++ = '.';
        memcpy(to, digits + 1, (size_t)n - 1);
        to += n - 1;
        to += snprintf(to, 8, exponent < 0 ? "e-%d" : "e+%d", abs(exponent));
    } else if (exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        memset(to, '0', (size_t)(-exponent - 1));
        to += -exponent - 1;
        memcpy(to, digits, (size_t)n);
        to += n;
    } else {
        for (int i = 0; i <= exponent || i < n; i++) {
            if (i == exponent + 1)
                *to++ = '.';
            *to++ = i < n ? digits[i] : '0';
        }
    }
    return (size_t)(to - out);
}

static void write_number(buf_t *out, const jv_t *v) {
    double d;
    char text[JV_DOUBLE_MAX];
    if (jv_is_integer(v) || !jv_as_double(v, &d))
        buf_add(out, str_eq(v->s, STR("-0")) ? STR("0") : v->s);
    else
        buf_addn(out, text, jv_format_double(text, d));
}

static bool push(writer_t *w, const jv_t *v) {
    if (w->depth == JV_MAX_DEPTH) {
        w->out->failed = true;
        return false;
    }
    frame_t *f = &w->frames[w->depth++];
    *f = (frame_t){v, 0, 0};
    if (w->sorted && v->kind == JV_OBJECT && !jv_order_push(&w->order, v, str_cmp, &f->order)) {
        w->out->failed = true;
        return false;
    }
    return true;
}

/* ---- values ---- */

static void new_line(writer_t *w) {
    if (w->indent < 0)
        return;
    size_t n = w->depth * (size_t)w->indent;
    char *to = buf_reserve(w->out, n + 1);
    if (!to)
        return;
    *to = '\n';
    memset(to + 1, ' ', n);
    w->out->n += n + 1;
}

/* A scalar or an empty container as a whole; of others the opening bracket, and a frame. */
static bool begin(writer_t *w, const jv_t *v) {
    buf_t *out = w->out;
    switch (jv_kind(v)) {
    case JV_NULL:
        buf_add(out, STR("null"));
        return true;
    case JV_BOOL:
        buf_add(out, v->truth ? STR("true") : STR("false"));
        return true;
    case JV_NUMBER:
        write_number(out, v);
        return true;
    case JV_STRING:
        jv_write_string(out, v->s, w->indent < 0);
        return true;
    case JV_ARRAY:
        buf_add(out, v->n ? STR("[") : STR("[]"));
        break;
    case JV_OBJECT:
        buf_add(out, v->n ? STR("{") : STR("{}"));
        break;
    }
    return !v->n || push(w, v);
}

static void write(writer_t *w, const jv_t *v) {
    if (!begin(w, v))
        return;
    while (w->depth && !w->out->failed) {
        frame_t *f = &w->frames[w->depth - 1];
        bool object = f->v->kind == JV_OBJECT;
        if (f->i == f->v->n) {
            jv_order_pop(&w->order, f->order);
            w->depth--;
            new_line(w);
            buf_char(w->out, object ? '}' : ']');
            continue;
        }
        if (f->i)
            buf_char(w->out, ',');
        new_line(w);
        uint32_t i = f->i++;
        const jv_t *below;
        if (object) {
            const jv_member_t *m = jv_order_member(&w->order, f->v, f->order, i);
            jv_write_string(w->out, m->key, w->indent < 0);
            buf_add(w->out, w->indent < 0 ? STR(":") : STR(": "));
            below = m->value;
        } else {
            below = f->v->items[i];
        }
        if (!begin(w, below))
            return;
    }
}

static void run(buf_t *out, const jv_t *v, int indent, bool sorted) {
    writer_t w;
    w.out = out;
    w.order = (jv_order_t){0};
    w.depth = 0;
    w.indent = indent;
    w.sorted = sorted;
    if (!out->arena) {
        write(&w, v);
        mem_free(w.order.p);
        return;
    }
    /* The buffer may jump to the arena's guard: what is on the heap has to go first. */
    jmp_buf env, *old = arena_guard(out->arena, &env);
    if (setjmp(env)) {
        arena_guard(out->arena, old);
        mem_free(w.order.p);
        if (old)
            longjmp(*old, 1);
        mem_die(0);
    }
    write(&w, v);
    arena_guard(out->arena, old);
    mem_free(w.order.p);
}

void jv_write(buf_t *out, const jv_t *v) {
    run(out, v, -1, true);
}

void jv_write_pretty(buf_t *out, const jv_t *v, int indent, bool sorted) {
    run(out, v, indent < 0 ? 0 : indent, sorted);
}

str_t jv_text(arena_t *a, const jv_t *v) {
    buf_t b;
    buf_init_arena(&b, a);
    jv_write(&b, v);
    buf_char(&b, 0);
    return buf_failed(&b) ? STR("") : str_n(b.p, b.n - 1);
}
