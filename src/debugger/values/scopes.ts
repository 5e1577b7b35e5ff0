/** The scopes of a frame: locals, registers, virtual registers, CP15, banked registers, devices, the machine, globals by image. Order is the client's order. */
import { sameSpace } from '../../hypervisor/addressSpace';
import { isMissing, type AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CpuMode } from '../../machine/types';
import { memoryOperand, spaceText } from '../expressions/evaluator';
import type { Operand } from '../expressions/operand';
import { cacheValues } from './caches';
import { deviceParts, deviceWord } from '../registers/devices';
import { describeDacr, describeFsr, describePsr, modeName, PSR_FIELDS } from '../registers/fields';
import { CP15_ROWS, GENERAL_NAMES, VIRTUAL_ROWS } from '../registers/names';
import type { FrameFactory } from '../stack/frameFactory';
import type { Target } from '../target/target';
import { UserError, type Frame, type LaunchSettings, type Scope, type Value } from '../types';
import { hex32, type FormatContext } from './format';
import { FrameEnvironment } from './frameEnvironment';
import { ValueTree } from './valueTree';
import { vfpValues } from './vfp';

/** Banks as the manual draws them (ARM DDI 0100 A2.3). */
const BANKS: readonly { readonly mode: CpuMode; readonly registers: readonly number[] }[] = [
  { mode: 'usr', registers: [13, 14] },
  { mode: 'svc', registers: [13, 14] },
  { mode: 'irq', registers: [13, 14] },
  { mode: 'abt', registers: [13, 14] },
  { mode: 'und', registers: [13, 14] },
  { mode: 'fiq', registers: [8, 9, 10, 11, 12, 13, 14] },
];
const bankMode = (mode: CpuMode): CpuMode => (mode === 'sys' ? 'usr' : mode);
const REGISTER_NAMES = [...GENERAL_NAMES, 'sp', 'lr', 'pc'];

export class Scopes {
  private readonly format: FormatContext;

  constructor(
    private readonly target: Target,
    private readonly factory: FrameFactory,
    private readonly settings: Pick<LaunchSettings, 'tickModel' | 'nsPerTick'>,
  ) {
    this.format = {
      symbolAt: (space, address) => target.symbolAt(space, address),
      read: (space, address, byteLength) => target.read(space, address, byteLength),
    };
  }

  tree(environment: FrameEnvironment): ValueTree {
    return new ValueTree(environment, this.format);
  }

  of(frame: Frame): readonly Scope[] {
    if (frame.kind === 'label') return [];
    const environment = new FrameEnvironment(this.target, this.factory, frame);
    const tree = this.tree(environment);
    const scope = (name: Scope['name'], values: () => readonly Value[], expensive = false): Scope => ({
      name,
      values,
      expensive,
    });
    const guest = environment.vcpu();
    return [
      ...(frame.image ? [scope('Locals', () => this.locals(environment, tree))] : []),
      scope('Registers', () => this.registers(environment, tree)),
      ...(guest ? [scope('Virtual registers', () => this.virtual(environment, tree))] : []),
      scope('CP15', () => this.cp15(environment, tree)),
      scope('Banked registers', () => this.banked()),
      ...(this.target.machine.cpu.getVfp() ? [scope('VFP', () => vfpValues(this.target.machine.cpu))] : []),
      scope('Devices', () => this.devices(tree)),
      scope('Machine', () => this.machine(tree, environment)),
      scope('Globals', () => this.globals(frame, environment, tree), true),
    ];
  }

  private locals(environment: FrameEnvironment, tree: ValueTree): readonly Value[] {
    return environment.locals().map((variable) => ({
      ...tree.named(variable.name, variable.name, () => environment.localOperand(variable)),
      ...(variable.isParameter ? { isParameter: true as const } : {}),
    }));
  }

  private registers(environment: FrameEnvironment, tree: ValueTree): readonly Value[] {
    const general = REGISTER_NAMES.map((name, index) => tree.named(name, `$${name}`, () => environment.general(index)));
    const cpsr = environment.cpsr();
    if (!cpsr) return general;
    return [...general, summarised(tree.value('cpsr', '$cpsr', cpsr), describePsr(cpsr.value!))];
  }

  private virtual(environment: FrameEnvironment, tree: ValueTree): readonly Value[] {
    const vcpu = environment.vcpu();
    if (!vcpu) return [];
    return VIRTUAL_ROWS.map((row) => {
      const value = vcpu.virtualRegisters[row.key];
      const expression = `$dom${vcpu.domainId}.${row.key}`;
      if (isMissing(value)) return { name: row.name, text: `<${value.missing}>` };
      const shown = tree.named(row.name, expression, () => environment.virtual(row.key, vcpu)!);
      return summarised(shown, virtualSummary(row.key, value));
    });
  }

  private cp15(environment: FrameEnvironment, tree: ValueTree): readonly Value[] {
    return CP15_ROWS.map((row) => {
      const operand = environment.cp15(row);
      const shown = tree.value(row.name, `$${row.key}`, operand);
      return summarised({ ...shown, type: row.doc }, cp15Summary(row.key, operand.value!));
    });
  }

  /** The same in every frame: a device belongs to the board. Registers are looked at when their device is opened. */
  private devices(tree: ValueTree): readonly Value[] {
    return deviceParts(this.target.machine).map(({ name, operand }) =>
      tree.value(name, `$${deviceWord(name)}`, operand),
    );
  }

  private machine(tree: ValueTree, environment: FrameEnvironment): readonly Value[] {
    const { machine } = this.target;
    const { tickModel, nsPerTick } = this.settings;
    const counter = (name: string, doc: string): Value => ({
      ...tree.named(name, `$${name}`, () => environment.register(name, undefined)),
      type: doc,
    });
    const time = machine.ticks * nsPerTick;
    return [
      counter('instructions', 'Executed since reset.'),
      counter('ticks', `Of the tick model "${tickModel}", since reset.`),
      { name: 'device time', text: duration(time), type: `What timers count: ${nsPerTick} ns for each tick.` },
      { name: 'board', text: machine.boardName },
      {
        name: 'memory',
        text: `${machine.ramBytes / 2 ** 20} MB from ${hex32(machine.ramBase)}`,
        memory: { space: { kind: 'pa' }, address: machine.ramBase },
      },
      ...cacheValues(machine),
    ];
  }

  private banked(): readonly Value[] {
    const { cpu, foreign } = this.target.machine;
    const tells = (index: number, mode: CpuMode) => foreign?.tells(index, mode) ?? true;
    if (
      !BANKS.some(({ mode, registers }) => mode !== bankMode(cpu.mode) && registers.some((index) => tells(index, mode)))
    )
      return [{ name: 'banked', text: `<not told by ${foreign?.name}>` }];
    const shown = (index: number, mode: CpuMode) =>
      tells(index, mode) ? hex32(cpu.getRegister(index, mode)) : `<not told by ${foreign?.name}>`;
    return BANKS.map(({ mode, registers }) => {
      const names = (index: number) => `${REGISTER_NAMES[index]!}_${mode}`;
      const children = (): readonly Value[] => {
        const spsr = cpu.getSpsr(mode);
        return [
          ...registers.map((index) => ({
            name: names(index),
            text: shown(index, mode),
            ...(tells(index, mode) && {
              set: (text: string) => cpu.setRegister(index, parseNumber(text), mode),
            }),
          })),
          ...(spsr === undefined ? [] : [this.spsr(mode, spsr)]),
        ];
      };
      const brief = registers.slice(-2).map((index) => `${REGISTER_NAMES[index]} ${shown(index, mode)}`);
      return {
        name: mode.toUpperCase(),
        text: `${cpu.mode === mode ? '(current) ' : ''}${brief.join(', ')}`,
        children,
      };
    });
  }

  private spsr(mode: CpuMode, value: number): Value {
    return {
      name: `spsr_${mode}`,
      text: `${hex32(value)} ${describePsr(value)}`,
      children: () =>
        PSR_FIELDS.map((field) => {
          const raw = (value >>> field.low) & (2 ** field.width - 1);
          return { name: field.name, text: field.meaning ? `${raw} ${field.meaning(raw)}` : `${raw}` };
        }),
      set: (text) => this.target.machine.cpu.setSpsr(mode, parseNumber(text)),
    };
  }

  /** One node an image, the frame's own first; nothing is read before it is opened. */
  private globals(frame: Frame, environment: FrameEnvironment, tree: ValueTree): readonly Value[] {
    const own = this.target.imagesOf(frame.space).map((image) => ({ image, space: frame.space }));
    const rest = this.target.imageSpaces().filter(({ space }) => !sameSpace(space, frame.space));
    return [...own, ...rest].map(({ image, space }) => ({
      name: `${this.spaceName(space)}: ${image.name}`,
      text: `${image.globals().length} variables`,
      children: () => this.globalsOf(image, space, environment, tree),
    }));
  }

  private globalsOf(
    image: ImageFace,
    space: AddressSpace,
    environment: FrameEnvironment,
    tree: ValueTree,
  ): readonly Value[] {
    const sorted = [...image.globals()].sort((left, right) => left.name.localeCompare(right.name, 'en'));
    return sorted.map((variable) =>
      tree.named(
        variable.name,
        this.target.hypervisor ? `${spaceText(space)}${variable.name}` : variable.name,
        (): Operand => memoryOperand(environment, space, variable.address, variable.type),
      ),
    );
  }

  private spaceName(space: AddressSpace): string {
    if (space.kind === 'domain') return this.target.domainName(space.domainId);
    return this.target.hypervisor ? 'Hypervisor' : 'Kernel';
  }
}

/** Nanoseconds in the unit that a person would use; exact, as no digit is dropped. */
function duration(nanoseconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ];
  const [size, unit] = units.find(([each]) => nanoseconds >= each) ?? [1, 'ns'];
  return `${nanoseconds / size} ${unit}`;
}

function summarised(value: Value, summary: string | undefined): Value {
  return summary ? { ...value, text: `${hexOnly(value.text)} ${summary}` } : value;
}

/** A register's words replace the symbol that its number happens to fall on. */
const hexOnly = (text: string): string => text.split(' ')[0]!;

function virtualSummary(key: string, value: number): string | undefined {
  if (key === 'vpsr')
    return (value & 0x1f) === 0x10 ? 'virtual user' : (value & 0x1f) === 0x13 ? 'virtual kernel' : modeName(value);
  if (key === 'vdacr') return describeDacr(value);
  return key === 'vfsr' ? describeFsr(value) : undefined;
}

function cp15Summary(key: string, value: number): string | undefined {
  if (key === 'dacr') return describeDacr(value);
  if (key === 'dfsr' || key === 'ifsr') return describeFsr(value);
  return key === 'control' ? (value & 1 ? 'MMU on' : 'MMU off') : undefined;
}

function parseNumber(text: string): number {
  const value = Number(text.trim());
  if (!Number.isInteger(value)) throw new UserError(`"${text}" is not a whole number`);
  return value >>> 0;
}
