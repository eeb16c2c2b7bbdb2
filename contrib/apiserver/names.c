#include "contrib/apiserver/names.h"

#include <arpa/inet.h>
#include <ctype.h>

#define LABEL "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define QUALIFIED "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define QUALIFIED_MESSAGE                                                                                              \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " \
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" QUALIFIED "')"

static bool lower_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool alnum(char c) {
    return lower_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool all(str_t s, bool (*ok)(char), const char *also) {
    for (size_t i = 0; i < s.n; i++)
        if (!ok(s.p[i]) && !(s.p[i] && strchr(also, s.p[i])))
            return false;
    return true;
}

static bool is_label(str_t s) {
    return s.n && lower_digit(s.p[0]) && lower_digit(s.p[s.n - 1]) && all(s, lower_digit, "-");
}

static bool is_subdomain(str_t s) {
    str_t one, after;
    bool more = true;
    while (more) {
        more = str_cut(s, '.', &one, &after);
        if (!is_label(one))
            return false;
        s = after;
    }
    return true;
}

static bool is_qualified_part(str_t s) {
    return s.n && alnum(s.p[0]) && alnum(s.p[s.n - 1]) && all(s, alnum, "-_.");
}

static void fault(name_faults_t *f, str_t why) {
    if (f->n < sizeof f->why / sizeof *f->why)
        f->why[f->n++] = why;
}

static void too_long(arena_t *a, name_faults_t *f, str_t s, size_t max, const char *prefix) {
    if (s.n > max)
        fault(f, arena_printf(a, "%smust be no more than %zu characters", prefix, max));
}

static void subdomain(arena_t *a, name_faults_t *f, str_t s, const char *prefix) {
    too_long(a, f, s, 253, prefix);
    if (!is_subdomain(s))
        fault(f, arena_printf(
                     a,
                     "%sa lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
                     "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
                     "for validation is '" LABEL "(\\." LABEL ")*')",
                     prefix));
}

static void dns_label(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 63, "");
    if (is_label(s))
        return;
    fault(f, is_subdomain(s) ? STR("must not contain dots")
                             : STR("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
                                   "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
                                   "'123-abc', regex used for validation is '" LABEL "')"));
}

static void dns1035(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 63, "");
    if (!is_label(s) || isdigit((unsigned char)s.p[0]))
        fault(f, STR("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
                     "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
                     "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"));
}

static void path_segment(name_faults_t *f, str_t s) {
    if (str_eqc(s, ".") || str_eqc(s, ".."))
        fault(f, s.n == 1 ? STR("may not be '.'") : STR("may not be '..'"));
    if (str_chr(s, '/') >= 0)
        fault(f, STR("may not contain '/'"));
    if (str_chr(s, '%') >= 0)
        fault(f, STR("may not contain '%'"));
}

static void qualified(arena_t *a, name_faults_t *f, str_t s) {
    str_t prefix, name = s, rest;
    if (str_cut(s, '/', &prefix, &rest)) {
        if (str_chr(rest, '/') >= 0) {
            fault(f, STR("a qualified name " QUALIFIED_MESSAGE
                         " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"));
            return;
        }
        name = rest;
        if (!prefix.n)
            fault(f, STR("prefix part must be non-empty"));
        else
            subdomain(a, f, prefix, "prefix part ");
    }
    if (!name.n)
        fault(f, STR("name part must be non-empty"));
    too_long(a, f, name, 63, "name part ");
    if (!is_qualified_part(name))
        fault(f, STR("name part " QUALIFIED_MESSAGE));
}

static void label_value(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 63, "");
    if (s.n && !is_qualified_part(s))
        fault(f,
              STR("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                  "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
                  "regex used for validation is '(" QUALIFIED ")?')"));
}

static void no_parent(name_faults_t *f, str_t s) {
    if (str_eqc(s, "."))
        fault(f, STR("must not be '.'"));
    else if (str_eqc(s, ".."))
        fault(f, STR("must not be '..'"));
    else if (str_starts(s, STR("..")))
        fault(f, STR("must not start with '..'"));
}

static void config_key(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 253, "");
    if (!s.n || !all(s, alnum, "-_."))
        fault(f,
              STR("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                  "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
    no_parent(f, s);
}

/* 1.32 has RelaxedEnvironmentVariableValidation on: anything printable but '='. */
static void env(name_faults_t *f, str_t s) {
    if (!s.n)
        fault(f, STR("environment variable name must be non-empty"));
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == '=') {
            fault(f, STR("a valid environment variable name must consist only of printable ASCII characters other than "
                         "'='"));
            break;
        }
}

static void port(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 15, "");
    if (!s.n || !all(s, lower_digit, "-"))
        fault(f, STR("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"));
    bool letter = false;
    for (size_t i = 0; i < s.n; i++)
        letter |= s.p[i] >= 'a' && s.p[i] <= 'z';
    if (!letter)
        fault(f, STR("must contain at least one letter (a-z)"));
    if (str_find(s, STR("--")) >= 0)
        fault(f, STR("must not contain consecutive hyphens"));
    if (s.n && (s.p[0] == '-' || s.p[s.n - 1] == '-'))
        fault(f, STR("must not begin or end with a hyphen"));
}

static void wildcard(arena_t *a, name_faults_t *f, str_t s) {
    too_long(a, f, s, 253, "");
    if (!str_starts(s, STR("*.")) || !is_subdomain(str_from(s, 2)))
        fault(f,
              STR("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
                  "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
                  "(e.g. '*.example.com', regex used for validation is '\\*\\." LABEL "(\\." LABEL ")*')"));
}

name_faults_t name_check(arena_t *a, name_kind_t kind, str_t s) {
    name_faults_t f = {.n = 0};
    switch (kind) {
    case NAME_DNS_LABEL:
        dns_label(a, &f, s);
        break;
    case NAME_DNS_SUBDOMAIN:
        subdomain(a, &f, s, "");
        break;
    case NAME_DNS1035:
        dns1035(a, &f, s);
        break;
    case NAME_PATH_SEGMENT:
        path_segment(&f, s);
        break;
    case NAME_QUALIFIED:
        qualified(a, &f, s);
        break;
    case NAME_LABEL_VALUE:
        label_value(a, &f, s);
        break;
    case NAME_CONFIG_KEY:
        config_key(a, &f, s);
        break;
    case NAME_ENV:
        env(&f, s);
        break;
    case NAME_PORT:
        port(a, &f, s);
        break;
    case NAME_WILDCARD:
        wildcard(a, &f, s);
        break;
    }
    return f;
}

str_t name_join(arena_t *a, const name_faults_t *f, const char *between) {
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < f->n; i++) {
        buf_addc(&b, i ? between : "");
        buf_add(&b, f->why[i]);
    }
    return buf_str(&b);
}

void name_validate(fields_t *f, str_t path, name_kind_t kind, str_t s) {
    name_faults_t faults = name_check(f->arena, kind, s);
    for (size_t i = 0; i < faults.n; i++)
        fields_invalid_str(f, path, s, STR_FMT, STR_ARG(faults.why[i]));
}

static bool parse_ip(str_t s, int family) {
    char text[64], out[16];
    if (s.n >= sizeof text)
        return false;
    memcpy(text, s.p ? s.p : "", s.n);
    text[s.n] = 0;
    return strlen(text) == s.n && inet_pton(family, text, out) == 1;
}

bool name_ipv4(str_t s) {
    return parse_ip(s, AF_INET);
}

bool name_ip(str_t s) {
    return parse_ip(s, AF_INET) || parse_ip(s, AF_INET6);
}

bool name_cidr(str_t s) {
    str_t ip, bits;
    int64_t n;
    if (!str_cut(s, '/', &ip, &bits) || !str_int(bits, &n) || n < 0)
        return false;
    return (name_ipv4(ip) && n <= 32) || (parse_ip(ip, AF_INET6) && n <= 128);
}
