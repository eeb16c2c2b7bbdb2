/* Names to addresses, without blocking: /etc/hosts, then the name servers and search domains of /etc/resolv.conf, both
 * read anew for each lookup (a changed network is noticed; lookups are as rare as connections). An address given as a
 * number needs no lookup. */
#ifndef REACTOR_DNS_H
#define REACTOR_DNS_H

#include "reactor/loop.h"

#include <sys/socket.h>

typedef struct dns_address {
    struct sockaddr_storage addr;
    socklen_t len;
} dns_address_t;

typedef struct dns_lookup dns_lookup_t;
/* The answer: n > 0 addresses, IPv4 first, borrowed for the call; or none and err says why (ERR_NOTFOUND, ERR_TIMEOUT,
 * ERR_IO). The handle is gone after it. */
typedef void (*dns_fn)(void *arg, const dns_address_t *addresses, size_t n, const err_t *err);

/* Looks host up, for a TCP connection to port; within timeout_ms (0: 10 s). fn is called once, from the loop, never
 * from inside this call. NULL with *err when out of memory or for a host that no name can be. */
dns_lookup_t *dns_lookup(loop_t *l, str_t host, uint16_t port, int64_t timeout_ms, dns_fn fn, void *arg, err_t *err);
/* fn is not called any more. NULL is fine. */
void dns_cancel(dns_lookup_t *d);

/* Other files instead of the two (for tests); borrowed, NULL is the default. */
void dns_files(const char *resolv_conf, const char *hosts);

#endif
