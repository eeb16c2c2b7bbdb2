/* Certificates made on the spot. */
#include "reactor/tls.h"

#include "reactor/base/mem.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static bool add_names(X509 *cert, const char *cn, const char *organization) {
    X509_NAME *n = X509_get_subject_name(cert);
    str_t rest = str_c(organization), one;
    while (rest.n) {
        str_cut(rest, ',', &one, &rest);
        if (X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const unsigned char *)one.p, (int)one.n, -1, 0) != 1)
            return false;
    }
    return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) == 1;
}

static bool set_validity(X509 *cert, int days) {
    /* A clock an hour behind still accepts it; an expired one was valid for a day. */
    int64_t until = (int64_t)days * 86400;
    int64_t from = until > 0 ? -3600 : until - 86400;
    return X509_gmtime_adj(X509_getm_notBefore(cert), (long)from) &&
           X509_gmtime_adj(X509_getm_notAfter(cert), (long)until);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = e && X509_add_ext(cert, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static bool add_extensions(X509 *cert, X509 *issuer, const char *sans, bool server) {
    bool self = issuer == cert;
    return add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(cert, issuer, NID_authority_key_identifier, "keyid:always") &&
           add_extension(cert, issuer, NID_basic_constraints, self ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
           add_extension(cert, issuer, NID_key_usage,
                         self ? "critical,digitalSignature,keyCertSign,cRLSign" : "critical,digitalSignature") &&
           (self || add_extension(cert, issuer, NID_ext_key_usage, server ? "serverAuth" : "clientAuth")) &&
           (!sans || !*sans || add_extension(cert, issuer, NID_subject_alt_name, sans));
}

static bool set_serial(X509 *cert) {
    uint64_t serial;
    return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) == 1;
}

static char *take_pem(BIO *bio) {
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    return n > 0 ? mem_strndup(p, (size_t)n) : NULL;
}

static bool write_pair(X509 *cert, EVP_PKEY *key, tls_pair_t *out) {
    BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());
    if (c && k && PEM_write_bio_X509(c, cert) == 1 &&
        PEM_write_bio_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL) == 1) {
        out->cert = take_pem(c);
        out->key = take_pem(k);
    }
    BIO_free(c);
    BIO_free(k);
    if (out->cert && out->key)
        return true;
    tls_pair_release(out);
    return false;
}

/* The signer, read back from its PEM. */
static bool read_pair(const tls_pair_t *p, X509 **cert, EVP_PKEY **key) {
    BIO *c = BIO_new_mem_buf(p->cert, -1), *k = BIO_new_mem_buf(p->key, -1);
    *cert = c ? PEM_read_bio_X509(c, NULL, NULL, NULL) : NULL;
    *key = k ? PEM_read_bio_PrivateKey(k, NULL, NULL, NULL) : NULL;
    BIO_free(c);
    BIO_free(k);
    return *cert && *key;
}

bool tls_make_pair(const tls_pair_t *ca, const char *common_name, const char *organization, const char *sans, int days,
                   bool server, tls_pair_t *out, err_t *err) {
    *out = (tls_pair_t){0};
    X509 *cert = X509_new(), *issuer = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256"), *signer = NULL;
    bool ok = cert && key && (!ca || read_pair(ca, &issuer, &signer)) && X509_set_version(cert, X509_VERSION_3) == 1 &&
              set_serial(cert) && add_names(cert, common_name, organization) && set_validity(cert, days) &&
              X509_set_pubkey(cert, key) == 1 &&
              X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert)) == 1 &&
              add_extensions(cert, issuer ? issuer : cert, sans, server) &&
              X509_sign(cert, signer ? signer : key, EVP_sha256()) > 0 && write_pair(cert, key, out);
    if (!ok) {
        unsigned long e = ERR_get_error();
        const char *why = e ? ERR_reason_error_string(e) : NULL;
        error_set(err, ERR_INVALID, "make a certificate for %s: %s", common_name, why ? why : "out of memory");
        ERR_clear_error();
    }
    X509_free(cert);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signer);
    return ok;
}

void tls_pair_release(tls_pair_t *p) {
    mem_free(p->cert);
    mem_free(p->key);
    *p = (tls_pair_t){0};
}
