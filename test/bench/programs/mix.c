/*
 * A mix of the kinds of work that embedded benchmarks measure: a linked list (search, reverse, merge sort), a matrix multiply with
 * 16-bit operands, a state machine that reads numbers, and a CRC over the results. Entered with the number of rounds in r0 and a
 * stack in sp; the checksum is in r0 at the end.
 */
typedef unsigned int u32;
typedef unsigned short u16;
typedef short s16;
typedef unsigned char u8;

static u16 crc16(u16 crc, u32 value, int bits)
{
    for (int bit = 0; bit < bits; bit++) {
        u32 mix = (crc ^ value) & 1;
        crc >>= 1;
        value >>= 1;
        if (mix) crc ^= 0xa001;
    }
    return crc;
}

/* Lists */

struct node {
    struct node *next;
    s16 *data;
};
enum { NODES = 64 };
static struct node nodes[NODES];
static s16 values[NODES];

static struct node *build(u32 seed)
{
    for (int i = 0; i < NODES; i++) {
        seed = seed * 1103515245u + 12345u;
        values[i] = (s16)(seed >> 16);
        nodes[i].data = &values[i];
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
    }
    return nodes;
}

static struct node *find(struct node *list, s16 wanted)
{
    while (list && (*list->data & 0xff) != wanted) list = list->next;
    return list;
}

static struct node *reverse(struct node *list)
{
    struct node *done = 0;
    while (list) {
        struct node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static int by_value(const struct node *a, const struct node *b) { return *a->data - *b->data; }
static int by_place(const struct node *a, const struct node *b) { return a->data < b->data ? -1 : a->data > b->data; }

static struct node *merge(struct node *a, struct node *b, int (*compare)(const struct node *, const struct node *))
{
    struct node *head = 0, **tail = &head;
    while (a && b) {
        struct node **less = compare(a, b) <= 0 ? &a : &b;
        *tail = *less;
        tail = &(*less)->next;
        *less = (*less)->next;
    }
    *tail = a ? a : b;
    return head;
}

static struct node *sort(struct node *list, int (*compare)(const struct node *, const struct node *))
{
    if (!list || !list->next) return list;
    struct node *middle = list, *end = list->next;
    while (end && end->next) {
        middle = middle->next;
        end = end->next->next;
    }
    struct node *second = middle->next;
    middle->next = 0;
    return merge(sort(list, compare), sort(second, compare), compare);
}

static u16 lists(u32 round, u16 crc)
{
    struct node *list = build(round);
    int found = 0;
    for (s16 wanted = 0; wanted < 24; wanted++) {
        if (find(list, wanted)) found++;
        list = reverse(list);
    }
    list = sort(list, by_value);
    for (struct node *node = list; node; node = node->next) crc = crc16(crc, (u16)*node->data, 16);
    list = sort(list, by_place);
    return crc16(crc, found + *list->data, 16);
}

/* Matrices */

enum { N = 12 };
static s16 left[N][N], right[N][N];
static u32 product[N][N];

static u16 matrices(u32 round, u16 crc)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            left[i][j] = (s16)(round + i * j);
            right[i][j] = (s16)(round * 3 - i + j);
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            u32 sum = 0;
            for (int k = 0; k < N; k++) sum += left[i][k] * right[k][j];
            product[i][j] = sum;
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            u32 sum = 0;
            for (int k = 0; k < N; k++) {
                u32 term = left[i][k] * product[k][j];
                sum += ((term >> 2) & 15) * ((term >> 5) & 127);
            }
            crc = crc16(crc, sum, 8);
        }
    return crc;
}

/* A state machine that tells numbers apart */

enum state { START, SIGN, INTEGER, POINT, EXPONENT, EXPONENT_SIGN, SCIENTIFIC, INVALID, STATES };
static const char text[] = "5012,1234,-874,+122,35.54400,.1234500,-110.700,+0.64400,5.500e+3,-.123e-2,-87e+832,+0.6e-12,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^";

static enum state step(enum state state, u8 character)
{
    int digit = character >= '0' && character <= '9';
    int sign = character == '+' || character == '-';
    switch (state) {
    case START: return digit ? INTEGER : sign ? SIGN : character == '.' ? POINT : INVALID;
    case SIGN: return digit ? INTEGER : character == '.' ? POINT : INVALID;
    case INTEGER: return digit ? INTEGER : character == '.' ? POINT : INVALID;
    case POINT: return digit ? POINT : character == 'e' || character == 'E' ? EXPONENT : INVALID;
    case EXPONENT: return sign ? EXPONENT_SIGN : INVALID;
    case EXPONENT_SIGN:
    case SCIENTIFIC: return digit ? SCIENTIFIC : INVALID;
    default: return INVALID;
    }
}

static u16 states(u32 round, u16 crc)
{
    u32 final[STATES], transitions[STATES];
    for (int i = 0; i < STATES; i++) final[i] = transitions[i] = 0;
    enum state state = START;
    for (u32 at = 0; at < sizeof text; at++) {
        u8 character = text[at];
        if (character == ',' || character == 0) {
            final[state]++;
            state = START;
            continue;
        }
        if (at % 23 == round % 23) character ^= round;
        enum state next = step(state, character);
        if (next != state) transitions[next]++;
        state = next;
    }
    for (int i = 0; i < STATES; i++) crc = crc16(crc16(crc, final[i], 8), transitions[i], 8);
    return crc;
}

u32 work(u32 rounds)
{
    u16 crc = 0;
    for (u32 round = 0; round < rounds; round++) crc = states(round, matrices(round, lists(round, crc)));
    return crc;
}

__attribute__((naked, section(".start"))) void _start(void)
{
    __asm__("bl work\n.globl done\ndone: b done");
}
