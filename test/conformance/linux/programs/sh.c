/*
 * A small shell: words, quotes, $((arithmetic)), $?, pipes, < > redirection, lists with ';', and the built-in commands
 * cd, echo and exit. It is here so that a kernel can be tested without anybody else's programs.
 */
#include "linux.h"

enum { LINE = 1024, WORDS = 64, BUFFER = 4096 };

static char *const environment[] = {"PATH=/bin", 0};
static int last_status;

/* Arithmetic: + - * / % and parentheses over 32-bit integers, by precedence climbing. */
static const char *expression;

static int sum(void);

static void skip_blanks(void) {
    while (*expression == ' ') expression++;
}

static int factor(void) {
    int value = 0;
    skip_blanks();
    if (*expression == '-') {
        expression++;
        return -factor();
    }
    if (*expression == '(') {
        expression++;
        value = sum();
        skip_blanks();
        if (*expression == ')') expression++;
        return value;
    }
    while (*expression >= '0' && *expression <= '9') value = value * 10 + (*expression++ - '0');
    return value;
}

static int product(void) {
    int value = factor();
    for (;;) {
        skip_blanks();
        char operator = *expression;
        if (operator != '*' && operator != '/' && operator != '%') return value;
        expression++;
        int right = factor();
        if (operator == '*') value *= right;
        else if (right == 0) value = 0;
        else value = operator == '/' ? value / right : value % right;
    }
}

static int sum(void) {
    int value = product();
    for (;;) {
        skip_blanks();
        if (*expression == '+') expression++, value += product();
        else if (*expression == '-') expression++, value -= product();
        else return value;
    }
}

/* Appends a number to a word; the caller has made sure of 11 bytes. */
static char *append_number(char *out, int value) {
    char digits[10];
    u32 count = 0, left = value < 0 ? -(u32)value : (u32)value;
    if (value < 0) *out++ = '-';
    do digits[count++] = '0' + left % 10;
    while (left /= 10);
    while (count) *out++ = digits[--count];
    return out;
}

/* The end of a "$((" expression: after its "))". */
static const char *after_arithmetic(const char *text) {
    for (int depth = 2; *text && depth > 0; text++) depth += *text == '(' ? 1 : *text == ')' ? -1 : 0;
    return text;
}

static int ends_word(char c) { return c == 0 || c == ' ' || c == '\t' || c == '|' || c == ';' || c == '<' || c == '>'; }

/* Expands one word from `*line` to `out`; advances both. */
static char *take_word(const char **line, char *out, const char *limit) {
    char quote = 0;
    const char *in = *line;
    while (*in && (quote || !ends_word(*in)) && out + 16 < limit) {
        if (*in == quote) quote = 0, in++;
        else if (!quote && (*in == '"' || *in == '\'')) quote = *in++;
        else if (quote != '\'' && in[0] == '$' && in[1] == '(' && in[2] == '(') {
            expression = in + 3;
            out = append_number(out, sum());
            in = after_arithmetic(in + 3);
        } else if (quote != '\'' && in[0] == '$' && in[1] == '?') {
            out = append_number(out, last_status);
            in += 2;
        } else *out++ = *in++;
    }
    *out++ = 0;
    *line = in;
    return out;
}

struct command {
    char *words[WORDS + 1];
    int count;
    char *input, *output;
};

static void skip_space(const char **line) {
    while (**line == ' ' || **line == '\t') ++*line;
}

/* Reads one command up to '|', ';' or the end of the line. */
static char *read_command(const char **line, struct command *command, char *out, const char *limit) {
    command->count = 0;
    command->input = command->output = 0;
    for (;;) {
        skip_space(line);
        char c = **line;
        if (c == 0 || c == '|' || c == ';') break;
        char *word = out;
        if (c == '<' || c == '>') {
            ++*line;
            skip_space(line);
            *(c == '<' ? &command->input : &command->output) = word;
        } else if (command->count < WORDS) command->words[command->count++] = word;
        const char *before = *line;
        out = take_word(line, out, limit);
        if (*line == before) break;
    }
    command->words[command->count] = 0;
    return out;
}

static void complain(const char *what, const char *about) {
    print("sh: ");
    print(what);
    print(": ");
    print(about);
    print("\n");
}

static void redirect(const char *path, int flags, int descriptor) {
    if (path == 0) return;
    int file = open_file(path, flags);
    if (file < 0) {
        complain("cannot open", path);
        leave(1);
    }
    system_call(SYS_DUP2, file, descriptor);
    system_call(SYS_CLOSE, file);
}

static void echo(char *const *words) {
    for (int index = 1; words[index]; index++) {
        if (index > 1) print(" ");
        print(words[index]);
    }
    print("\n");
}

static __attribute__((noreturn)) void execute(struct command *command) {
    static char path[LINE + 8] = "/bin/";
    redirect(command->input, O_RDONLY, 0);
    redirect(command->output, O_WRONLY | O_CREAT | O_TRUNC, 1);
    if (same_text(command->words[0], "echo")) {
        echo(command->words);
        leave(0);
    }
    const char *name = command->words[0];
    u32 at = name[0] == '/' ? 0 : 5;
    for (u32 index = 0; index <= length_of(name); index++) path[at + index] = name[index];
    system_call(SYS_EXECVE, path, command->words, environment);
    complain("not found", name);
    leave(127);
}

/* Runs commands joined by '|'; `*line` comes to stand at ';' or the end. */
static void run_pipeline(const char **line) {
    static char text[BUFFER];
    static struct command command;
    char *out = text;
    int input = 0, child = 0;
    for (;;) {
        int ends[2] = {0, 1};
        out = read_command(line, &command, out, text + sizeof text);
        int more = **line == '|';
        if (command.count == 0) break;
        if (child == 0 && !more && same_text(command.words[0], "cd")) {
            last_status = system_call(SYS_CHDIR, command.count > 1 ? command.words[1] : "/") < 0;
            return;
        }
        if (same_text(command.words[0], "exit")) leave(last_status);
        if (more) system_call(SYS_PIPE, ends);
        child = fork_process();
        if (child == 0) {
            if (input) system_call(SYS_DUP2, input, 0), system_call(SYS_CLOSE, input);
            if (more) system_call(SYS_DUP2, ends[1], 1), system_call(SYS_CLOSE, ends[1]), system_call(SYS_CLOSE, ends[0]);
            execute(&command);
        }
        if (input) system_call(SYS_CLOSE, input);
        if (!more) break;
        system_call(SYS_CLOSE, ends[1]);
        input = ends[0];
        ++*line;
    }
    /* The last child decides; those before it have ended when it has read their output. */
    if (child > 0) last_status = wait_for(child);
    int ignored;
    while (system_call(SYS_WAIT4, -1, &ignored, 1, 0) > 0) {}
}

int main(void) {
    static char line[LINE];
    for (;;) {
        print("armvisor# ");
        long count = read_bytes(0, line, sizeof line - 1);
        if (count <= 0) return 0;
        line[line[count - 1] == '\n' ? count - 1 : count] = 0;
        for (const char *at = line; *at;) {
            run_pipeline(&at);
            if (*at) at++;
        }
    }
}
