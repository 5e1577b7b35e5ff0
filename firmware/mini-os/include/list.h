/* SPDX-License-Identifier: MIT
 *
 * A ring of doubly linked nodes, each inside the structure that it links. An empty ring is a head that points to itself.
 */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>

struct list {
    struct list *next, *previous;
};

#define LIST_HEAD(name) struct list name = {&(name), &(name)}
/* The structure of this type whose field `member` is at `node`. */
#define LIST_ENTRY(node, type, member) ((type *)((char *)(node) - offsetof(type, member)))

static inline int list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_add_last(struct list *head, struct list *node)
{
    node->next = head;
    node->previous = head->previous;
    head->previous->next = node;
    head->previous = node;
}

static inline void list_remove(struct list *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    node->next = node->previous = node;
}

#endif
