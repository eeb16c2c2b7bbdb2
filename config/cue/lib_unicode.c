/* Characters: UTF-8 as Go reads it, and Unicode's simple case mappings. */
#include "config/cue/lib_inner.h"

int32_t rune_at(str_t s, size_t i, size_t *size) {
    const unsigned char *p = (const unsigned char *)s.p + i;
    size_t left = s.n - i;
    *size = 1;
    if (p[0] < 0x80)
        return p[0];
    size_t n = p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;
    if (!n || n > left)
        return 0xfffd;
    int32_t c = n == 4 ? p[0] & 7 : n == 3 ? p[0] & 15 : p[0] & 31;
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | (p[k] & 63);
    }
    if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) || (n == 4 && (c < 0x10000 || c > 0x10ffff)))
        return 0xfffd;
    *size = n;
    return c;
}

size_t rune_count(str_t s) {
    size_t n = 0, size;
    for (size_t i = 0; i < s.n; i += size, n++)
        rune_at(s, i, &size);
    return n;
}

bool utf8_ok(str_t s) {
    size_t size;
    for (size_t i = 0; i < s.n; i += size)
        if (rune_at(s, i, &size) == 0xfffd && size == 1)
            return false;
    return true;
}

void rune_write(buf_t *out, int32_t r) {
    if (r < 0 || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
        r = 0xfffd;
    if (r < 0x80) {
        buf_char(out, (char)r);
    } else if (r < 0x800) {
        buf_char(out, (char)(0xc0 | r >> 6));
        buf_char(out, (char)(0x80 | (r & 63)));
    } else {
        if (r < 0x10000) {
            buf_char(out, (char)(0xe0 | r >> 12));
        } else {
            buf_char(out, (char)(0xf0 | r >> 18));
            buf_char(out, (char)(0x80 | (r >> 12 & 63)));
        }
        buf_char(out, (char)(0x80 | (r >> 6 & 63)));
        buf_char(out, (char)(0x80 | (r & 63)));
    }
}

/* A run of characters whose cases lie at the same distances: upper, lower, title. ALT: upper and lower alternate, upper
 * first. The rows are Unicode 15's simple mappings. */
enum { ALT = 0x110000 };
static const struct case_range {
    int32_t lo, hi, delta[3];
} cases[] = {
    // clang-format off
    {0x41, 0x5a, {0, 32, 0}}, {0x61, 0x7a, {-32, 0, -32}}, {0xb5, 0xb5, {743, 0, 743}}, {0xc0, 0xd6, {0, 32, 0}},
    {0xd8, 0xde, {0, 32, 0}}, {0xe0, 0xf6, {-32, 0, -32}}, {0xf8, 0xfe, {-32, 0, -32}}, {0xff, 0xff, {121, 0, 121}},
    {0x100, 0x12f, {ALT, ALT, ALT}}, {0x130, 0x130, {0, -199, 0}}, {0x131, 0x131, {-232, 0, -232}},
    {0x132, 0x137, {ALT, ALT, ALT}}, {0x139, 0x148, {ALT, ALT, ALT}}, {0x14a, 0x177, {ALT, ALT, ALT}},
    {0x178, 0x178, {0, -121, 0}}, {0x179, 0x17e, {ALT, ALT, ALT}}, {0x17f, 0x17f, {-300, 0, -300}},
    {0x180, 0x180, {195, 0, 195}}, {0x181, 0x181, {0, 210, 0}}, {0x182, 0x185, {ALT, ALT, ALT}},
    {0x186, 0x186, {0, 206, 0}}, {0x187, 0x188, {ALT, ALT, ALT}}, {0x189, 0x18a, {0, 205, 0}},
    {0x18b, 0x18c, {ALT, ALT, ALT}}, {0x18e, 0x18e, {0, 79, 0}}, {0x18f, 0x18f, {0, 202, 0}},
    {0x190, 0x190, {0, 203, 0}}, {0x191, 0x192, {ALT, ALT, ALT}}, {0x193, 0x193, {0, 205, 0}},
    {0x194, 0x194, {0, 207, 0}}, {0x195, 0x195, {97, 0, 97}}, {0x196, 0x196, {0, 211, 0}}, {0x197, 0x197, {0, 209, 0}},
    {0x198, 0x199, {ALT, ALT, ALT}}, {0x19a, 0x19a, {163, 0, 163}}, {0x19c, 0x19c, {0, 211, 0}},
    {0x19d, 0x19d, {0, 213, 0}}, {0x19e, 0x19e, {130, 0, 130}}, {0x19f, 0x19f, {0, 214, 0}},
    {0x1a0, 0x1a5, {ALT, ALT, ALT}}, {0x1a6, 0x1a6, {0, 218, 0}}, {0x1a7, 0x1a8, {ALT, ALT, ALT}},
    {0x1a9, 0x1a9, {0, 218, 0}}, {0x1ac, 0x1ad, {ALT, ALT, ALT}}, {0x1ae, 0x1ae, {0, 218, 0}},
    {0x1af, 0x1b0, {ALT, ALT, ALT}}, {0x1b1, 0x1b2, {0, 217, 0}}, {0x1b3, 0x1b6, {ALT, ALT, ALT}},
    {0x1b7, 0x1b7, {0, 219, 0}}, {0x1b8, 0x1b9, {ALT, ALT, ALT}}, {0x1bc, 0x1bd, {ALT, ALT, ALT}},
    {0x1bf, 0x1bf, {56, 0, 56}}, {0x1c4, 0x1c4, {0, 2, 1}}, {0x1c5, 0x1c5, {-1, 1, 0}}, {0x1c6, 0x1c6, {-2, 0, -1}},
    {0x1c7, 0x1c7, {0, 2, 1}}, {0x1c8, 0x1c8, {-1, 1, 0}}, {0x1c9, 0x1c9, {-2, 0, -1}}, {0x1ca, 0x1ca, {0, 2, 1}},
    {0x1cb, 0x1cb, {-1, 1, 0}}, {0x1cc, 0x1cc, {-2, 0, -1}}, {0x1cd, 0x1dc, {ALT, ALT, ALT}},
    {0x1dd, 0x1dd, {-79, 0, -79}}, {0x1de, 0x1ef, {ALT, ALT, ALT}}, {0x1f1, 0x1f1, {0, 2, 1}},
    {0x1f2, 0x1f2, {-1, 1, 0}}, {0x1f3, 0x1f3, {-2, 0, -1}}, {0x1f4, 0x1f5, {ALT, ALT, ALT}},
    {0x1f6, 0x1f6, {0, -97, 0}}, {0x1f7, 0x1f7, {0, -56, 0}}, {0x1f8, 0x21f, {ALT, ALT, ALT}},
    {0x220, 0x220, {0, -130, 0}}, {0x222, 0x233, {ALT, ALT, ALT}}, {0x23a, 0x23a, {0, 10795, 0}},
    {0x23b, 0x23c, {ALT, ALT, ALT}}, {0x23d, 0x23d, {0, -163, 0}}, {0x23e, 0x23e, {0, 10792, 0}},
    {0x23f, 0x240, {10815, 0, 10815}}, {0x241, 0x242, {ALT, ALT, ALT}}, {0x243, 0x243, {0, -195, 0}},
    {0x244, 0x244, {0, 69, 0}}, {0x245, 0x245, {0, 71, 0}}, {0x246, 0x24f, {ALT, ALT, ALT}},
    {0x250, 0x250, {10783, 0, 10783}}, {0x251, 0x251, {10780, 0, 10780}}, {0x252, 0x252, {10782, 0, 10782}},
    {0x253, 0x253, {-210, 0, -210}}, {0x254, 0x254, {-206, 0, -206}}, {0x256, 0x257, {-205, 0, -205}},
    {0x259, 0x259, {-202, 0, -202}}, {0x25b, 0x25b, {-203, 0, -203}}, {0x25c, 0x25c, {42319, 0, 42319}},
    {0x260, 0x260, {-205, 0, -205}}, {0x261, 0x261, {42315, 0, 42315}}, {0x263, 0x263, {-207, 0, -207}},
    {0x265, 0x265, {42280, 0, 42280}}, {0x266, 0x266, {42308, 0, 42308}}, {0x268, 0x268, {-209, 0, -209}},
    {0x269, 0x269, {-211, 0, -211}}, {0x26a, 0x26a, {42308, 0, 42308}}, {0x26b, 0x26b, {10743, 0, 10743}},
    {0x26c, 0x26c, {42305, 0, 42305}}, {0x26f, 0x26f, {-211, 0, -211}}, {0x271, 0x271, {10749, 0, 10749}},
    {0x272, 0x272, {-213, 0, -213}}, {0x275, 0x275, {-214, 0, -214}}, {0x27d, 0x27d, {10727, 0, 10727}},
    {0x280, 0x280, {-218, 0, -218}}, {0x282, 0x282, {42307, 0, 42307}}, {0x283, 0x283, {-218, 0, -218}},
    {0x287, 0x287, {42282, 0, 42282}}, {0x288, 0x288, {-218, 0, -218}}, {0x289, 0x289, {-69, 0, -69}},
    {0x28a, 0x28b, {-217, 0, -217}}, {0x28c, 0x28c, {-71, 0, -71}}, {0x292, 0x292, {-219, 0, -219}},
    {0x29d, 0x29d, {42261, 0, 42261}}, {0x29e, 0x29e, {42258, 0, 42258}}, {0x345, 0x345, {84, 0, 84}},
    {0x370, 0x373, {ALT, ALT, ALT}}, {0x376, 0x377, {ALT, ALT, ALT}}, {0x37b, 0x37d, {130, 0, 130}},
    {0x37f, 0x37f, {0, 116, 0}}, {0x386, 0x386, {0, 38, 0}}, {0x388, 0x38a, {0, 37, 0}}, {0x38c, 0x38c, {0, 64, 0}},
    {0x38e, 0x38f, {0, 63, 0}}, {0x391, 0x3a1, {0, 32, 0}}, {0x3a3, 0x3ab, {0, 32, 0}}, {0x3ac, 0x3ac, {-38, 0, -38}},
    {0x3ad, 0x3af, {-37, 0, -37}}, {0x3b1, 0x3c1, {-32, 0, -32}}, {0x3c2, 0x3c2, {-31, 0, -31}},
    {0x3c3, 0x3cb, {-32, 0, -32}}, {0x3cc, 0x3cc, {-64, 0, -64}}, {0x3cd, 0x3ce, {-63, 0, -63}},
    {0x3cf, 0x3cf, {0, 8, 0}}, {0x3d0, 0x3d0, {-62, 0, -62}}, {0x3d1, 0x3d1, {-57, 0, -57}},
    {0x3d5, 0x3d5, {-47, 0, -47}}, {0x3d6, 0x3d6, {-54, 0, -54}}, {0x3d7, 0x3d7, {-8, 0, -8}},
    {0x3d8, 0x3ef, {ALT, ALT, ALT}}, {0x3f0, 0x3f0, {-86, 0, -86}}, {0x3f1, 0x3f1, {-80, 0, -80}},
    {0x3f2, 0x3f2, {7, 0, 7}}, {0x3f3, 0x3f3, {-116, 0, -116}}, {0x3f4, 0x3f4, {0, -60, 0}},
    {0x3f5, 0x3f5, {-96, 0, -96}}, {0x3f7, 0x3f8, {ALT, ALT, ALT}}, {0x3f9, 0x3f9, {0, -7, 0}},
    {0x3fa, 0x3fb, {ALT, ALT, ALT}}, {0x3fd, 0x3ff, {0, -130, 0}}, {0x400, 0x40f, {0, 80, 0}},
    {0x410, 0x42f, {0, 32, 0}}, {0x430, 0x44f, {-32, 0, -32}}, {0x450, 0x45f, {-80, 0, -80}},
    {0x460, 0x481, {ALT, ALT, ALT}}, {0x48a, 0x4bf, {ALT, ALT, ALT}}, {0x4c0, 0x4c0, {0, 15, 0}},
    {0x4c1, 0x4ce, {ALT, ALT, ALT}}, {0x4cf, 0x4cf, {-15, 0, -15}}, {0x4d0, 0x52f, {ALT, ALT, ALT}},
    {0x531, 0x556, {0, 48, 0}}, {0x561, 0x586, {-48, 0, -48}}, {0x10a0, 0x10c5, {0, 7264, 0}},
    {0x10c7, 0x10c7, {0, 7264, 0}}, {0x10cd, 0x10cd, {0, 7264, 0}}, {0x10d0, 0x10fa, {3008, 0, 0}},
    {0x10fd, 0x10ff, {3008, 0, 0}}, {0x13a0, 0x13ef, {0, 38864, 0}}, {0x13f0, 0x13f5, {0, 8, 0}},
    {0x13f8, 0x13fd, {-8, 0, -8}}, {0x1c80, 0x1c80, {-6254, 0, -6254}}, {0x1c81, 0x1c81, {-6253, 0, -6253}},
    {0x1c82, 0x1c82, {-6244, 0, -6244}}, {0x1c83, 0x1c84, {-6242, 0, -6242}}, {0x1c85, 0x1c85, {-6243, 0, -6243}},
    {0x1c86, 0x1c86, {-6236, 0, -6236}}, {0x1c87, 0x1c87, {-6181, 0, -6181}}, {0x1c88, 0x1c88, {35266, 0, 35266}},
    {0x1c90, 0x1cba, {0, -3008, 0}}, {0x1cbd, 0x1cbf, {0, -3008, 0}}, {0x1d79, 0x1d79, {35332, 0, 35332}},
    {0x1d7d, 0x1d7d, {3814, 0, 3814}}, {0x1d8e, 0x1d8e, {35384, 0, 35384}}, {0x1e00, 0x1e95, {ALT, ALT, ALT}},
    {0x1e9b, 0x1e9b, {-59, 0, -59}}, {0x1e9e, 0x1e9e, {0, -7615, 0}}, {0x1ea0, 0x1eff, {ALT, ALT, ALT}},
    {0x1f00, 0x1f07, {8, 0, 8}}, {0x1f08, 0x1f0f, {0, -8, 0}}, {0x1f10, 0x1f15, {8, 0, 8}},
    {0x1f18, 0x1f1d, {0, -8, 0}}, {0x1f20, 0x1f27, {8, 0, 8}}, {0x1f28, 0x1f2f, {0, -8, 0}},
    {0x1f30, 0x1f37, {8, 0, 8}}, {0x1f38, 0x1f3f, {0, -8, 0}}, {0x1f40, 0x1f45, {8, 0, 8}},
    {0x1f48, 0x1f4d, {0, -8, 0}}, {0x1f51, 0x1f51, {8, 0, 8}}, {0x1f53, 0x1f53, {8, 0, 8}},
    {0x1f55, 0x1f55, {8, 0, 8}}, {0x1f57, 0x1f57, {8, 0, 8}}, {0x1f59, 0x1f59, {0, -8, 0}},
    {0x1f5b, 0x1f5b, {0, -8, 0}}, {0x1f5d, 0x1f5d, {0, -8, 0}}, {0x1f5f, 0x1f5f, {0, -8, 0}},
    {0x1f60, 0x1f67, {8, 0, 8}}, {0x1f68, 0x1f6f, {0, -8, 0}}, {0x1f70, 0x1f71, {74, 0, 74}},
    {0x1f72, 0x1f75, {86, 0, 86}}, {0x1f76, 0x1f77, {100, 0, 100}}, {0x1f78, 0x1f79, {128, 0, 128}},
    {0x1f7a, 0x1f7b, {112, 0, 112}}, {0x1f7c, 0x1f7d, {126, 0, 126}}, {0x1f80, 0x1f87, {8, 0, 8}},
    {0x1f88, 0x1f8f, {0, -8, 0}}, {0x1f90, 0x1f97, {8, 0, 8}}, {0x1f98, 0x1f9f, {0, -8, 0}},
    {0x1fa0, 0x1fa7, {8, 0, 8}}, {0x1fa8, 0x1faf, {0, -8, 0}}, {0x1fb0, 0x1fb1, {8, 0, 8}},
    {0x1fb3, 0x1fb3, {9, 0, 9}}, {0x1fb8, 0x1fb9, {0, -8, 0}}, {0x1fba, 0x1fbb, {0, -74, 0}},
    {0x1fbc, 0x1fbc, {0, -9, 0}}, {0x1fbe, 0x1fbe, {-7205, 0, -7205}}, {0x1fc3, 0x1fc3, {9, 0, 9}},
    {0x1fc8, 0x1fcb, {0, -86, 0}}, {0x1fcc, 0x1fcc, {0, -9, 0}}, {0x1fd0, 0x1fd1, {8, 0, 8}},
    {0x1fd8, 0x1fd9, {0, -8, 0}}, {0x1fda, 0x1fdb, {0, -100, 0}}, {0x1fe0, 0x1fe1, {8, 0, 8}},
    {0x1fe5, 0x1fe5, {7, 0, 7}}, {0x1fe8, 0x1fe9, {0, -8, 0}}, {0x1fea, 0x1feb, {0, -112, 0}},
    {0x1fec, 0x1fec, {0, -7, 0}}, {0x1ff3, 0x1ff3, {9, 0, 9}}, {0x1ff8, 0x1ff9, {0, -128, 0}},
    {0x1ffa, 0x1ffb, {0, -126, 0}}, {0x1ffc, 0x1ffc, {0, -9, 0}}, {0x2126, 0x2126, {0, -7517, 0}},
    {0x212a, 0x212a, {0, -8383, 0}}, {0x212b, 0x212b, {0, -8262, 0}}, {0x2132, 0x2132, {0, 28, 0}},
    {0x214e, 0x214e, {-28, 0, -28}}, {0x2160, 0x216f, {0, 16, 0}}, {0x2170, 0x217f, {-16, 0, -16}},
    {0x2183, 0x2184, {ALT, ALT, ALT}}, {0x24b6, 0x24cf, {0, 26, 0}}, {0x24d0, 0x24e9, {-26, 0, -26}},
    {0x2c00, 0x2c2f, {0, 48, 0}}, {0x2c30, 0x2c5f, {-48, 0, -48}}, {0x2c60, 0x2c61, {ALT, ALT, ALT}},
    {0x2c62, 0x2c62, {0, -10743, 0}}, {0x2c63, 0x2c63, {0, -3814, 0}}, {0x2c64, 0x2c64, {0, -10727, 0}},
    {0x2c65, 0x2c65, {-10795, 0, -10795}}, {0x2c66, 0x2c66, {-10792, 0, -10792}}, {0x2c67, 0x2c6c, {ALT, ALT, ALT}},
    {0x2c6d, 0x2c6d, {0, -10780, 0}}, {0x2c6e, 0x2c6e, {0, -10749, 0}}, {0x2c6f, 0x2c6f, {0, -10783, 0}},
    {0x2c70, 0x2c70, {0, -10782, 0}}, {0x2c72, 0x2c73, {ALT, ALT, ALT}}, {0x2c75, 0x2c76, {ALT, ALT, ALT}},
    {0x2c7e, 0x2c7f, {0, -10815, 0}}, {0x2c80, 0x2ce3, {ALT, ALT, ALT}}, {0x2ceb, 0x2cee, {ALT, ALT, ALT}},
    {0x2cf2, 0x2cf3, {ALT, ALT, ALT}}, {0x2d00, 0x2d25, {-7264, 0, -7264}}, {0x2d27, 0x2d27, {-7264, 0, -7264}},
    {0x2d2d, 0x2d2d, {-7264, 0, -7264}}, {0xa640, 0xa66d, {ALT, ALT, ALT}}, {0xa680, 0xa69b, {ALT, ALT, ALT}},
    {0xa722, 0xa72f, {ALT, ALT, ALT}}, {0xa732, 0xa76f, {ALT, ALT, ALT}}, {0xa779, 0xa77c, {ALT, ALT, ALT}},
    {0xa77d, 0xa77d, {0, -35332, 0}}, {0xa77e, 0xa787, {ALT, ALT, ALT}}, {0xa78b, 0xa78c, {ALT, ALT, ALT}},
    {0xa78d, 0xa78d, {0, -42280, 0}}, {0xa790, 0xa793, {ALT, ALT, ALT}}, {0xa794, 0xa794, {48, 0, 48}},
    {0xa796, 0xa7a9, {ALT, ALT, ALT}}, {0xa7aa, 0xa7aa, {0, -42308, 0}}, {0xa7ab, 0xa7ab, {0, -42319, 0}},
    {0xa7ac, 0xa7ac, {0, -42315, 0}}, {0xa7ad, 0xa7ad, {0, -42305, 0}}, {0xa7ae, 0xa7ae, {0, -42308, 0}},
    {0xa7b0, 0xa7b0, {0, -42258, 0}}, {0xa7b1, 0xa7b1, {0, -42282, 0}}, {0xa7b2, 0xa7b2, {0, -42261, 0}},
    {0xa7b3, 0xa7b3, {0, 928, 0}}, {0xa7b4, 0xa7c3, {ALT, ALT, ALT}}, {0xa7c4, 0xa7c4, {0, -48, 0}},
    {0xa7c5, 0xa7c5, {0, -42307, 0}}, {0xa7c6, 0xa7c6, {0, -35384, 0}}, {0xa7c7, 0xa7ca, {ALT, ALT, ALT}},
    {0xa7d0, 0xa7d1, {ALT, ALT, ALT}}, {0xa7d6, 0xa7d9, {ALT, ALT, ALT}}, {0xa7f5, 0xa7f6, {ALT, ALT, ALT}},
    {0xab53, 0xab53, {-928, 0, -928}}, {0xab70, 0xabbf, {-38864, 0, -38864}}, {0xff21, 0xff3a, {0, 32, 0}},
    {0xff41, 0xff5a, {-32, 0, -32}}, {0x10400, 0x10427, {0, 40, 0}}, {0x10428, 0x1044f, {-40, 0, -40}},
    {0x104b0, 0x104d3, {0, 40, 0}}, {0x104d8, 0x104fb, {-40, 0, -40}}, {0x10570, 0x1057a, {0, 39, 0}},
    {0x1057c, 0x1058a, {0, 39, 0}}, {0x1058c, 0x10592, {0, 39, 0}}, {0x10594, 0x10595, {0, 39, 0}},
    {0x10597, 0x105a1, {-39, 0, -39}}, {0x105a3, 0x105b1, {-39, 0, -39}}, {0x105b3, 0x105b9, {-39, 0, -39}},
    {0x105bb, 0x105bc, {-39, 0, -39}}, {0x10c80, 0x10cb2, {0, 64, 0}}, {0x10cc0, 0x10cf2, {-64, 0, -64}},
    {0x118a0, 0x118bf, {0, 32, 0}}, {0x118c0, 0x118df, {-32, 0, -32}}, {0x16e40, 0x16e5f, {0, 32, 0}},
    {0x16e60, 0x16e7f, {-32, 0, -32}}, {0x1e900, 0x1e921, {0, 34, 0}}, {0x1e922, 0x1e943, {-34, 0, -34}},
    // clang-format on
};

static int32_t to_case(int32_t r, int which) {
    size_t lo = 0, hi = sizeof cases / sizeof *cases;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct case_range *c = &cases[mid];
        if (r < c->lo) {
            hi = mid;
        } else if (r > c->hi) {
            lo = mid + 1;
        } else {
            int32_t d = c->delta[which];
            if (d != ALT)
                return r + d;
            return c->lo + (((r - c->lo) & ~1) | (which == 1));
        }
    }
    return r;
}

int32_t rune_upper(int32_t r) {
    return r < 0x80 ? (r >= 'a' && r <= 'z' ? r - 32 : r) : to_case(r, 0);
}

int32_t rune_lower(int32_t r) {
    return r < 0x80 ? (r >= 'A' && r <= 'Z' ? r + 32 : r) : to_case(r, 1);
}

int32_t rune_title(int32_t r) {
    return r < 0x80 ? rune_upper(r) : to_case(r, 2);
}

bool rune_is_space(int32_t r) {
    return (r >= '\t' && r <= '\r') || r == ' ' || r == 0x85 || r == 0xa0 || r == 0x1680 ||
           (r >= 0x2000 && r <= 0x200a) || r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000;
}

bool rune_is_print(printable_t *p, int32_t r) {
    if (r < 0x80)
        return r >= 0x20 && r < 0x7f;
    if (r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
        return false;
    if (!p->regex)
        p->regex =
            regex_compile(p->arena, p->graphic ? STR("[\\pL\\pM\\pN\\pP\\pS\\p{Zs}]") : STR("[\\pL\\pM\\pN\\pP\\pS]"),
                          NULL);
    char bytes[4];
    buf_t b = {.p = bytes, .cap = sizeof bytes};
    rune_write(&b, r);
    bool match = false;
    return p->regex && regex_match(p->regex, buf_str(&b), &match, NULL) && match;
}
