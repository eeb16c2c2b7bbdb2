/* TLS contexts on OpenSSL: who we are and whom we trust. Contexts are reference-counted and immutable once made; a
 * rotated certificate is a new context. Certificates and keys are PEM. */
#ifndef REACTOR_TLS_H
#define REACTOR_TLS_H

#include "reactor/base/error.h"

typedef struct tls tls_t;

typedef struct tls_client_options {
    str_t ca;          /* PEM bundle; empty: the system's */
    str_t cert, key;   /* PEM; empty: no client certificate */
    str_t server_name; /* for SNI and verification; empty: the host connected to */
    bool insecure;     /* no verification at all */
    bool http1_only;   /* offers no h2 in ALPN */
} tls_client_options_t;
tls_t *tls_client_create(const tls_client_options_t *o, err_t *err);

typedef struct tls_server_options {
    str_t cert, key; /* PEM, the certificate with its chain */
    str_t client_ca; /* PEM; empty: client certificates are not asked for */
} tls_server_options_t;
/* Offers h2 and http/1.1. */
tls_t *tls_server_create(const tls_server_options_t *o, err_t *err);
tls_t *tls_ref(tls_t *t);
void tls_release(tls_t *t);

/* A CA and certificates made on the spot (ECDSA P-256): for the embedded API server, tests and the demo. Strings are
 * heap PEM, freed with mem_free. sans is a comma list like "IP:127.0.0.1,DNS:localhost"; ca NULL: self-signed and a CA;
 * organization, a comma list, becomes the O's of the subject (Kubernetes groups); days may be negative (expired). */
typedef struct tls_pair {
    char *cert, *key;
} tls_pair_t;
bool tls_make_pair(const tls_pair_t *ca, const char *common_name, const char *organization, const char *sans, int days,
                   bool server, tls_pair_t *out, err_t *err);
void tls_pair_release(tls_pair_t *p);

#endif
