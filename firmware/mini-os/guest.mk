# A guest that stands on mini-OS's library and Xen layer; included by the Makefile of each, which sets before
#   NAME     the image is NAME.elf
#   OWN      its sources
#   SHARED   further sources of mini-os/ (kernel/pages.c, kernel/malloc.c)
#   BESIDE   sources of other folders beside it (drivers/xenbus.c)
# and may add to INCLUDES and LDFLAGS afterwards.
#
#   make [BUILD=directory for objects] [IMAGES=directory for the image]

CROSS  ?= arm-none-eabi-
BUILD  ?= ../build/$(NAME)
IMAGES ?= ../images

include ../mini-os/rules.mk

LIBRARY := lib/options.c lib/printk.c lib/string.c $(SHARED) \
  platform/xen/boot.c platform/xen/callback.S platform/xen/events.c platform/xen/platform.c platform/xen/start.S
OBJECTS := $(LIBRARY:%=$(BUILD)/shared/%.o) $(BESIDE:%=$(BUILD)/beside/%.o) $(OWN:%=$(BUILD)/%.o)

INCLUDES := -I. $(if $(BESIDE),-I.. $(addprefix -I../,$(sort $(patsubst %/,%,$(dir $(BESIDE))))) )-I../mini-os/include -I../mini-os/platform/xen -I../xen/include

all: $(IMAGES)/$(NAME).elf

$(IMAGES)/$(NAME).elf: ../mini-os/xen.lds $(OBJECTS)
	$(link)

$(BUILD)/shared/%.o: ../mini-os/%
	$(compile)

$(BUILD)/beside/%.o: ../%
	$(compile)

$(BUILD)/%.o: %
	$(compile)

clean:
	rm -rf $(BUILD) $(IMAGES)/$(NAME).elf

-include $(OBJECTS:.o=.d)
.PHONY: all clean
