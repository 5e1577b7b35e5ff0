/**
 * What names and registers mean in a frame: locals first, then the frame's images, then all others; registers of the frame, of a
 * domain, virtual and CP15 ones. The evaluator's environment; makes no text.
 */
import { enumConstants } from './enumConstants';
import { stripType } from '../../hypervisor/typedMemory';
import { isMissing, type AddressSpace, type OrMissing, type VcpuView } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CType, LocalVariable } from '../../image/types';
import { memoryOperand, type Environment } from '../expressions/evaluator';
import type { Operand } from '../expressions/operand';
import { PSR_FIELDS } from '../registers/fields';
import { CP15_ROWS, generalRegister, VIRTUAL_ROWS } from '../registers/names';
import type { FrameFactory } from '../stack/frameFactory';
import type { Target } from '../target/target';
import { UserError, type Frame } from '../types';

const XEN: AddressSpace = { kind: 'xen' };
const FRAME_PSR_OFFSET = 64;

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

  name(name: string, space: AddressSpace): Operand | undefined {
    const local = sameSpace(space, this.space) ? this.locals().find((variable) => variable.name === name) : undefined;
    if (local) return this.localOperand(local);
    for (const image of this.imagesFrom(space)) {
      const found = this.inImage(image, name, space);
      if (found) return found;
    }
    return undefined;
  }

  /** Locals whose location is known, and those that are not, innermost scope last as the image gives them. */
  locals(): readonly LocalVariable[] {
    const { frame } = this;
    const detail = frame && this.factory.detail(frame);
    if (!frame?.image || !detail) return [];
    const registers = [...frame.registers.slice(0, 15), detail.linkedPc];
    return frame.image.localsAt(registers, this.target.reader(frame.space), detail.exact);
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
    const unsigned = !(bare.kind === 'base' && bare.encoding === 'signed');
    const size = bare.kind === 'base' ? bare.byteSize : 4;
    const value = narrow(register.value!, size, unsigned);
    return { type, value, unsigned, space: this.space, ...(register.assign ? { assign: register.assign } : {}) };
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

  /** r0-r15 of the frame. */
  general(index: number): Operand {
    const { frame } = this;
    const { cpu } = this.target.machine;
    const value = frame ? frame.registers[index] : cpu.getRegister(index);
    if (value === undefined) throw new UserError(`r${index} of this frame is not known: nothing on the stack keeps it`);
    const assign = this.registerWriter(index);
    return { value, unsigned: true, space: this.space, hexadecimal: true, ...(assign ? { assign } : {}) };
  }

  cpsr(): Operand | undefined {
    const detail = this.frame && this.factory.detail(this.frame);
    const value = detail ? detail.psr : this.target.machine.cpu.getCpsr();
    if (value === undefined) return undefined;
    const assign = detail?.home.kind === 'memory' ? this.memoryWriter(detail.home, FRAME_PSR_OFFSET) : undefined;
    // The CPU's mode is not the debugger's to change by the virtual view of a guest; natively and in the hypervisor it is.
    const live = !detail || (detail.home.kind === 'cpu' && this.space.kind !== 'domain');
    const write = live ? (psr: number) => this.target.machine.cpu.setCpsr(psr >>> 0) : assign;
    return {
      value,
      unsigned: true,
      space: this.space,
      hexadecimal: true,
      fields: PSR_FIELDS,
      ...(write ? { assign: write } : {}),
    };
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
    const assign = this.virtualWriter(row.key, vcpu);
    return {
      value: value >>> 0,
      unsigned: true,
      space: { kind: 'domain', domainId: vcpu.domainId },
      hexadecimal: true,
      ...(row.fields ? { fields: row.fields } : {}),
      ...(assign ? { assign } : {}),
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
      unsigned: true,
      space: { kind: 'pa' },
      hexadecimal: true,
      ...(key.fields ? { fields: key.fields } : {}),
      ...(assign ? { assign } : {}),
    };
  }

  private special(name: string): Operand | undefined {
    if (name === 'cpsr') return this.cpsr();
    if (name === 'spsr') {
      const { cpu } = this.target.machine;
      const value = cpu.getSpsr(cpu.mode);
      if (value === undefined) throw new UserError('This CPU mode has no SPSR');
      return { value, unsigned: true, space: this.space, hexadecimal: true, fields: PSR_FIELDS };
    }
    const row = CP15_ROWS.find(({ key }) => key.toLowerCase() === name);
    return row && this.cp15(row);
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
    const { cpu } = this.target.machine;
    const execution = this.target.execution();
    if (execution.kind === 'guest' && execution.domainId === domainId) {
      const value = index === undefined ? cpu.getCpsr() : cpu.getRegister(index);
      return { value, unsigned: true, space, hexadecimal: true };
    }
    if (isMissing(vcpu.savedFrame)) throw new UserError(`Registers of domain ${domainId}: ${vcpu.savedFrame.missing}`);
    const value = index === undefined ? vcpu.savedFrame.psr : vcpu.savedFrame.registers[index]!;
    return { value, unsigned: true, space, hexadecimal: true, ...(isPsr ? { fields: PSR_FIELDS } : {}) };
  }

  private registerWriter(index: number): ((value: number) => void) | undefined {
    const { cpu } = this.target.machine;
    const home = this.frame ? this.factory.detail(this.frame)?.home : { kind: 'cpu' as const, mode: cpu.mode };
    if (home?.kind === 'cpu')
      return (value) => {
        cpu.setRegister(index, value >>> 0, home.mode);
        this.target.forget();
      };
    return home?.kind === 'memory' ? this.memoryWriter(home, index * 4) : undefined;
  }

  private memoryWriter(home: { readonly space: AddressSpace; readonly address: number }, offset: number) {
    return (value: number) => this.writeWord(home.space, home.address + offset, value);
  }

  private virtualWriter(key: string, vcpu: VcpuView): ((value: number) => void) | undefined {
    const { hypervisor } = this.target;
    const type = hypervisor?.image.typeNamed('struct vcpu');
    if (!hypervisor || !type || key === 'vsp') return undefined;
    const place = hypervisor.memory.follow({ address: vcpu.address, type }, `arch.guest_context.sys_regs.${key}`);
    return isMissing(place) ? undefined : (value) => this.writeWord(XEN, place.address, value);
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
    const constant = enumConstants(image).get(name);
    return constant === undefined ? undefined : { value: constant, unsigned: false, space: home };
  }

  /** Functions are their address; objects without a type are a word. */
  private symbolOperand(symbol: { readonly address: number; readonly kind: string }, space: AddressSpace): Operand {
    if (symbol.kind === 'object') return memoryOperand(this, space, symbol.address, WORD);
    const type: CType = { kind: 'pointer', byteSize: 4, target: { kind: 'function' } };
    return { type, value: symbol.address, unsigned: true, space };
  }

  private imagesFrom(space: AddressSpace): readonly ImageFace[] {
    const own = this.target.imagesOf(space);
    // A prefix asks for that space alone; without one, any image that knows the name will do.
    return sameSpace(space, this.space) ? [...new Set([...own, ...this.target.allImages])] : own;
  }

  private spaceOf(image: ImageFace, asked: AddressSpace): AddressSpace {
    if (this.target.imagesOf(asked).includes(image)) return asked;
    if (image === this.target.images.hypervisor) return XEN;
    const domainId = this.target.images.domains.findIndex((images) => images.includes(image));
    return domainId < 0 ? XEN : { kind: 'domain', domainId };
  }
}

const WORD: CType = { kind: 'base', name: 'unsigned int', byteSize: 4, encoding: 'unsigned' };

const sameSpace = (left: AddressSpace, right: AddressSpace): boolean =>
  left.kind === right.kind && (left.kind !== 'domain' || right.kind !== 'domain' || left.domainId === right.domainId);

function narrow(value: number, byteSize: number, unsigned: boolean): number {
  if (byteSize >= 4) return unsigned ? value >>> 0 : value | 0;
  const modulus = 2 ** (byteSize * 8);
  const low = value % modulus;
  return !unsigned && low >= modulus / 2 ? low - modulus : low;
}
