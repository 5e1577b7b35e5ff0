/** Global and file-static variables: what lies at a fixed address. Statics inside functions are locals of their scope. */
import { Cursor } from '../cursor';
import type { CType, GlobalVariable } from '../types';
import { At } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import type { Functions } from './functions';
import type { LineTables } from './lineTables';
import type { NameIndex } from './nameIndex';
import type { Types } from './types';
import type { EntryId, Unit } from './unit';

const OP_ADDR = 0x03;
const OP_ADDRX = 0xa1;
const OP_GNU_ADDR_INDEX = 0xfb;

/** What of the image the variables are read with. */
interface Sources {
  readonly info: DebugInfo;
  readonly lines: LineTables;
  readonly functions: Functions;
  readonly types: Types;
  readonly names: () => NameIndex;
  /** Of the symbols of a name: more than one where several files have a static of that name. */
  readonly addressesOf: (name: string) => readonly number[];
}

export class Globals {
  private readonly byName = new Map<string, GlobalVariable | undefined>();
  private readonly byEntry = new Map<EntryId, GlobalVariable | undefined>();

  constructor(private readonly from: Sources) {}

  all(): readonly GlobalVariable[] {
    return this.from
      .names()
      .variables()
      .map((id) => this.at(id))
      .filter((variable) => variable !== undefined);
  }

  /** Among statics of one name the external variable, else the first in the file. */
  named(name: string): GlobalVariable | undefined {
    if (!this.byName.has(name)) this.byName.set(name, this.find(name));
    return this.byName.get(name);
  }

  private find(name: string): GlobalVariable | undefined {
    const ids = this.from.names().variablesNamed(name, this.from.addressesOf(name));
    const found = ids.map((id) => ({ id, variable: this.at(id) }));
    const usable = found.filter(({ variable }) => variable !== undefined);
    const external = usable.find(({ id }) => this.isExternal(id));
    return (external ?? usable[0])?.variable;
  }

  private isExternal(id: EntryId): boolean {
    const { info, functions } = this.from;
    return info.tolerate(() => {
      const entry = info.entry(id);
      return entry !== undefined && functions.withAttribute(entry, At.external)?.flag(At.external) === true;
    }, false);
  }

  private at(id: EntryId): GlobalVariable | undefined {
    if (!this.byEntry.has(id)) {
      this.byEntry.set(
        id,
        this.from.info.tolerate(() => this.read(id), undefined),
      );
    }
    return this.byEntry.get(id);
  }

  private read(id: EntryId): GlobalVariable | undefined {
    const { info, functions, lines, types } = this.from;
    const entry = info.entry(id);
    const address = entry && fixedAddress(info, entry);
    const name = entry && functions.stringThroughOrigins(entry);
    if (entry === undefined || address === undefined || name === undefined) return undefined;
    const typed = functions.withAttribute(entry, At.type);
    const declared = functions.withAttribute(entry, At.declFile);
    const file = declared && lines.fileName(declared.unit, declared.constant(At.declFile) ?? 0);
    const type = (): CType => (typed === undefined ? { kind: 'void' } : types.typeOf(typed));
    return {
      name,
      address,
      file,
      get type() {
        return type();
      },
    };
  }
}

/** The address when the location is just an address, which is how compilers write variables of the whole program. */
function fixedAddress(info: DebugInfo, entry: Entry): number | undefined {
  const location = entry.block(At.location);
  return location && addressOperand(info, entry.unit, location);
}

function addressOperand(info: DebugInfo, unit: Unit, expression: Uint8Array): number | undefined {
  if (expression.length === 0) return undefined;
  const cursor = new Cursor(expression, '.debug_info');
  const operation = cursor.u8();
  if (operation === OP_ADDR) {
    const address = cursor.unsigned(unit.addressBytes);
    return cursor.atEnd ? address : undefined;
  }
  if (operation !== OP_ADDRX && operation !== OP_GNU_ADDR_INDEX) return undefined;
  const address = info.addressOf(unit, cursor.uleb());
  return cursor.atEnd ? address : undefined;
}
