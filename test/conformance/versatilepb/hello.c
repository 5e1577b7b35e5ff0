/* The first program anybody writes for this board. */
#include "board.h"

int main(void) {
  print("Hello from the Versatile PB\n");
  return 0;
}
