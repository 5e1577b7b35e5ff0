/* SPDX-License-Identifier: MIT
 *
 * The tree (store.h). A node belongs to the domain that made it, and counts there.
 */
#include "store.h"

#include "console.h"
#include "lib.h"
#include "mm.h"
#include "xenbus.h"

#define DOMAINS_MAX 256
#define NAME_MAX    32

struct node {
    struct node *parent, *child, *next;     /* next: of the same parent */
    char *value;
    size_t length;
    domid_t owner;
    char name[NAME_MAX];
};

struct store_shadow {
    domid_t domain;
    char home[32];              /* the path of what is copied */
    struct node *top;
    unsigned own, others;       /* nodes of the domain, and of Domain-0 */
};

static struct node root;
static unsigned nodes_of[DOMAINS_MAX];

int store_init(void)
{
    return store_mkdir(0, NULL, "/local/domain");
}

/* Where nodes of this owner are counted. */
static unsigned *count_of(struct store_shadow *shadow, domid_t owner)
{
    if (!shadow)
        return &nodes_of[owner];
    return owner == shadow->domain ? &shadow->own : &shadow->others;
}

/* Does the path lie at or below this place? */
static int is_below(const char *path, const char *place)
{
    size_t length = strlen(place);

    return strlen(path) >= length && memcmp(path, place, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static int may_write(domid_t caller, const char *path)
{
    char own[32];

    format_text(own, sizeof own, "/local/domain/%u", caller);
    return caller == 0 || (is_below(path, own) && path[strlen(own)] == '/');
}

/* Below its own directory, and in its backends' directories: /local/domain/0/backend/TYPE/caller. */
int store_may_read(domid_t caller, const char *path)
{
    static const char backends[] = "/local/domain/0/backend/";
    char own[32];

    format_text(own, sizeof own, "/local/domain/%u", caller);
    if (caller == 0 || is_below(path, own))
        return 1;
    if (strlen(path) < sizeof backends || memcmp(path, backends, sizeof backends - 1) != 0)
        return 0;
    path += sizeof backends - 1;
    while (*path && *path != '/')
        path++;
    format_text(own, sizeof own, "/%u", caller);
    return is_below(path, own);
}

static struct node *child_named(struct node *parent, const char *name, size_t length)
{
    struct node *node = parent->child;

    while (node && (strlen(node->name) != length || memcmp(node->name, name, length) != 0))
        node = node->next;
    return node;
}

static int add_child(struct store_shadow *shadow, struct node *parent, const char *name, size_t length, domid_t owner,
                     struct node **made)
{
    struct node *node;

    if (owner >= DOMAINS_MAX || (owner && *count_of(shadow, owner) >= STORE_NODES_PER_DOMAIN))
        return -XEN_ENOSPC;
    node = malloc(sizeof *node);
    if (!node)
        return -XEN_ENOSPC;
    memset(node, 0, sizeof *node);
    memcpy(node->name, name, length);
    node->owner = owner;
    node->parent = parent;
    node->next = parent->child;
    parent->child = node;
    ++*count_of(shadow, owner);
    *made = node;
    return 0;
}

/* The node at a path; with `create`, made with its parents when it is not there. */
static int find(struct store_shadow *shadow, const char *path, int create, domid_t owner, struct node **found)
{
    struct node *node = &root;

    if (*path != '/' || strlen(path) >= XENBUS_PATH_MAX)
        return -XEN_EINVAL;
    if (shadow && is_below(path, shadow->home)) {
        node = shadow->top;
        path += strlen(shadow->home);
    }
    while (*path) {
        size_t length = 0;
        struct node *next;
        int error;

        path++;
        while (path[length] && path[length] != '/')
            length++;
        if (length == 0 && node == &root && !*path)
            break;
        if (length == 0 || length >= NAME_MAX)
            return -XEN_EINVAL;
        next = child_named(node, path, length);
        if (!next && !create)
            return -XEN_ENOENT;
        error = next ? 0 : add_child(shadow, node, path, length, owner, &next);
        if (error)
            return error;
        node = next;
        path += length;
    }
    *found = node;
    return 0;
}

int store_read(domid_t caller, struct store_shadow *shadow, const char *path, const char **value)
{
    struct node *node;
    int error = store_may_read(caller, path) ? find(shadow, path, 0, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    *value = node->value;
    return (int)node->length;
}

int store_mkdir(domid_t caller, struct store_shadow *shadow, const char *path)
{
    struct node *node;

    return may_write(caller, path) ? find(shadow, path, 1, caller, &node) : -XEN_EPERM;
}

int store_write(domid_t caller, struct store_shadow *shadow, const char *path, const char *value, size_t length)
{
    struct node *node;
    char *copy = NULL;
    int error = may_write(caller, path) ? find(shadow, path, 1, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    if (length > XENBUS_VALUE_MAX)
        return -XEN_E2BIG;
    if (length) {
        copy = malloc(length);
        if (!copy)
            return -XEN_ENOSPC;
        memcpy(copy, value, length);
    }
    free(node->value);
    node->value = copy;
    node->length = length;
    return 0;
}

static void free_node(struct store_shadow *shadow, struct node *node)
{
    --*count_of(shadow, node->owner);
    free(node->value);
    free(node);
}

/* Leaves first, without recursion: a guest decides how deep its part is. */
static void free_below(struct store_shadow *shadow, struct node *top)
{
    struct node *node = top;

    for (;;) {
        struct node *parent = node->parent;

        if (node->child) {
            node = node->child;
            continue;
        }
        if (node == top)
            return;
        parent->child = node->next;
        free_node(shadow, node);
        node = parent;
    }
}

int store_remove(domid_t caller, struct store_shadow *shadow, const char *path)
{
    struct node *node, **link;
    int error = may_write(caller, path) ? find(shadow, path, 0, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    if (node == &root)
        return -XEN_EINVAL;
    free_below(shadow, node);
    for (link = &node->parent->child; *link != node; link = &(*link)->next)
        ;
    *link = node->next;
    free_node(shadow, node);
    return 0;
}

int store_directory(domid_t caller, struct store_shadow *shadow, const char *path, char *names, size_t size)
{
    struct node *node;
    size_t used = 0;
    int error = store_may_read(caller, path) ? find(shadow, path, 0, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    for (node = node->child; node; node = node->next) {
        size_t length = strlen(node->name) + 1;

        if (used + length > size)
            return -XEN_E2BIG;
        memcpy(names + used, node->name, length);
        used += length;
    }
    return (int)used;
}

/* ---------------------------------------------------------------------------------------------------------------- shadows */

static struct node *copy_node(struct store_shadow *shadow, const struct node *from, struct node *parent)
{
    struct node *node = malloc(sizeof *node);
    char *value = node && from->length ? malloc(from->length) : NULL;

    if (!node || (from->length && !value)) {
        free(node);
        return NULL;
    }
    *node = *from;
    node->parent = parent;
    node->child = node->next = NULL;
    node->value = value;
    if (value)
        memcpy(value, from->value, from->length);
    ++*count_of(shadow, from->owner);
    return node;
}

/* Everything below `from`, in the same order: down, else beside, else up until there is something beside. 0 when memory is out. */
static int copy_below(struct store_shadow *shadow, const struct node *from)
{
    const struct node *end = from;
    struct node *to = shadow->top;

    for (;;) {
        if (from->child) {
            from = from->child;
            to = to->child = copy_node(shadow, from, to);
        } else {
            while (from != end && !from->next) {
                from = from->parent;
                to = to->parent;
            }
            if (from == end)
                return 1;
            from = from->next;
            to = to->next = copy_node(shadow, from, to->parent);
        }
        if (!to)
            return 0;
    }
}

void store_discard(struct store_shadow *shadow)
{
    if (shadow->top) {
        free_below(shadow, shadow->top);
        free_node(shadow, shadow->top);
    }
    free(shadow);
}

struct store_shadow *store_shadow(domid_t domain)
{
    struct store_shadow *shadow = malloc(sizeof *shadow);
    struct node *home;

    if (!shadow)
        return NULL;
    memset(shadow, 0, sizeof *shadow);
    shadow->domain = domain;
    format_text(shadow->home, sizeof shadow->home, "/local/domain/%u", domain);
    if (find(NULL, shadow->home, 0, domain, &home) == 0)
        shadow->top = copy_node(shadow, home, NULL);
    if (shadow->top && copy_below(shadow, home))
        return shadow;
    store_discard(shadow);
    return NULL;
}

/* The home's own node stays: no domain writes its own. */
int store_commit(struct store_shadow *shadow)
{
    struct node *home;
    int error = find(NULL, shadow->home, 0, shadow->domain, &home);

    if (error) {
        store_discard(shadow);
        return error;
    }
    free_below(NULL, home);
    home->child = shadow->top->child;
    for (struct node *node = home->child; node; node = node->next)
        node->parent = home;
    shadow->top->child = NULL;
    free_node(shadow, shadow->top);
    nodes_of[shadow->domain] += shadow->own;
    nodes_of[0] += shadow->others;
    free(shadow);
    return 0;
}
