/* Pieces of a streamed body: a list's items, and the lines of a watch. */
#include "kubeapi/scan_inner.h"

enum { OPEN, KEY, IN_KEY, COLON, VALUE, SCALAR, SKIP, META, ITEMS, ITEM, DONE };

void scan_list_init(scan_list_t *s, size_t max_item) {
    memset(s, 0, offsetof(scan_list_t, list));
    memset(&s->list, 0, offsetof(scan_object_t, scratch));
    s->max_item = max_item;
    buf_init(&s->carry);
    buf_init(&s->meta);
}

void scan_list_release(scan_list_t *s) {
    buf_release(&s->carry);
    buf_release(&s->meta);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Goes on through a string or container, in which the state already is, to its end: the byte after it, or `end` with
 * depth and in_string as they are there. Whether brackets pair by kind is checked when the item is scanned. */
static const char *walk(scan_list_t *s, const char *p, const char *end, bool *over) {
    *over = false;
    while (p < end) {
        if (s->escaped) {
            s->escaped = false;
            p++;
        } else if (s->in_string) {
            p = scan_string_end(p, end);
            if (p == end)
                break;
            s->escaped = *p == '\\';
            s->in_string = *p++ != '"';
        } else {
            p = scan_special(p, end);
            if (p == end)
                break;
            char c = *p++;
            if (c == '"')
                s->in_string = true;
            else
                s->depth += c == '{' || c == '[' ? 1 : -1;
        }
        if (!s->in_string && s->depth == 0) {
            *over = true;
            break;
        }
    }
    return p;
}

static bool key_is(const scan_list_t *s, str_t key) {
    return !s->key_is_long && str_eq(str_n(s->key, s->nkey), key);
}

static const char *begin_value(scan_list_t *s, const char *p) {
    if (*p == '[' && key_is(s, STR("items"))) {
        s->state = ITEMS;
        return p + 1;
    }
    bool meta = *p == '{' && key_is(s, STR("metadata"));
    s->in_string = *p == '"';
    s->depth = *p == '{' || *p == '[';
    if (!s->in_string && !s->depth) {
        s->state = SCALAR;
        return p;
    }
    s->state = meta ? META : SKIP;
    if (meta) {
        buf_clear(&s->meta);
        buf_char(&s->meta, *p);
    }
    return p + 1;
}

static bool bad(const scan_list_t *s, const char *begin, const char *p, const char *what, err_t *err) {
    return error_set(err, ERR_INVALID, "byte %zu of the list: %s", s->seen + (size_t)(p - begin), what);
}

static bool add(buf_t *b, const char *p, size_t n, size_t max, err_t *err) {
    if (b->n + n > max)
        return error_set(err, ERR_LIMIT, "longer than %zu bytes", max);
    buf_addn(b, p, n);
    return buf_failed(b) ? error_memory(err) : true;
}

/* The rest of an item: handed out from where it lies, or from `carry` when it began in an earlier piece. */
static bool item(scan_list_t *s, const char **at, const char *end, scan_item_fn fn, void *arg, err_t *err) {
    bool over;
    const char *from = *at;
    *at = walk(s, from, end, &over);
    size_t n = (size_t)(*at - from);
    if (!over)
        return add(&s->carry, from, n, s->max_item, err) ? true : error_wrap(err, "an item of the list");
    s->state = ITEMS;
    bool ok;
    if (s->carry.n) {
        if (!add(&s->carry, from, n, s->max_item, err))
            return error_wrap(err, "an item of the list");
        ok = fn(arg, buf_str(&s->carry), err);
    } else {
        ok = fn(arg, str_n(from, n), err);
    }
    buf_clear(&s->carry);
    return ok;
}

static bool in_key(scan_list_t *s, char c) {
    if (s->escaped) {
        s->escaped = false;
        s->key_is_long = true;
    } else if (c == '\\') {
        s->escaped = true;
    } else if (c == '"') {
        s->state = COLON;
    } else if (s->nkey < sizeof s->key) {
        s->key[s->nkey++] = c;
    } else {
        s->key_is_long = true;
    }
    return true;
}

/* One byte between values. */
static bool punctuation(scan_list_t *s, char c) {
    switch (s->state) {
    case OPEN:
        s->state = KEY;
        return c == '{';
    case KEY:
        if (c == '"') {
            s->state = IN_KEY;
            s->nkey = 0;
            s->key_is_long = false;
        } else if (c == '}') {
            s->state = DONE;
        }
        return c == '"' || c == '}' || c == ',';
    case COLON:
        s->state = VALUE;
        return c == ':';
    case ITEMS:
        if (c == ']')
            s->state = KEY;
        return c == ']' || c == ',';
    default:
        return false;
    }
}

bool scan_list_feed(scan_list_t *s, const char *begin, size_t n, scan_item_fn fn, void *arg, err_t *err) {
    const char *p = begin, *end = begin + n, *from;
    bool over;
    while (p < end) {
        switch (s->state) {
        case IN_KEY:
            in_key(s, *p++);
            break;
        case META:
        case SKIP:
            from = p;
            p = walk(s, p, end, &over);
            if (s->state == META && !add(&s->meta, from, (size_t)(p - from), s->max_item, err))
                return error_wrap(err, "the list's metadata");
            if (over)
                s->state = KEY;
            break;
        case SCALAR:
            if (*p == ',' || *p == '}')
                s->state = KEY;
            else
                p++;
            break;
        case ITEM:
            if (!item(s, &p, end, fn, arg, err))
                return false;
            break;
        default:
            if (is_blank(*p)) {
                p++;
            } else if (s->state == VALUE) {
                p = begin_value(s, p);
            } else if (s->state == ITEMS && *p == '{') {
                s->state = ITEM;
                s->depth = 0;
            } else if (!punctuation(s, *p++)) {
                return bad(s, begin, p - 1, "malformed", err);
            }
        }
    }
    s->seen += n;
    return true;
}

bool scan_list_end(scan_list_t *s, str_t *resource_version, str_t *cont, err_t *err) {
    if (s->state != DONE)
        return error_set(err, ERR_INVALID, "byte %zu of the list: it ends too early", s->seen);
    if (!s->meta.n)
        return error_set(err, ERR_INVALID, "the list has no metadata");
    if (!scan_metadata_value(buf_str(&s->meta), &s->list, err))
        return error_wrap(err, "the list's metadata");
    *resource_version = s->list.resource_version;
    *cont = s->list.continue_token;
    return true;
}

void scan_lines_init(scan_lines_t *s, size_t max_line) {
    buf_init(&s->carry);
    s->max_line = max_line;
}

void scan_lines_release(scan_lines_t *s) {
    buf_release(&s->carry);
}

bool scan_lines_feed(scan_lines_t *s, const char *p, size_t n, scan_line_fn fn, void *arg, err_t *err) {
    const char *end = p + n;
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        str_t line = str_n(p, (size_t)((nl ? nl : end) - p));
        p = nl ? nl + 1 : end;
        if (s->carry.n || !nl) {
            if (!add(&s->carry, line.p, line.n, s->max_line, err))
                return error_wrap(err, "a watch event");
            line = buf_str(&s->carry);
        }
        if (!nl)
            return true;
        bool ok = str_trim(line).n == 0 || fn(arg, line, err);
        buf_clear(&s->carry);
        if (!ok)
            return false;
    }
    return true;
}
