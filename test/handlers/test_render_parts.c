/* The parts of rendering that need no CUE: generated names, labels, policies, JSON patches. */
#include "test/suite.h"
#include "handlers/json_patch.h"
#include "handlers/labels.h"

static arena_t *a;

static jv_t *json(const char *text) {
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, str_c(text), &err);
    ck_assert_msg(v != NULL, "%s: %s", text, error_text(&err));
    return v;
}

static void expect(const jv_t *got, const char *want) {
    ck_assert_msg(jv_equal(got, json(want)), "want %s\n got %s", want, jv_text(a, got).p);
}

/* The hashes were computed by Go's spew and fnv over the same objects. */
START_TEST(trait_names_have_vela_cores_hash) {
    a = arena_create();
    const struct {
        const char *object, *hash;
    } cases[] = {
        {"{\"apiVersion\":\"example.org/v1\",\"kind\":\"Knob\",\"metadata\":{\"labels\":{\"app.oam.dev/component\":"
         "\"web\",\"app.oam.dev/name\":\"shop\",\"app.oam.dev/appRevision\":\"shop-v3\",\"trait.oam.dev/type\":"
         "\"knob\",\"trait.oam.dev/resource\":\"it\"}},\"spec\":{\"n\":3,\"f\":0.1,\"e\":1e21,\"t\":true,\"z\":null,"
         "\"l\":[1,\"a\",[],{}],\"m\":{}}}",
         "6d48d75d65"},
        {"{\"a\":[1234567.5,0.00001,1e6,0.5,12.25,1e100]}", "557b7f8cb6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str_t name = labels_trait_name(a, STR("web"), STR("Knob"), json(cases[i].object));
        str_t want = arena_printf(a, "web-knob-%s", cases[i].hash);
        ck_assert_msg(str_eq(name, want), "want %s, got %s", want.p, name.p);
    }
    ck_assert(str_starts(labels_trait_name(a, STR("web"), STR("dummy"), json("{}")), STR("web-trait-")));
    arena_destroy(a);
}
END_TEST

static appfile_t app_of(const char *text) {
    jv_t *app = json(text);
    appfile_t af = {.arena = a, .app = app};
    af.name = jv_path_str(app, "metadata", "name", NULL);
    af.ns = jv_path_str(app, "metadata", "namespace", NULL);
    af.labels = jv_path(app, "metadata", "labels", NULL);
    af.annotations = jv_path(app, "metadata", "annotations", NULL);
    af.revision_name = STR("shop-v2");
    for (int i = 0; i < DEFINITION_KINDS; i++)
        af.definitions[i] = jv_object(a);
    return af;
}

START_TEST(contract_names_and_labels_objects) {
    a = arena_create();
    appfile_t af =
        app_of("{\"metadata\":{\"name\":\"shop\",\"namespace\":\"prod\",\"labels\":{\"team\":\"red\",\"secret\":"
               "\"x\"},\"annotations\":{\"filter.oam.dev/label-keys\":\"secret, none\",\"note\":\"n\","
               "\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\"}}}");
    jv_setc(a, af.definitions[DEFINITION_TRAIT], "tuner",
            json("{\"kind\":\"TraitDefinition\",\"metadata\":{\"name\":\"tuner\"},\"spec\":{\"workloadRefPath\":"
                 "\"spec.target[0].ref\"}}"));
    render_output_t outputs[] = {
        {.object =
             json("{\"kind\":\"Tuner\",\"metadata\":{\"name\":\"t\",\"namespace\":\"other\"},\"spec\":{\"target\":"
                  "[{}]}}"),
         .type = STR("tuner")},
        {.object = json("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n\"}}"),
         .type = STR("AuxiliaryWorkload")},
    };
    rendered_t r = {.component = STR("web"), .outputs = outputs, .noutputs = 2};
    r.workload = json("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"labels\":{\"own\":\"1\"}}}");
    err_t err = ERROR_INIT;
    ck_assert_msg(labels_contract(a, &af, &r, &err), "%s", error_text(&err));
    expect(r.workload,
           "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"namespace\":\"prod\","
           "\"labels\":{\"own\":\"1\",\"team\":\"red\",\"app.oam.dev/resourceType\":\"WORKLOAD\",\"app.oam.dev/name\":"
           "\"shop\",\"app.oam.dev/namespace\":\"prod\",\"app.oam.dev/appRevision\":\"shop-v2\","
           "\"app.oam.dev/component\":\"web\"},\"annotations\":{\"note\":\"n\"}}}");
    expect(jv_path(outputs[0].object, "spec", NULL),
           "{\"target\":[{\"ref\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"}}]}");
    ck_assert(str_eqc(jv_path_str(outputs[0].object, "metadata", "namespace", NULL), "other"));
    ck_assert_ptr_null(jv_path(outputs[1].object, "metadata", "namespace", NULL));
    arena_destroy(a);
}
END_TEST

START_TEST(labels_survive_strange_metadata) {
    a = arena_create();
    jv_t *text = json("{\"metadata\":\"text\"}"), *mixed = json("{\"metadata\":{\"labels\":{\"a\":\"b\",\"n\":1}}}");
    labels_set(a, text, "labels", STR("k"), STR("v"));
    expect(text, "{\"metadata\":\"text\"}");
    labels_set(a, mixed, "labels", STR("k"), STR("v")); /* a map with a number reads as no labels */
    expect(mixed, "{\"metadata\":{\"labels\":{\"k\":\"v\"}}}");
    arena_destroy(a);
}
END_TEST

static void override(const char *components, const char *properties, const char *want) {
    err_t err = ERROR_INIT;
    jv_t *policy = jv_object(a);
    jv_setc(a, policy, "name", jv_string(a, STR("p")));
    jv_setc(a, policy, "properties", json(properties));
    jv_t *got = policy_override(a, json(components), policy, &err);
    ck_assert_msg(got != NULL, "%s: %s", properties, error_text(&err));
    expect(got, want);
}

START_TEST(override_patches_components) {
    a = arena_create();
    const char *two =
        "[{\"name\":\"web\",\"type\":\"ws\",\"properties\":{\"image\":\"a\",\"l\":[1,2],\"m\":{\"x\":1}}},"
        "{\"name\":\"db\",\"type\":\"sts\"}]";
    override(two, "{\"components\":[{\"name\":\"web\",\"properties\":{\"image\":\"b\",\"l\":[3],\"m\":{\"y\":2}}}]}",
             "[{\"name\":\"web\",\"type\":\"ws\",\"properties\":{\"image\":\"b\",\"l\":[3],\"m\":{\"x\":1,\"y\":2}},"
             "\"traits\":[]},{\"name\":\"db\",\"type\":\"sts\"}]");
    override(two, "{\"selector\":[\"db\"]}", "[{\"name\":\"db\",\"type\":\"sts\"}]");
    /* no name: every component of the type */
    override(two, "{\"components\":[{\"type\":\"sts\",\"traits\":[{\"type\":\"scaler\"}]}],\"selector\":[\"db\"]}",
             "[{\"name\":\"db\",\"type\":\"sts\",\"properties\":{},\"traits\":[{\"type\":\"scaler\"}]}]");
    /* a name that fits none is a new component; one of another type replaces */
    override("[]", "{\"components\":[{\"name\":\"new\",\"type\":\"ws\"}]}", "[{\"name\":\"new\",\"type\":\"ws\"}]");
    override("[{\"name\":\"web\",\"type\":\"ws\",\"properties\":{\"a\":1}}]",
             "{\"components\":[{\"name\":\"web\",\"type\":\"other\"}]}", "[{\"name\":\"web\",\"type\":\"other\"}]");
    /* `*` is any text, found anywhere in the name */
    override("[{\"name\":\"my-web-1\",\"type\":\"ws\"}]",
             "{\"components\":[{\"name\":\"w*1\",\"properties\":{\"a\":1}}]}",
             "[{\"name\":\"my-web-1\",\"type\":\"ws\",\"properties\":{\"a\":1},\"traits\":[]}]");
    arena_destroy(a);
}
END_TEST

START_TEST(override_disables_and_merges_traits) {
    a = arena_create();
    override(
        "[{\"name\":\"web\",\"type\":\"ws\",\"traits\":[{\"type\":\"a\",\"properties\":{\"x\":1}},{\"type\":\"b\"}]}]",
        "{\"components\":[{\"name\":\"web\",\"traits\":[{\"type\":\"b\",\"disable\":true},{\"type\":\"a\","
        "\"properties\":{\"y\":2}},{\"type\":\"c\",\"disable\":true}]}]}",
        "[{\"name\":\"web\",\"type\":\"ws\",\"properties\":{},\"traits\":[{\"type\":\"a\",\"properties\":{\"x\":1,"
        "\"y\":2}}]}]");
    arena_destroy(a);
}
END_TEST

START_TEST(override_refuses_unknown_fields) {
    a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *policy = json("{\"name\":\"p\",\"properties\":{\"compnents\":[]}}");
    ck_assert_ptr_null(policy_override(a, json("[]"), policy, &err));
    ck_assert_msg(strstr(error_text(&err), "compnents") != NULL, "%s", error_text(&err));
    error_release(&err);
    arena_destroy(a);
}
END_TEST

START_TEST(policies_of_a_type_are_merged) {
    a = arena_create();
    appfile_t af =
        app_of("{\"metadata\":{\"name\":\"x\"},\"spec\":{\"policies\":[{\"type\":\"t\",\"properties\":{\"r\":[1],"
               "\"b\":false,\"s\":\"one\"}},{\"type\":\"u\",\"properties\":{\"r\":[9]}},{\"type\":\"t\","
               "\"properties\":{\"r\":[2],\"b\":true,\"s\":\"two\"}}]}}");
    expect(appfile_merged_policy(&af, "t"), "{\"r\":[1,2],\"b\":true,\"s\":\"one\"}");
    ck_assert_ptr_null(appfile_merged_policy(&af, "none"));
    arena_destroy(a);
}
END_TEST

START_TEST(merge_patch_removes_nulls) {
    a = arena_create();
    expect(json_merge_patch(a, json("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"),
                            json("{\"a\":null,\"b\":{\"c\":{\"n\":null}}}")),
           "{\"b\":{\"c\":{},\"d\":3}}");
    expect(json_merge_patch(a, json("{\"a\":[1]}"), json("{\"a\":[{\"x\":null,\"y\":1}]}")), "{\"a\":[{\"y\":1}]}");
    arena_destroy(a);
}
END_TEST

START_TEST(json_patch_operations) {
    a = arena_create();
    const struct {
        const char *document, *operations, *want; /* want NULL: an error */
    } cases[] = {
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":9}]", "{\"a\":[1,9,2]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":9}]", "{\"a\":[1,2,9]}"},
        {"{\"a\":[1,2]}", "[{\"op\":\"remove\",\"path\":\"/a/-1\"}]", "{\"a\":[1]}"},
        {"{\"a/b\":1,\"c~d\":2}",
         "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"replace\",\"path\":\"/c~0d\","
         "\"value\":3}]",
         "{\"c~d\":3}"},
        {"{\"a\":{\"x\":1}}",
         "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"move\",\"from\":\"/a/x\","
         "\"path\":\"/b/y\"}]",
         "{\"a\":{},\"b\":{\"x\":1,\"y\":1}}"},
        {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1.0}]", "{\"a\":1}"},
        {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]", NULL},
        {"{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", NULL},
        {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b/c\",\"value\":1}]", NULL},
        {"{\"a\":[]}", "[{\"op\":\"add\",\"path\":\"/a/7\",\"value\":1}]", NULL},
        {"{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"a\"}]", NULL},
        {"{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL},
        {"{}", "[{\"op\":\"dance\",\"path\":\"/a\"}]", NULL},
        {"{}", "{}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err_t err = ERROR_INIT;
        jv_t *got = json_patch_apply(a, json(cases[i].document), json(cases[i].operations), &err);
        if (cases[i].want)
            ck_assert_msg(got != NULL, "%s: %s", cases[i].operations, error_text(&err));
        ck_assert_msg((got != NULL) == (cases[i].want != NULL), "%s", cases[i].operations);
        if (got)
            expect(got, cases[i].want);
        error_release(&err);
    }
    arena_destroy(a);
}
END_TEST

SUITE(render_parts, trait_names_have_vela_cores_hash, contract_names_and_labels_objects,
      labels_survive_strange_metadata, override_patches_components, override_disables_and_merges_traits,
      override_refuses_unknown_fields, policies_of_a_type_are_merged, merge_patch_removes_nulls, json_patch_operations)
