#include "reactor/tls_ssl.h"

#include "reactor/base/mem.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls {
    SSL_CTX *ctx;
    char *server_name;
    size_t refs;
    bool server, insecure;
};

/* One read(2) fetches about two full records: bulk lists and bursts of watch events arrive in fewer system calls. The
 * buffer is given back when empty (SSL_MODE_RELEASE_BUFFERS), since most connections are idle most of the time. */
enum { READ_AHEAD_BYTES = 32 * 1024 };

static const unsigned char ALPN_BOTH[] = "\x02h2\x08http/1.1", ALPN_HTTP1[] = "\x08http/1.1";

/* The reason of the oldest error in OpenSSL's queue, which is then emptied. */
static const char *first_reason(void) {
    unsigned long e = ERR_get_error();
    ERR_clear_error();
    const char *text = e ? ERR_reason_error_string(e) : NULL;
    return text ? text : "unknown error";
}

static bool fail(err_t *err, error_code_t code, const char *what) {
    return error_set(err, code, "%s: %s", what, first_reason());
}

/* ---- reading PEM ---- */

static int no_passphrase(char *to, int size, int rw, void *arg) {
    (void)to, (void)size, (void)rw, (void)arg;
    return 0;
}

static BIO *pem_bio(str_t pem) {
    return pem.n > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
}

static EVP_PKEY *read_key(str_t pem) {
    BIO *bio = pem_bio(pem);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return key;
}

/* Calls add for each certificate of a bundle; returns how many there were, or -1 when one is broken or refused. add
 * does not take the certificate. */
static int each_certificate(str_t pem, bool (*add)(void *arg, int i, X509 *cert), void *arg) {
    BIO *bio = pem_bio(pem);
    if (!bio)
        return -1;
    int n = 0;
    X509 *cert;
    ERR_clear_error();
    while (n >= 0 && (cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL))) {
        n = add(arg, n, cert) ? n + 1 : -1;
        X509_free(cert);
    }
    if (n >= 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        n = -1;
    else if (n > 0)
        ERR_clear_error();
    BIO_free(bio);
    return n;
}

static bool add_trusted(void *arg, int i, X509 *cert) {
    (void)i;
    return X509_STORE_add_cert(arg, cert) == 1;
}

static bool add_own(void *arg, int i, X509 *cert) {
    return i == 0 ? SSL_CTX_use_certificate(arg, cert) == 1 : SSL_CTX_add1_chain_cert(arg, cert) == 1;
}

static bool add_ca_name(void *arg, int i, X509 *cert) {
    (void)i;
    return SSL_CTX_add_client_CA(arg, cert) == 1;
}

static bool load_ca(SSL_CTX *ctx, str_t pem, err_t *err) {
    X509_STORE *store = SSL_CTX_get_cert_store(ctx);
    /* As Go has it, any certificate of the bundle is an anchor, self-signed or not. */
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    int n = each_certificate(pem, add_trusted, store);
    if (n > 0)
        return true;
    if (n == 0) {
        ERR_clear_error();
        return error_set(err, ERR_INVALID, "certificate authority: no PEM certificate in it");
    }
    return fail(err, ERR_INVALID, "certificate authority");
}

static bool load_identity(SSL_CTX *ctx, str_t cert, str_t key, err_t *err) {
    int n = each_certificate(cert, add_own, ctx);
    if (n == 0) {
        ERR_clear_error();
        return error_set(err, ERR_INVALID, "certificate: no PEM certificate in it");
    }
    if (n < 0)
        return fail(err, ERR_INVALID, "certificate");
    EVP_PKEY *k = read_key(key);
    if (!k) {
        ERR_clear_error();
        return error_set(err, ERR_INVALID, "private key: not a PEM key without a passphrase");
    }
    bool ok = SSL_CTX_use_PrivateKey(ctx, k) == 1 && SSL_CTX_check_private_key(ctx) == 1;
    EVP_PKEY_free(k);
    return ok || fail(err, ERR_INVALID, "private key");
}

/* ---- contexts ---- */

static tls_t *create(bool server, err_t *err) {
    tls_t *t = mem_alloc(sizeof *t);
    SSL_CTX *ctx = t ? SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()) : NULL;
    if (!ctx) {
        mem_free(t);
        ERR_clear_error();
        error_memory(err);
        return NULL;
    }
    *t = (tls_t){.ctx = ctx, .refs = 1, .server = server};
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ctx, READ_AHEAD_BYTES);
    /* HTTP frames its messages itself, so that a peer that closes without a close_notify is no error; and connections
     * are long-lived, so that session tickets would cost more than they save. */
    SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 0);
    return t;
}

tls_t *tls_client_create(const tls_client_options_t *o, err_t *err) {
    tls_t *t = create(false, err);
    if (!t)
        return NULL;
    t->insecure = o->insecure;
    bool ok = true;
    if (o->server_name.n) {
        t->server_name = mem_strndup(o->server_name.p, o->server_name.n);
        ok = t->server_name || error_memory(err);
    }
    if (ok && o->ca.n)
        ok = load_ca(t->ctx, o->ca, err);
    else if (ok && !o->insecure)
        ok = SSL_CTX_set_default_verify_paths(t->ctx) == 1 || fail(err, ERR_IO, "the system's certificates");
    if (ok && (o->cert.n || o->key.n))
        ok = load_identity(t->ctx, o->cert, o->key, err) || error_wrap(err, "client");
    const unsigned char *alpn = o->http1_only ? ALPN_HTTP1 : ALPN_BOTH;
    /* Unlike the rest of OpenSSL it returns 0 for success. */
    if (ok && SSL_CTX_set_alpn_protos(t->ctx, alpn, (unsigned)strlen((const char *)alpn)) != 0)
        ok = error_memory(err);
    SSL_CTX_set_verify(t->ctx, o->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (ok)
        return t;
    tls_release(t);
    return NULL;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *outlen, const unsigned char *in,
                           unsigned inlen, void *arg) {
    (void)ssl, (void)arg;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, outlen, ALPN_BOTH, sizeof ALPN_BOTH - 1, in, inlen) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL; /* no_application_protocol, as Go's server answers */
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* A client certificate that does not verify is no reason to hang up: the request is unauthenticated, and the answer
 * (401) says so. tls_peer_names looks at the result. */
static int accept_any(int ok, X509_STORE_CTX *ctx) {
    (void)ok, (void)ctx;
    return 1;
}

tls_t *tls_server_create(const tls_server_options_t *o, err_t *err) {
    tls_t *t = create(true, err);
    if (!t)
        return NULL;
    bool ok = load_identity(t->ctx, o->cert, o->key, err) || error_wrap(err, "server");
    if (ok && o->client_ca.n) {
        ok = load_ca(t->ctx, o->client_ca, err) || error_wrap(err, "client");
        if (ok && each_certificate(o->client_ca, add_ca_name, t->ctx) < 0)
            ok = fail(err, ERR_INVALID, "client certificate authority");
        SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, accept_any);
    }
    SSL_CTX_set_alpn_select_cb(t->ctx, choose_protocol, NULL);
    if (ok)
        return t;
    tls_release(t);
    return NULL;
}

tls_t *tls_ref(tls_t *t) {
    t->refs++;
    return t;
}

void tls_release(tls_t *t) {
    if (!t || --t->refs)
        return;
    SSL_CTX_free(t->ctx);
    mem_free(t->server_name);
    mem_free(t);
}

/* ---- sessions ---- */

static bool is_address(const char *s) {
    unsigned char b[16];
    return inet_pton(AF_INET, s, b) == 1 || inet_pton(AF_INET6, s, b) == 1;
}

static bool aim(SSL *ssl, const tls_t *t, const char *host) {
    if (!is_address(host)) {
        if (SSL_set_tlsext_host_name(ssl, host) != 1)
            return false;
        SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return t->insecure || SSL_set1_host(ssl, host) == 1;
    }
    return t->insecure || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
}

struct ssl_st *tls_session_create(tls_t *t, str_t host, err_t *err) {
    SSL *ssl = SSL_new(t->ctx);
    if (!ssl) {
        ERR_clear_error();
        error_memory(err);
        return NULL;
    }
    if (t->server) {
        SSL_set_accept_state(ssl);
        return ssl;
    }
    SSL_set_connect_state(ssl);
    char name[256];
    if (t->server_name)
        host = str_c(t->server_name);
    if (host.n >= sizeof name || memchr(host.p ? host.p : "", 0, host.n)) {
        error_set(err, ERR_INVALID, "server name too long: " STR_FMT, STR_ARG(str_sub(host, 0, 64)));
        SSL_free(ssl);
        return NULL;
    }
    memcpy(name, host.p ? host.p : "", host.n);
    name[host.n] = 0;
    if (!aim(ssl, t, name)) {
        error_set(err, ERR_INVALID, "not a host name or address: %s", name);
        ERR_clear_error();
        SSL_free(ssl);
        return NULL;
    }
    return ssl;
}

static void list_names(X509 *cert, buf_t *out) {
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        char text[INET6_ADDRSTRLEN] = "";
        str_t name = STR_NONE;
        if (g->type == GEN_DNS) {
            name = str_n((const char *)ASN1_STRING_get0_data(g->d.dNSName), (size_t)ASN1_STRING_length(g->d.dNSName));
        } else if (g->type == GEN_IPADD) {
            int n = ASN1_STRING_length(g->d.iPAddress);
            if (n == 4 || n == 16)
                inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(g->d.iPAddress), text, sizeof text);
            name = str_c(text);
        }
        if (name.n)
            buf_printf(out, "%s" STR_FMT, i ? ", " : "", STR_ARG(str_sub(name, 0, 128)));
    }
    if (sk_GENERAL_NAME_num(names) <= 0)
        buf_addc(out, "no name at all");
    GENERAL_NAMES_free(names);
}

/* True when the peer's certificate was the reason. */
static bool explain_certificate(SSL *ssl, str_t host, buf_t *out) {
    long v = SSL_get_verify_result(ssl);
    switch (v) {
    case X509_V_OK:
        return false;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
        /* The session has no peer yet, but the chain that was looked at. */
        STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
        X509 *cert = sk_X509_num(chain) > 0 ? sk_X509_value(chain, 0) : NULL;
        buf_addc(out, "certificate is valid for ");
        if (cert)
            list_names(cert, out);
        buf_printf(out, ", not for " STR_FMT, STR_ARG(host));
        return true;
    }
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        buf_printf(out, "certificate signed by unknown authority (%s)", X509_verify_cert_error_string(v));
        return true;
    default:
        buf_addc(out, X509_verify_cert_error_string(v));
        return true;
    }
}

void tls_explain(struct ssl_st *ssl, str_t host, buf_t *out) {
    unsigned long e = ERR_peek_error();
    int reason = ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0;
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && explain_certificate(ssl, host, out)) {
        ERR_clear_error();
        return;
    }
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE:
        buf_addc(out, "the other side does not speak TLS");
        break;
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        buf_addc(out, "the server wants a client certificate");
        break;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        buf_printf(out, "the other side does not accept our certificate (%s)", ERR_reason_error_string(e));
        break;
    default: {
        const char *text = e ? ERR_reason_error_string(e) : NULL;
        buf_addc(out, text ? text : "protocol error");
    }
    }
    ERR_clear_error();
}

static void add_entry(X509_NAME *subject, int at, buf_t *names) {
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    /* A name with a NUL inside would read as another one: it counts as empty. */
    if (n > 0 && !memchr(utf8, 0, (size_t)n))
        buf_addn(names, utf8, (size_t)n);
    buf_char(names, 0);
    OPENSSL_free(utf8);
}

bool tls_peer_names(struct ssl_st *ssl, buf_t *names) {
    X509 *cert = SSL_get0_peer_certificate(ssl);
    if (!cert || SSL_get_verify_result(ssl) != X509_V_OK)
        return false;
    X509_NAME *subject = X509_get_subject_name(cert);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0)
        add_entry(subject, at, names);
    else
        buf_char(names, 0);
    at = -1;
    while ((at = X509_NAME_get_index_by_NID(subject, NID_organizationName, at)) >= 0)
        add_entry(subject, at, names);
    return true;
}

bool tls_speaks_h2(struct ssl_st *ssl) {
    const unsigned char *p;
    unsigned n;
    SSL_get0_alpn_selected(ssl, &p, &n);
    return n == 2 && memcmp(p, "h2", 2) == 0;
}
