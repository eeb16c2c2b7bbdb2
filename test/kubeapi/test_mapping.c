#include "kubeapi/mapping.h"
#include "test/kubeapi/mini.h"

static const char core_aggregated[] =
    "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"metadata\":{},\"items\":[{"
    "\"metadata\":{\"creationTimestamp\":null},\"versions\":[{\"version\":\"v1\",\"resources\":[{\"resource\":\"pods\","
    "\"responseKind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"scope\":\"Namespaced\",\"subresources\":[{"
    "\"subresource\":\"log\"},{\"subresource\":\"status\"}]},{\"resource\":\"nodes\",\"responseKind\":{\"group\":\"\","
    "\"version\":\"v1\",\"kind\":\"Node\"},\"scope\":\"Cluster\"}]}]}]}";
static const char groups_aggregated[] =
    "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"items\":[{\"metadata\":{\"name\":"
    "\"apps\"},\"versions\":[{\"version\":\"v1\",\"resources\":[{\"resource\":\"deployments\",\"responseKind\":{"
    "\"kind\":"
    "\"Deployment\"},\"scope\":\"Namespaced\",\"subresources\":[{\"subresource\":\"scale\"}]}]},{\"version\":"
    "\"v1beta1\","
    "\"resources\":[{\"resource\":\"deployments\",\"responseKind\":{\"kind\":\"Deployment\"},\"scope\":\"Namespaced\"},"
    "{"
    "\"resource\":\"olds\",\"responseKind\":{\"kind\":\"Old\"},\"scope\":\"Namespaced\"}]}]}]}";

typedef struct cluster {
    bool aggregated, broken, with_new;
    int refreshes, requests;
    mapping_t *m;
    int found, waiting;
} cluster_t;

static void serve(http_exchange_t *x, void *arg) {
    cluster_t *c = ((mini_t *)arg)->data;
    str_t path = http_path(x);
    c->requests++;
    bool wants = str_find(http_request_header(x, STR("accept")), STR("as=APIGroupDiscoveryList")) >= 0;
    if (str_eqc(path, "/api"))
        c->refreshes++;
    if (c->broken)
        mini_json(x, 500, "{}");
    else if (str_eqc(path, "/version"))
        mini_json(x, 200,
                  "{\"major\":\"1\",\"minor\":\"32+\",\"gitVersion\":\"v1.32.1\",\"platform\":\"linux/amd64\"}");
    else if (c->aggregated && wants && str_eqc(path, "/api"))
        mini_json(x, 200, core_aggregated);
    else if (c->aggregated && wants && str_eqc(path, "/apis"))
        mini_json(x, 200, groups_aggregated);
    else if (str_eqc(path, "/api"))
        mini_json(x, 200, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
    else if (str_eqc(path, "/apis"))
        mini_json(
            x, 200,
            "{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"apps\",\"preferredVersion\":{\"groupVersion\":"
            "\"apps/v1\"},\"versions\":[{\"groupVersion\":\"apps/v1beta1\"},{\"groupVersion\":\"apps/v1\"}]},{"
            "\"name\":\"away\",\"preferredVersion\":{\"groupVersion\":\"away/v1\"},\"versions\":[{\"groupVersion\":"
            "\"away/v1\"}]}]}");
    else if (str_eqc(path, "/api/v1"))
        mini_json(
            x, 200,
            "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\","
            "\"namespaced\":true},{\"name\":\"pods/status\",\"kind\":\"Pod\",\"namespaced\":true},{\"name\":\"nodes\","
            "\"kind\":\"Node\"}]}");
    else if (str_eqc(path, "/apis/apps/v1"))
        mini_json(x, 200,
                  c->with_new ? "{\"kind\":\"APIResourceList\",\"groupVersion\":\"apps/v1\",\"resources\":[{"
                                "\"name\":\"deployments\",\"kind\":\"Deployment\",\"namespaced\":true},{\"name\":"
                                "\"deployments/scale\",\"kind\":\"Scale\"},{\"name\":\"news\",\"kind\":\"New\"}]}"
                              : "{\"kind\":\"APIResourceList\",\"groupVersion\":\"apps/v1\",\"resources\":[{"
                                "\"name\":\"deployments\",\"kind\":\"Deployment\",\"namespaced\":true},{\"name\":"
                                "\"deployments/scale\",\"kind\":\"Scale\"}]}");
    else if (str_eqc(path, "/apis/apps/v1beta1"))
        mini_json(
            x, 200,
            "{\"kind\":\"APIResourceList\",\"groupVersion\":\"apps/v1beta1\",\"resources\":[{\"name\":\"deployments\","
            "\"kind\":\"Deployment\",\"namespaced\":true},{\"name\":\"olds\",\"kind\":\"Old\",\"namespaced\":true}]}");
    else
        mini_json(x, 503, "{}");
}

static void run(cluster_t *c, void (*body)(mini_t *m)) {
    mini_t m = {.data = c};
    api_config_t config = {.qps = -1};
    mini_listen(&m, serve, &config);
    c->m = mapping_create(m.api);
    mini_run(&m, body);
    mapping_destroy(c->m);
    mini_end(&m);
}

static void all_kinds(mini_t *m) {
    cluster_t *c = m->data;
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(mapping_known(c->m, STR("v1"), STR("Pod")));
    const api_resource_t *pod = mapping_find(c->m, STR("v1"), STR("Pod"), &err);
    ck_assert_msg(pod != NULL, "%s", error_text(&err));
    ck_assert(pod->namespaced && pod->status && !pod->scale && str_eqc(pod->plural, "pods") && pod->group.n == 0);
    ck_assert_ptr_eq(mapping_known(c->m, STR("v1"), STR("Pod")), pod);
    const api_resource_t *node = mapping_find(c->m, STR("v1"), STR("Node"), NULL);
    ck_assert(node && !node->namespaced);
    const api_resource_t *d = mapping_find(c->m, STR("apps/v1"), STR("Deployment"), NULL);
    ck_assert(d && d->scale && str_eqc(d->group, "apps") && str_eqc(d->version, "v1"));
    ck_assert(str_eqc(api_version_of(m->a, d), "apps/v1"));
    ck_assert_ptr_eq(mapping_find_group(c->m, STR("apps"), STR("Deployment"), STR(""), NULL), d);
    ck_assert_ptr_eq(mapping_find_group(c->m, STR("apps"), STR(""), STR("deployments"), NULL), d);
    ck_assert_ptr_eq(mapping_find_plural(c->m, STR("apps"), STR("v1"), STR("deployments"), NULL), d);
    const api_resource_t *old = mapping_find_group(c->m, STR("apps"), STR("Old"), STR(""), NULL);
    ck_assert(old && str_eqc(old->version, "v1beta1"));
    ck_assert_int_eq(c->refreshes, 1);
    size_t at = 0, n = 0;
    while (mapping_next(c->m, &at))
        n++;
    ck_assert_uint_eq(n, 5);
    const mapping_version_t *v = mapping_server_version(c->m, &err);
    ck_assert(str_eqc(v->major, "1") && str_eqc(v->minor, "32") && str_eqc(v->git_version, "v1.32.1"));
    ck_assert(str_eqc(v->platform, "linux/amd64"));
    /* what is missing asks once more, and not again soon */
    mapping_invalidate(c->m);
    ck_assert_ptr_null(mapping_find(c->m, STR("apps/v1"), STR("None"), &err));
    ck_assert_int_eq(err.code, ERR_NOTFOUND);
    ck_assert_str_eq(error_text(&err), "no matches for kind \"None\" in version \"apps/v1\"");
    error_release(&err);
    ck_assert_ptr_null(mapping_find(c->m, STR("v1"), STR("None"), &err));
    ck_assert_str_eq(error_text(&err), "no matches for kind \"None\" in version \"v1\"");
    error_release(&err);
    ck_assert_int_eq(c->refreshes, 2);
    ck_assert_ptr_eq(mapping_find(c->m, STR("v1"), STR("Pod"), NULL), pod);
}

START_TEST(aggregated_discovery_takes_two_requests) {
    cluster_t c = {.aggregated = true};
    run(&c, all_kinds);
    ck_assert_int_eq(c.requests, 5);
}
END_TEST

START_TEST(a_server_without_it_is_asked_group_by_group) {
    cluster_t c = {0};
    run(&c, all_kinds);
}
END_TEST

static void miss_together(void *arg) {
    cluster_t *c = arg;
    const api_resource_t *r = mapping_find(c->m, STR("apps/v1"), STR("Deployment"), NULL);
    c->found += r != NULL;
    c->waiting--;
}

static void together(mini_t *m) {
    cluster_t *c = m->data;
    c->waiting = 20;
    for (int i = 0; i < 20; i++)
        fiber_start(m->loop, "misser", miss_together, c, NULL, NULL);
    while (c->waiting)
        ck_assert(fiber_sleep(5, NULL));
    ck_assert_int_eq(c->found, 20);
    ck_assert_int_eq(c->refreshes, 1);
}

START_TEST(fibers_that_miss_together_share_one_refresh) {
    cluster_t c = {.aggregated = true};
    run(&c, together);
}
END_TEST

static void crd(mini_t *m) {
    cluster_t *c = m->data;
    ck_assert_ptr_null(mapping_find(c->m, STR("apps/v1"), STR("New"), NULL));
    c->with_new = true;
    ck_assert_ptr_null(mapping_find(c->m, STR("apps/v1"), STR("New"), NULL)); /* too soon to ask again */
    mapping_invalidate(c->m);
    const api_resource_t *r = mapping_find(c->m, STR("apps/v1"), STR("New"), NULL);
    ck_assert(r && !r->namespaced);
}

START_TEST(a_new_kind_is_found_after_its_crd_came) {
    cluster_t c = {0};
    run(&c, crd);
}
END_TEST

static void broken(mini_t *m) {
    cluster_t *c = m->data;
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(mapping_find(c->m, STR("v1"), STR("Pod"), &err));
    ck_assert_int_eq(err.code, ERR_SERVER);
    ck_assert_msg(strstr(error_text(&err), "discovery") != NULL, "%s", error_text(&err));
    error_release(&err);
    ck_assert_ptr_null(mapping_server_version(c->m, &err));
    error_release(&err);
    ck_assert_ptr_null(mapping_find(c->m, STR(""), STR("Pod"), &err));
    ck_assert_int_eq(err.code, ERR_INVALID);
    error_release(&err);
    c->broken = false;
    ck_assert_ptr_nonnull(mapping_find(c->m, STR("v1"), STR("Pod"), NULL)); /* a failure doesn't count */
}

START_TEST(a_failed_discovery_says_why_and_is_tried_again) {
    cluster_t c = {.aggregated = true, .broken = true};
    run(&c, broken);
}
END_TEST

START_TEST(documents_are_loaded_without_a_server) {
    mapping_t *m = mapping_create(NULL);
    err_t err = ERROR_INIT;
    ck_assert(mapping_load(m, str_c(core_aggregated), &err) && mapping_load(m, str_c(groups_aggregated), &err));
    ck_assert(mapping_load(m, str_c(groups_aggregated), &err));
    ck_assert_uint_eq(mapping_stats(m).resources, 5);
    ck_assert_ptr_nonnull(mapping_known(m, STR("apps/v1"), STR("Deployment")));
    ck_assert(!mapping_load(m, STR("{\"kind\":\"PodList\"}"), &err));
    error_release(&err);
    ck_assert(!mapping_load(m, STR("{"), &err));
    error_release(&err);
    mapping_destroy(m);
}
END_TEST

SUITE(mapping, aggregated_discovery_takes_two_requests, a_server_without_it_is_asked_group_by_group,
      fibers_that_miss_together_share_one_refresh, a_new_kind_is_found_after_its_crd_came,
      a_failed_discovery_says_why_and_is_tried_again, documents_are_loaded_without_a_server)
