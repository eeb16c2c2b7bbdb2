#include "reactor/http1.h"

enum { MAX_HEADERS = 1000, MAX_LINE = 4096 };

size_t http1_head_size(str_t in, size_t *scanned) {
    size_t i = *scanned;
    while (i < in.n) {
        const char *nl = memchr(in.p + i, '\n', in.n - i);
        if (!nl)
            break;
        size_t at = (size_t)(nl - in.p) + 1;
        /* The line after this one is empty. */
        if (at < in.n && in.p[at] == '\n')
            return at + 1;
        if (at + 1 < in.n && in.p[at] == '\r' && in.p[at + 1] == '\n')
            return at + 2;
        if (at + 1 >= in.n) { /* can't tell yet */
            *scanned = at - 1;
            return 0;
        }
        i = at;
    }
    *scanned = i;
    return 0;
}

static bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(str_t s) {
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_field_value(str_t s) {
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool is_target(str_t s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
            return false;
    return s.n > 0;
}

/* The next line without its end; moves *rest on. */
static str_t take_line(str_t *rest) {
    ptrdiff_t nl = str_chr(*rest, '\n');
    str_t line = nl < 0 ? *rest : str_sub(*rest, 0, (size_t)nl);
    *rest = nl < 0 ? STR_NONE : str_from(*rest, (size_t)nl + 1);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static int refuse(int status, const char **why, const char *text) {
    *why = text;
    return status;
}

/* "http://host/path" is "/path" (a proxy's form, which a server must take). */
static str_t origin_form(str_t target) {
    for (int i = 0; i < 2; i++) {
        str_t scheme = i ? STR("https://") : STR("http://");
        if (!str_starts(target, scheme))
            continue;
        str_t rest = str_from(target, scheme.n);
        ptrdiff_t slash = str_chr(rest, '/');
        return slash < 0 ? STR("/") : str_from(rest, (size_t)slash);
    }
    return target;
}

static int parse_request_line(str_t line, http1_head_t *out, const char **why) {
    str_t target, version, rest;
    if (!str_cut(line, ' ', &out->method, &rest) || !str_cut(rest, ' ', &target, &version))
        return refuse(400, why, "malformed request line");
    if (!is_token(out->method) || !is_target(target))
        return refuse(400, why, "malformed request line");
    if (str_eqc(version, "HTTP/1.1"))
        out->minor = 1;
    else if (!str_eqc(version, "HTTP/1.0"))
        return str_starts(version, STR("HTTP/")) ? refuse(505, why, "HTTP version not supported")
                                                 : refuse(400, why, "malformed HTTP version");
    target = origin_form(target);
    if (target.p[0] != '/' && !str_eqc(target, "*"))
        return refuse(400, why, "malformed request target");
    str_cut(target, '?', &out->path, &out->query);
    return 0;
}

static int parse_field(char *p, str_t line, http_header_t *out, const char **why) {
    str_t name, value;
    if (line.p[0] == ' ' || line.p[0] == '\t')
        return refuse(400, why, "folded header line");
    if (!str_cut(line, ':', &name, &value) || !is_token(name))
        return refuse(400, why, "malformed header line");
    value = str_trim(value);
    if (!is_field_value(value))
        return refuse(400, why, "control byte in a header");
    for (size_t i = 0; i < name.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + ('a' - 'A'));
    *out = (http_header_t){name, value};
    return 0;
}

/* Whether the comma list has the word. */
static bool has_word(str_t list, str_t word) {
    str_t one;
    while (list.n) {
        str_cut(list, ',', &one, &list);
        if (str_eq_nocase(str_trim(one), word))
            return true;
    }
    return false;
}

static int parse_length(str_t value, http1_head_t *out, const char **why) {
    int64_t n = 0;
    if (!value.n || value.n > 18)
        return refuse(400, why, "malformed content-length");
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return refuse(400, why, "malformed content-length");
        n = n * 10 + (value.p[i] - '0');
    }
    if (out->length >= 0 && out->length != n)
        return refuse(400, why, "two different content-lengths");
    out->length = n;
    return 0;
}

/* What the headers say of the message itself. */
static int interpret(http1_head_t *out, const char **why) {
    int status = 0, hosts = 0;
    out->length = -1;
    out->keep_alive = out->minor >= 1;
    for (size_t i = 0; i < out->nheaders && !status; i++) {
        str_t name = out->headers[i].name, value = out->headers[i].value;
        if (str_eqc(name, "content-length")) {
            status = parse_length(value, out, why);
        } else if (str_eqc(name, "transfer-encoding")) {
            if (!str_eq_nocase(value, STR("chunked")) || out->chunked)
                status = refuse(501, why, "transfer-encoding other than chunked");
            out->chunked = true;
        } else if (str_eqc(name, "connection")) {
            if (has_word(value, STR("close")))
                out->keep_alive = false;
            else if (has_word(value, STR("keep-alive")))
                out->keep_alive = true;
        } else if (str_eqc(name, "expect")) {
            if (!str_eq_nocase(value, STR("100-continue")))
                status = refuse(417, why, "unknown expectation");
            out->expects_continue = out->minor >= 1;
        } else if (str_eqc(name, "host")) {
            hosts++;
        }
    }
    if (status)
        return status;
    if (out->chunked && (out->length >= 0 || out->minor == 0))
        return refuse(400, why, "chunks and a content-length together");
    if (hosts > 1 || (hosts == 0 && out->minor >= 1))
        return refuse(400, why, hosts ? "two host headers" : "no host header");
    return 0;
}

int http1_parse_head(char *p, size_t n, arena_t *a, http1_head_t *out, const char **why) {
    *out = (http1_head_t){.length = -1};
    str_t rest = str_n(p, n);
    int status = parse_request_line(take_line(&rest), out, why);
    if (status)
        return status;
    size_t lines = 0;
    for (size_t i = 0; i < rest.n; i++)
        lines += rest.p[i] == '\n';
    if (lines > MAX_HEADERS)
        return refuse(431, why, "too many headers");
    out->headers = arena_array(a, http_header_t, lines + 1);
    while (rest.n) {
        char *at = p + (rest.p - p);
        str_t line = take_line(&rest);
        if (!line.n)
            break;
        status = parse_field(at, line, &out->headers[out->nheaders], why);
        if (status)
            return status;
        out->nheaders++;
    }
    return interpret(out, why);
}

/* ---- bodies ---- */

enum { SIZE, EXTENSION, CHUNK, CHUNK_END, TRAILER, DONE, BROKEN };

void http1_body_init(http1_body_t *b, const http1_head_t *head) {
    *b = (http1_body_t){.chunked = head->chunked, .state = head->chunked ? SIZE : CHUNK};
    if (!head->chunked)
        b->left = head->length > 0 ? (uint64_t)head->length : 0;
    if (!head->chunked && !b->left)
        b->state = DONE;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int after_size(http1_body_t *b) {
    b->line = 0;
    if (!b->digits)
        return BROKEN;
    b->digits = false;
    return b->left ? CHUNK : TRAILER;
}

/* One byte of what is between the chunks. */
static int step(http1_body_t *b, char c) {
    if (++b->line > MAX_LINE)
        return BROKEN;
    switch (b->state) {
    case SIZE: {
        int d = hex_digit(c);
        if (d >= 0) {
            b->digits = true;
            b->left = b->left << 4 | (unsigned)d;
            return b->left >> 56 ? BROKEN : SIZE;
        }
        if (c == '\n')
            return after_size(b);
        return b->digits && (c == ';' || c == '\r' || c == ' ' || c == '\t') ? EXTENSION : BROKEN;
    }
    case EXTENSION:
        return c == '\n' ? after_size(b) : EXTENSION;
    case CHUNK_END: /* CRLF, or LF alone */
        if (c == '\n') {
            b->line = 0;
            return SIZE;
        }
        return c == '\r' && b->line == 1 ? CHUNK_END : BROKEN;
    default: /* TRAILER: lines up to an empty one, all of them within one bound */
        if (c == '\n' && !b->digits)
            return DONE;
        if (c != '\r')
            b->digits = c != '\n'; /* whether the line has something in it */
        return TRAILER;
    }
}

http1_result_t http1_body_next(http1_body_t *b, str_t *in, str_t *data) {
    while (b->state != DONE && b->state != BROKEN) {
        if (!in->n)
            return HTTP1_MORE;
        if (b->state == CHUNK) {
            *data = str_sub(*in, 0, b->left < in->n ? (size_t)b->left : in->n);
            *in = str_from(*in, data->n);
            b->left -= data->n;
            if (!b->left)
                b->state = b->chunked ? CHUNK_END : DONE;
            return HTTP1_DATA;
        }
        b->state = step(b, in->p[0]);
        *in = str_from(*in, 1);
    }
    return b->state == DONE ? HTTP1_END : HTTP1_BAD;
}

const char *http_status_text(int status) {
    static const struct {
        int status;
        const char *text;
    } table[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Request Entity Too Large"},
        {414, "Request URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Entity"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].text;
    return "Status";
}
