/* SPDX-License-Identifier: MIT
 *
 * Reads a guest's ELF file (System V ABI, ELF-32). The file is as hostile as the guest: every offset and length is held
 * against the module's length before use.
 *
 * As in the 2008 release a segment goes to its p_paddr, taken as a virtual address: so an image can carry code that is
 * linked for elsewhere (a user program at 0x40000000) inside its kernel's range.
 */
#include <xen/elf.h>
#include <xen/lib.h>

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct section_header {
    uint32_t name, type, flags, addr, offset, size, link, info, addralign, entsize;
};

#define ELFCLASS32  1
#define ELFDATA2LSB 1
#define ET_EXEC     2
#define EM_ARM      40
#define PT_LOAD     1
#define SHT_NOBITS  8

/* True when [offset, offset + size) lies in the file. */
static bool inside(const struct guest_image *image, uint32_t offset, uint32_t size)
{
    return offset <= image->length && size <= image->length - offset;
}

/* Tables need not be aligned in a file, and this CPU checks alignment: records are copied out. */
static bool read_record(const struct guest_image *image, uint32_t table, uint32_t entry_size, uint32_t index, void *to,
                        uint32_t size)
{
    uint32_t offset = table + index * entry_size;

    if (entry_size < size || index > 0xFFFF || offset < table || !inside(image, offset, size))
        return false;
    memcpy(to, image->bytes + offset, size);
    return true;
}

/* Copies the text of section __xen_guest into `text`; false when there is none. */
static bool find_xen_guest(const struct guest_image *image, const struct elf_header *header, char *text)
{
    static const char wanted[] = "__xen_guest";
    struct section_header names, section;

    if (!read_record(image, header->shoff, header->shentsize, header->shstrndx, &names, sizeof(names)) ||
        !inside(image, names.offset, names.size))
        return false;
    for (uint32_t i = 0; i < header->shnum; i++) {
        uint32_t size;

        if (!read_record(image, header->shoff, header->shentsize, i, &section, sizeof(section)))
            return false;
        if (section.type == SHT_NOBITS || names.size < sizeof(wanted) || section.name > names.size - sizeof(wanted) ||
            strcmp((const char *)image->bytes + names.offset + section.name, wanted) != 0)
            continue;
        if (!inside(image, section.offset, section.size))
            return false;
        size = section.size < XEN_GUEST_TEXT_BYTES - 1 ? section.size : XEN_GUEST_TEXT_BYTES - 1;
        memcpy(text, image->bytes + section.offset, size);
        text[size] = '\0';
        return true;
    }
    return false;
}

const char *parse_guest_image(struct guest_image *image)
{
    char text[XEN_GUEST_TEXT_BYTES];
    struct elf_header header;
    struct program_header segment;
    const char *base;
    bool entry_found = false;

    if (!inside(image, 0, sizeof(header)))
        return "not an ELF file: too short";
    memcpy(&header, image->bytes, sizeof(header));
    if (header.ident[0] != 0x7f || header.ident[1] != 'E' || header.ident[2] != 'L' || header.ident[3] != 'F')
        return "not an ELF file";
    if (header.ident[4] != ELFCLASS32 || header.ident[5] != ELFDATA2LSB || header.machine != EM_ARM)
        return "not an ELF file for 32-bit little-endian ARM";
    if (header.type != ET_EXEC)
        return "not an executable ELF file: link it (ET_EXEC)";
    if (!find_xen_guest(image, &header, text))
        return "no readable section __xen_guest: this kernel is not made for Xen";
    if (!strstr(text, "XEN_VER=xen-3.0"))
        return "its section __xen_guest does not say XEN_VER=xen-3.0";
    if (!strstr(text, "LOADER=generic") && !strstr(text, "GUEST_OS=linux"))
        return "its section __xen_guest says neither LOADER=generic nor GUEST_OS=linux";
    base = strstr(text, "VIRT_BASE=");
    image->virt_base = base ? parse_number(base + strlen("VIRT_BASE=")) : GUEST_KERNEL_START;
    if ((image->virt_base & 0x3FFFFF) || image->virt_base < GUEST_KERNEL_START || image->virt_base >= GUEST_FIXMAP_START)
        return "its VIRT_BASE is not a multiple of 4 MB within the guest kernel's range";

    image->entry = header.entry;
    image->start = 0xFFFFFFFF;
    image->end = 0;
    for (uint32_t i = 0; i < header.phnum; i++) {
        if (!read_record(image, header.phoff, header.phentsize, i, &segment, sizeof(segment)))
            return "its program headers are truncated";
        if (segment.type != PT_LOAD || segment.memsz == 0)
            continue;
        if (segment.filesz > segment.memsz || !inside(image, segment.offset, segment.filesz))
            return "a segment is truncated";
        if (segment.paddr < image->virt_base || segment.paddr >= GUEST_KERNEL_END ||
            segment.memsz > GUEST_KERNEL_END - segment.paddr)
            return "a segment lies outside VIRT_BASE .. 0xFBFFFFFF";
        if (segment.paddr < image->start)
            image->start = segment.paddr;
        if (segment.paddr + segment.memsz > image->end)
            image->end = segment.paddr + segment.memsz;
        if (image->entry >= segment.paddr && image->entry - segment.paddr < segment.filesz)
            entry_found = true;
    }
    if (image->end == 0)
        return "it has no segment to load";
    return entry_found ? NULL : "its entry point is in none of its segments";
}

/* Only after parse_guest_image has accepted it, with room up to image->end. Memory that is not written stays as it is. */
void load_guest_image(const struct guest_image *image, uint8_t *to)
{
    struct elf_header header;
    struct program_header segment;

    memcpy(&header, image->bytes, sizeof(header));
    for (uint32_t i = 0; i < header.phnum; i++) {
        read_record(image, header.phoff, header.phentsize, i, &segment, sizeof(segment));
        if (segment.type != PT_LOAD)
            continue;
        memcpy(to + (segment.paddr - image->virt_base), image->bytes + segment.offset, segment.filesz);
        memset(to + (segment.paddr - image->virt_base) + segment.filesz, 0, segment.memsz - segment.filesz);
    }
}
