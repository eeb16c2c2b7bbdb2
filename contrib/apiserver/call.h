/* One request being answered: its parts, its options and how it fails. Functions that take a call and return bool have
 * filled the call's reply with a Status when they return false. */
#ifndef CONTRIB_APISERVER_CALL_H
#define CONTRIB_APISERVER_CALL_H

#include "contrib/apiserver/fields.h"
#include "contrib/apiserver/resources.h"
#include "contrib/apiserver/server.h"
#include "contrib/apiserver/wire.h"
#include "config/yaml/yaml.h"

typedef enum output { OUTPUT_OBJECT, OUTPUT_TABLE, OUTPUT_METADATA } output_t;

typedef struct call {
    apiserver_t *server;
    const apiserver_request_t *request;
    apiserver_reply_t *reply;
    arena_t *arena;
    const resource_t *resource;
    str_t ns, name, sub; /* decoded parts of the path */
    jv_t *query;         /* name → array of values, decoded */
    str_t user;
    bool master; /* may do everything */
    output_t output;
    bool yaml; /* answer in YAML */
    bool dry_run;
    str_t manager;    /* fieldManager, or what the user agent gives */
    str_t validation; /* Strict, Warn, Ignore */
    strict_t warnings;
} call_t;

/* A query parameter's first value, or "". */
str_t call_param(const call_t *c, const char *name);
bool call_has_param(const call_t *c, const char *name);
/* As apimachinery converts: false, 0 and absence are false, anything else is true. */
bool call_flag(const call_t *c, const char *name);

/* A Status: of success below 400. */
jv_t *status_value(arena_t *a, int code, const char *reason, str_t message, jv_t *details);
/* Field errors as one text. */
str_t fields_text(arena_t *a, const fields_t *errors);

/* Replies. All return false, so that `return call_…` reads well after a failure. */
void call_reply(call_t *c, int code, const jv_t *body);
bool call_status(call_t *c, int code, const char *reason, str_t message, jv_t *details);
bool call_not_found(call_t *c);                     /* of the resource and name at hand */
bool call_bad_request(call_t *c, str_t message);    /* 400 BadRequest */
bool call_generic(call_t *c, int code, str_t text); /* NewGenericServerResponse: 404, 405, 406, 415, 422 */
bool call_plain_404(call_t *c);                     /* "404 page not found" */
bool call_internal(call_t *c, str_t message);       /* 500 without a reason */
bool call_conflict(call_t *c, str_t kind, str_t message);
bool call_invalid(call_t *c, str_t group, str_t kind, str_t name, const fields_t *errors);
/* A warning header with this text. */
void call_warn(call_t *c, str_t text);

#endif
