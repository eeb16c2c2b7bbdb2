/* Requests into the embedded API server, a fresh one for each input. A request is a line "METHOD TYPE PATH" and the
 * lines up to one that is "--" as its body. TYPE is a letter of a content type. Watches are attached and told what
 * happens; time passes after each request. */
#include "contrib/apiserver/server.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *content_type(str_t letter) {
    static const char *const types[][2] = {
        {"j", "application/json"},
        {"y", "application/yaml"},
        {"m", "application/merge-patch+json"},
        {"s", "application/strategic-merge-patch+json"},
        {"o", "application/json-patch+json"},
        {"a", "application/apply-patch+yaml"},
        {"p", "application/vnd.kubernetes.protobuf"},
        {"t", "application/json;as=Table;v=v1;g=meta.k8s.io"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqc(letter, types[i][0]))
            return types[i][1];
    return "";
}

static void on_line(void *arg, str_t line) {
    size_t *n = arg;
    *n += line.n;
}

static void on_closed(void *arg) {
    (void)arg;
}

static void request(apiserver_t *s, str_t head, str_t body, size_t *heard) {
    static const apiserver_watch_events_t events = {on_line, on_closed};
    apiserver_request_t r = {.authorization = STR("Bearer t"), .user_agent = STR("fuzz"), .body = body};
    str_t rest, letter, path;
    apiserver_reply_t reply;
    arena_t *a = arena_create();
    if (!a)
        abort();
    str_cut(head, ' ', &r.method, &rest);
    str_cut(rest, ' ', &letter, &path);
    if (!str_cut(path, '?', &r.path, &r.query))
        r.query = STR_NONE;
    r.content_type = str_c(content_type(letter));
    r.accept = str_eqc(letter, "t") ? r.content_type : str_eqc(letter, "y") ? STR("application/yaml") : STR_NONE;
    apiserver_handle(s, &r, a, &reply);
    if (reply.watch)
        apiserver_watch_attach(reply.watch, &events, heard);
    arena_destroy(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    apiserver_options_t o = {.token = STR("t"), .kubelet = true, .window = 16};
    apiserver_t *s = apiserver_create(&o, NULL);
    str_t in = str_n((const char *)data, size), head;
    size_t heard = 0;
    int64_t now = 0;
    if (!s)
        return 0;
    for (int n = 0; in.n && n < 16; n++) {
        str_cut(in, '\n', &head, &in);
        ptrdiff_t end = str_find(in, STR("\n--\n"));
        str_t body = end < 0 ? in : str_sub(in, 0, (size_t)end);
        in = end < 0 ? STR_NONE : str_from(in, (size_t)end + 4);
        request(s, head, body, &heard);
        apiserver_tick(s, now += 500);
    }
    apiserver_tick(s, now + 100000);
    apiserver_destroy(s);
    return 0;
}
