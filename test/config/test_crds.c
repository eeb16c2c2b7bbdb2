#include "config/yaml/yaml.h"
#include "test/suite.h"

#include <dirent.h>

/* Takes prose away: `description` where it is a schema's or a column's, not the name of a property. */
static void strip(jv_t *v, bool names) {
    if (jv_is(v, JV_OBJECT)) {
        if (!names && jv_is(jv_getc(v, "description"), JV_STRING))
            jv_removec(v, "description");
        for (size_t i = 0; i < v->n; i++)
            strip(v->members[i].value, !names && str_eqc(v->members[i].key, "properties"));
    }
    for (size_t i = 0; jv_is(v, JV_ARRAY) && i < v->n; i++)
        strip(v->items[i], false);
}

static jv_t *load(arena_t *a, const char *path) {
    static char text[1 << 20];
    err_t err = ERROR_INIT;
    FILE *f = fopen(path, "r");
    ck_assert_msg(f, "%s", path);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    jv_t *v = yaml_parse(a, str_n(text, n), YAML_KUBERNETES, &err);
    ck_assert_msg(v, "%s: %s", path, error_text(&err));
    return v;
}

static int each(const char *folder, void (*check)(const char *folder, const char *name)) {
    DIR *dir = opendir(folder);
    int n = 0;
    ck_assert_msg(dir, "%s", folder);
    for (struct dirent *e; (e = readdir(dir));)
        if (strstr(e->d_name, ".yaml")) {
            check(folder, e->d_name);
            n++;
        }
    closedir(dir);
    return n;
}

static void check_upstream(const char *folder, const char *name) {
    arena_t *a = arena_create();
    jv_t *ours = load(a, arena_printf(a, "contrib/crds/%s", name).p),
         *theirs = load(a, arena_printf(a, "%s/%s", folder, name).p);
    strip(ours, false);
    strip(theirs, false);
    ck_assert_msg(jv_equal(jv_getc(ours, "spec"), jv_getc(theirs, "spec")), "%s differs", name);
    ck_assert(str_eq(jv_path_str(ours, "metadata", "name", NULL), jv_path_str(theirs, "metadata", "name", NULL)));
    arena_destroy(a);
}

START_TEST(the_structure_is_upstreams) {
    const char *shared = suite_shared("upstream/crds");
    if (!shared)
        return;
    char folder[512];
    snprintf(folder, sizeof folder, "%s", shared);
    ck_assert_int_eq(each(folder, check_upstream), 12);
}
END_TEST

static void check_own(const char *folder, const char *name) {
    arena_t *a = arena_create();
    jv_t *crd = load(a, arena_printf(a, "%s/%s", folder, name).p), *versions = jv_path(crd, "spec", "versions", NULL);
    str_t group = jv_path_str(crd, "spec", "group", NULL), plural = jv_path_str(crd, "spec", "names", "plural", NULL);
    ck_assert(str_eqc(jv_path_str(crd, "metadata", "name", NULL),
                      arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(plural), STR_ARG(group)).p));
    ck_assert_str_eq(name, arena_printf(a, STR_FMT "_" STR_FMT ".yaml", STR_ARG(group), STR_ARG(plural)).p);
    int stored = 0;
    for (size_t i = 0; i < jv_count(versions); i++) {
        const jv_t *v = versions->items[i], *schema = jv_path(v, "schema", "openAPIV3Schema", NULL);
        ck_assert(jv_path_str(schema, "description", NULL).n > 0 && jv_path_str(schema, "description", NULL).n < 150);
        ck_assert(str_eqc(jv_path_str(schema, "type", NULL), "object"));
        stored += jv_true(jv_getc(v, "storage"));
    }
    ck_assert_int_eq(stored, 1);
    arena_destroy(a);
}

START_TEST(each_names_itself_and_stores_one_version) {
    ck_assert_int_eq(each("contrib/crds", check_own), 12);
}
END_TEST

SUITE(crds, the_structure_is_upstreams, each_names_itself_and_stores_one_version)
