/* SPDX-License-Identifier: MIT
 *
 * Threads: their order, their end, their stacks.
 */
#include "mm.h"
#include "sched.h"
#include "selftest.h"

#define THREADS 3
#define GENERATIONS 200     /* of which the stacks together would not fit a small domain's memory */

static char order[16];
static unsigned written;

static void write_thrice(void *letter)
{
    for (int turn = 0; turn < THREADS; turn++) {
        order[written++] = *(const char *)letter;
        schedule();
    }
}

static void taking_turns(void)
{
    static const char expected[] = "abcabcabc";
    struct thread *threads[THREADS];
    int is_right = 1;

    for (int i = 0; i < THREADS; i++)
        threads[i] = create_joinable_thread("letter", write_thrice, (void *)&expected[i]);
    for (int i = 0; i < THREADS; i++)
        join_thread(threads[i]);
    for (unsigned i = 0; i < sizeof expected; i++)
        is_right &= order[i] == expected[i];
    check(is_right && written == sizeof expected - 1, "threads take turns in the order of their creation");
}

static void say_it_ran(void *ran)
{
    *(int *)ran = 1;
}

static void leave_early(void *ran)
{
    *(int *)ran = 1;
    exit_thread();
}

static void ends(void)
{
    int by_return = 0, by_exit = 0, early = 0;
    struct thread *returns = create_joinable_thread("returns", say_it_ran, &by_return);
    struct thread *exits = create_joinable_thread("exits", leave_early, &by_exit);

    check(!by_return && !by_exit, "a new thread waits for its turn");
    join_thread(returns);
    join_thread(exits);
    check(by_return && by_exit, "join waits for a thread, whether it returns or exits");
    struct thread *over = create_joinable_thread("over", say_it_ran, &early);
    schedule();
    schedule();
    check(early == 1, "a thread runs to its end meanwhile");
    join_thread(over);
    check(1, "join of a thread that is over does not wait");
}

static void memory_of_threads(void)
{
    unsigned before = pages_free_count();

    for (int i = 0; i < GENERATIONS; i++) {
        int ran = 0;
        struct thread *thread = create_joinable_thread("generation", say_it_ran, &ran);
        if (!thread)
            break;
        join_thread(thread);
    }
    for (int i = 0; i < GENERATIONS; i++) {
        int ran = 0;
        if (!create_thread("unjoined", say_it_ran, &ran))
            break;
        schedule();
    }
    schedule();
    check(pages_free_count() == before, "400 threads, joined or not, leave no stack behind");
    check(malloc_is_sound(), "nor damage the allocator");
}

static unsigned long stack_of(const void *variable)
{
    return (unsigned long)variable & ~(unsigned long)(STACK_BYTES - 1);
}

static void note_stack(void *stack)
{
    int here;

    *(unsigned long *)stack = *(struct thread **)stack_of(&here) == current_thread() ? stack_of(&here) : 0;
}

static void stacks(void)
{
    unsigned long first = 0, second = 0;
    struct thread *one = create_joinable_thread("one", note_stack, &first);
    struct thread *two = create_joinable_thread("two", note_stack, &second);

    join_thread(one);
    join_thread(two);
    check(first && second && first != second, "each thread has a stack of its own, from which it can be found");
}

void test_threads(void)
{
    taking_turns();
    ends();
    stacks();
    memory_of_threads();
}
