/* SPDX-License-Identifier: MIT
 *
 * Starts and ends domains at run time (manage.h) by way of control/domains.c.
 */
#include "manage.h"

#include "archive.h"
#include "console.h"
#include "domains.h"
#include "lib.h"
#include "served.h"
#include "xenbus.h"

#include <public/sched.h>

#define LINE_MAX        160
#define DOMAINS_MAX     256
#define DEFAULT_KB      4096
#define NAME_MAX        32

static unsigned char started[DOMAINS_MAX];      /* by us */
static int stays;
static char line[LINE_MAX + 1];
static unsigned line_length;

static void write_name(domid_t domain, const char *name)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "/local/domain/%u/name", domain);
    xenbus_write(path, name);
}

/* `options` is the guest's command line, of which memory=KB and name=NAME count here too. */
static void create(const char *image_name, const char *options)
{
    struct archived file;
    struct image image;
    char name[NAME_MAX];
    long result;

    if (!archive_find(image_name, &file)) {
        printk("driver-domain: create: there is no file \"%s\" in the RAM disk (a tar archive); see \"images\"\n", image_name);
        return;
    }
    format_text(name, sizeof name, "%s", image_name);
    option_text(options, "name", name, sizeof name);
    image.start = file.start;
    image.bytes = file.bytes;
    result = domain_start(&image, option_number(options, "memory", DEFAULT_KB), name, options);
    if (result < 0) {
        printk("driver-domain: create: %s cannot be started: error %d, %u KB are free\n", image_name, (int)result, (unsigned)machine_free_kb());
        return;
    }
    started[result] = 1;
    printk("driver-domain: %s is domain %d\n", name, (int)result);
    if (served_begin((domid_t)result) == 0)
        write_name((domid_t)result, name);
}

static const char *state_of(const struct dom0_getdomaininfo *info)
{
    if (info->flags & DOMFLAGS_SHUTDOWN)
        return ((info->flags >> DOMFLAGS_SHUTDOWNSHIFT) & 0xff) == SHUTDOWN_crash ? "crashed" : "ended";
    return info->flags & DOMFLAGS_PAUSED ? "paused" : info->flags & DOMFLAGS_BLOCKED ? "blocked" : "runnable";
}

/* ---------------------------------------------------------------------------------------------------------------- commands */

static void command_help(const char *arguments);

static void command_images(const char *arguments)
{
    struct archived file;

    (void)arguments;
    for (int found = archive_next(0, &file); found; found = archive_next(file.next, &file))
        printk("driver-domain: %s, %u bytes\n", file.name, (unsigned)file.bytes);
}

static void command_list(const char *arguments)
{
    struct dom0_getdomaininfo info;

    (void)arguments;
    for (unsigned domain = 0; domain < DOMAINS_MAX; domain++) {
        char path[XENBUS_PATH_MAX], name[NAME_MAX] = "";

        if (domain_look_at((domid_t)domain, &info))
            continue;
        format_text(path, sizeof path, "/local/domain/%u/name", domain);
        xenbus_read(path, name, sizeof name);
        printk("driver-domain: domain %u %s: %s, %u KB, %u ms\n", domain, name, state_of(&info), (unsigned)info.tot_pages * 4,
               (unsigned)(info.cpu_time >> 20));
    }
    printk("driver-domain: %u KB are free\n", (unsigned)machine_free_kb());
}

static void command_create(const char *arguments)
{
    char name[ARCHIVE_NAME_MAX + 1];
    size_t length = 0;

    while (arguments[length] && arguments[length] != ' ' && length < ARCHIVE_NAME_MAX)
        length++;
    memcpy(name, arguments, length);
    name[length] = 0;
    arguments += length;
    while (*arguments == ' ')
        arguments++;
    create(name, arguments);
}

/* A domain's number, or -1 and a line about it. */
static int domain_named(const char *arguments)
{
    struct dom0_getdomaininfo info;
    unsigned number = 0;
    const char *c = arguments;

    for (; *c >= '0' && *c <= '9' && number < DOMAINS_MAX; c++)
        number = number * 10 + (unsigned)(*c - '0');
    if (c == arguments || *c || number == 0 || domain_look_at((domid_t)number, &info)) {
        printk("driver-domain: \"%s\" is no other domain; see \"list\"\n", arguments);
        return -1;
    }
    return (int)number;
}

static void tell(const char *what, int domain, long result)
{
    if (result)
        printk("driver-domain: domain %d %s: error %d\n", domain, what, (int)result);
    else
        printk("driver-domain: domain %d %s\n", domain, what);
}

static void command_destroy(const char *arguments)
{
    int domain = domain_named(arguments);

    if (domain < 0)
        return;
    served_let_go((domid_t)domain);
    started[domain] = 0;
    tell("destroyed", domain, domain_end((domid_t)domain));
}

static void command_pause(const char *arguments)
{
    int domain = domain_named(arguments);

    if (domain >= 0)
        tell("paused", domain, domain_pause((domid_t)domain, 1));
}

static void command_unpause(const char *arguments)
{
    int domain = domain_named(arguments);

    if (domain >= 0)
        tell("unpaused", domain, domain_pause((domid_t)domain, 0));
}

static void command_quit(const char *arguments)
{
    (void)arguments;
    stays = 0;
}

static const struct {
    char name[10];
    void (*run)(const char *arguments);
    const char *use;
} commands[] = {
    {"help", command_help, "help: this"},
    {"images", command_images, "images: what can be started"},
    {"list", command_list, "list: domains, their states, memory and CPU time"},
    {"create", command_create, "create IMAGE [memory=KB] [name=NAME] [OPTIONS OF THE GUEST]"},
    {"destroy", command_destroy, "destroy DOMAIN"},
    {"pause", command_pause, "pause DOMAIN"},
    {"unpause", command_unpause, "unpause DOMAIN"},
    {"quit", command_quit, "quit: end when nobody is left to serve"},
};

static void command_help(const char *arguments)
{
    (void)arguments;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printk("driver-domain: %s\n", commands[i].use);
}

static void run_line(void)
{
    size_t length = 0, after;

    printk("driver-domain: > %s\n", line);
    while (line[length] && line[length] != ' ')
        length++;
    for (after = length; line[after] == ' '; after++)
        ;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strlen(commands[i].name) == length && memcmp(commands[i].name, line, length) == 0) {
            commands[i].run(line + after);
            return;
        }
    if (length)
        printk("driver-domain: no such command; \"help\" lists them\n");
}

void manage_input(char c)
{
    if (c == '\r' || c == '\n') {
        line[line_length] = 0;
        line_length = 0;
        run_line();
    } else if (c == '\b' || c == 127) {
        line_length -= line_length > 0;
    } else if (c >= ' ' && line_length < LINE_MAX) {
        line[line_length++] = c;
    }
}

/* ------------------------------------------------------------------------------------------------------------------------ */

void manage_init(const char *images, int commands_wanted)
{
    char name[ARCHIVE_NAME_MAX + 1];
    long error = images[0] || commands_wanted ? domains_init() : 0;

    if (error) {
        printk("driver-domain: not able to start domains: error %d\n", (int)error);
        return;
    }
    stays = commands_wanted;
    while (*images) {
        size_t length = 0;

        while (*images && *images != ',' && length < ARCHIVE_NAME_MAX)
            name[length++] = *images++;
        name[length] = 0;
        images += *images == ',';
        create(name, "");
    }
}

void manage_ended(domid_t domain)
{
    if (!started[domain])
        return;
    started[domain] = 0;
    tell("destroyed", domain, domain_end(domain));
}

int manage_stays(void)
{
    return stays;
}
