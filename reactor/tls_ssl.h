/* For reactor/ only: what a connection takes from a TLS context. */
#ifndef REACTOR_TLS_SSL_H
#define REACTOR_TLS_SSL_H

#include "reactor/base/buf.h"
#include "reactor/tls.h"

struct ssl_st;

/* One session, not bound to a socket yet. A client's verifies `host` (or the context's server name); a server's ignores
 * it. Owned by the caller (SSL_free). */
struct ssl_st *tls_session_create(tls_t *t, str_t host, err_t *err);

/* Why the last call on the session failed, for a person: "certificate has expired". Empties OpenSSL's error queue.
 * `host` is what a client wanted to reach. */
void tls_explain(struct ssl_st *ssl, str_t host, buf_t *out);

/* The verified peer's CN and O's are added to `names`, one after another, each ended by a NUL: first the CN (perhaps
 * empty). False, with nothing added, when there is no peer certificate or it did not verify. */
bool tls_peer_names(struct ssl_st *ssl, buf_t *names);

/* Whether ALPN settled on h2. */
bool tls_speaks_h2(struct ssl_st *ssl);

#endif
