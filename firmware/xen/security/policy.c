/* SPDX-License-Identifier: MIT
 *
 * The access control policy: read once at boot, held wholly against its own sizes, then only looked up. It stays where the
 * loader has put it, in front of the domains' images: memory that no domain ever owns.
 *
 * A policy that is not exactly as acm.h says starts no domain at all: whoever asked for protection must not run without.
 */
#include <xen/acm.h>
#include <xen/lib.h>
#include <xen/mm.h>

unsigned long acm_active;

static const struct acm_policy_header *policy;
static const struct acm_type *types;
static const struct acm_label *labels;
static const struct acm_vector *vectors;
static const uint8_t *matrix;
static const struct acm_key *keys;

static bool ends(const char *text, unsigned int bytes)
{
    for (unsigned int i = 0; i < bytes; i++)
        if (!text[i])
            return i > 0;
    return false;
}

static const char *check_header(const struct acm_policy_header *header, unsigned long bytes)
{
    unsigned long wanted;

    if (bytes < sizeof(*header))
        return "it is too short";
    if (header->magic != ACM_POLICY_MAGIC)
        return "it is no compiled policy";
    if (header->version != ACM_POLICY_VERSION)
        return "it is of another version";
    if (header->nr_types < 1 || header->nr_types > ACM_MAX_TYPES || header->nr_labels > ACM_MAX_LABELS ||
        header->nr_vectors < 1 || header->nr_vectors > ACM_MAX_VECTORS || header->nr_keys > ACM_MAX_KEYS)
        return "one of its counts is out of range";
    wanted = sizeof(*header) + header->nr_types * sizeof(*types) + header->nr_labels * sizeof(*labels) +
             header->nr_vectors * sizeof(*vectors) + round_up(header->nr_types * header->nr_types, 4) +
             header->nr_keys * sizeof(*keys);
    if (header->bytes != wanted || bytes != wanted)
        return "its length is not what its counts make";
    if (header->default_type != ACM_NO_TYPE && (header->default_type == ACM_TYPE_XEN || header->default_type >= header->nr_types))
        return "its default type does not exist";
    return ends(header->name, sizeof(header->name)) ? NULL : "its name does not end";
}

static void find_parts(void)
{
    types = (const struct acm_type *)(policy + 1);
    labels = (const struct acm_label *)(types + policy->nr_types);
    vectors = (const struct acm_vector *)(labels + policy->nr_labels);
    matrix = (const uint8_t *)(vectors + policy->nr_vectors);
    keys = (const struct acm_key *)(matrix + round_up(policy->nr_types * policy->nr_types, 4));
}

static const char *check_parts(void)
{
    uint32_t known_keys = policy->nr_keys < 32 ? (1U << policy->nr_keys) - 1 : 0xFFFFFFFF;

    for (uint32_t i = 0; i < policy->nr_types; i++)
        if (!ends(types[i].name, sizeof(types[i].name)) || (types[i].keys & ~known_keys) || types[i].max_cpu_percent == 0 ||
            (types[i].max_cpu_percent > 100 && types[i].max_cpu_percent != ACM_UNLIMITED))
            return "a type makes no sense";
    for (uint32_t i = 0; i < policy->nr_labels; i++)
        if (labels[i].type == ACM_TYPE_XEN || labels[i].type >= policy->nr_types || !ends(labels[i].name, sizeof(labels[i].name)))
            return "a label makes no sense";
    for (uint32_t i = 0; i < policy->nr_types * policy->nr_types; i++)
        if (matrix[i] >= policy->nr_vectors)
            return "a rule points nowhere";
    for (uint32_t i = 0; i < policy->nr_keys; i++)
        if (!ends(keys[i].name, sizeof(keys[i].name)))
            return "a key has no name";
    return NULL;
}

/* From start_xen, before the first domain is built. */
void acm_load_policy(unsigned long start, unsigned long bytes, unsigned long ram_bytes)
{
    unsigned long limit = IOREMAP_VIRT_START - DIRECTMAP_VIRT_START;
    const char *fault = NULL;

    if (ram_bytes < limit)
        limit = ram_bytes;
    if (start & 3 || start < XENHEAP_PHYS_END || start > limit || bytes > limit - start)
        fault = "it does not lie between 2 and 12 MB of the machine's memory";
    if (!fault)
        fault = check_header(__va(start), bytes);
    if (!fault) {
        policy = __va(start);
        find_parts();
        fault = check_parts();
    }
    if (fault) {
        printk("(XEN) acm: the policy is refused: %s. No domain is started.\n", fault);
        machine_halt();
    }
    acm_active = 1;
    printk("(XEN) acm: policy \"%s\": %u types, %u labels, %u keys\n", policy->name, (unsigned int)policy->nr_types,
           (unsigned int)policy->nr_labels, (unsigned int)policy->nr_keys);
}

const struct acm_policy_header *acm_policy(void)
{
    return policy;
}

const struct acm_type *acm_type(unsigned int type)
{
    return &types[type];
}

const struct acm_vector *acm_vector(unsigned int source, unsigned int target)
{
    return &vectors[matrix[source * policy->nr_types + target]];
}

const struct acm_key *acm_key(unsigned int number)
{
    return &keys[number];
}

/* A label by number goes before one by name: the compiler has refused two of a kind. */
bool acm_type_of_module(domid_t id, const char *name, uint8_t *type)
{
    *type = ACM_TYPE_XEN;
    if (!acm_active)
        return true;
    for (uint32_t i = 0; i < policy->nr_labels; i++)
        if (labels[i].domain == id) {
            *type = (uint8_t)labels[i].type;
            return true;
        }
    for (uint32_t i = 0; i < policy->nr_labels; i++)
        if (labels[i].domain == ACM_BY_NAME && strcmp(labels[i].name, name) == 0) {
            *type = (uint8_t)labels[i].type;
            return true;
        }
    return acm_type_of_ssidref(0, type);
}

bool acm_type_of_ssidref(uint32_t ssidref, uint8_t *type)
{
    uint32_t number = ssidref;

    *type = ACM_TYPE_XEN;
    if (!acm_active)
        return true;
    if (ssidref == 0)
        number = policy->default_type;
    if (number == ACM_NO_TYPE || number >= policy->nr_types)
        return false;
    *type = (uint8_t)number;
    return true;
}
