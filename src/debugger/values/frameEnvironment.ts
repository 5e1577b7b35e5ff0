/**
 * What names and registers mean in a frame: locals first, then the frame's images, then all others; registers of the frame, of a
 * domain, virtual and CP15 ones. The evaluator's environment; makes no text.
 */
import { sameSpace } from '../../hypervisor/addressSpace';
import { stripType } from '../../hypervisor/typedMemory';
import { isMissing, type AddressSpace, type OrMissing, type VcpuView } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CType, LocalVariable } from '../../image/types';
import { floatOf, memoryOperand, type Environment } from '../expressions/evaluator';
import { isFloat } from '../expressions/scalars';
import type { Operand } from '../expressions/operand';
import { deviceNamed } from '../registers/devices';
import { PSR_FIELDS } from '../registers/fields';
import { CP15_ROWS, generalRegister, VIRTUAL_ROWS } from '../registers/names';
import type { FrameFactory, RegisterHome } from '../stack/frameFactory';
import type { Target } from '../target/target';
import { UserError, type Frame } from '../types';

const XEN: AddressSpace = { kind: 'xen' };
const FRAME_PSR_OFFSET = 64;
const MODE_BITS = 0x1f;
/** N Z C V Q and T: all that a hypervisor lets reach the CPU when it goes back into the guest. */
const GUEST_FLAGS = 0xf8000020;
const UNWOUND =
  'it was reconstructed from the stack; only the registers of the CPU and of a frame that the hypervisor has saved can be written';
const IN_HYPERVISOR =
  'the hypervisor works for this domain now; change it in the frame below the border in the call stack';

export class FrameEnvironment implements Environment {
  readonly space: AddressSpace;

  constructor(
    private readonly target: Target,
    private readonly factory: FrameFactory,
    readonly frame: Frame | undefined,
  ) {
    this.space = frame?.space ?? target.spaceOf(target.execution());
  }

  read(space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined {
    return this.target.read(space, address, byteLength);
  }

  write(space: AddressSpace, address: number, bytes: Uint8Array): boolean {
    return this.target.write(space, address, bytes);
  }

  typeNamed(name: string, space: AddressSpace): CType | undefined {
    for (const image of this.imagesFrom(space)) {
      const type = image.typeNamed(name);
      if (type) return type;
    }
    return undefined;
  }

  checkSpace(space: AddressSpace): void {
    const domains = this.target.domains();
    // Before the first one is made, its image says already what its names are.
    if (space.kind !== 'domain' || isMissing(domains) || domains.length === 0) return;
    if (domains.some(({ id }) => id === space.domainId) || this.target.imagesOf(space).length > 0) return;
    const names = domains.map(({ id }) => `dom${id}`).join(', ');
    throw new UserError(`There is no domain ${space.domainId}: there are ${names}`);
  }

  name(name: string, space: AddressSpace): Operand | undefined {
    const local = sameSpace(space, this.space) ? this.locals().find((variable) => variable.name === name) : undefined;
    if (local) return this.localOperand(local);
    for (const image of this.imagesFrom(space)) {
      const found = this.inImage(image, name, space);
      if (found) return found;
    }
    // A constant is a number wherever it is declared.
    for (const image of this.target.allImages) {
      const value = image.enumerator(name);
      if (value !== undefined) return { value, unsigned: false, space };
    }
    return undefined;
  }

  /** Locals whose location is known, and those that are not, innermost scope last as the image gives them. */
  locals(): readonly LocalVariable[] {
    return this.frame ? this.factory.locals(this.frame) : [];
  }

  localOperand(variable: LocalVariable): Operand {
    const { location, type } = variable;
    if (location.kind === 'memory') return memoryOperand(this, this.space, location.address, type);
    if (location.kind === 'unavailable') throw new UserError(`${variable.name} is not available: ${location.reason}`);
    if (location.kind === 'constant') return { type, value: location.value, unsigned: false, space: this.space };
    const register = this.general(location.register);
    const bare = stripType(type);
    if (bare.kind === 'struct' || bare.kind === 'union' || bare.kind === 'array')
      throw new UserError(`${variable.name} is kept in r${location.register}: look at the register`);
    const inRegister = isFloat(bare) && bare.kind === 'base' && bare.byteSize === 4;
    if (inRegister)
      return {
        type,
        value: floatOf(new Uint8Array(Uint32Array.of(register.value!).buffer)),
        unsigned: false,
        space: this.space,
      };
    const unsigned = !(bare.kind === 'base' && bare.encoding === 'signed');
    const size = bare.kind === 'base' ? bare.byteSize : 4;
    const value = narrow(register.value!, size, unsigned);
    const { assign, storage } = register;
    return { type, value, unsigned, space: this.space, ...(assign ? { assign } : {}), ...(storage ? { storage } : {}) };
  }

  register(name: string, domainId: number | undefined): Operand {
    if (domainId !== undefined) return this.domainRegister(name, domainId);
    const index = generalRegister(name);
    if (index !== undefined) return this.general(index);
    const special = this.special(name.toLowerCase());
    if (special) return special;
    const vcpu = this.vcpu();
    const virtual = vcpu && this.virtual(name, vcpu);
    if (virtual) return virtual;
    throw new UserError(`There is no register "$${name}" here`);
  }

  /** r0-r15 of the frame, read from where they stand now, so that a change is seen at once. */
  general(index: number): Operand {
    const home = this.home();
    const value = this.homeValue(home, index);
    if (value === undefined) throw new UserError(`r${index} of this frame is not known: nothing on the stack keeps it`);
    const assign = this.homeWriter(home, index);
    return {
      value,
      unsigned: true,
      space: this.space,
      hexadecimal: true,
      ...this.registerStorage(home, `r${index}`),
      ...(assign ? { assign } : { readOnlyReason: UNWOUND }),
    };
  }

  cpsr(): Operand | undefined {
    const detail = this.frame && this.factory.detail(this.frame);
    const home = this.home();
    const value = this.psrValue(home, detail?.psr);
    if (value === undefined) return undefined;
    const write = this.psrWriter(home, value);
    return {
      value,
      unsigned: true,
      space: this.space,
      hexadecimal: true,
      fields: PSR_FIELDS,
      noAddress: true,
      ...this.registerStorage(home, 'cpsr'),
      ...(write ? { assign: write } : { readOnlyReason: UNWOUND }),
    };
  }

  /** For data breakpoints: a register that an inner frame has saved is that frame's memory, and not watched as a register. */
  private registerStorage(home: RegisterHome, name: string): Pick<Operand, 'storage'> {
    const mine = home.kind === 'cpu' || (home.kind === 'memory' && this.space.kind === 'domain');
    return mine ? { storage: { kind: 'register', space: this.space, name } } : {};
  }

  private home(): RegisterHome {
    if (!this.frame) return { kind: 'cpu', mode: this.target.machine.cpu.mode };
    return this.factory.detail(this.frame)?.home ?? { kind: 'unwound' };
  }

  private homeValue(home: RegisterHome, index: number): number | undefined {
    if (home.kind === 'cpu') return this.target.machine.cpu.getRegister(index, home.mode);
    const known = this.frame?.registers[index];
    return home.kind === 'memory' ? (this.readWord(home.space, home.address + index * 4) ?? known) : known;
  }

  /** Of a guest that executes now, the flags are the CPU's, and the mode bits are those of the virtual mode. */
  private psrValue(home: RegisterHome, known: number | undefined): number | undefined {
    if (home.kind === 'memory') return this.readWord(home.space, home.address + FRAME_PSR_OFFSET) ?? known;
    if (home.kind === 'unwound') return known;
    const psr = this.target.machine.cpu.getCpsr();
    if (this.space.kind !== 'domain' || known === undefined) return psr;
    return ((psr & ~MODE_BITS) | (known & MODE_BITS)) >>> 0;
  }

  private psrWriter(home: RegisterHome, old: number, space = this.space): ((value: number) => void) | undefined {
    const { cpu } = this.target.machine;
    if (home.kind === 'unwound') return undefined;
    if (home.kind === 'memory')
      return (psr) => this.writeWord(home.space, home.address + FRAME_PSR_OFFSET, guestPsr(old, psr));
    // The CPU's mode is not the debugger's to change by the virtual view of a guest; natively and in the hypervisor it is.
    if (space.kind !== 'domain') return (psr) => cpu.setCpsr(psr >>> 0);
    return (psr) => cpu.setCpsr(((cpu.getCpsr() & ~GUEST_FLAGS) | (guestPsr(old, psr) & GUEST_FLAGS)) >>> 0);
  }

  /** The vCPU that the frame belongs to. */
  vcpu(): VcpuView | undefined {
    const current = this.target.current();
    if (this.space.kind === 'domain') return this.target.vcpu(this.space.domainId, 0);
    return current && this.target.vcpu(current.domainId, current.vcpuId);
  }

  /** A virtual register as an operand; its place is the hypervisor's own structure. */
  virtual(name: string, vcpu: VcpuView): Operand | undefined {
    const row = VIRTUAL_ROWS.find((candidate) => candidate.key === name.toLowerCase());
    if (!row) return undefined;
    const value: OrMissing<number> = vcpu.virtualRegisters[row.key];
    if (isMissing(value)) throw new UserError(`${row.name}: ${value.missing}`);
    const address = this.virtualAddress(row.key, vcpu);
    const assign = address === undefined ? undefined : (wanted: number) => this.writeWord(XEN, address, wanted);
    return {
      value: value >>> 0,
      unsigned: true,
      space: { kind: 'domain', domainId: vcpu.domainId },
      hexadecimal: true,
      ...(row.fields ? { fields: row.fields, noAddress: true } : {}),
      ...(assign ? { assign } : {}),
      ...(address === undefined
        ? {}
        : { storage: { kind: 'memory', space: XEN, address, byteLength: 4, scope: 'memory' } as const }),
    };
  }

  cp15(key: (typeof CP15_ROWS)[number]): Operand {
    const { cpu } = this.target.machine;
    const assign = key.writable
      ? (value: number) => {
          cpu.setCp15(key.key as 'control', value >>> 0);
          this.target.forget();
        }
      : undefined;
    return {
      value: cpu.getCp15()[key.key],
      storage: { kind: 'register', space: XEN, name: key.key },
      unsigned: true,
      space: { kind: 'pa' },
      hexadecimal: true,
      ...(key.fields ? { fields: key.fields } : {}),
      ...(key.isAddress ? {} : { noAddress: true }),
      ...(assign ? { assign } : {}),
    };
  }

  private special(name: string): Operand | undefined {
    if (name === 'cpsr') return this.cpsr();
    if (name === 'spsr') {
      const { cpu } = this.target.machine;
      const value = cpu.getSpsr(cpu.mode);
      if (value === undefined) throw new UserError('This CPU mode has no SPSR');
      return { value, unsigned: true, space: this.space, hexadecimal: true, noAddress: true, fields: PSR_FIELDS };
    }
    const row = CP15_ROWS.find(({ key }) => key.toLowerCase() === name);
    if (row) return this.cp15(row);
    const { machine } = this.target;
    if (name === 'instructions') return { value: machine.instructionCount, unsigned: true, space: this.space };
    if (name === 'ticks') return { value: machine.ticks, unsigned: true, space: this.space };
    return deviceNamed(machine, name);
  }

  private domainRegister(name: string, domainId: number): Operand {
    const vcpu = this.target.vcpu(domainId, 0);
    if (!vcpu) throw new UserError(`There is no domain ${domainId}`);
    const virtual = this.virtual(name, vcpu);
    if (virtual) return virtual;
    const index = generalRegister(name);
    const isPsr = ['cpsr', 'psr'].includes(name.toLowerCase());
    if (index === undefined && !isPsr) throw new UserError(`There is no register "$dom${domainId}.${name}"`);
    const space = { kind: 'domain', domainId } as const;
    const home = this.domainHome(vcpu);
    const value = home.kind === 'cpu' ? this.liveRegister(index) : savedRegister(vcpu, index);
    const assign = index === undefined ? this.psrWriter(home, value, space) : this.homeWriter(home, index);
    return {
      value,
      unsigned: true,
      space,
      hexadecimal: true,
      ...(isPsr ? { fields: PSR_FIELDS, noAddress: true } : {}),
      ...(assign ? { assign } : { readOnlyReason: IN_HYPERVISOR }),
    };
  }

  /** Of the CPU; without an index its CPSR. */
  private liveRegister(index: number | undefined): number {
    const { cpu } = this.target.machine;
    return index === undefined ? cpu.getCpsr() : cpu.getRegister(index);
  }

  /**
   * Where a domain's general registers stand. While the hypervisor works for the domain, its frame may still be half filled, which only
   * a walk of its stack can tell: then they are changed in the frame of the call stack.
   */
  private domainHome(vcpu: VcpuView): RegisterHome {
    const { cpu } = this.target.machine;
    const execution = this.target.execution();
    if (execution.kind === 'guest' && execution.domainId === vcpu.domainId) return { kind: 'cpu', mode: cpu.mode };
    const address = vcpu.running ? undefined : this.target.guestFrameAddress(vcpu);
    return address === undefined ? { kind: 'unwound' } : { kind: 'memory', space: XEN, address };
  }

  private homeWriter(home: RegisterHome, index: number): ((value: number) => void) | undefined {
    const { cpu } = this.target.machine;
    if (home.kind === 'cpu')
      return (value) => {
        cpu.setRegister(index, value >>> 0, home.mode);
        this.target.forget();
      };
    if (home.kind === 'unwound') return undefined;
    return (value) => this.writeWord(home.space, home.address + index * 4, value);
  }

  /** Where the hypervisor keeps a virtual register; VSP is one of the two others and has no place of its own. */
  private virtualAddress(key: string, vcpu: VcpuView): number | undefined {
    const { hypervisor } = this.target;
    const type = hypervisor?.image.typeNamed('struct vcpu');
    if (!hypervisor || !type || key === 'vsp') return undefined;
    const place = hypervisor.memory.follow({ address: vcpu.address, type }, `arch.guest_context.sys_regs.${key}`);
    return isMissing(place) ? undefined : place.address;
  }

  private readWord(space: AddressSpace, address: number): number | undefined {
    const bytes = this.target.read(space, address, 4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  private writeWord(space: AddressSpace, address: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
    if (!this.target.write(space, address, bytes))
      throw new UserError(`0x${address.toString(16)} is not writable memory`);
  }

  private inImage(image: ImageFace, name: string, space: AddressSpace): Operand | undefined {
    const home = this.spaceOf(image, space);
    const variable = image.globalNamed(name);
    if (variable) return memoryOperand(this, home, variable.address, variable.type);
    const symbol = image.symbol(name);
    if (symbol) return this.symbolOperand(symbol, home);
    const constant = image.enumerator(name);
    return constant === undefined ? undefined : { value: constant, unsigned: false, space: home };
  }

  /** Functions are their address; objects without a type are a word. */
  private symbolOperand(symbol: { readonly address: number; readonly kind: string }, space: AddressSpace): Operand {
    if (symbol.kind === 'object') return memoryOperand(this, space, symbol.address, WORD);
    const type: CType = { kind: 'pointer', byteSize: 4, target: { kind: 'function' } };
    return { type, value: symbol.address, unsigned: true, space };
  }

  /** Those of a space first; an image may come twice. */
  private *imagesFrom(space: AddressSpace): Generator<ImageFace> {
    yield* this.target.imagesOf(space);
    // A prefix asks for that space alone; without one, any image that knows the name will do.
    if (sameSpace(space, this.space)) yield* this.target.allImages;
  }

  private spaceOf(image: ImageFace, asked: AddressSpace): AddressSpace {
    if (this.target.imagesOf(asked).includes(image)) return asked;
    return this.target.imageSpaces().find((each) => each.image === image)?.space ?? XEN;
  }
}

/** Out of the frame that the hypervisor keeps; without an index the psr. */
function savedRegister({ domainId, savedFrame }: VcpuView, index: number | undefined): number {
  if (isMissing(savedFrame)) throw new UserError(`Registers of domain ${domainId}: ${savedFrame.missing}`);
  return index === undefined ? savedFrame.psr : savedFrame.registers[index]!;
}

/** @throws UserError when more than the flags would change */
function guestPsr(old: number, wanted: number): number {
  if (((old ^ wanted) & ~GUEST_FLAGS) !== 0)
    throw new UserError(
      "Only the flags N, Z, C, V, Q and T of a guest's psr can be changed: its mode bits and interrupt masks are the hypervisor's to set",
    );
  return wanted >>> 0;
}

const WORD: CType = { kind: 'base', name: 'unsigned int', byteSize: 4, encoding: 'unsigned' };

function narrow(value: number, byteSize: number, unsigned: boolean): number {
  if (byteSize >= 4) return unsigned ? value >>> 0 : value | 0;
  const modulus = 2 ** (byteSize * 8);
  const low = value % modulus;
  return !unsigned && low >= modulus / 2 ? low - modulus : low;
}
