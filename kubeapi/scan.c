#include "kubeapi/scan.h"

#include "config/json/jv.h"
#include "kubeapi/scan_inner.h"
#include "reactor/base/mem.h"

typedef struct cursor {
    const char *begin, *p, *end;
    const scan_want_t *want;
    scan_object_t *out;
    err_t *err;
} cursor_t;

static bool fail(cursor_t *c, const char *what) {
    return error_set(c->err, ERR_INVALID, "byte %zu: %s", (size_t)(c->p - c->begin), what);
}

static inline void blanks(cursor_t *c) {
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r'))
        c->p++;
}

static inline bool expect(cursor_t *c, char ch, const char *what) {
    blanks(c);
    if (c->p == c->end || *c->p != ch)
        return fail(c, what);
    c->p++;
    return true;
}

/* From after the opening quote to after the closing one. *escaped is set when there is a backslash. */
static bool skip_string(cursor_t *c, bool *escaped) {
    for (;;) {
        c->p = scan_string_end(c->p, c->end);
        if (c->p >= c->end)
            return fail(c, "a string does not end");
        if (*c->p == '"') {
            c->p++;
            return true;
        }
        if (*c->p != '\\')
            return fail(c, "a control character in a string");
        *escaped = true;
        c->p += 2; /* past the end is caught above */
        if (c->p > c->end)
            c->p = c->end;
    }
}

static bool skip_container(cursor_t *c, bool array) {
    const char *what;
    c->p = scan_skip(c->p, c->end, array, &what);
    if (!what)
        return true;
    if (*what)
        return fail(c, what);
    return error_set(c->err, ERR_LIMIT, "byte %zu: nested deeper than %d", (size_t)(c->p - c->begin), JV_MAX_DEPTH);
}

/* A number or a literal: the bytes up to what ends it. */
static str_t take_scalar(cursor_t *c) {
    const char *from = c->p;
    while (c->p < c->end && *c->p != ',' && *c->p != '}' && *c->p != ']' && (unsigned char)*c->p > ' ' &&
           *c->p != '"' && *c->p != '{' && *c->p != '[' && *c->p != ':')
        c->p++;
    return str_n(from, (size_t)(c->p - from));
}

static bool skip_value(cursor_t *c) {
    bool escaped = false;
    blanks(c);
    if (c->p == c->end)
        return fail(c, "a value is missing");
    switch (*c->p) {
    case '"':
        c->p++;
        return skip_string(c, &escaped);
    case '{':
    case '[':
        c->p++;
        return skip_container(c, c->p[-1] == '[');
    default:
        return take_scalar(c).n ? true : fail(c, "a value is missing");
    }
}

static int hex4(const char *p) {
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char ch = p[i];
        int d = ch >= '0' && ch <= '9' ? ch - '0' : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10 : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static size_t put_utf8(char *to, uint32_t r) {
    if (r < 0x80) {
        to[0] = (char)r;
        return 1;
    }
    if (r < 0x800) {
        to[0] = (char)(0xc0 | r >> 6);
        to[1] = (char)(0x80 | (r & 0x3f));
        return 2;
    }
    if (r < 0x10000) {
        to[0] = (char)(0xe0 | r >> 12);
        to[1] = (char)(0x80 | (r >> 6 & 0x3f));
        to[2] = (char)(0x80 | (r & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | r >> 18);
    to[1] = (char)(0x80 | (r >> 12 & 0x3f));
    to[2] = (char)(0x80 | (r >> 6 & 0x3f));
    to[3] = (char)(0x80 | (r & 0x3f));
    return 4;
}

/* One escape at *i (after the backslash); the code point, or -1. Lone surrogates are U+FFFD, as in Go. */
static int32_t unescape(str_t raw, size_t *i) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char ch = raw.p[(*i)++];
    if (ch != 'u') {
        const char *at = memchr(from, ch, sizeof from - 1);
        return at ? to[at - from] : -1;
    }
    int v = *i + 4 <= raw.n ? hex4(raw.p + *i) : -1;
    if (v < 0)
        return -1;
    *i += 4;
    if (v < 0xd800 || v > 0xdfff)
        return v;
    if (v < 0xdc00 && *i + 6 <= raw.n && raw.p[*i] == '\\' && raw.p[*i + 1] == 'u') {
        int low = hex4(raw.p + *i + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *i += 6;
            return 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return 0xfffd;
}

/* The decoded form of a raw string in to[size]; what doesn't fit is cut off and *fits false. -1: a bad escape. */
static ptrdiff_t decode(str_t raw, char *to, size_t size, bool *fits) {
    size_t n = 0;
    *fits = true;
    for (size_t i = 0; i < raw.n;) {
        if (n + 4 > size) {
            *fits = false;
            break;
        }
        if (raw.p[i] != '\\') {
            to[n++] = raw.p[i++];
            continue;
        }
        if (++i >= raw.n)
            return -1;
        int32_t r = unescape(raw, &i);
        if (r < 0)
            return -1;
        n += put_utf8(to + n, (uint32_t)r);
    }
    return (ptrdiff_t)n;
}

/* A string value: a slice of the input, or decoded into the scratch space. Any other value reads as absent. `lax`: may
 * be cut short where the space ends. */
static bool take_string(cursor_t *c, bool lax, str_t *out) {
    *out = STR_NONE;
    blanks(c);
    if (c->p == c->end || *c->p != '"')
        return skip_value(c);
    const char *from = ++c->p;
    bool escaped = false, fits;
    if (!skip_string(c, &escaped))
        return false;
    *out = str_n(from, (size_t)(c->p - 1 - from));
    if (!escaped)
        return true;
    scan_object_t *o = c->out;
    ptrdiff_t n = decode(*out, o->scratch + o->nscratch, sizeof o->scratch - o->nscratch, &fits);
    if (n < 0)
        return fail(c, "a bad escape in a string");
    if (!fits && !lax)
        return error_set(c->err, ERR_LIMIT, "byte %zu: escaped strings are too long", (size_t)(c->p - c->begin));
    *out = str_n(o->scratch + o->nscratch, (size_t)n);
    o->nscratch += (size_t)n;
    return true;
}

/* One step through an object's members: 1 with the raw key and the cursor on the value, 0 after the closing brace, -1
 * on failure. `first` is true before the first. */
static int next_member(cursor_t *c, bool *first, str_t *key) {
    bool escaped = false;
    blanks(c);
    if (c->p < c->end && *c->p == '}') {
        c->p++;
        return 0;
    }
    if (!*first) {
        if (!expect(c, ',', "a , or } is missing"))
            return -1;
        blanks(c);
    }
    *first = false;
    if (!expect(c, '"', "a key is missing"))
        return -1;
    key->p = c->p;
    if (!skip_string(c, &escaped))
        return -1;
    key->n = (size_t)(c->p - 1 - key->p);
    if (escaped)
        *key = STR(""); /* no key that is looked for needs an escape, and the API server writes none */
    if (!expect(c, ':', "a : is missing"))
        return -1;
    return 1;
}

/* Notes that a member is to be left out: with the comma before it when something before it stays, else with the one
 * after it, so that what is left is well-formed whatever else is cut. */
static void cut(cursor_t *c, const char *comma, const char *key) {
    scan_object_t *o = c->out;
    if (o->ncuts == SCAN_MAX_CUTS)
        return; /* equal keys again and again: nothing that a server sends; they stay */
    const char *from = comma ? comma : key, *to = c->p;
    if (!comma) {
        blanks(c);
        if (c->p < c->end && *c->p == ',')
            to = c->p + 1;
    }
    o->cuts[o->ncuts++] = (scan_cut_t){(uint32_t)(from - o->json.p), (uint32_t)(to - o->json.p)};
}

/* Where the comma before a key stands, given where the member before it ended. */
static const char *comma_before(const char *from) {
    while (*from != ',')
        from++;
    return from;
}

/* The kind of thing a value is, after its opening bracket was taken; other values are skipped. */
typedef enum { OTHER, OPENED, FAILED } opened_t;

static opened_t open_with(cursor_t *c, char bracket) {
    blanks(c);
    if (c->p == c->end || *c->p != bracket)
        return skip_value(c) ? OTHER : FAILED;
    c->p++;
    return OPENED;
}

static bool scan_labels(cursor_t *c) {
    bool first = true;
    int step;
    str_t key;
    opened_t opened = open_with(c, '{');
    if (opened != OPENED)
        return opened == OTHER;
    const char *from = c->p - 1;
    while ((step = next_member(c, &first, &key)) > 0) {
        size_t i = 0, n = c->want ? c->want->nlabels : 0;
        while (i < n && !str_eq(key, c->want->labels[i]))
            i++;
        if (i < n ? !take_string(c, false, &c->out->labels[i]) : !skip_value(c))
            return false;
    }
    c->out->all_labels = str_n(from, (size_t)(c->p - from));
    return step == 0;
}

static bool scan_annotations(cursor_t *c) {
    bool first = true, kept = false;
    int step;
    str_t key;
    opened_t opened = open_with(c, '{');
    if (opened != OPENED)
        return opened == OTHER;
    const char *before = c->p;
    while ((step = next_member(c, &first, &key)) > 0) {
        if (!skip_value(c))
            return false;
        const char *end = c->p;
        if (str_eq(key, STR("kubectl.kubernetes.io/last-applied-configuration")))
            cut(c, kept ? comma_before(before) : NULL, key.p - 1);
        else
            kept = true;
        before = end;
    }
    return step == 0;
}

static bool scan_owner(cursor_t *c, bool *controller, str_t *uid) {
    bool first = true;
    int step;
    str_t key;
    opened_t opened = open_with(c, '{');
    *controller = false;
    *uid = STR_NONE;
    if (opened != OPENED)
        return opened == OTHER;
    while ((step = next_member(c, &first, &key)) > 0) {
        bool ok;
        if (str_eq(key, STR("uid"))) {
            ok = take_string(c, false, uid);
        } else if (str_eq(key, STR("controller"))) {
            blanks(c);
            const char *from = c->p;
            ok = skip_value(c);
            *controller = ok && str_eq(str_n(from, (size_t)(c->p - from)), STR("true"));
        } else {
            ok = skip_value(c);
        }
        if (!ok)
            return false;
    }
    return step == 0;
}

/* An array's next item: 1 with the cursor on it, 0 after the bracket, -1 on failure. */
static int next_item(cursor_t *c, bool *first) {
    blanks(c);
    if (c->p < c->end && *c->p == ']') {
        c->p++;
        return 0;
    }
    if (!*first && !expect(c, ',', "a , or ] is missing"))
        return -1;
    *first = false;
    return 1;
}

static bool scan_owners(cursor_t *c) {
    bool first = true, found = false;
    int step;
    opened_t opened = open_with(c, '[');
    if (opened != OPENED)
        return opened == OTHER;
    while ((step = next_item(c, &first)) > 0) {
        bool controller;
        str_t uid;
        if (!scan_owner(c, &controller, &uid))
            return false;
        if ((controller && !found) || !c->out->owner_uid.p)
            c->out->owner_uid = uid;
        found |= controller;
    }
    return step == 0;
}

static bool scan_finalizers(cursor_t *c) {
    bool first = true;
    int step;
    opened_t opened = open_with(c, '[');
    if (opened != OPENED)
        return opened == OTHER;
    c->out->finalizers = false;
    while ((step = next_item(c, &first)) > 0) {
        c->out->finalizers = true;
        if (!skip_value(c))
            return false;
    }
    return step == 0;
}

static bool scan_integer(cursor_t *c, int64_t *out) {
    blanks(c);
    if (c->p < c->end && (*c->p == '-' || (*c->p >= '0' && *c->p <= '9'))) {
        str_int(take_scalar(c), out); /* what is no integer stays 0 */
        return true;
    }
    return skip_value(c);
}

/* deletionTimestamp counts when it is not null. */
static bool scan_present(cursor_t *c, bool *present) {
    blanks(c);
    *present = c->p < c->end && *c->p == '"';
    return skip_value(c);
}

static bool scan_member_of_metadata(cursor_t *c, str_t key, bool *leave_out) {
    scan_object_t *o = c->out;
    switch (key.n) {
    case 3:
        return str_eq(key, STR("uid")) ? take_string(c, false, &o->uid) : skip_value(c);
    case 4:
        return str_eq(key, STR("name")) ? take_string(c, false, &o->name) : skip_value(c);
    case 6:
        return str_eq(key, STR("labels")) ? scan_labels(c) : skip_value(c);
    case 8:
        return str_eq(key, STR("continue")) ? take_string(c, false, &o->continue_token) : skip_value(c);
    case 9:
        return str_eq(key, STR("namespace")) ? take_string(c, false, &o->ns) : skip_value(c);
    case 10:
        if (str_eq(key, STR("generation")))
            return scan_integer(c, &o->generation);
        return str_eq(key, STR("finalizers")) ? scan_finalizers(c) : skip_value(c);
    case 11:
        return str_eq(key, STR("annotations")) ? scan_annotations(c) : skip_value(c);
    case 13:
        *leave_out = str_eq(key, STR("managedFields"));
        return skip_value(c);
    case 15:
        if (str_eq(key, STR("resourceVersion")))
            return take_string(c, false, &o->resource_version);
        return str_eq(key, STR("ownerReferences")) ? scan_owners(c) : skip_value(c);
    case 17:
        return str_eq(key, STR("deletionTimestamp")) ? scan_present(c, &o->deleting) : skip_value(c);
    default:
        return skip_value(c);
    }
}

static bool scan_metadata(cursor_t *c) {
    bool first = true, kept = false;
    int step;
    str_t key;
    opened_t opened = open_with(c, '{');
    if (opened != OPENED)
        return opened == OTHER;
    const char *before = c->p, *from = c->p - 1;
    while ((step = next_member(c, &first, &key)) > 0) {
        bool leave_out = false;
        if (!scan_member_of_metadata(c, key, &leave_out))
            return false;
        const char *end = c->p;
        if (leave_out)
            cut(c, kept ? comma_before(before) : NULL, key.p - 1);
        else
            kept = true;
        before = end;
    }
    c->out->metadata = str_n(from, (size_t)(c->p - from));
    return step == 0;
}

static bool scan_member(cursor_t *c, str_t key, bool *leave_out) {
    scan_object_t *o = c->out;
    int64_t code = 0;
    switch (key.n) {
    case 4:
        if (str_eq(key, STR("kind"))) {
            *leave_out = true;
            return take_string(c, true, &o->kind);
        }
        if (str_eq(key, STR("code"))) {
            bool ok = scan_integer(c, &code);
            o->code = (int)code;
            return ok;
        }
        return skip_value(c);
    case 6:
        return str_eq(key, STR("reason")) ? take_string(c, true, &o->reason) : skip_value(c);
    case 7:
        return str_eq(key, STR("message")) ? take_string(c, true, &o->message) : skip_value(c);
    case 8:
        return str_eq(key, STR("metadata")) ? scan_metadata(c) : skip_value(c);
    case 10:
        if (str_eq(key, STR("apiVersion"))) {
            *leave_out = true;
            return take_string(c, true, &o->api_version);
        }
        return skip_value(c);
    default:
        return skip_value(c);
    }
}

/* The object at the cursor. */
static bool scan_here(cursor_t *c) {
    scan_object_t *o = c->out;
    bool first = true, kept = false;
    int step;
    str_t key;
    blanks(c);
    o->json.p = c->p;
    if (!expect(c, '{', "an object is missing"))
        return false;
    const char *before = c->p;
    while ((step = next_member(c, &first, &key)) > 0) {
        bool leave_out = false;
        if (!scan_member(c, key, &leave_out))
            return false;
        const char *end = c->p;
        if (leave_out)
            cut(c, kept ? comma_before(before) : NULL, key.p - 1);
        else
            kept = true;
        before = end;
    }
    o->json.n = (size_t)(c->p - o->json.p);
    return step == 0;
}

static bool begin(cursor_t *c, str_t text, const scan_want_t *want, scan_object_t *out, err_t *err) {
    if (!text.p)
        text = STR("");
    *c = (cursor_t){.begin = text.p, .p = text.p, .end = text.p + text.n, .want = want, .out = out, .err = err};
    memset(out, 0, offsetof(scan_object_t, scratch));
    if (text.n > UINT32_MAX)
        return error_set(err, ERR_LIMIT, "byte 0: an object of %zu bytes", text.n);
    return true;
}

static bool at_end(cursor_t *c) {
    blanks(c);
    return c->p == c->end ? true : fail(c, "something follows the end");
}

bool scan_object(str_t json, const scan_want_t *want, scan_object_t *out, err_t *err) {
    cursor_t c;
    return begin(&c, json, want, out, err) && scan_here(&c) && at_end(&c);
}

bool scan_metadata_value(str_t json, scan_object_t *out, err_t *err) {
    cursor_t c;
    return begin(&c, json, NULL, out, err) && scan_metadata(&c) && at_end(&c);
}

static bool type_of(cursor_t *c, str_t text, scan_type_t *type) {
    static const str_t names[] = {{"ADDED", 5}, {"MODIFIED", 8}, {"DELETED", 7}, {"BOOKMARK", 8}, {"ERROR", 5}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(text, names[i])) {
            *type = (scan_type_t)i;
            return true;
        }
    return fail(c, "an unknown type of event");
}

bool scan_event(str_t line, const scan_want_t *want, scan_type_t *type, scan_object_t *out, err_t *err) {
    cursor_t c;
    bool first = true, has_type = false, has_object = false;
    int step;
    str_t key, text;
    if (!begin(&c, line, want, out, err) || !expect(&c, '{', "an event is missing"))
        return false;
    while ((step = next_member(&c, &first, &key)) > 0) {
        bool ok;
        if (str_eq(key, STR("type"))) {
            ok = has_type = take_string(&c, true, &text) && type_of(&c, text, type);
        } else if (str_eq(key, STR("object")) && !has_object) {
            ok = has_object = scan_here(&c);
        } else {
            ok = skip_value(&c);
        }
        if (!ok)
            return false;
    }
    if (step < 0 || !at_end(&c))
        return false;
    return has_type && has_object ? true : fail(&c, "an event without type or object");
}

/* Cuts are in order and lie wholly inside or outside of a part. */
char *scan_copy_kept(char *to, const scan_object_t *o, str_t part) {
    size_t at = (size_t)(part.p - o->json.p), end = at + part.n;
    for (size_t i = 0; i < o->ncuts; i++) {
        if (o->cuts[i].from < at || o->cuts[i].to > end)
            continue;
        memcpy(to, o->json.p + at, o->cuts[i].from - at);
        to += o->cuts[i].from - at;
        at = o->cuts[i].to;
    }
    memcpy(to, o->json.p + at, end - at);
    return to + (end - at);
}

size_t scan_kept(const scan_object_t *o, str_t part) {
    size_t n = part.n, at = (size_t)(part.p - o->json.p), end = at + part.n;
    for (size_t i = 0; i < o->ncuts; i++)
        if (o->cuts[i].from >= at && o->cuts[i].to <= end)
            n -= o->cuts[i].to - o->cuts[i].from;
    return n;
}

str_t scan_label(str_t labels, str_t key, scan_object_t *space) {
    cursor_t c;
    bool first = true;
    str_t at, value;
    if (!begin(&c, labels, NULL, space, NULL) || !expect(&c, '{', ""))
        return STR_NONE;
    while (next_member(&c, &first, &at) > 0) {
        if (str_eq(at, key))
            return take_string(&c, false, &value) ? value : STR_NONE;
        if (!skip_value(&c))
            break;
    }
    return STR_NONE;
}
