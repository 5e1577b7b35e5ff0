/* What the expressions of againstGdb.test.ts are about: every kind of C type that a kernel has, with values that show signs and widths. */
typedef unsigned int u32;
typedef signed char s8;
typedef u32 word_t;

enum colour { RED, GREEN = 5, BLUE };
enum { ANONYMOUS = 42 };
enum negative { BELOW = -3, ABOVE = 3 };

struct point {
    int x;
    int y;
};
struct bits {
    unsigned low : 3;
    unsigned middle : 7;
    int sign : 5;
    unsigned : 4;
    unsigned long long wide : 40;
};
union both {
    u32 word;
    unsigned char bytes[4];
    struct {
        unsigned short low, high;
    };
};
struct node {
    struct node *next;
    int value;
    char name[8];
    struct point where;
    union {
        int number;
        const char *text;
    };
};
struct flexible {
    int count;
    struct point points[3];
    int matrix[2][3];
    int (*operation)(int, int);
};

int add(int left, int right) { return left + right; }
int subtract(int left, int right) { return left - right; }

signed char sc = -5;
unsigned char uc = 250;
short ss = -30000;
unsigned short us = 60000;
int si = -123456;
unsigned int ui = 0xdeadbeef;
long sl = 2147483647;
unsigned long ul = 4000000000u;
long long sll = -5000000000ll;
unsigned long long ull = 0xfedcba9876543210ull;
char plain = 'A';
_Bool yes = 1;
float single = 1.5f;
double twice = -2.25;
s8 small = -1;
word_t word = 7;
const int constant = 99;
volatile int moving = 11;

enum colour colour = GREEN;
enum negative below = BELOW;
struct point origin = {3, -4};
struct bits bits = {5, 100, -7, 0x123456789aull};
union both both = {0x11223344};
struct node third = {0, 30, "third", {5, 6}, {77}};
struct node second = {&third, 20, "second", {3, 4}, {-1}};
struct node first = {&second, 10, "first", {1, 2}, {.text = "hello"}};
struct node *head = &first;
struct node **heads[2] = {&head, &head};
struct flexible flexible = {3, {{1, 2}, {3, 4}, {5, 6}}, {{1, 2, 3}, {4, 5, 6}}, add};
struct flexible *pointer = &flexible;
int numbers[5] = {10, 20, 30, 40, 50};
int *inside = &numbers[2];
const char *text = "hypervisor";
char buffer[16] = "buffer";
int (*operations[2])(int, int) = {add, subtract};
void *anything = &origin;

int main(void)
{
    return operations[0](numbers[1], (int)ANONYMOUS) + origin.x + (int)bits.low + (int)both.word + head->value + pointer->count + sc + uc + ss + us +
           (int)(si + ui) + (int)(sl + ul) + (int)(sll + ull) + plain + yes + (int)single + (int)twice + small + (int)word + constant + moving + colour +
           below + *inside + text[0] + buffer[0] + (anything != 0) + (*heads[0])->value;
}
void _start(void) { for (;;) main(); }
