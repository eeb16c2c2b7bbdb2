/* Schemas of parameters: cases of our own, and those that vela-core stored for its built-in definitions. */
#include "config/cue/openapi.h"
#include "config/yaml/yaml.h"
#include "test/suite.h"
#include <ctype.h>
#include <dirent.h>

/* vela-core's packages are not at hand here: a definition that a template names of them may be anything. */
typedef struct package {
    arena_t *a;
    str_t template;
} package_t;

static bool find_package(void *arg, str_t path, cue_source_t *out) {
    package_t *p = arg;
    buf_t b;
    if (!str_starts(path, STR("vela/")))
        return false;
    buf_init_arena(&b, p->a);
    for (str_t t = p->template; t.n; t = str_from(t, 1)) {
        size_t n = 2;
        if (!str_starts(t, STR(".#")))
            continue;
        while (n < t.n && isalnum((unsigned char)t.p[n]))
            n++;
        buf_printf(&b, STR_FMT ": {...}\n", STR_ARG(str_sub(t, 1, n - 1)));
    }
    *out = (cue_source_t){path, buf_str(&b)};
    return true;
}

static jv_t *schema(arena_t *a, str_t text, err_t *err) {
    cue_source_t s = {STR("-"), text};
    package_t package = {a, text};
    cue_options_t o = {.externs = "context", .import = find_package, .import_arg = &package};
    cue_program_t *p = cue_compile(&s, 1, &o, err);
    jv_t *v = p ? cue_openapi_schema(p, a, err) : NULL;
    cue_program_release(p);
    return v;
}

static void expect(const char *text, const char *want) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *v = schema(a, str_c(text), &err), *w = jv_parse(a, str_c(want), NULL);
    ck_assert_msg(v != NULL, "%s: %s", text, error_text(&err));
    ck_assert_msg(w && jv_equal(v, w), "%s:\n  expected %s\n  got %.*s", text, want, STR_ARG(jv_text(a, v)));
    arena_destroy(a);
}

static void expect_error(const char *text, const char *want) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_msg(!schema(a, str_c(text), &err), "%s: no error", text);
    ck_assert_msg(str_starts(str_c(error_text(&err)), str_c(want)), "%s: expected %s, got %s", text, want,
                  error_text(&err));
    error_release(&err);
    arena_destroy(a);
}

START_TEST(fields_have_types_and_titles) {
    expect("parameter: {x!: int, y?: string, #d: int, _h: int, f: #d}",
           "{\"properties\":{\"f\":{\"title\":\"f\",\"type\":\"integer\"},\"x\":{\"title\":\"x\",\"type\":\"integer\"},"
           "\"y\":{\"title\":\"y\",\"type\":\"string\"}},\"required\":[\"x\",\"f\"],\"type\":\"object\"}");
    expect("parameter: {\"a b\": int, \"c-d\"?: string, _x: 1, \"#y\": 2}",
           "{\"properties\":{\"#y\":{\"enum\":[2],\"title\":\"#y\",\"type\":\"integer\"},\"a b\":{\"title\":\"a "
           "b\",\"type\":\"integer\"},\"c-d\":{\"title\":\"c-d\",\"type\":\"string\"}},\"required\":[\"a "
           "b\",\"#y\"],\"type\":\"object\"}");
    expect("parameter: {a: int | *3, b: a, c: *a | int, d: \"x-\\(b)\", e: len(\"abc\"), f: a + 1}",
           "{\"properties\":{\"a\":{\"default\":3,\"title\":\"a\",\"type\":\"integer\"},\"b\":{\"default\":3,\"title\":"
           "\"b\",\"type\":\"integer\"},\"c\":{\"default\":3,\"title\":\"c\",\"type\":\"integer\"},\"d\":{\"enum\":["
           "\"x-3\"],\"title\":\"d\",\"type\":\"string\"},\"e\":{\"enum\":[3],\"title\":\"e\",\"type\":\"integer\"},"
           "\"f\":{\"enum\":[4],\"title\":\"f\",\"type\":\"integer\"}},\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\","
           "\"f\"],\"type\":\"object\"}");
    expect("parameter: {let x = 3\na: x, b: int | *x}",
           "{\"properties\":{\"a\":{\"enum\":[3],\"title\":\"a\",\"type\":\"integer\"},\"b\":{\"default\":3,\"title\":"
           "\"b\",\"type\":\"integer\"}},\"required\":[\"a\",\"b\"],\"type\":\"object\"}");
    expect("parameter: string", "{\"type\":\"string\"}");
}
END_TEST

START_TEST(comments_become_descriptions) {
    expect("parameter: {\n// d1\na?: [string]: string\n// outer\nb: c: d: int\n// o2\nf: g: {\n// in\nx: int}}",
           "{\"properties\":{\"a\":{\"additionalProperties\":{\"type\":\"string\"},\"description\":\"d1\",\"title\":"
           "\"a\",\"type\":\"object\"},\"b\":{\"properties\":{\"c\":{\"properties\":{\"d\":{\"description\":\"outer\","
           "\"title\":\"d\",\"type\":\"integer\"}},\"required\":[\"d\"],\"title\":\"c\",\"type\":\"object\"}},"
           "\"required\":[\"c\"],\"title\":\"b\",\"type\":\"object\"},\"f\":{\"properties\":{\"g\":{\"description\":"
           "\"o2\",\"properties\":{\"x\":{\"description\":\"in\",\"title\":\"x\",\"type\":\"integer\"}},\"required\":["
           "\"x\"],\"title\":\"g\",\"type\":\"object\"}},\"required\":[\"g\"],\"title\":\"f\",\"type\":\"object\"}},"
           "\"required\":[\"b\",\"f\"],\"type\":\"object\"}");
    expect("parameter: {\n a?: {\n// pd\n[string]: string}\n b: [...{\n// it\nz: int}]\n}",
           "{\"properties\":{\"a\":{\"additionalProperties\":{\"description\":\"pd\",\"type\":\"string\"},\"title\":"
           "\"a\",\"type\":\"object\"},\"b\":{\"items\":{\"properties\":{\"z\":{\"description\":\"it\",\"title\":\"z\","
           "\"type\":\"integer\"}},\"required\":[\"z\"],\"type\":\"object\"},\"title\":\"b\",\"type\":\"array\"}},"
           "\"required\":[\"b\"],\"type\":\"object\"}");
    expect(
        "#A: {\n// adoc\nx: int}\nparameter: {\n// p\na: #A & {\n// bdoc\nx: 3}\n// p2\n b: {\n #A\n// k\n z: int}\n}",
        "{\"properties\":{\"a\":{\"description\":\"p\",\"properties\":{\"x\":{\"description\":\"adoc\\n\\n\\nbdoc\","
        "\"enum\":[3],\"title\":\"x\",\"type\":\"integer\"}},\"required\":[\"x\"],\"title\":\"a\",\"type\":\"object\"},"
        "\"b\":{\"description\":\"p2\",\"properties\":{\"x\":{\"description\":\"adoc\",\"title\":\"x\",\"type\":"
        "\"integer\"},\"z\":{\"description\":\"k\",\"title\":\"z\",\"type\":\"integer\"}},\"required\":[\"z\",\"x\"],"
        "\"title\":\"b\",\"type\":\"object\"}},\"required\":[\"a\",\"b\"],\"type\":\"object\"}");
    expect("// c0\n\n// c1\nparameter: #P\n// pp\n#P: {\n// u\nx: int}",
           "{\"description\":\"c1\",\"properties\":{\"x\":{\"description\":\"u\",\"title\":\"x\",\"type\":\"integer\"}}"
           ",\"required\":[\"x\"],\"type\":\"object\"}");
    expect(
        "parameter: {\n// a1\n\n// a2\na: int // line\n// b1\n//\n//  b2  \n//b3\nb?: string}",
        "{\"properties\":{\"a\":{\"description\":\"a2\",\"title\":\"a\",\"type\":\"integer\"},\"b\":{\"description\":"
        "\"b1\\n\\n b2\\nb3\",\"title\":\"b\",\"type\":\"string\"}},\"required\":[\"a\"],\"type\":\"object\"}");
    expect("parameter: {\n// one\na: int\n// two\na: >3\n// one\na: <7}",
           "{\"properties\":{\"a\":{\"description\":\"one\\n\\n\\ntwo\",\"exclusiveMaximum\":true,\"exclusiveMinimum\":"
           "true,\"maximum\":7,\"minimum\":3,\"title\":\"a\",\"type\":\"integer\"}},\"required\":[\"a\"],\"type\":"
           "\"object\"}");
    expect("parameter: {\n// +usage=Use it\n// +short=u\na: string\n// plain\nb: string\n// +usage=one +usage=two\nc: "
           "string\n// pre +short\nd: int}",
           "{\"properties\":{\"a\":{\"description\":\"Use "
           "it\",\"title\":\"a\",\"type\":\"string\"},\"b\":{\"description\":\"plain\",\"title\":\"b\",\"type\":"
           "\"string\"},\"c\":{\"description\":\"one "
           "\",\"title\":\"c\",\"type\":\"string\"},\"d\":{\"description\":\"pre\",\"title\":\"d\",\"type\":"
           "\"integer\"}},\"required\":[\"a\",\"b\",\"c\",\"d\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(bounds_and_patterns) {
    expect("parameter: {h: string & =~\"^a\" & !~\"b\", j: int32, k: uint8, l: float64, m: number & >1 & <5, n: bytes, "
           "o: int & !=5, p: bool | *true}",
           "{\"properties\":{\"h\":{\"allOf\":[{\"pattern\":\"^a\"},{\"not\":{\"pattern\":\"b\"}}],\"title\":\"h\","
           "\"type\":\"string\"},\"j\":{\"format\":\"int32\",\"title\":\"j\",\"type\":\"integer\"},\"k\":{\"maximum\":"
           "255,\"minimum\":0,\"title\":\"k\",\"type\":\"integer\"},\"l\":{\"format\":\"double\",\"title\":\"l\","
           "\"type\":\"number\"},\"m\":{\"exclusiveMaximum\":true,\"exclusiveMinimum\":true,\"maximum\":5,\"minimum\":"
           "1,\"title\":\"m\",\"type\":\"number\"},\"n\":{\"format\":\"binary\",\"title\":\"n\",\"type\":\"string\"},"
           "\"o\":{\"not\":{\"allOff\":[{\"minimum\":5},{\"maximum\":5}]},\"title\":\"o\",\"type\":\"integer\"},\"p\":{"
           "\"default\":true,\"title\":\"p\",\"type\":\"boolean\"}},\"required\":[\"h\",\"j\",\"k\",\"l\",\"m\",\"n\","
           "\"o\",\"p\"],\"type\":\"object\"}");
    expect("import \"strings\"\nimport \"list\"\nparameter: {a: strings.MinRunes(2), b: strings.MaxRunes(4) & string & "
           "strings.MinRunes(1), c: list.MinItems(1), d: [...int] & list.MaxItems(3)}",
           "{\"properties\":{\"a\":{\"minLength\":2,\"title\":\"a\",\"type\":\"string\"},\"b\":{\"maxLength\":4,"
           "\"minLength\":1,\"title\":\"b\",\"type\":\"string\"},\"c\":{\"minItems\":1,\"title\":\"c\",\"type\":"
           "\"array\"},\"d\":{\"items\":{\"type\":\"integer\"},\"title\":\"d\",\"type\":\"array\"}},\"required\":["
           "\"a\",\"b\",\"c\",\"d\"],\"type\":\"object\"}");
    expect("parameter: {a: <=10 & >=1 & int, b: >=0 | *-1, c: \"a\" | =~\"^b$\" | \"c\", d: !~\"x\"}",
           "{\"properties\":{\"a\":{\"maximum\":10,\"minimum\":1,\"title\":\"a\",\"type\":\"integer\"},\"b\":{"
           "\"default\":-1,\"oneOf\":[{\"enum\":[-1]},{\"minimum\":0}],\"title\":\"b\",\"type\":\"number\"},\"c\":{"
           "\"oneOf\":[{\"enum\":[\"a\",\"c\"]},{\"pattern\":\"^b$\"}],\"title\":\"c\",\"type\":\"string\"},\"d\":{"
           "\"not\":{\"pattern\":\"x\"},\"title\":\"d\",\"type\":\"string\"}},\"required\":[\"a\",\"b\",\"c\",\"d\"],"
           "\"type\":\"object\"}");
    expect("import \"math\"\nparameter: {a: math.MultipleOf(3) & int, b: number & math.MultipleOf(2)}",
           "{\"properties\":{\"a\":{\"multipleOf\":3,\"title\":\"a\",\"type\":\"integer\"},\"b\":{\"multipleOf\":2,"
           "\"title\":\"b\",\"type\":\"number\"}},\"required\":[\"a\",\"b\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(defaults_and_enums) {
    expect("parameter: {e: *5 | 6 | null,g: *[1] | [...int], a: \"x\" | int, b: \"x\" | string, c: int | *5, d: 5, f: "
           "*\"a\" | =~\"^b\", i: [...int] | *null, j: *{} | {...}, k: 1|2.5|\"a\", l: null, m: null | *{a: 1}}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"enum\":[\"x\"]},{}],\"title\":\"a\"},\"b\":{\"oneOf\":[{\"enum\":["
           "\"x\"]},{}],\"title\":\"b\",\"type\":\"string\"},\"c\":{\"default\":5,\"title\":\"c\",\"type\":\"integer\"}"
           ",\"d\":{\"enum\":[5],\"title\":\"d\",\"type\":\"integer\"},\"e\":{\"default\":5,\"enum\":[5,6],"
           "\"nullable\":true,\"title\":\"e\",\"type\":\"integer\"},\"f\":{\"default\":\"a\",\"oneOf\":[{\"enum\":["
           "\"a\"]},{\"pattern\":\"^b\"}],\"title\":\"f\",\"type\":\"string\"},\"g\":{\"default\":[1],\"items\":{"
           "\"type\":\"integer\"},\"title\":\"g\",\"type\":\"array\"},\"i\":{\"items\":{\"type\":\"integer\"},"
           "\"nullable\":true,\"title\":\"i\",\"type\":\"array\"},\"j\":{\"title\":\"j\",\"type\":\"object\"},\"k\":{"
           "\"enum\":[1,2.5,\"a\"],\"title\":\"k\"},\"l\":{\"enum\":[null],\"nullable\":true,\"title\":\"l\"},\"m\":{"
           "\"default\":{\"a\":1},\"nullable\":true,\"properties\":{\"a\":{\"enum\":[1],\"title\":\"a\",\"type\":"
           "\"integer\"}},\"required\":[\"a\"],\"title\":\"m\",\"type\":\"object\"}},\"required\":[\"e\",\"g\",\"a\","
           "\"b\",\"c\",\"d\",\"f\",\"i\",\"j\",\"k\",\"l\",\"m\"],\"type\":\"object\"}");
    expect("#E: \"a\" | \"b\"\nparameter: {x: #E, y: *\"a\" | #E, z: #E | null, w?: [...#E]}",
           "{\"properties\":{\"w\":{\"items\":{\"enum\":[\"a\",\"b\"],\"type\":\"string\"},\"title\":\"w\",\"type\":"
           "\"array\"},\"x\":{\"enum\":[\"a\",\"b\"],\"title\":\"x\",\"type\":\"string\"},\"y\":{\"default\":\"a\","
           "\"enum\":[\"a\",\"b\"],\"title\":\"y\",\"type\":\"string\"},\"z\":{\"enum\":[\"a\",\"b\"],\"nullable\":"
           "true,\"title\":\"z\",\"type\":\"string\"}},\"required\":[\"x\",\"y\",\"z\"],\"type\":\"object\"}");
    expect("parameter: {a: (\"a\" | \"b\") & (\"b\" | \"c\"), b: (\"a\" | *\"b\") & string, c: int & (1 | 2 | \"x\"), "
           "d: \"a\" | \"b\" | string | *\"c\"}",
           "{\"properties\":{\"a\":{\"enum\":[\"b\"],\"title\":\"a\",\"type\":\"string\"},\"b\":{\"default\":\"b\","
           "\"enum\":[\"b\",\"a\"],\"title\":\"b\",\"type\":\"string\"},\"c\":{\"enum\":[1,2],\"title\":\"c\",\"type\":"
           "\"integer\"},\"d\":{\"default\":\"c\",\"oneOf\":[{\"enum\":[\"b\",\"a\"]},{}],\"title\":\"d\",\"type\":"
           "\"string\"}},\"required\":[\"a\",\"b\",\"c\",\"d\"],\"type\":\"object\"}");
    expect(
        "parameter: {a: [...*\"x\" | \"y\"], b?: [...\"x\" | \"y\"], c: {[string]: *1 | 2}, d: \"\\(a0)\", a0: \"z\"}",
        "{\"properties\":{\"a\":{\"items\":{\"default\":\"x\",\"enum\":[\"x\",\"y\"],\"type\":\"string\"},\"title\":"
        "\"a\",\"type\":\"array\"},\"a0\":{\"enum\":[\"z\"],\"title\":\"a0\",\"type\":\"string\"},\"b\":{\"items\":{"
        "\"enum\":[\"x\",\"y\"],\"type\":\"string\"},\"title\":\"b\",\"type\":\"array\"},\"c\":{"
        "\"additionalProperties\":{\"default\":1,\"enum\":[1,2],\"type\":\"integer\"},\"title\":\"c\",\"type\":"
        "\"object\"},\"d\":{\"enum\":[\"z\"],\"title\":\"d\",\"type\":\"string\"}},\"required\":[\"a\",\"c\",\"d\","
        "\"a0\"],\"type\":\"object\"}");
    expect("parameter: {medium: *\"\" | \"Memory\" | \"x\"\nmedium: *\"\" | \"Memory\" | \"x\"}",
           "{\"properties\":{\"medium\":{\"default\":\"\",\"enum\":[\"\",\"Memory\",\"x\"],\"title\":\"medium\","
           "\"type\":\"string\"}},\"required\":[\"medium\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(structs_lists_and_maps) {
    expect(
        "parameter: {a: [=~\"^x\"]: int\nb: {[_]: string}\nc: {...}\nd: {x: int, ...}\ne: _\nf: [...]\n h: [...int]}",
        "{\"properties\":{\"a\":{\"title\":\"a\",\"type\":\"object\"},\"b\":{\"additionalProperties\":{\"type\":"
        "\"string\"},\"title\":\"b\",\"type\":\"object\"},\"c\":{\"additionalProperties\":{},\"title\":\"c\",\"type\":"
        "\"object\"},\"d\":{\"additionalProperties\":{},\"properties\":{\"x\":{\"title\":\"x\",\"type\":\"integer\"}},"
        "\"required\":[\"x\"],\"title\":\"d\",\"type\":\"object\"},\"e\":{\"title\":\"e\"},\"f\":{\"items\":{},"
        "\"title\":\"f\",\"type\":\"array\"},\"h\":{\"items\":{\"type\":\"integer\"},\"title\":\"h\",\"type\":"
        "\"array\"}},\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"h\"],\"type\":\"object\"}");
    expect("parameter: {[string]: int\n...}", "{\"additionalProperties\":{\"type\":\"integer\"},\"type\":\"object\"}");
    expect("parameter: {a: []\nb: [...{a: int}]}",
           "{\"properties\":{\"a\":{\"enum\":[[]],\"title\":\"a\",\"type\":\"array\"},\"b\":{\"items\":{\"properties\":"
           "{\"a\":{\"title\":\"a\",\"type\":\"integer\"}},\"required\":[\"a\"],\"type\":\"object\"},\"title\":\"b\","
           "\"type\":\"array\"}},\"required\":[\"a\",\"b\"],\"type\":\"object\"}");
    expect("parameter: [string]: string", "{\"additionalProperties\":{\"type\":\"string\"},\"type\":\"object\"}");
    expect("parameter: {a: [...{x: int} | string], b: [string]: {x: int} | {y: string}, c: [string]: [string]: int}",
           "{\"properties\":{\"a\":{\"items\":{\"oneOf\":[{\"properties\":{\"x\":{\"type\":\"integer\"}},\"required\":["
           "\"x\"]},{}]},\"title\":\"a\",\"type\":\"array\"},\"b\":{\"additionalProperties\":{\"oneOf\":[{\"required\":"
           "[\"x\"]},{\"required\":[\"y\"]}],\"properties\":{\"x\":{\"type\":\"integer\"},\"y\":{\"type\":\"string\"}},"
           "\"type\":\"object\"},\"title\":\"b\",\"type\":\"object\"},\"c\":{\"additionalProperties\":{"
           "\"additionalProperties\":{\"type\":\"integer\"},\"type\":\"object\"},\"title\":\"c\",\"type\":\"object\"}},"
           "\"required\":[\"a\",\"b\",\"c\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(disjunctions_of_structs_share_their_fields) {
    expect("parameter: close({a: int}) | close({b: string})",
           "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"properties\":{\"a\":{\"title\":\"a\",\"type\":"
           "\"integer\"},\"b\":{\"title\":\"b\",\"type\":\"string\"}},\"type\":\"object\"}");
    expect("parameter: {a: int} | *{b: \"x\"}",
           "{\"default\":{\"b\":\"x\"},\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"properties\":{\"a\":"
           "{\"title\":\"a\",\"type\":\"integer\"},\"b\":{\"enum\":[\"x\"],\"title\":\"b\",\"type\":\"string\"}},"
           "\"type\":\"object\"}");
    expect("parameter: {\n b: {\n// q\nx: int} | {\n// r\nx: string, y: int}\n}",
           "{\"properties\":{\"b\":{\"oneOf\":[{\"required\":[\"x\"]},{\"required\":[\"x\",\"y\"]}],\"properties\":{"
           "\"x\":{\"description\":\"r\",\"title\":\"x\"},\"y\":{\"title\":\"y\",\"type\":\"integer\"}},\"title\":"
           "\"b\",\"type\":\"object\"}},\"required\":[\"b\"],\"type\":\"object\"}");
    expect("parameter: {\na: {#x: int, y: 1|2, z: *\"a\"|string, ...}\n b: null | {x: *1|2, y: [...string]} | *{z: 1}}",
           "{\"properties\":{\"a\":{\"additionalProperties\":{},\"properties\":{\"y\":{\"enum\":[1,2],\"title\":\"y\","
           "\"type\":\"integer\"},\"z\":{\"default\":\"a\",\"title\":\"z\",\"type\":\"string\"}},\"required\":[\"y\","
           "\"z\"],\"title\":\"a\",\"type\":\"object\"},\"b\":{\"default\":{\"z\":1},\"nullable\":true,\"oneOf\":[{"
           "\"properties\":{\"z\":{\"enum\":[1],\"type\":\"integer\"}},\"required\":[\"z\"]},{\"properties\":{\"x\":{"
           "\"default\":1,\"enum\":[1,2],\"type\":\"integer\"},\"y\":{\"items\":{\"type\":\"string\"},\"type\":"
           "\"array\"}},\"required\":[\"x\",\"y\"]}],\"title\":\"b\",\"type\":\"object\"}},\"required\":[\"a\",\"b\"],"
           "\"type\":\"object\"}");
    expect("parameter: {a: {x: string} | {y: string}, b: {n: {x: 1}} | {n: {y: 2}}}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"required\":[\"x\"]},{\"required\":[\"y\"]}],\"properties\":{\"x\":{"
           "\"title\":\"x\",\"type\":\"string\"},\"y\":{\"title\":\"y\",\"type\":\"string\"}},\"title\":\"a\",\"type\":"
           "\"object\"},\"b\":{\"oneOf\":[{\"properties\":{\"n\":{\"required\":[\"x\"]}},\"required\":[\"n\"]},{"
           "\"properties\":{\"n\":{\"required\":[\"y\"]}},\"required\":[\"n\"]}],\"properties\":{\"n\":{\"properties\":"
           "{\"x\":{\"enum\":[1],\"title\":\"x\",\"type\":\"integer\"},\"y\":{\"enum\":[2],\"title\":\"y\",\"type\":"
           "\"integer\"}},\"title\":\"n\",\"type\":\"object\"}},\"title\":\"b\",\"type\":\"object\"}},\"required\":["
           "\"a\",\"b\"],\"type\":\"object\"}");
    expect("#A: {x: *1 | int, z?: *2 | int, c: *null | [...string]}\nparameter: #A | close({n: [...#A]})",
           "{\"oneOf\":[{\"required\":[\"x\",\"c\"]},{\"required\":[\"n\"]}],\"properties\":{\"c\":{\"items\":{"
           "\"type\":\"string\"},\"nullable\":true,\"title\":\"c\",\"type\":\"array\"},\"n\":{\"items\":{"
           "\"properties\":{\"c\":{\"items\":{\"type\":\"string\"},\"nullable\":true,\"title\":\"c\",\"type\":"
           "\"array\"},\"x\":{\"default\":1,\"title\":\"x\",\"type\":\"integer\"},\"z\":{\"default\":2,\"title\":\"z\","
           "\"type\":\"integer\"}},\"required\":[\"x\",\"c\"],\"type\":\"object\"},\"title\":\"n\",\"type\":\"array\"},"
           "\"x\":{\"default\":1,\"title\":\"x\",\"type\":\"integer\"},\"z\":{\"default\":2,\"title\":\"z\",\"type\":"
           "\"integer\"}},\"type\":\"object\"}");
    expect("parameter: {a: {x: 1, y: {z: int}} | {x: 2, y: {w: string, z: int}}, b?: {p: int} | {q: [...{r: int}]} | "
           "null}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"properties\":{\"y\":{\"required\":[\"z\"]}},\"required\":[\"x\","
           "\"y\"]},{\"properties\":{\"y\":{\"required\":[\"w\",\"z\"]}},\"required\":[\"x\",\"y\"]}],\"properties\":{"
           "\"x\":{\"title\":\"x\"},\"y\":{\"properties\":{\"w\":{\"title\":\"w\",\"type\":\"string\"},\"z\":{"
           "\"title\":\"z\",\"type\":\"integer\"}},\"title\":\"y\",\"type\":\"object\"}},\"title\":\"a\",\"type\":"
           "\"object\"},\"b\":{\"nullable\":true,\"oneOf\":[{\"properties\":{\"p\":{\"type\":\"integer\"}},"
           "\"required\":[\"p\"]},{\"properties\":{\"q\":{\"items\":{\"properties\":{\"r\":{\"type\":\"integer\"}},"
           "\"required\":[\"r\"],\"type\":\"object\"},\"type\":\"array\"}},\"required\":[\"q\"]}],\"title\":\"b\","
           "\"type\":\"object\"}},\"required\":[\"a\"],\"type\":\"object\"}");
    expect("parameter: {a: {k: *1 | int} | {k: *\"a\" | string}}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"required\":[\"k\"]},{\"required\":[\"k\"]}],\"properties\":{\"k\":{"
           "\"title\":\"k\"}},\"title\":\"a\",\"type\":\"object\"}},\"required\":[\"a\"],\"type\":\"object\"}");
    expect("parameter: {a: {x: [...int]} | {x: [...string]}, b: {m: [string]: int} | {n: int}}",
           "{\"properties\":{\"a\":{\"properties\":{\"x\":{\"items\":{\"type\":\"integer\"},\"title\":\"x\",\"type\":"
           "\"array\"}},\"required\":[\"x\"],\"title\":\"a\",\"type\":\"object\"},\"b\":{\"oneOf\":[{\"required\":["
           "\"m\"]},{\"required\":[\"n\"]}],\"properties\":{\"m\":{\"additionalProperties\":{\"type\":\"integer\"},"
           "\"title\":\"m\",\"type\":\"object\"},\"n\":{\"title\":\"n\",\"type\":\"integer\"}},\"title\":\"b\","
           "\"type\":\"object\"}},\"required\":[\"a\",\"b\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(fields_beside_a_disjunction_are_required_once) {
    expect("parameter: {name: string\n{a: int} | {b: int}}",
           "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"properties\":{\"a\":{\"title\":\"a\",\"type\":"
           "\"integer\"},"
           "\"b\":{\"title\":\"b\",\"type\":\"integer\"},\"name\":{\"title\":\"name\",\"type\":\"string\"}},"
           "\"required\":[\"name\"],"
           "\"type\":\"object\"}");
}
END_TEST

START_TEST(disjuncts_exclude_those_that_they_include) {
    expect("parameter: {\n b: {\n// q\nx: int} | {\n// r\nx: int, y: int}\n}",
           "{\"properties\":{\"b\":{\"oneOf\":[{\"allOf\":[{\"required\":[\"x\"]},{\"not\":{\"anyOf\":[{\"required\":["
           "\"x\",\"y\"]}]}}]},{\"required\":[\"x\",\"y\"]}],\"properties\":{\"x\":{\"description\":\"r\",\"title\":"
           "\"x\",\"type\":\"integer\"},\"y\":{\"title\":\"y\",\"type\":\"integer\"}},\"title\":\"b\",\"type\":"
           "\"object\"}},\"required\":[\"b\"],\"type\":\"object\"}");
    expect("parameter: {a: {x: int} | {x: int, y?: string}}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"allOf\":[{\"required\":[\"x\"]},{\"not\":{\"anyOf\":[{\"required\":["
           "\"x\"]}]}}]},{\"allOf\":[{\"required\":[\"x\"]},{\"not\":{\"anyOf\":[{\"required\":[\"x\"]}]}}]}],"
           "\"properties\":{\"x\":{\"title\":\"x\",\"type\":\"integer\"},\"y\":{\"title\":\"y\",\"type\":\"string\"}},"
           "\"title\":\"a\",\"type\":\"object\"}},\"required\":[\"a\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(other_disjunctions_are_one_of) {
    expect("parameter: {b: {x: int, z?: {k: string}} | string}",
           "{\"properties\":{\"b\":{\"oneOf\":[{\"properties\":{\"x\":{\"type\":\"integer\"},\"z\":{\"properties\":{"
           "\"k\":{\"type\":\"string\"}},\"required\":[\"k\"],\"type\":\"object\"}},\"required\":[\"x\"]},{}],"
           "\"title\":\"b\"}},\"required\":[\"b\"],\"type\":\"object\"}");
    expect("parameter: {a: [...string] | string, b: [...string] | {x: int}, c: int | [...int] | *\"x\"}",
           "{\"properties\":{\"a\":{\"oneOf\":[{\"items\":{\"type\":\"string\"}},{}],\"title\":\"a\"},\"b\":{\"oneOf\":"
           "[{\"items\":{\"type\":\"string\"}},{\"properties\":{\"x\":{\"type\":\"integer\"}},\"required\":[\"x\"]}],"
           "\"title\":\"b\"},\"c\":{\"default\":\"x\",\"oneOf\":[{\"enum\":[\"x\"]},{\"items\":{\"type\":\"integer\"}},"
           "{}],\"title\":\"c\"}},\"required\":[\"a\",\"b\",\"c\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(fields_of_comprehensions_repeat_what_is_no_default) {
    expect("parameter: {type: *\"e\" | \"p\"\nif type == \"e\" {medium: *\"\" | \"Memory\"}}",
           "{\"properties\":{\"medium\":{\"default\":\"\",\"enum\":[\"\",\"Memory\",\"Memory\"],\"title\":\"medium\","
           "\"type\":\"string\"},\"type\":{\"default\":\"e\",\"enum\":[\"e\",\"p\"],\"title\":\"type\",\"type\":"
           "\"string\"}},\"required\":[\"type\",\"medium\"],\"type\":\"object\"}");
    expect("parameter: {type: *\"e\" | \"p\"\nif type == \"e\" {medium: *1 | string}}",
           "{\"properties\":{\"medium\":{\"default\":1,\"oneOf\":[{\"enum\":[1]},{\"not\":{\"anyOf\":[{}]}},{\"not\":{"
           "\"anyOf\":[{}]}}],\"title\":\"medium\"},\"type\":{\"default\":\"e\",\"enum\":[\"e\",\"p\"],\"title\":"
           "\"type\",\"type\":\"string\"}},\"required\":[\"type\",\"medium\"],\"type\":\"object\"}");
    expect(
        "parameter: {type: *\"e\" | \"p\"\nif type == \"e\" {\nmedium: *\"\" | \"a\" | \"b\"\nx: {y: *1 | 2}\nz: int}}",
        "{\"properties\":{\"medium\":{\"default\":\"\",\"enum\":[\"\",\"a\",\"b\",\"a\",\"b\"],\"title\":\"medium\","
        "\"type\":\"string\"},\"type\":{\"default\":\"e\",\"enum\":[\"e\",\"p\"],\"title\":\"type\",\"type\":"
        "\"string\"},\"x\":{\"properties\":{\"y\":{\"default\":1,\"enum\":[1,2,2],\"title\":\"y\",\"type\":\"integer\"}"
        "},\"required\":[\"y\"],\"title\":\"x\",\"type\":\"object\"},\"z\":{\"title\":\"z\",\"type\":\"integer\"}},"
        "\"required\":[\"type\",\"medium\",\"x\",\"z\"],\"type\":\"object\"}");
}
END_TEST

START_TEST(what_openapi_cannot_say_is_an_error) {
    expect_error("parameter: {i: string & !=\"x\"}", "parameter: unsupported op in !=\"x\" for string type");
    expect_error("parameter: {a: int64 | *5}",
                 "parameter: unsupported op in >=-9223372036854775808 & <=9223372036854775807 & int for number type");
    expect_error("parameter: {a: string\nif a == \"x\" {b: int}}",
                 "parameter: non-concrete value string in operand to ==:");
    expect_error("parameter: {a: [\"x\"]}", "parameter.a: a list of given items has no OpenAPI v3 schema");
    expect_error("parameter: {a?: #A}\n#A: {b?: #A}", "parameter.a.b.b: structural cycle");
    expect_error("parameter: {a?: #A}\n#A: {b?: [...#A]}",
                 "parameter.a.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b."
                 "b.b.b.b.b: cyclic structures have no OpenAPI v3 schema");
    expect_error("parameter: {a: *{x: 1, y: string} | {z: int}}", "incomplete value string:");
    expect_error("parameter: {a: 1}\nb: 1 & 2", "b: conflicting values 2 and 1:");
}
END_TEST

/* ---- vela-core's ---- */

static str_t read_all(arena_t *a, const char *path) {
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t n = 1; n;) {
        n = fread(buf_reserve(&b, 65536), 1, 65536, f);
        b.n += n;
    }
    fclose(f);
    return buf_str(&b);
}

static jv_t *stored(const jv_t *maps, const char *prefix, str_t name) {
    for (size_t i = 0; i < jv_count(maps); i++) {
        str_t s = jv_path_str(maps->items[i], "metadata", "name", NULL);
        if (str_starts(s, str_c(prefix)) && str_eq(str_from(s, strlen(prefix)), name))
            return jv_path(maps->items[i], "data", "openapi-v3-json-schema", NULL);
    }
    return NULL;
}

static const char *prefix_of(str_t kind) {
    return str_eqc(kind, "ComponentDefinition") ? "component-schema-"
           : str_eqc(kind, "TraitDefinition")   ? "trait-schema-"
           : str_eqc(kind, "PolicyDefinition")  ? "policy-schema-"
                                                : "workflowstep-schema-";
}

static bool same_as_stored(const jv_t *maps, const jv_t *definition, size_t *seen) {
    str_t name = jv_path_str(definition, "metadata", "name", NULL);
    str_t text = jv_path_str(definition, "spec", "schematic", "cue", "template", NULL);
    jv_t *want = stored(maps, prefix_of(jv_path_str(definition, "kind", NULL)), name);
    if (!want || !text.n)
        return false;
    ++*seen;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *got = schema(a, text, &err), *w = jv_parse(a, want->s, NULL);
    bool same = got && jv_equal(got, w);
    if (!same && getenv("VERBOSE"))
        printf("%.*s: %s\n  expected %.*s\n  got      %.*s\n", STR_ARG(name), error_text(&err), STR_ARG(jv_text(a, w)),
               STR_ARG(got ? jv_text(a, got) : STR("nothing")));
    else if (!same)
        printf("differs: %.*s %s\n", STR_ARG(name), error_text(&err));
    error_release(&err);
    arena_destroy(a);
    return same;
}

START_TEST(builtin_definitions_have_the_schemas_that_vela_core_stores) {
    const char *p = suite_shared("reference/definitions/configmaps-vela-system.yaml");
    if (!p)
        return;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *list = yaml_parse(a, read_all(a, p), YAML_KUBERNETES, &err);
    ck_assert_msg(list != NULL, "%s", error_text(&err));
    char dir[4096];
    size_t seen = 0, same = 0;
    ck_assert_ptr_nonnull(p = suite_shared("upstream/definitions"));
    snprintf(dir, sizeof dir, "%s", p);
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *f; (f = readdir(d));) {
        jv_t *docs = jv_array(a);
        if (f->d_name[0] == '.')
            continue;
        str_t path = arena_printf(a, "%s/%s", dir, f->d_name);
        ck_assert(yaml_parse_all(a, read_all(a, path.p), YAML_KUBERNETES, &docs, &err));
        for (size_t i = 0; i < docs->n; i++)
            same += same_as_stored(jv_getc(list, "items"), docs->items[i], &seen);
    }
    closedir(d);
    printf("%zu of %zu schemas are vela-core's\n", same, seen);
    ck_assert_uint_ge(same, 88);
    arena_destroy(a);
}
END_TEST
SUITE(openapi, fields_beside_a_disjunction_are_required_once, fields_have_types_and_titles,
      comments_become_descriptions, bounds_and_patterns, defaults_and_enums, structs_lists_and_maps,
      disjunctions_of_structs_share_their_fields, disjuncts_exclude_those_that_they_include,
      other_disjunctions_are_one_of, fields_of_comprehensions_repeat_what_is_no_default,
      what_openapi_cannot_say_is_an_error, builtin_definitions_have_the_schemas_that_vela_core_stores)
