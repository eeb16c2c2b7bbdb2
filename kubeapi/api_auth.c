/* Who we are to the API server: a token, a token file (rotated by the kubelet), a name and password, or what a plugin
 * gives (api_exec.c); client certificates are the TLS context's. */
#include "kubeapi/api_exec.h"
#include "kubeapi/api_inner.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { TOKEN_EVERY_MS = 60000, TOKEN_MAX = 64 * 1024 };

/* The file's first line as "Bearer …". A token file is a few hundred bytes on a tmpfs: reading it doesn't wait. */
static char *read_token(const char *path, err_t *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *text = fd < 0 ? NULL : mem_alloc(TOKEN_MAX + 8);
    ssize_t n = -1;
    if (text) {
        memcpy(text, "Bearer ", 7);
        n = read(fd, text + 7, TOKEN_MAX);
    }
    if (fd < 0 || (text && n < 0))
        error_errno(err, "the token file %s", path);
    else if (!text)
        error_memory(err);
    if (fd >= 0)
        close(fd);
    str_t token = n > 0 ? str_trim(str_n(text + 7, (size_t)n)) : STR_NONE;
    if (n >= 0 && !token.n)
        error_set(err, ERR_INVALID, "the token file %s is empty", path);
    if (!token.n) {
        mem_free(text);
        return NULL;
    }
    memmove(text + 7, token.p, token.n);
    text[7 + token.n] = 0;
    return text;
}

/* The header's value, in a buffer on the heap. */
static void fixed_header(buf_t *to, const api_config_t *c) {
    buf_init(to);
    if (c->token.n) {
        buf_addc(to, "Bearer ");
        buf_add(to, c->token);
    } else if (c->username.n) {
        buf_t pair;
        buf_init(&pair);
        buf_printf(&pair, STR_FMT ":" STR_FMT, STR_ARG(c->username), STR_ARG(c->password));
        buf_addc(to, "Basic ");
        base64_encode(to, buf_str(&pair), BASE64_STD);
        buf_release(&pair);
    }
}

bool auth_configure(api_t *api, const api_config_t *c) {
    buf_t now;
    fixed_header(&now, c);
    bool changed = !buf_failed(&now) && !str_eq(api->auth.fixed, buf_str(&now));
    if (changed)
        api->auth.fixed = arena_str(api->mem, buf_str(&now));
    buf_release(&now);
    return changed;
}

bool auth_init(api_t *api, const api_config_t *c, err_t *err) {
    auth_t *x = &api->auth;
    if (c->exec.command.n && !(x->exec = exec_create(api, &c->exec, err)))
        return false;
    if (c->token_file.n && !(x->file = mem_strndup(c->token_file.p, c->token_file.n)))
        return error_memory(err);
    auth_configure(api, c);
    return true;
}

void auth_release(api_t *api) {
    exec_destroy(api->auth.exec);
    mem_free(api->auth.file);
    mem_free(api->auth.token);
}

bool auth_ready(const api_t *api) {
    return !api->auth.exec || exec_ready(api->auth.exec);
}

bool auth_wait(api_t *api, err_t *err) {
    return !api->auth.exec || exec_wait(api->auth.exec, err);
}

static bool refresh_file(api_t *api, err_t *err) {
    auth_t *x = &api->auth;
    if (x->read_at && loop_clock() - x->read_at < TOKEN_EVERY_MS)
        return true;
    char *token = read_token(x->file, x->token ? NULL : err);
    if (!token)
        return x->token != NULL; /* as Go's client does: the last one that could be read */
    mem_free(x->token);
    x->token = token;
    x->read_at = loop_clock();
    return true;
}

bool auth_header(api_t *api, arena_t *a, str_t *value, err_t *err) {
    auth_t *x = &api->auth;
    *value = x->fixed;
    if (x->exec && exec_token(x->exec).n)
        *value = arena_printf(a, "Bearer " STR_FMT, STR_ARG(exec_token(x->exec)));
    if (!x->file)
        return true;
    if (!refresh_file(api, err))
        return false;
    *value = arena_str(a, str_c(x->token));
    return true;
}

bool auth_renew(api_t *api) {
    if (api->auth.exec)
        exec_expire(api->auth.exec);
    api->auth.read_at = 0;
    return api_reload(api) || api->auth.exec || api->auth.file;
}
