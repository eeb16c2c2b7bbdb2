#include "handlers/hash.h"

/* FNV-1 (multiply, then xor), as Go's fnv.New64. */
static const uint64_t fnv_basis = 14695981039346656037u, fnv_prime = 1099511628211u;

static uint64_t fnv(uint64_t h, const void *p, size_t n) {
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++)
        h = h * fnv_prime ^ b[i];
    return h;
}

static uint64_t hash_bytes(const void *p, size_t n) {
    return fnv(fnv_basis, p, n);
}

static uint64_t little(uint64_t h, uint64_t word) {
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)(word >> (8 * i));
    return fnv(h, b, 8);
}

static uint64_t ordered(uint64_t x, uint64_t y) {
    return little(little(fnv_basis, x), y);
}

static uint64_t finish(uint64_t h) {
    return little(fnv_basis, h);
}

static uint64_t hash_int(int64_t i) {
    return little(fnv_basis, (uint64_t)i);
}

static uint64_t hash_string(str_t s) {
    return hash_bytes(s.p, s.n);
}

static uint64_t hash_bool(bool b) {
    char c = b;
    return hash_bytes(&c, 1);
}

static uint64_t hash_number(const jv_t *v) {
    int64_t i;
    if (jv_is_integer(v) && jv_as_int(v, &i))
        return hash_int(i);
    double d = 0;
    jv_as_double(v, &d);
    uint64_t word;
    memcpy(&word, &d, sizeof word);
    return little(fnv_basis, word);
}

uint64_t hash_value(const jv_t *v) {
    switch (jv_kind(v)) {
    case JV_BOOL:
        return hash_bool(v->truth);
    case JV_NUMBER:
        return hash_number(v);
    case JV_STRING:
        return hash_string(v->s);
    case JV_ARRAY: {
        uint64_t h = 0;
        for (uint32_t i = 0; i < v->n; i++)
            h = ordered(h, hash_value(v->items[i]));
        return h;
    }
    case JV_OBJECT: {
        uint64_t h = 0;
        for (uint32_t i = 0; i < v->n; i++)
            h ^= ordered(hash_string(v->members[i].key), hash_value(v->members[i].value));
        return finish(h);
    }
    default: /* nil is hashed as the int 0 */
        return hash_int(0);
    }
}

static str_t hex(arena_t *a, uint64_t h) {
    return arena_printf(a, "%llx", (unsigned long long)h);
}

str_t hash_render(arena_t *a, const jv_t *object) {
    uint64_t field = ordered(hash_string(STR("Object")), hash_value(object));
    return hex(a, finish(hash_string(STR("Unstructured")) ^ field));
}

/* ---- Go structs as data ---- */

typedef enum { STRING, BOOL, RAW, STRINGS, STRING_MAP, STRUCT, POINTER, LIST, INLINE, ABSENT } go_kind_t;

typedef struct go_struct go_struct_t;
typedef struct go_field {
    const char *name, *json; /* Go's name; the key in JSON */
    go_kind_t kind;
    const go_struct_t *of; /* STRUCT, POINTER, LIST, INLINE */
} go_field_t;
struct go_struct {
    const char *name;
    const go_field_t *fields; /* ends with a NULL name */
};
#define FIELDS(...)                                                                                                    \
    (const go_field_t[]) {                                                                                             \
        __VA_ARGS__, {                                                                                                 \
            NULL, NULL, ABSENT, NULL                                                                                   \
        }                                                                                                              \
    }

static const go_struct_t definition_reference = {"DefinitionReference", FIELDS({"Name", "name", STRING, NULL},
                                                                               {"Version", "version", STRING, NULL})};
static const go_struct_t status = {"Status", FIELDS({"CustomStatus", "customStatus", STRING, NULL},
                                                    {"HealthPolicy", "healthPolicy", STRING, NULL},
                                                    {"Details", "details", STRING, NULL})};
static const go_struct_t cue = {"CUE", FIELDS({"Template", "template", STRING, NULL})};
static const go_struct_t secret_reference = {"SecretReference", FIELDS({"Name", "name", STRING, NULL},
                                                                       {"Namespace", "namespace", STRING, NULL})};
static const go_struct_t reference = {"Reference",
                                      FIELDS({"Name", "name", STRING, NULL}, {"Namespace", "namespace", STRING, NULL})};
static const go_struct_t terraform = {
    "Terraform",
    FIELDS({"Configuration", "configuration", STRING, NULL}, {"Type", "type", STRING, NULL},
           {"Path", "path", STRING, NULL},
           {"WriteConnectionSecretToReference", "writeConnectionSecretToRef", POINTER, &secret_reference},
           {"ProviderReference", "providerRef", POINTER, &reference}, {"DeleteResource", "deleteResource", BOOL, NULL},
           {"Region", "customRegion", STRING, NULL},
           {"GitCredentialsSecretReference", "gitCredentialsSecretReference", POINTER, &secret_reference})};
static const go_struct_t schematic = {"Schematic", FIELDS({"CUE", "cue", POINTER, &cue},
                                                          {"Terraform", "terraform", POINTER, &terraform})};
static const go_struct_t workload_gvk = {"WorkloadGVK", FIELDS({"APIVersion", "apiVersion", STRING, NULL},
                                                               {"Kind", "kind", STRING, NULL})};
static const go_struct_t workload_type = {"WorkloadTypeDescriptor",
                                          FIELDS({"Type", "type", STRING, NULL},
                                                 {"Definition", "definition", STRUCT, &workload_gvk})};
static const go_struct_t child_kind = {"ChildResourceKind", FIELDS({"APIVersion", "apiVersion", STRING, NULL},
                                                                   {"Kind", "kind", STRING, NULL},
                                                                   {"Selector", "selector", STRING_MAP, NULL})};
static const go_struct_t component_definition = {
    "ComponentDefinitionSpec",
    FIELDS({"Version", "version", STRING, NULL}, {"Workload", "workload", STRUCT, &workload_type},
           {"ChildResourceKinds", "childResourceKinds", LIST, &child_kind},
           {"RevisionLabel", "revisionLabel", STRING, NULL}, {"PodSpecPath", "podSpecPath", STRING, NULL},
           {"Status", "status", POINTER, &status}, {"Schematic", "schematic", POINTER, &schematic},
           {"Extension", "extension", RAW, NULL})};
static const go_struct_t workload_definition = {"WorkloadDefinitionSpec",
                                                FIELDS({"Reference", "definitionRef", STRUCT, &definition_reference},
                                                       {"ChildResourceKinds", "childResourceKinds", LIST, &child_kind},
                                                       {"RevisionLabel", "revisionLabel", STRING, NULL},
                                                       {"PodSpecPath", "podSpecPath", STRING, NULL},
                                                       {"Status", "status", POINTER, &status},
                                                       {"Schematic", "schematic", POINTER, &schematic},
                                                       {"Extension", "extension", RAW, NULL})};
static const go_struct_t trait_definition = {
    "TraitDefinitionSpec",
    FIELDS({"Reference", "definitionRef", STRUCT, &definition_reference},
           {"RevisionEnabled", "revisionEnabled", BOOL, NULL}, {"WorkloadRefPath", "workloadRefPath", STRING, NULL},
           {"PodDisruptive", "podDisruptive", BOOL, NULL}, {"AppliesToWorkloads", "appliesToWorkloads", STRINGS, NULL},
           {"ConflictsWith", "conflictsWith", STRINGS, NULL}, {"Schematic", "schematic", POINTER, &schematic},
           {"Status", "status", POINTER, &status}, {"Extension", "extension", RAW, NULL},
           {"ManageWorkload", "manageWorkload", BOOL, NULL}, {"ControlPlaneOnly", "controlPlaneOnly", BOOL, NULL},
           {"Stage", "stage", STRING, NULL}, {"Version", "version", STRING, NULL})};
static const go_struct_t policy_definition = {"PolicyDefinitionSpec",
                                              FIELDS({"Reference", "definitionRef", STRUCT, &definition_reference},
                                                     {"Schematic", "schematic", POINTER, &schematic},
                                                     {"ManageHealthCheck", "manageHealthCheck", BOOL, NULL},
                                                     {"Version", "version", STRING, NULL})};
static const go_struct_t step_definition = {"WorkflowStepDefinitionSpec",
                                            FIELDS({"Reference", "definitionRef", STRUCT, &definition_reference},
                                                   {"Schematic", "schematic", POINTER, &schematic},
                                                   {"Version", "version", STRING, NULL})};
static const go_struct_t input = {"InputItem", FIELDS({"ParameterKey", "parameterKey", STRING, NULL},
                                                      {"From", "from", STRING, NULL})};
static const go_struct_t output = {"OutputItem",
                                   FIELDS({"ValueFrom", "valueFrom", STRING, NULL}, {"Name", "name", STRING, NULL})};
static const go_struct_t app_trait = {"ApplicationTrait",
                                      FIELDS({"Type", "type", STRING, NULL}, {"Properties", "properties", RAW, NULL})};
static const go_struct_t app_component = {
    "ApplicationComponent",
    FIELDS({"Name", "name", STRING, NULL}, {"Type", "type", STRING, NULL},
           {"ExternalRevision", "externalRevision", STRING, NULL}, {"Properties", "properties", RAW, NULL},
           {"DependsOn", "dependsOn", STRINGS, NULL}, {"Inputs", "inputs", LIST, &input},
           {"Outputs", "outputs", LIST, &output}, {"Traits", "traits", LIST, &app_trait},
           {"Scopes", "scopes", STRING_MAP, NULL}, {"ReplicaKey", NULL, STRING, NULL})};
static const go_struct_t app_policy = {"AppPolicy",
                                       FIELDS({"Name", "name", STRING, NULL}, {"Type", "type", STRING, NULL},
                                              {"Properties", "properties", RAW, NULL})};
static const go_struct_t step_meta = {"WorkflowStepMeta", FIELDS({"Alias", "alias", STRING, NULL})};
static const go_struct_t step_base = {"WorkflowStepBase",
                                      FIELDS({"Name", "name", STRING, NULL}, {"Type", "type", STRING, NULL},
                                             {"Meta", "meta", POINTER, &step_meta}, {"If", "if", STRING, NULL},
                                             {"Timeout", "timeout", STRING, NULL},
                                             {"DependsOn", "dependsOn", STRINGS, NULL},
                                             {"Inputs", "inputs", LIST, &input}, {"Outputs", "outputs", LIST, &output},
                                             {"Properties", "properties", RAW, NULL})};
static const go_struct_t step = {"WorkflowStep",
                                 FIELDS({"WorkflowStepBase", NULL, INLINE, &step_base}, {"Mode", "mode", STRING, NULL},
                                        {"SubSteps", "subSteps", LIST, &step_base})};
static const go_struct_t execute_mode = {"WorkflowExecuteMode", FIELDS({"Steps", "steps", STRING, NULL},
                                                                       {"SubSteps", "subSteps", STRING, NULL})};
static const go_struct_t workflow = {"Workflow",
                                     FIELDS({"Ref", "ref", STRING, NULL}, {"Mode", "mode", POINTER, &execute_mode},
                                            {"Steps", "steps", LIST, &step})};
static const go_struct_t application = {"ApplicationSpec", FIELDS({"Components", "components", LIST, &app_component},
                                                                  {"Policies", "policies", LIST, &app_policy},
                                                                  {"Workflow", "workflow", POINTER, &workflow})};

/* Raw JSON is hashed as its compact bytes, one by one, inside a RawExtension whose Object is nil. */
static uint64_t hash_raw(const jv_t *v) {
    if (!v || v->kind == JV_NULL)
        return hash_int(0);
    buf_t text;
    buf_init(&text);
    jv_write(&text, v);
    uint64_t bytes = 0;
    for (size_t i = 0; i < text.n; i++)
        bytes = ordered(bytes, hash_bytes(text.p + i, 1));
    buf_release(&text);
    uint64_t h = hash_string(STR("RawExtension"));
    h = finish(h ^ ordered(hash_string(STR("Raw")), bytes));
    return finish(h ^ ordered(hash_string(STR("Object")), hash_int(0)));
}

static uint64_t hash_struct(const go_struct_t *type, const jv_t *v);

static uint64_t hash_list(const go_struct_t *type, const jv_t *v) {
    uint64_t h = 0;
    for (size_t i = 0; jv_is(v, JV_ARRAY) && i < v->n; i++)
        h = ordered(h, type ? hash_struct(type, v->items[i]) : hash_string(jv_str(v->items[i])));
    return h;
}

static uint64_t hash_field(const go_field_t *f, const jv_t *parent) {
    const jv_t *v = f->json ? jv_getc(parent, f->json) : NULL;
    switch (f->kind) {
    case STRING:
        return hash_string(jv_str(v));
    case BOOL:
        return hash_bool(jv_true(v));
    case RAW:
        return hash_raw(v);
    case STRINGS:
    case LIST:
        return hash_list(f->of, v);
    case STRING_MAP:
        return jv_is(v, JV_OBJECT) ? hash_value(v) : finish(0);
    case STRUCT:
        return hash_struct(f->of, v);
    case INLINE:
        return hash_struct(f->of, parent);
    case POINTER:
        return jv_is(v, JV_OBJECT) ? hash_struct(f->of, v) : hash_int(0);
    case ABSENT:
        break;
    }
    return hash_int(0);
}

static uint64_t hash_struct(const go_struct_t *type, const jv_t *v) {
    uint64_t h = hash_string(str_c(type->name));
    for (const go_field_t *f = type->fields; f->name; f++)
        h = finish(h ^ ordered(hash_string(str_c(f->name)), hash_field(f, v)));
    return h;
}

/* map[string]string of the hash of each definition's spec. */
static jv_t *spec_hashes(arena_t *a, const jv_t *definitions, const go_struct_t *type) {
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < jv_count(definitions); i++) {
        const jv_member_t *m = &definitions->members[i];
        jv_set(a, out, m->key, jv_string(a, hex(a, hash_struct(type, jv_getc(m->value, "spec")))));
    }
    return out;
}

str_t hash_app_revision(arena_t *a, const jv_t *spec) {
    const jv_t *external = jv_getc(spec, "workflow");
    jv_t *policies = jv_object(a);
    const jv_t *named = jv_getc(spec, "policies");
    for (size_t i = 0; i < jv_count(named); i++) {
        const jv_member_t *m = &named->members[i];
        str_t h = hex(a, hash_raw(jv_getc(m->value, "properties")));
        jv_set(a, policies, m->key, jv_string(a, arena_concat(a, h, jv_str(jv_getc(m->value, "type")))));
    }
    const struct {
        const char *name;
        jv_t *value;
    } fields[] = {
        {"ApplicationSpecHash",
         jv_string(a, hex(a, hash_struct(&application, jv_path(spec, "application", "spec", NULL))))},
        {"WorkloadDefinitionHash", spec_hashes(a, jv_getc(spec, "workloadDefinitions"), &workload_definition)},
        {"ComponentDefinitionHash", spec_hashes(a, jv_getc(spec, "componentDefinitions"), &component_definition)},
        {"TraitDefinitionHash", spec_hashes(a, jv_getc(spec, "traitDefinitions"), &trait_definition)},
        {"ScopeDefinitionHash", jv_object(a)},
        {"PolicyDefinitionHash", spec_hashes(a, jv_getc(spec, "policyDefinitions"), &policy_definition)},
        {"WorkflowStepDefinitionHash", spec_hashes(a, jv_getc(spec, "workflowStepDefinitions"), &step_definition)},
        {"PolicyHash", policies},
        {"WorkflowHash",
         jv_string(a, jv_is(external, JV_OBJECT) ? hex(a, hash_list(&step, jv_getc(external, "steps"))) : STR_NONE)},
        {"ReferredObjectsHash",
         jv_string(a, hex(a, hash_value(jv_getc(spec, "referredObjects") ? jv_getc(spec, "referredObjects")
                                                                         : jv_array(a))))},
    };
    uint64_t h = hash_string(STR_NONE); /* the struct has no name */
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        h = finish(h ^ ordered(hash_string(str_c(fields[i].name)), hash_value(fields[i].value)));
    return hex(a, h);
}

str_t hash_component(arena_t *a, const jv_t *component) {
    return hex(a, hash_struct(&app_component, component));
}
