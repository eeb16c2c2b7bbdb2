/* IP addresses as Go's net/netip has them. */
#ifndef CONFIG_CUE_LIB_IP_H
#define CONFIG_CUE_LIB_IP_H

#include "config/cue/lib_inner.h"

typedef struct ip {
    int n; /* bytes: 4, 16, or 0 for no address */
    uint8_t b[16];
    str_t zone; /* IPv6 only */
} ip_t;

/* *why is Go's reason on failure, *at the rest of the text that it shows (empty: none). */
bool ip_parse(str_t s, ip_t *out, const char **why, str_t *at);
bool ip_is_4in6(const ip_t *ip);
/* The IPv4 address inside a 4in6 one; others as they are. */
ip_t ip_unmap(ip_t ip);
void ip_write(buf_t *out, const ip_t *ip);

#endif
