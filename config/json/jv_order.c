#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

typedef int compare_t(str_t, str_t);

static bool lies_sorted(const jv_t *v, compare_t *compare) {
    for (uint32_t i = 1; i < v->n; i++)
        if (compare(v->members[i - 1].key, v->members[i].key) > 0)
            return false;
    return true;
}

/* Heap sort: qsort may allocate behind our back, and degrade. */
static void sort(uint32_t *x, uint32_t n, const jv_member_t *m, compare_t *compare) {
    for (uint32_t end = n, start = n / 2; end > 1;) {
        if (start) {
            start--;
        } else {
            uint32_t t = x[--end];
            x[end] = x[0];
            x[0] = t;
        }
        for (uint32_t root = start, child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && compare(m[x[child]].key, m[x[child + 1]].key) < 0)
                child++;
            if (compare(m[x[root]].key, m[x[child]].key) >= 0)
                break;
            uint32_t t = x[root];
            x[root] = x[child];
            x[child] = t;
        }
    }
}

bool jv_order_push(jv_order_t *o, const jv_t *object, compare_t *compare, uint32_t *handle) {
    *handle = 0;
    if (compare == str_cmp && lies_sorted(object, compare))
        return true;
    if (object->n > o->cap - o->n) {
        size_t cap = 2 * o->cap + object->n;
        uint32_t *more = cap > UINT32_MAX / 2 ? NULL : mem_realloc(o->p, cap * sizeof *more);
        if (!more)
            return false;
        o->p = more;
        o->cap = cap;
    }
    for (uint32_t i = 0; i < object->n; i++)
        o->p[o->n + i] = i;
    sort(o->p + o->n, object->n, object->members, str_cmp);
    /* An order that isn't transitive (YAML's) still depends on the keys alone, having started from this one. */
    if (compare != str_cmp)
        sort(o->p + o->n, object->n, object->members, compare);
    *handle = (uint32_t)o->n + 1; /* 0: as they lie */
    o->n += object->n;
    return true;
}

void jv_order_pop(jv_order_t *o, uint32_t handle) {
    if (handle)
        o->n = handle - 1;
}

const jv_member_t *jv_order_member(const jv_order_t *o, const jv_t *object, uint32_t handle, uint32_t i) {
    return &object->members[handle ? o->p[handle - 1 + i] : i];
}
