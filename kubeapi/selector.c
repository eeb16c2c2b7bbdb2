#include "kubeapi/selector.h"

/* Cuts the next requirement off at a comma that is in no parentheses. */
static bool next_requirement(str_t *rest, str_t *one) {
    size_t i = 0;
    int depth = 0;
    if (!rest->n)
        return false;
    for (; i < rest->n && (rest->p[i] != ',' || depth); i++)
        depth += (rest->p[i] == '(') - (rest->p[i] == ')');
    *one = str_trim(str_sub(*rest, 0, i));
    *rest = str_from(*rest, i < rest->n ? i + 1 : i);
    return true;
}

static bool one_of(str_t list, str_t value) {
    str_t item;
    list = str_trim(list);
    if (list.n < 2 || list.p[0] != '(' || list.p[list.n - 1] != ')')
        return false;
    list = str_sub(list, 1, list.n - 2);
    while (next_requirement(&list, &item))
        if (str_eq(item, value))
            return true;
    return false;
}

/* "key OP value" by the first sign that is found; the set operators are words. */
static bool requirement_matches(str_t one, str_t labels) {
    scan_object_t room;
    ptrdiff_t at;
    if (str_starts(one, STR("!")))
        return !scan_label(labels, str_trim(str_from(one, 1)), &room).p;
    if ((at = str_find(one, STR(" notin "))) >= 0 || (at = str_find(one, STR(" notin("))) >= 0) {
        str_t value = scan_label(labels, str_trim(str_sub(one, 0, (size_t)at)), &room);
        return !value.p || !one_of(str_from(one, (size_t)at + 6), value);
    }
    if ((at = str_find(one, STR(" in "))) >= 0 || (at = str_find(one, STR(" in("))) >= 0) {
        str_t value = scan_label(labels, str_trim(str_sub(one, 0, (size_t)at)), &room);
        return value.p && one_of(str_from(one, (size_t)at + 3), value);
    }
    at = str_chr(one, '=');
    if (at < 0)
        return scan_label(labels, one, &room).p != NULL;
    bool differs = at > 0 && one.p[at - 1] == '!';
    str_t key = str_trim(str_sub(one, 0, (size_t)(differs ? at - 1 : at)));
    str_t want = str_from(one, (size_t)at + 1);
    if (str_starts(want, STR("=")))
        want = str_from(want, 1);
    str_t value = scan_label(labels, key, &room);
    bool same = value.p && str_eq(value, str_trim(want));
    return same != differs;
}

bool selector_matches(str_t selector, str_t labels) {
    str_t one;
    while (next_requirement(&selector, &one))
        if (one.n && !requirement_matches(one, labels))
            return false;
    return true;
}

bool selector_fields_match(str_t selector, str_t ns, str_t name) {
    str_t one;
    while (next_requirement(&selector, &one)) {
        str_t key, value;
        if (!one.n)
            continue;
        if (!str_cut(one, '=', &key, &value))
            return false;
        bool differs = str_ends(key, STR("!"));
        if (differs)
            key.n--;
        if (str_starts(value, STR("=")))
            value = str_from(value, 1);
        bool is_name = str_eqc(key, "metadata.name");
        if ((!is_name && !str_eqc(key, "metadata.namespace")) || str_eq(is_name ? name : ns, value) == differs)
            return false;
    }
    return true;
}
