/** The debug sections of an image by their DWARF names, empty where missing, and what their absence means for people. */
import type { Section } from '../elf/file';
import { SHF_COMPRESSED, SHT_NOBITS } from '../elf/file';

const wanted = [
  'debug_info',
  'debug_types',
  'debug_abbrev',
  'debug_str',
  'debug_line_str',
  'debug_str_offsets',
  'debug_addr',
  'debug_aranges',
  'debug_line',
  'debug_ranges',
  'debug_rnglists',
  'debug_loc',
  'debug_loclists',
  'debug_frame',
  'eh_frame',
] as const;

export type DebugSectionName = (typeof wanted)[number];
export type DebugSections = Readonly<Record<DebugSectionName, Uint8Array>>;

/** True for a section whose bytes must be unpacked before use (gcc -gz). */
export function isCompressed(section: Section): boolean {
  return (section.flags & SHF_COMPRESSED) !== 0 || section.name.startsWith('.zdebug_');
}

export function findDebugSections(sections: readonly Section[]): DebugSections {
  const found = new Map<string, Uint8Array>();
  for (const section of sections) {
    if (section.type !== SHT_NOBITS && !isCompressed(section) && !found.has(section.name)) {
      found.set(section.name, section.bytes);
    }
  }
  const entries = wanted.map((name) => [name, found.get(`.${name}`) ?? new Uint8Array(0)] as const);
  return Object.fromEntries(entries) as DebugSections;
}

/** What is missing for debugging, one sentence each. */
export function describeMissing(sections: readonly Section[], debug: DebugSections, hasSymtab: boolean): string[] {
  const missing: string[] = [];
  if (!hasSymtab) missing.push('stripped (no .symtab): functions have no names; link without -s and do not strip it');
  if (sections.some(isCompressed)) {
    missing.push(
      'its debug information is compressed, which is not read; compile with -gz=none or run objcopy --decompress-debug-sections',
    );
    return missing;
  }
  if (debug.debug_line.length === 0) missing.push('no .debug_line: no source lines; compile with -g');
  if (debug.debug_info.length === 0) missing.push('no .debug_info: no types and no variables; compile with -g');
  if (debug.debug_frame.length === 0 && debug.eh_frame.length === 0) {
    missing.push('no .debug_frame: call stacks are guessed from the function prologues; compile with -g');
  }
  return missing;
}
