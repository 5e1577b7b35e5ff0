# How guests are compiled and linked; included by the Makefile of each.

# -Og: every variable can be looked at. No sibling calls: every caller is on the stack.
OPTIMISE = -Og
FIRMWARE := $(abspath ..)
comma := ,

CFLAGS := -std=gnu11 -mcpu=arm926ej-s -marm -mfloat-abi=soft -ffreestanding -fno-builtin -nostdinc \
  -isystem $(shell $(CROSS)gcc -print-file-name=include) -fno-common -fno-strict-aliasing -fno-optimize-sibling-calls -fno-pic \
  -fno-unwind-tables -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
  -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes

# The debugger finds the sources under /armvisor, wherever they were compiled.
DEBUG := -gdwarf-4 -ffile-prefix-map=$(FIRMWARE)=/armvisor/firmware
LDFLAGS := -nostdlib -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096 -Wl,--orphan-handling=place

define compile
@mkdir -p $(@D)
$(CROSS)gcc $(CFLAGS) $(OPTIMISE) $(DEBUG) $(INCLUDES) -MMD -MP $(if $(filter %.S,$<),-D__ASSEMBLY__) $(if $(filter %.S,$<),-Wa$(comma)--debug-prefix-map=$(FIRMWARE)=/armvisor/firmware) -c $< -o $@
endef

define link
@mkdir -p $(@D)
$(CROSS)gcc $(CFLAGS) $(LDFLAGS) -Wl,-T,$< $(filter %.o,$^) -o $@
endef
