/* SPDX-License-Identifier: MIT
 *
 * Lists of domains on the command line (choice.h).
 */
#include "choice.h"

#include "lib.h"

int choice_has(const char *list, domid_t domain, const char *mark, int *is_marked)
{
    for (const char *word = list; *word;) {
        unsigned number = 0;
        int fits = memcmp(word, "all", 3) == 0;

        if (fits)
            word += 3;
        for (; *word >= '0' && *word <= '9'; word++)
            number = number * 10 + (unsigned)(*word - '0');
        if (fits || number == domain) {
            *is_marked = memcmp(word, mark, strlen(mark)) == 0;
            return 1;
        }
        while (*word && *word++ != ',')
            ;
    }
    return 0;
}
