#include "kubeapi/patch.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

/* JSON with ' for ". */
static jv_t *json(arena_t *a, const char *text) {
    char *copy = arena_cstr(a, str_c(text));
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, str_c(copy), &err);
    ck_assert_msg(v, "%s: %s", text, error_text(&err));
    return v;
}

static void expect(arena_t *a, const jv_t *got, const char *want, err_t *err, const char *what) {
    const char *text = got ? jv_text(a, got).p : NULL;
    if (!want)
        ck_assert_msg(!got && err->code != ERR_NONE, "%s: wanted an error, got %s", what, text);
    else
        ck_assert_msg(got && jv_equal(got, json(a, want)), "%s\n  want %s\n  got  %s", what, want,
                      text ? text : error_text(err));
    error_release(err);
}

/* The expected values are what k8s.io/apimachinery v0.31's strategicpatch answered; NULL: it refused too. */
typedef enum { APPLY, DIFF, THREE } what_t;
static const struct {
    what_t what;
    const char *version, *kind, *first, *second, *current, *want;
} strategic[] = {
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}}",
     "{'spec':{'containers':[{'name':'b','image':'2'},{'name':'c','image':'3'}]}}", NULL,
     "{'spec':{'containers':[{'image':'1','name':'a'},{'image':'2','name':'b'},{'image':'3','name':'c'}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
     "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}", NULL, "{'spec':{'containers':[{'name':'b'}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
     "{'spec':{'containers':[{'name':'c'},{'$patch':'replace'}]}}", NULL, "{'spec':{'containers':[{'name':'c'}]}}"},
    {APPLY, "v1", "Pod",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'protocol':'TCP'}],'env':[{'name':'A','value':'1'"
     "}]}]}}",
     "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'web'},{'containerPort':81}],'env':[{'"
     "name':'A','value':null}]}]}}",
     NULL,
     "{'spec':{'containers':[{'env':[{'name':'A'}],'name':'a','ports':[{'containerPort':80,'name':'web','protocol':'"
     "TCP'},{'containerPort':81}]}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}}",
     "{'spec':{'$setElementOrder/containers':[{'name':'c'},{'name':'a'}],'containers':[{'name':'c','image':'x'}]}}",
     NULL, "{'spec':{'containers':[{'name':'b'},{'image':'x','name':'c'},{'name':'a'}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'tolerations':[{'key':'a'}]}}", "{'spec':{'tolerations':[{'key':'b'}]}}", NULL,
     "{'spec':{'tolerations':[{'key':'b'}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
     "{'spec':{'volumes':[{'name':'v','$retainKeys':['name','configMap'],'configMap':{'name':'c'}}]}}", NULL,
     "{'spec':{'volumes':[{'configMap':{'name':'c'},'name':'v'}]}}"},
    {APPLY, "apps/v1", "Deployment", "{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}",
     "{'spec':{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}", NULL,
     "{'spec':{'strategy':{'type':'Recreate'}}}"},
    {APPLY, "v1", "ConfigMap", "{'metadata':{'finalizers':['a','b','c']}}",
     "{'metadata':{'$deleteFromPrimitiveList/finalizers':['b']}}", NULL, "{'metadata':{'finalizers':['a','c']}}"},
    {APPLY, "v1", "ConfigMap", "{'metadata':{'finalizers':['a','b']}}", "{'metadata':{'finalizers':['c','a']}}", NULL,
     "{'metadata':{'finalizers':['c','a','b']}}"},
    {APPLY, "v1", "ConfigMap", "{'metadata':{'ownerReferences':[{'uid':'1','name':'x'}]}}",
     "{'metadata':{'ownerReferences':[{'uid':'2','name':'y'},{'uid':'1','controller':true}]}}", NULL,
     "{'metadata':{'ownerReferences':[{'name':'y','uid':'2'},{'controller':true,'name':'x','uid':'1'}]}}"},
    {APPLY, "v1", "Service", "{'spec':{'ports':[{'port':80,'targetPort':8080}]}}",
     "{'spec':{'ports':[{'port':80,'targetPort':9090},{'port':443}]}}", NULL,
     "{'spec':{'ports':[{'port':80,'targetPort':9090},{'port':443}]}}"},
    {APPLY, "v1", "ServiceAccount", "{'secrets':[{'name':'a'}],'imagePullSecrets':[{'name':'a'}]}",
     "{'secrets':[{'name':'b'}],'imagePullSecrets':[{'name':'b'}]}", NULL,
     "{'imagePullSecrets':[{'name':'b'}],'secrets':[{'name':'b'},{'name':'a'}]}"},
    {APPLY, "v1", "ConfigMap", "{'data':{'a':'1','b':'2'}}", "{'data':{'$patch':'replace','c':'3'}}", NULL,
     "{'data':{'c':'3'}}"},
    {APPLY, "v1", "ConfigMap", "{'data':{'a':'1','b':'2'}}", "{'data':{'$patch':'delete'}}", NULL, "{'data':{}}"},
    {APPLY, "v1", "ConfigMap", "{'data':{'a':'1'}}",
     "{'data':{'a':null,'z':null},'metadata':{'labels':{'x':null,'y':'1'}}}", NULL,
     "{'data':{},'metadata':{'labels':{'y':'1'}}}"},
    {APPLY, "policy/v1", "PodDisruptionBudget", "{'spec':{'selector':{'matchLabels':{'a':'1'}}}}",
     "{'spec':{'selector':{'matchLabels':{'b':'2'}}}}", NULL, "{'spec':{'selector':{'matchLabels':{'b':'2'}}}}"},
    {APPLY, "v1", "Node", "{'status':{'conditions':[{'type':'Ready','status':'False'}]}}",
     "{'status':{'conditions':[{'type':'Ready','status':'True'},{'type':'Disk','status':'False'}]}}", NULL,
     "{'status':{'conditions':[{'status':'True','type':'Ready'},{'status':'False','type':'Disk'}]}}"},
    {APPLY, "v1", "Pod",
     "{'spec':{'hostAliases':[{'ip':'1.1.1.1','hostnames':['a']}],'imagePullSecrets':[{'name':'a'}],'"
     "topologySpreadConstraints':[{'topologyKey':'z','maxSkew':1}]}}",
     "{'spec':{'hostAliases':[{'ip':'1.1.1.1','hostnames':['b']}],'imagePullSecrets':[{'name':'b'}],'"
     "topologySpreadConstraints':[{'topologyKey':'z','maxSkew':2}]}}",
     NULL,
     "{'spec':{'hostAliases':[{'hostnames':['b'],'ip':'1.1.1.1'}],'imagePullSecrets':[{'name':'b'},{'name':'a'}],'"
     "topologySpreadConstraints':[{'maxSkew':2,'topologyKey':'z'}]}}"},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'}]}}", "{'spec':{'containers':[{'image':'x'}]}}", NULL,
     NULL},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'}]}}",
     "{'spec':{'containers':[{'name':'a','$patch':'merge'}]}}", NULL, NULL},
    {APPLY, "v1", "Pod", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
     "{'spec':{'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'b','image':'x'}]}}", NULL, NULL},
    {APPLY, "apps/v1", "Deployment", "{'spec':{'strategy':{'type':'x'}}}",
     "{'spec':{'strategy':{'$retainKeys':['type'],'rollingUpdate':{}}}}", NULL, NULL},
    {APPLY, "v1", "ConfigMap", "{'data':{'a':'1'}}", "{'data':{'$patch':'foo'}}", NULL, NULL},
    {DIFF, "apps/v1", "Deployment",
     "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}}}}",
     "{'spec':{'template':{'spec':{'containers':[{'name':'b','image':'2'},{'name':'c','image':'1'}]}}}}", NULL,
     "{'spec':{'template':{'spec':{'$setElementOrder/"
     "containers':[{'name':'b'},{'name':'c'}],'containers':[{'image':'2','name':'b'},{'image':'1','name':'c'},{'$patch'"
     ":'delete','name':'a'}]}}}}"},
    {DIFF, "apps/v1", "Deployment", "{'spec':{'template':{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}}}",
     "{'spec':{'template':{'spec':{'containers':[{'name':'b'},{'name':'a'}]}}}}", NULL,
     "{'spec':{'template':{'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}}}}"},
    {DIFF, "apps/v1", "Deployment", "{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}",
     "{'spec':{'strategy':{'type':'Recreate'}}}", NULL,
     "{'spec':{'strategy':{'$retainKeys':['type'],'rollingUpdate':null,'type':'Recreate'}}}"},
    {DIFF, "apps/v1", "Deployment",
     "{'spec':{'template':{'spec':{'volumes':[{'name':'v','emptyDir':{}}],'tolerations':[{'key':'a'},{'key':'b'}]}}}}",
     "{'spec':{'template':{'spec':{'volumes':[{'name':'v','secret':{'secretName':'s'}}],'tolerations':[{'key':'b'}]}}}"
     "}",
     NULL,
     "{'spec':{'template':{'spec':{'$setElementOrder/"
     "volumes':[{'name':'v'}],'tolerations':[{'key':'b'}],'volumes':[{'$retainKeys':['name','secret'],'emptyDir':null,'"
     "name':'v','secret':{'secretName':'s'}}]}}}}"},
    {DIFF, "v1", "ConfigMap", "{'metadata':{'finalizers':['a','b','b']}}", "{'metadata':{'finalizers':['c','a']}}",
     NULL,
     "{'metadata':{'$deleteFromPrimitiveList/finalizers':['b'],'$setElementOrder/"
     "finalizers':['c','a'],'finalizers':['c']}}"},
    {DIFF, "v1", "ConfigMap", "{'metadata':{'finalizers':['b','a']}}", "{'metadata':{'finalizers':['b','a']}}", NULL,
     "{'metadata':{'$setElementOrder/finalizers':['b','a']}}"},
    {DIFF, "v1", "ConfigMap", "{'data':{'a':'1','b':'2'},'x':1}", "{'data':{'a':'1','c':'3'},'x':'1'}", NULL,
     "{'data':{'b':null,'c':'3'},'x':'1'}"},
    {DIFF, "v1", "Service",
     "{'spec':{'ports':[{'port':53,'protocol':'TCP','name':'t'},{'port':53,'protocol':'UDP','name':'u'}]}}",
     "{'spec':{'ports':[{'port':53,'protocol':'TCP','name':'t2'},{'port':53,'protocol':'UDP','name':'u'}]}}", NULL,
     "{'spec':{'$setElementOrder/ports':[{'port':53},{'port':53}],'ports':[{'name':'t2','port':53}]}}"},
    {DIFF, "policy/v1", "PodDisruptionBudget", "{'spec':{'selector':{'matchLabels':{'a':'1'}}}}",
     "{'spec':{'selector':{'matchLabels':{'a':'1'}}}}", NULL, "{'spec':{'selector':{'matchLabels':{'a':'1'}}}}"},
    {DIFF, "v1", "Pod", "{'spec':{'containers':[{'name':'a'}]}}", "{'spec':{'containers':[{'image':'a'}]}}", NULL,
     NULL},
    {THREE, "apps/v1", "Deployment",
     "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'1'},{'name':'old','image':'1'}]}}}}",
     "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'2'}]}}}}",
     "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'1'},{'name':'old','image':'1'},{'name':'injected'"
     ",'image':'9'}]}}}}",
     "{'spec':{'template':{'spec':{'$setElementOrder/"
     "containers':[{'name':'a'}],'containers':[{'image':'2','name':'a'},{'$patch':'delete','name':'old'}]}}}}"},
    {THREE, "apps/v1", "Deployment", "{'spec':{'replicas':1,'strategy':{'type':'RollingUpdate'}}}",
     "{'spec':{'strategy':{'type':'Recreate'}}}",
     "{'spec':{'replicas':5,'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':'25%'}}}}",
     "{'spec':{'replicas':null,'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}"},
    {THREE, "apps/v1", "Deployment", "{}", "{'spec':{'replicas':2}}", "{'spec':{'replicas':5,'paused':true}}",
     "{'spec':{'replicas':2}}"},
    {THREE, "v1", "Service", "{'spec':{'ports':[{'port':80},{'port':81}],'selector':{'a':'1'}}}",
     "{'spec':{'ports':[{'port':80},{'port':82}],'selector':{'b':'1'}}}",
     "{'spec':{'clusterIP':'10.0.0.1','ports':[{'port':80,'protocol':'TCP','nodePort':3},{'port':81}],'selector':{'a':'"
     "1','x':'y'}}}",
     "{'spec':{'$setElementOrder/"
     "ports':[{'port':80},{'port':82}],'ports':[{'port':82},{'$patch':'delete','port':81}],'selector':{'a':null,'b':'1'"
     "}}}"},
    {THREE, "v1", "ConfigMap", "{'metadata':{'finalizers':['a','b']},'data':{'k':'1'}}",
     "{'metadata':{'finalizers':['b','c']},'data':{'k':'2'}}",
     "{'metadata':{'finalizers':['a','b','server']},'data':{'k':'3','other':'x'}}",
     "{'data':{'k':'2'},'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],'$setElementOrder/"
     "finalizers':['b','c'],'finalizers':['c']}}"},
    {THREE, "v1", "ConfigMap", "{'data':{'k':'1'}}", "{'data':{'k':'1'}}", "{'data':{'k':'1'},'metadata':{'uid':'u'}}",
     "{}"},
    {THREE, "v1", "Pod", "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
     "{'spec':{'volumes':[{'name':'v','hostPath':{'path':'/'}}]}}",
     "{'spec':{'volumes':[{'name':'v','emptyDir':{}},{'name':'token','secret':{}}]}}",
     "{'spec':{'$setElementOrder/"
     "volumes':[{'name':'v'}],'volumes':[{'$retainKeys':['hostPath','name'],'emptyDir':null,'hostPath':{'path':'/"
     "'},'name':'v'}]}}"},
};

START_TEST(strategic_patches_and_differences_are_those_of_apimachinery) {
    for (size_t i = 0; i < sizeof strategic / sizeof *strategic; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        const patch_schema_t *s = patch_schema_find(str_c(strategic[i].version), str_c(strategic[i].kind));
        ck_assert_ptr_nonnull(s);
        jv_t *x = json(a, strategic[i].first), *y = json(a, strategic[i].second), *got = NULL;
        jv_t *z = json(a, strategic[i].current ? strategic[i].current : "{}");
        str_t before = jv_text(a, x), before_y = jv_text(a, y), before_z = jv_text(a, z);
        switch (strategic[i].what) {
        case APPLY:
            got = patch_strategic(a, x, y, s, &err);
            break;
        case DIFF:
            got = patch_diff_strategic(a, x, y, s, &err);
            break;
        case THREE:
            got = patch_three_way_strategic(a, x, y, z, s, &err);
            break;
        }
        expect(a, got, strategic[i].want, &err, strategic[i].second);
        ck_assert_msg(str_eq(before, jv_text(a, x)) && str_eq(before_y, jv_text(a, y)) &&
                          str_eq(before_z, jv_text(a, z)),
                      "an argument was changed: %s", strategic[i].second);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(custom_kinds_have_no_schema) {
    ck_assert_ptr_null(patch_schema_find(STR("core.oam.dev/v1beta1"), STR("Application")));
    ck_assert_ptr_null(patch_schema_find(STR("apps/v2"), STR("Deployment")));
    ck_assert_ptr_nonnull(patch_schema_find(STR("networking.k8s.io/v1"), STR("Ingress")));
}
END_TEST

START_TEST(a_merge_patch_follows_rfc_7386) {
    static const char *const rows[][3] = {
        {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
        {"{'a':'b'}", "{'a':null}", "{}"},
        {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
        {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
        {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
        {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
        {"['a','b']", "['c','d']", "['c','d']"},
        {"{'a':'b'}", "['c']", "['c']"},
        {"{'a':'foo'}", "'bar'", "'bar'"},
        {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
        {"[1,2]", "{'a':'b','c':null}", "{'a':'b'}"},
        {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *target = json(a, rows[i][0]);
        expect(a, patch_merge(a, target, json(a, rows[i][1]), &err), rows[i][2], &err, rows[i][1]);
        ck_assert(jv_equal(target, json(a, rows[i][0])));
        arena_destroy(a);
    }
}
END_TEST

START_TEST(a_difference_applied_gives_the_other_object) {
    static const char *const rows[][2] = {
        {"{'a':1,'b':{'c':[1,2],'d':'x'}}", "{'b':{'c':[2],'e':{'f':1}}}"},
        {"{}", "{'a':{'b':{}}}"},
        {"{'a':{'b':1}}", "{'a':[1]}"},
        {"{'a':{'b':1}}", "{'a':{'b':1}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *from = json(a, rows[i][0]), *to = json(a, rows[i][1]), *patch = patch_diff(a, from, to, &err);
        expect(a, patch_merge(a, from, patch, &err), rows[i][1], &err, rows[i][1]);
        ck_assert_int_eq(jv_count(patch) == 0, jv_equal(from, to));
        arena_destroy(a);
    }
}
END_TEST

/* Answers of k8s.io/apimachinery's CreateThreeWayJSONMergePatch. */
START_TEST(three_ways_delete_only_what_was_ours) {
    static const char *const rows[][4] = {
        {"{'spec':{'a':1,'b':2}}", "{'spec':{'a':1}}", "{'spec':{'a':5,'b':2,'theirs':3}}",
         "{'spec':{'a':1,'b':null}}"},
        {"{}", "{'spec':{'a':1}}", "{'spec':{'theirs':3}}", "{'spec':{'a':1}}"},
        {"{'spec':{'list':[1,2]}}", "{'spec':{'list':[1]}}", "{'spec':{'list':[1,2,3]}}", "{'spec':{'list':[1]}}"},
        {"{'m':{'a':'1'}}", "{'m':{}}", "{'m':{'a':'1','b':'2'}}", "{'m':{'a':null}}"},
        {"{'m':{'a':'1'}}", "{'m':{'a':'1'}}", "{'m':{'a':'1'},'status':{}}", "{}"},
        {"{'a':1}", "{'a':null}", "{'a':1}", "{'a':null}"},
        {"{'kind':'A'}", "{'kind':'B'}", "{'kind':'A'}", NULL},
        {"{'metadata':{'name':'a'}}", "{'metadata':{'name':'b'}}", "{'metadata':{'name':'a'}}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *got = patch_three_way_merge(a, json(a, rows[i][0]), json(a, rows[i][1]), json(a, rows[i][2]), &err);
        if (!rows[i][3])
            ck_assert_int_eq(err.code, ERR_CONFLICT);
        expect(a, got, rows[i][3], &err, rows[i][1]);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(a_json_patch_applies_whole_or_not_at_all) {
    static const char *const rows[][3] = {
        {"{'a':1}",
         "[{'op':'add','path':'/b','value':[1]},{'op':'add','path':'/b/-','value':2},{'op':'add','path':'/b/"
         "0','value':0}]",
         "{'a':1,'b':[0,1,2]}"},
        {"{'a':{'b/c':1,'m~n':2}}", "[{'op':'remove','path':'/a/b~1c'},{'op':'replace','path':'/a/m~0n','value':3}]",
         "{'a':{'m~n':3}}"},
        {"{'a':[1,2,3]}", "[{'op':'move','from':'/a/0','path':'/a/2'},{'op':'copy','from':'/a/-1','path':'/b'}]",
         "{'a':[2,3,1],'b':1}"},
        {"{'a':1}", "[{'op':'test','path':'/a','value':1.0},{'op':'test','path':'/b','value':null}]", "{'a':1}"},
        {"{'a':1}", "[]", "{'a':1}"},
        {"{'a':1}", "[{'op':'replace','path':'/a','value':2},{'op':'test','path':'/a','value':3}]", NULL},
        {"{'a':1}", "[{'op':'remove','path':'/none'}]", NULL},
        {"{'a':1}", "[{'op':'replace','path':'/a/b','value':1}]", NULL},
        {"{'a':1}", "[{'op':'add','path':'/x/y','value':1}]", NULL},
        {"{'a':1}", "[{'op':'jump','path':'/a'}]", NULL},
        {"{'a':[1]}", "[{'op':'add','path':'/a/5','value':1}]", NULL},
        {"{'a':[1]}", "[{'op':'remove','path':'/a/x'}]", NULL},
        {"{'a':1}", "{'op':'add'}", NULL},
        {"{'a':1}", "[1]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *target = json(a, rows[i][0]), *got = patch_json(a, target, json(a, rows[i][1]), &err);
        if (!rows[i][2])
            ck_assert_int_eq(err.code, i < 12 ? ERR_REFUSED : ERR_INVALID);
        expect(a, got, rows[i][2], &err, rows[i][1]);
        ck_assert_msg(jv_equal(target, json(a, rows[i][0])), "the target was changed: %s", rows[i][1]);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(copies_of_copies_are_bounded) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *operations = jv_array(a);
    for (int i = 0; i < 40; i++)
        jv_append(a, operations, json(a, "{'op':'copy','from':'/a','path':'/a/-'}"));
    ck_assert_ptr_null(patch_json(a, json(a, "{'a':[1]}"), operations, &err));
    ck_assert_int_eq(err.code, ERR_REFUSED);
    error_release(&err);
    arena_destroy(a);
}
END_TEST

static jv_t *deep(arena_t *a, int levels, const char *leaf) {
    jv_t *v = json(a, leaf);
    for (int i = 0; i < levels; i++) {
        jv_t *o = jv_object(a);
        jv_setc(a, o, "a", v);
        v = o;
    }
    return v;
}

START_TEST(deep_objects_give_an_error) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    const patch_schema_t *s = patch_schema_find(STR("v1"), STR("ConfigMap"));
    jv_t *x = deep(a, 100000, "1"), *y = deep(a, 100000, "2");
    ck_assert(!patch_merge(a, x, y, &err) && err.code == ERR_LIMIT);
    ck_assert(!patch_diff(a, x, y, &err) && err.code == ERR_LIMIT);
    ck_assert(!patch_three_way_merge(a, x, y, x, &err) && err.code == ERR_LIMIT);
    ck_assert(!patch_strategic(a, x, y, s, &err) && err.code == ERR_LIMIT);
    ck_assert(!patch_diff_strategic(a, x, y, s, &err) && err.code == ERR_LIMIT);
    jv_t *fine = patch_merge(a, deep(a, 400, "1"), deep(a, 400, "2"), &err);
    ck_assert(jv_equal(fine, deep(a, 400, "2")));
    error_release(&err);
    arena_destroy(a);
}
END_TEST

START_TEST(long_lists_merge_in_little_time) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *x = json(a, "{'metadata':{'ownerReferences':[]}}"), *y = json(a, "{'metadata':{'ownerReferences':[]}}");
    for (int i = 0; i < 20000; i++) {
        jv_t *item = jv_object(a), *other = jv_object(a);
        jv_setc(a, item, "uid", jv_stringf(a, "%d", i));
        jv_setc(a, other, "uid", jv_stringf(a, "%d", 20000 - i));
        jv_setc(a, other, "name", jv_string(a, STR("n")));
        jv_append(a, jv_path(x, "metadata", "ownerReferences", NULL), item);
        jv_append(a, jv_path(y, "metadata", "ownerReferences", NULL), other);
    }
    const patch_schema_t *s = patch_schema_find(STR("v1"), STR("ConfigMap"));
    jv_t *patch = patch_diff_strategic(a, x, y, s, &err), *got = patch_strategic(a, x, patch, s, &err);
    ck_assert_msg(got, "%s", error_text(&err));
    ck_assert(jv_equal(got, y));
    arena_destroy(a);
}
END_TEST

SUITE(patch, strategic_patches_and_differences_are_those_of_apimachinery, custom_kinds_have_no_schema,
      a_merge_patch_follows_rfc_7386, a_difference_applied_gives_the_other_object, three_ways_delete_only_what_was_ours,
      a_json_patch_applies_whole_or_not_at_all, copies_of_copies_are_bounded, deep_objects_give_an_error,
      long_lists_merge_in_little_time)
