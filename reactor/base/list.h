/* Intrusive doubly linked lists with a sentinel. */
#ifndef REACTOR_BASE_LIST_H
#define REACTOR_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct link {
    struct link *prev, *next;
} link_t;

#define LIST_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void list_init(link_t *head) {
    head->prev = head->next = head;
}
static inline bool list_empty(const link_t *head) {
    return head->next == head;
}
static inline void list_append(link_t *head, link_t *l) {
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}
static inline void list_prepend(link_t *head, link_t *l) {
    list_append(head->next, l);
}
/* Also safe on a link that is in no list but was list_init-ed. */
static inline void list_remove(link_t *l) {
    l->prev->next = l->next;
    l->next->prev = l->prev;
    l->prev = l->next = l;
}

#endif
