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

static struct node root;
static unsigned nodes_of[DOMAINS_MAX];

int store_init(void)
{
    return store_mkdir(0, "/local/domain");
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

static int add_child(struct node *parent, const char *name, size_t length, domid_t owner, struct node **made)
{
    struct node *node;

    if (owner >= DOMAINS_MAX || (owner && nodes_of[owner] >= STORE_NODES_PER_DOMAIN))
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
    nodes_of[owner]++;
    *made = node;
    return 0;
}

/* The node at a path; with `create`, made with its parents when it is not there. */
static int find(const char *path, int create, domid_t owner, struct node **found)
{
    struct node *node = &root;

    if (*path != '/' || strlen(path) >= XENBUS_PATH_MAX)
        return -XEN_EINVAL;
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
        error = next ? 0 : add_child(node, path, length, owner, &next);
        if (error)
            return error;
        node = next;
        path += length;
    }
    *found = node;
    return 0;
}

int store_read(domid_t caller, const char *path, const char **value)
{
    struct node *node;
    int error = store_may_read(caller, path) ? find(path, 0, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    *value = node->value;
    return (int)node->length;
}

int store_mkdir(domid_t caller, const char *path)
{
    struct node *node;

    return may_write(caller, path) ? find(path, 1, caller, &node) : -XEN_EPERM;
}

int store_write(domid_t caller, const char *path, const char *value, size_t length)
{
    struct node *node;
    char *copy = NULL;
    int error = may_write(caller, path) ? find(path, 1, caller, &node) : -XEN_EPERM;

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

/* Leaves first, without recursion: a guest decides how deep its part is. */
static void free_below(struct node *top)
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
        nodes_of[node->owner]--;
        free(node->value);
        free(node);
        node = parent;
    }
}

int store_remove(domid_t caller, const char *path)
{
    struct node *node, **link;
    int error = may_write(caller, path) ? find(path, 0, caller, &node) : -XEN_EPERM;

    if (error)
        return error;
    if (node == &root)
        return -XEN_EINVAL;
    free_below(node);
    for (link = &node->parent->child; *link != node; link = &(*link)->next)
        ;
    *link = node->next;
    nodes_of[node->owner]--;
    free(node->value);
    free(node);
    return 0;
}

int store_directory(domid_t caller, const char *path, char *names, size_t size)
{
    struct node *node;
    size_t used = 0;
    int error = store_may_read(caller, path) ? find(path, 0, caller, &node) : -XEN_EPERM;

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
