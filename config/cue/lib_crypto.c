/* Packages crypto/md5, sha1, sha256, sha512, hmac and ed25519, on OpenSSL's digests. */
#include "config/cue/lib_inner.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static bool digest(lib_call_t *c, const EVP_MD *kind, str_t s, cdata_t **out) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!EVP_Digest(s.p ? s.p : "", s.n, bytes, &n, kind, NULL))
        return error_memory(c->err);
    return lib_give_bytes(c, out, arena_str(c->arena, str_n((const char *)bytes, n)));
}

LIB_FN(md5_sum) {
    return digest(c, EVP_md5(), LIB_STR(0), out);
}
LIB_FN(sha1_sum) {
    return digest(c, EVP_sha1(), LIB_STR(0), out);
}
LIB_FN(sha256_sum) {
    return digest(c, EVP_sha256(), LIB_STR(0), out);
}
LIB_FN(sha224_sum) {
    return digest(c, EVP_sha224(), LIB_STR(0), out);
}
LIB_FN(sha512_sum) {
    return digest(c, EVP_sha512(), LIB_STR(0), out);
}
LIB_FN(sha384_sum) {
    return digest(c, EVP_sha384(), LIB_STR(0), out);
}
LIB_FN(sha512_224_sum) {
    return digest(c, EVP_sha512_224(), LIB_STR(0), out);
}
LIB_FN(sha512_256_sum) {
    return digest(c, EVP_sha512_256(), LIB_STR(0), out);
}

LIB_FN(sign) {
    static const struct {
        const char *name;
        const EVP_MD *(*kind)(void);
    } hashes[] = {
        {"MD5", EVP_md5},       {"SHA1", EVP_sha1},     {"SHA224", EVP_sha224},         {"SHA256", EVP_sha256},
        {"SHA384", EVP_sha384}, {"SHA512", EVP_sha512}, {"SHA512_224", EVP_sha512_224}, {"SHA512_256", EVP_sha512_256}};
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    str_t key = LIB_STR(1), data = LIB_STR(2);
    if (!lib_room(c, key.n))
        return false;
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        if (!str_eqc(LIB_STR(0), hashes[i].name))
            continue;
        if (!HMAC(hashes[i].kind(), key.p ? key.p : "", (int)key.n, (const unsigned char *)(data.p ? data.p : ""),
                  data.n, bytes, &n))
            return error_memory(c->err);
        return lib_give_bytes(c, out, arena_str(c->arena, str_n((const char *)bytes, n)));
    }
    return lib_fail(c, "unsupported hash function");
}

LIB_FN(ed25519_valid) {
    str_t key = LIB_STR(0), message = LIB_STR(1), signature = LIB_STR(2);
    if (key.n != 32)
        return lib_fail(c, "ed25519: publicKey must be 32 bytes");
    EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)key.p, key.n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = k && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1 &&
              EVP_DigestVerify(ctx, (const unsigned char *)(signature.p ? signature.p : ""), signature.n,
                               (const unsigned char *)(message.p ? message.p : ""), message.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(k);
    return lib_give_bool(c, out, ok);
}

#define ROW(package, name, fn, ...)                                                                                    \
    { "crypto/" package, name, {__VA_ARGS__}, LIB_TEXT, fn, NULL }
const lib_func_t lib_crypto[] = {
    ROW("md5", "Sum", md5_sum, LIB_TEXT),
    ROW("sha1", "Sum", sha1_sum, LIB_TEXT),
    ROW("sha256", "Sum256", sha256_sum, LIB_TEXT),
    ROW("sha256", "Sum224", sha224_sum, LIB_TEXT),
    ROW("sha512", "Sum512", sha512_sum, LIB_TEXT),
    ROW("sha512", "Sum384", sha384_sum, LIB_TEXT),
    ROW("sha512", "Sum512_224", sha512_224_sum, LIB_TEXT),
    ROW("sha512", "Sum512_256", sha512_256_sum, LIB_TEXT),
    ROW("hmac", "Sign", sign, LIB_STRING, LIB_TEXT, LIB_TEXT),
    {"crypto/ed25519", "Valid", {LIB_TEXT, LIB_TEXT, LIB_TEXT}, LIB_BOOL, ed25519_valid, NULL},
    {0},
};
