/**
 * Names of types, functions and variables of the whole image, from the top level of its units. A kernel has millions of such entries, mostly
 * repeats of its headers: so nothing is decoded, the pass steps over bytes by the abbreviations' plans and keeps one entry for each name
 * (measured: about 50 MB of .debug_info a second). A unit is passed over when a name is asked for that it may have (nameMentions.ts), all of
 * them when everything is asked for.
 */
import { find } from '../bytes';
import { Cursor, stringAt } from '../cursor';
import type { Abbreviation } from './abbreviations';
import { At, Form, Tag } from './constants';
import type { DebugInfo } from './debugInfo';
import { isBlock } from './entry';
import { fixedSizesOf, readForm, skipVariableForm } from './forms';
import { NameMentions } from './nameMentions';
import type { EntryId, Unit, UnitHeader } from './unit';

/** C keeps the tags of struct, union and enum apart from the names of typedefs and base types. */
export type TypeSpace = 'struct' | 'union' | 'enum' | 'plain';

interface NamedType {
  readonly id: EntryId;
  readonly complete: boolean;
}

const spaceOfTag: ReadonlyMap<number, TypeSpace> = new Map([
  [Tag.structureType, 'struct'],
  [Tag.classType, 'struct'],
  [Tag.unionType, 'union'],
  [Tag.enumerationType, 'enum'],
  [Tag.typedef, 'plain'],
  [Tag.baseType, 'plain'],
]);

/** How to step over an entry of one shape. */
interface ScanPlan {
  readonly space: TypeSpace | undefined;
  /** A variable at a fixed place, or a function with code. */
  readonly object: 'variable' | 'function' | undefined;
  readonly nameIndex: number;
  readonly siblingIndex: number;
  readonly declares: boolean;
  readonly refersElsewhere: boolean;
  /** All attributes together when each is of fixed size; -1 otherwise. */
  readonly fixedBytes: number;
}

const OP_ADDR = 0x03;
/** Where the address stands in the location of a variable, after the operation. */
const ADDRESS_AT = 1;
const ADDRESS_BYTES = 4;

export class NameIndex {
  private readonly variablesByName = new Map<string, EntryId[]>();
  private readonly functions = new Map<string, EntryId>();
  private readonly types: Record<TypeSpace, Map<string, NamedType>> = {
    struct: new Map(),
    union: new Map(),
    enum: new Map(),
    plain: new Map(),
  };
  private readonly plans = new Map<Abbreviation, ScanPlan>();
  private readonly scanned = new Set<UnitHeader>();
  private readonly mentions: NameMentions;
  /** Names that all units which may have them have been passed over for. */
  private readonly settled = new Set<string>();
  /** Questions that have their answer: nothing that is passed over later changes it. */
  private readonly answered = new Set<string>();

  /** @param nameOf finds the name of an entry that completes or instantiates another */
  constructor(
    private readonly info: DebugInfo,
    private readonly nameOf: (id: EntryId) => string | undefined,
  ) {
    this.mentions = new NameMentions(info);
  }

  /** The entry of a type: the first definition in the file, else the first mere declaration. */
  type(space: TypeSpace, name: string): NamedType | undefined {
    const types = this.types[space];
    this.scanFor(space, name, (end) => {
      const known = types.get(name);
      return known?.complete === true && known.id < end;
    });
    return types.get(name);
  }

  /** The first function with code of that name. */
  functionNamed(name: string): EntryId | undefined {
    this.scanFor('function', name, (end) => (this.functions.get(name) ?? end) < end);
    return this.functions.get(name);
  }

  /**
   * Entries of variables of that name that live at a fixed place, in file order.
   * @param addresses of the symbols of that name, which lead to the units that place a variable there: a header's declaration of a variable
   *   stands in half of a kernel's units, its definition in one
   */
  variablesNamed(name: string, addresses: readonly number[]): readonly EntryId[] {
    if (!this.foundAt(name, addresses)) this.scanFor('variable', name, () => false);
    return (this.variablesByName.get(name) ?? []).toSorted((left, right) => left - right);
  }

  /** Passes over the units that place something at these addresses; whether each has got a variable of the name by that. */
  private foundAt(name: string, addresses: readonly number[]): boolean {
    if (addresses.length === 0) return false;
    const locations = addresses.map(locationAt);
    for (const header of this.info.headers) {
      if (this.scanned.has(header)) continue;
      const bytes = header.bytes.subarray(header.firstEntry, header.end);
      if (locations.some((location) => find(bytes, location, 0, ADDRESS_AT) >= 0)) this.scanUnit(header);
    }
    return (this.variablesByName.get(name)?.length ?? 0) >= addresses.length;
  }

  /** Entries of all variables that live at a fixed place, in file order. */
  variables(): readonly EntryId[] {
    for (const header of this.info.headers) this.scanUnit(header);
    return [...this.variablesByName.values()].flat().sort((left, right) => left - right);
  }

  /** Passes over the units that may have a name, in file order, until it is found before the end of what has been passed over. */
  private scanFor(kind: string, name: string, foundBefore: (end: EntryId) => boolean): void {
    const question = `${kind} ${name}`;
    if (this.answered.has(question) || this.settled.has(name) || this.scanned.size === this.info.headers.length) return;
    this.answered.add(question);
    const sought = this.mentions.sought(name);
    for (const header of this.info.headers) {
      if (!this.scanned.has(header) && this.mentions.mayHave(header, sought)) this.scanUnit(header);
      if (foundBefore(header.idBase + header.end)) return;
    }
    this.settled.add(name);
  }

  private scanUnit(header: UnitHeader): void {
    if (this.scanned.has(header)) return;
    this.scanned.add(header);
    const unit = this.info.unit(header);
    if (unit !== undefined) this.info.tolerate(() => this.scan(unit), undefined);
  }

  private scan(unit: Unit): void {
    const cursor = new Cursor(unit.bytes, unit.section, unit.firstEntry, unit.end);
    let depth = 0;
    while (!cursor.atEnd) {
      const offset = cursor.position;
      const code = cursor.uleb();
      if (code === 0) {
        depth--;
        if (depth <= 0) return;
        continue;
      }
      const abbreviation = unit.abbreviations.get(code);
      if (abbreviation === undefined) return;
      const plan = this.planOf(abbreviation, unit);
      // Depth 0 is the unit's own entry, 1 its children, which alone have names for the whole image.
      const sibling = this.step(cursor, unit, abbreviation, plan, depth === 1 ? offset : -1);
      if (!abbreviation.hasChildren) continue;
      if (depth > 0 && sibling > cursor.position && sibling <= unit.end) cursor.position = sibling;
      else depth++;
    }
  }

  /** Steps over the attributes, noting the name when `offset` is not -1; returns where the next sibling is, or -1. */
  private step(cursor: Cursor, unit: Unit, abbreviation: Abbreviation, plan: ScanPlan, offset: number): number {
    const wanted = offset >= 0 && (plan.space !== undefined || plan.object !== undefined);
    if (plan.fixedBytes >= 0 && !wanted && plan.siblingIndex < 0) {
      cursor.skip(plan.fixedBytes);
      return -1;
    }
    const sizes = fixedSizesOf(unit);
    const { forms } = abbreviation;
    let sibling = -1;
    let name: string | undefined;
    for (let index = 0; index < forms.length; index++) {
      const form = forms[index];
      if (index === plan.siblingIndex) {
        sibling = unit.offset + readForm(cursor, form, unit, 0).value;
      } else if (index === plan.nameIndex && wanted) {
        const value = readForm(cursor, form, unit, 0);
        name = form === Form.string ? stringAt(unit.bytes, value.value, value.end) : this.info.stringOf(unit, value);
      } else {
        const bytes = sizes[form] ?? -1;
        if (bytes >= 0) cursor.skip(bytes);
        else skipVariableForm(cursor, form, unit);
      }
    }
    if (wanted) this.note(unit.idBase + offset, plan, name);
    return sibling;
  }

  private note(id: EntryId, plan: ScanPlan, ownName: string | undefined): void {
    const name = ownName ?? (plan.object && plan.refersElsewhere ? this.nameOf(id) : undefined);
    if (name === undefined) return;
    // Units are not passed over in the order of the file: what stands first in it counts.
    if (plan.object === 'variable') {
      const known = this.variablesByName.get(name);
      if (known === undefined) this.variablesByName.set(name, [id]);
      else known.push(id);
    } else if (plan.object === 'function') {
      const known = this.functions.get(name);
      if (known === undefined || id < known) this.functions.set(name, id);
    } else if (plan.space !== undefined) {
      const names = this.types[plan.space];
      const known = names.get(name);
      const complete = !plan.declares;
      const better = known === undefined || (known.complete === complete ? id < known.id : complete);
      if (better) names.set(name, { id, complete });
    }
  }

  private planOf(abbreviation: Abbreviation, unit: Unit): ScanPlan {
    let plan = this.plans.get(abbreviation);
    if (plan === undefined) this.plans.set(abbreviation, (plan = makePlan(abbreviation, unit)));
    return plan;
  }
}

/** The location of what stands at an address (DWARF 2.5.1.1). */
function locationAt(address: number): Uint8Array {
  const bytes = new Uint8Array(1 + ADDRESS_BYTES);
  bytes[0] = OP_ADDR;
  new DataView(bytes.buffer).setUint32(ADDRESS_AT, address, true);
  return bytes;
}

function makePlan({ tag, attributes, forms }: Abbreviation, unit: Unit): ScanPlan {
  const sizes = fixedSizesOf(unit);
  const formOf = (attribute: number) => forms[attributes.indexOf(attribute)];
  const total = forms.reduce((sum, form) => (sum < 0 || (sizes[form] ?? -1) < 0 ? -1 : sum + sizes[form]), 0);
  const objectOf = () => {
    if (tag === Tag.variable) return isBlock(formOf(At.location)) ? 'variable' : undefined;
    const hasCode = attributes.includes(At.lowPc) || attributes.includes(At.ranges);
    return tag === Tag.subprogram && hasCode ? 'function' : undefined;
  };
  return {
    space: spaceOfTag.get(tag),
    object: objectOf(),
    nameIndex: attributes.indexOf(At.name),
    siblingIndex: attributes.indexOf(At.sibling),
    declares: attributes.includes(At.declaration),
    refersElsewhere: attributes.includes(At.specification) || attributes.includes(At.abstractOrigin),
    fixedBytes: total,
  };
}
