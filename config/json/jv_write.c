/* The writer: Go's encoding/json byte for byte, and a form for people. Without recursion; the order of an object's keys
 * is worked out on a scratch stack, and only where they aren't sorted already. */
#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct frame {
    const jv_t *v;
    uint32_t i;
    uint32_t order; /* where its order begins, plus one; 0: as the members lie */
} frame_t;

typedef struct writer {
    buf_t *out;
    uint32_t *order;
    size_t n, cap;
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

size_t jv_format_double(char out[JV_DOUBLE_MAX], double d) {
    char text[40], digits[24];
    size_t n = 0;
    char *to = out;
    if (d == 0) {
        memcpy(out, "-0", 2);
        if (1 / d < 0)
            return 2;
        out[0] = '0';
        return 1;
    }
    double size = d < 0 ? -d : d;
    /* 15 digits always survive a normal double, so fewer are those with their zeros cut off. */
    int want = size < 2.3e-308 ? 1 : 15;
    while (want < 17 && !reads_back(text, d, want))
        want++;
    if (want == 17)
        reads_back(text, d, want);
    char *e = strchr(text, 'e');
    for (char *p = text; p < e; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    int exponent = atoi(e + 1);
    if (d < 0)
        *to++ = '-';
    if (size < 1e-6 || size >= 1e21) {
        *to++ = digits[0];
        if (n > 1)
            *to++ = '.';
        memcpy(to, digits + 1, n - 1);
        to += n - 1;
        to += snprintf(to, 8, exponent < 0 ? "e-%d" : "e+%d", abs(exponent));
    } else if (exponent < 0) {
        *to++ = '0';
        *to++ = '.';
        memset(to, '0', (size_t)(-exponent - 1));
        to += -exponent - 1;
        memcpy(to, digits, n);
        to += n;
    } else {
        for (int i = 0; i <= exponent || i < (int)n; i++) {
            if (i == exponent + 1)
                *to++ = '.';
            *to++ = i < (int)n ? digits[i] : '0';
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

/* ---- order ---- */

static int by_key(const void *x, const void *y, void *members) {
    const jv_member_t *m = members;
    return str_cmp(m[*(const uint32_t *)x].key, m[*(const uint32_t *)y].key);
}

static bool lies_sorted(const jv_t *v) {
    for (uint32_t i = 1; i < v->n; i++)
        if (str_cmp(v->members[i - 1].key, v->members[i].key) > 0)
            return false;
    return true;
}

/* Heap sort: qsort may allocate behind our back, and degrade. */
static void sort(uint32_t *x, uint32_t n, jv_member_t *m) {
    for (uint32_t end = n, start = n / 2; end > 1;) {
        if (start) {
            start--;
        } else {
            uint32_t t = x[--end];
            x[end] = x[0];
            x[0] = t;
        }
        for (uint32_t root = start, child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && by_key(&x[child], &x[child + 1], m) < 0)
                child++;
            if (by_key(&x[root], &x[child], m) >= 0)
                break;
            uint32_t t = x[root];
            x[root] = x[child];
            x[child] = t;
        }
    }
}

static bool push(writer_t *w, const jv_t *v) {
    if (w->depth == JV_MAX_DEPTH) {
        w->out->failed = true;
        return false;
    }
    frame_t *f = &w->frames[w->depth++];
    *f = (frame_t){v, 0, 0};
    if (v->kind != JV_OBJECT || !w->sorted || lies_sorted(v))
        return true;
    if (v->n > w->cap - w->n) {
        size_t cap = 2 * w->cap + v->n;
        uint32_t *more = mem_realloc(w->order, cap * sizeof *more);
        if (!more) {
            w->out->failed = true;
            return false;
        }
        w->order = more;
        w->cap = cap;
    }
    uint32_t *order = w->order + w->n;
    for (uint32_t i = 0; i < v->n; i++)
        order[i] = i;
    sort(order, v->n, v->members);
    f->order = (uint32_t)w->n + 1;
    w->n += v->n;
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
            if (f->order)
                w->n = f->order - 1;
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
            const jv_member_t *m = &f->v->members[f->order ? w->order[f->order - 1 + i] : i];
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
    w.order = NULL;
    w.n = w.cap = w.depth = 0;
    w.indent = indent;
    w.sorted = sorted;
    if (!out->arena) {
        write(&w, v);
        mem_free(w.order);
        return;
    }
    /* The buffer may jump to the arena's guard: what is on the heap has to go first. */
    jmp_buf env, *old = arena_guard(out->arena, &env);
    if (setjmp(env)) {
        arena_guard(out->arena, old);
        mem_free(w.order);
        if (old)
            longjmp(*old, 1);
        mem_die(0);
    }
    write(&w, v);
    arena_guard(out->arena, old);
    mem_free(w.order);
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
