/* Package math/bits: integers of any size in two's complement. */
#include "config/cue/lib_inner.h"

/* The most bytes that a result may have: what NUM_MAX_DIGITS digits need. */
enum { MAX_BYTES = NUM_MAX_DIGITS / 5 * 2 };

static bool integer(lib_call_t *c, cdata_t **args, size_t i) {
    return args[i]->num.exp == 0 || lib_fail(c, "cue: exponent should always be nil for integer types");
}

static size_t magnitude_bytes(num_t x) {
    return x.is_big ? x.big->n : 8;
}

static uint8_t magnitude_byte(num_t x, size_t i) { /* least significant first */
    if (x.is_big)
        return i < x.big->n ? x.big->bytes[x.big->n - 1 - i] : 0;
    return i < 8 ? (uint8_t)(x.small >> (8 * i)) : 0;
}

/* Two's complement in n bytes, least significant first; n is more than the magnitude needs. */
static uint8_t *complement_of(lib_call_t *c, num_t x, size_t n) {
    uint8_t *b = arena_alloc(c->arena, n);
    unsigned carry = 1;
    for (size_t i = 0; i < n; i++) {
        b[i] = magnitude_byte(x, i);
        if (x.neg) {
            carry += (uint8_t)~b[i];
            b[i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    return b;
}

static bool give_complement(lib_call_t *c, uint8_t *b, size_t n, cdata_t **out) {
    bool neg = n && b[n - 1] & 0x80;
    unsigned carry = 1;
    for (size_t i = 0; neg && i < n; i++) {
        carry += (uint8_t)~b[i];
        b[i] = (uint8_t)carry;
        carry >>= 8;
    }
    for (size_t i = 0; i < n / 2; i++) {
        uint8_t t = b[i];
        b[i] = b[n - 1 - i];
        b[n - 1 - i] = t;
    }
    return lib_give_num(c, out, num_from_bytes(c->arena, b, n, 0, neg, NUM_INT));
}

typedef enum { AND, OR, XOR, CLEAR } bit_op_t;

static bool combine(lib_call_t *c, cdata_t **args, bit_op_t op, cdata_t **out) {
    if (!integer(c, args, 0) || !integer(c, args, 1))
        return false;
    num_t x = args[0]->num, y = args[1]->num;
    size_t m = magnitude_bytes(x), n = magnitude_bytes(y);
    n = (m > n ? m : n) + 1;
    uint8_t *p = complement_of(c, x, n), *q = complement_of(c, y, n);
    for (size_t i = 0; i < n; i++)
        p[i] = op == AND ? p[i] & q[i] : op == OR ? p[i] | q[i] : op == XOR ? p[i] ^ q[i] : p[i] & (uint8_t)~q[i];
    return give_complement(c, p, n, out);
}

LIB_FN(do_and) {
    return combine(c, args, AND, out);
}
LIB_FN(do_or) {
    return combine(c, args, OR, out);
}
LIB_FN(do_xor) {
    return combine(c, args, XOR, out);
}
LIB_FN(do_clear) {
    return combine(c, args, CLEAR, out);
}

static bool too_many_bits(lib_call_t *c) {
    return error_set(c->err, ERR_LIMIT, "integer of more than %d digits", NUM_MAX_DIGITS);
}

/* Shifted by n bits to the left, or (arithmetically) to the right. */
static bool shift(lib_call_t *c, cdata_t **args, bool left, cdata_t **out) {
    uint64_t by;
    if (!integer(c, args, 0) || !lib_uint(c, args, 1, 64, "uint64", &by))
        return false;
    num_t x = args[0]->num;
    size_t have = magnitude_bytes(x) + 1;
    if (left && num_sign(x) && (by > MAX_BYTES * 8 || by / 8 + have > MAX_BYTES))
        return too_many_bits(c);
    if (by / 8 > MAX_BYTES)
        return lib_give_int(c, out, !left && num_sign(x) < 0 ? -1 : 0);
    size_t n = have + (left ? by / 8 + 1 : 0), bytes = by / 8;
    unsigned bits = by % 8;
    uint8_t *p = complement_of(c, x, n), *q = arena_alloc(c->arena, n);
    uint8_t fill = x.neg ? 0xff : 0;
    for (size_t i = 0; i < n; i++) {
        if (left) {
            unsigned low = i >= bytes ? p[i - bytes] : 0, lower = i > bytes ? p[i - bytes - 1] : 0;
            q[i] = (uint8_t)(low << bits | lower >> (8 - bits));
        } else {
            unsigned at = i + bytes < n ? p[i + bytes] : fill, next = i + bytes + 1 < n ? p[i + bytes + 1] : fill;
            q[i] = (uint8_t)(at >> bits | next << (8 - bits));
        }
    }
    return give_complement(c, q, n, out);
}

LIB_FN(lsh) {
    return shift(c, args, true, out);
}
LIB_FN(rsh) {
    return shift(c, args, false, out);
}

LIB_FN(at) {
    uint64_t i;
    if (!integer(c, args, 0) || !lib_uint(c, args, 1, 64, "uint64", &i))
        return false;
    if (i > INT32_MAX)
        return lib_fail(c, "bit index too large");
    num_t x = args[0]->num;
    size_t n = magnitude_bytes(x) + 1;
    if (i / 8 >= n)
        return lib_give_int(c, out, x.neg);
    return lib_give_int(c, out, complement_of(c, x, n)[i / 8] >> (i % 8) & 1);
}

LIB_FN(set) {
    int64_t i;
    uint64_t bit;
    if (!integer(c, args, 0) || !lib_int(c, args, 1, 64, "int64", &i) || !lib_uint(c, args, 2, 64, "uint64", &bit))
        return false;
    if (i < 0)
        return lib_fail(c, "negative bit index");
    if (bit > 1)
        return lib_fail(c, "set bit is not 0 or 1");
    if ((uint64_t)i / 8 >= MAX_BYTES)
        return too_many_bits(c);
    num_t x = args[0]->num;
    size_t n = magnitude_bytes(x) + 1, place = (size_t)i / 8;
    n = n > place + 2 ? n : place + 2;
    uint8_t *p = complement_of(c, x, n), mask = (uint8_t)(1u << (i % 8));
    p[place] = bit ? p[place] | mask : p[place] & (uint8_t)~mask;
    return give_complement(c, p, n, out);
}

LIB_FN(ones_count) {
    int64_t count = 0;
    if (!integer(c, args, 0))
        return false;
    for (size_t i = 0; i < magnitude_bytes(args[0]->num); i++)
        count += __builtin_popcount(magnitude_byte(args[0]->num, i));
    return lib_give_int(c, out, count);
}

LIB_FN(len) {
    if (!integer(c, args, 0))
        return false;
    for (size_t i = magnitude_bytes(args[0]->num); i-- > 0;) {
        uint8_t b = magnitude_byte(args[0]->num, i);
        if (b)
            return lib_give_int(c, out, (int64_t)i * 8 + 32 - __builtin_clz(b));
    }
    return lib_give_int(c, out, 0);
}

#define ROW(name, fn, ...)                                                                                             \
    { "math/bits", name, {__VA_ARGS__}, LIB_INT, fn, NULL }
const lib_func_t lib_bits[] = {
    ROW("Lsh", lsh, LIB_INT, LIB_INT),
    ROW("Rsh", rsh, LIB_INT, LIB_INT),
    ROW("At", at, LIB_INT, LIB_INT),
    ROW("Set", set, LIB_INT, LIB_INT, LIB_INT),
    ROW("And", do_and, LIB_INT, LIB_INT),
    ROW("Or", do_or, LIB_INT, LIB_INT),
    ROW("Xor", do_xor, LIB_INT, LIB_INT),
    ROW("Clear", do_clear, LIB_INT, LIB_INT),
    ROW("OnesCount", ones_count, LIB_INT),
    ROW("Len", len, LIB_INT),
    {0},
};
