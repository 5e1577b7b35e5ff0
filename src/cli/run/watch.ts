/**
 * The addresses that a headless run watches: its goal, and for a native kernel the exception vectors as long as they are still the
 * boot loader's. One list, as the engine takes instruction breakpoints as one list.
 */
import { UserError, type DebugEngine, type LaunchSettings, type StopEvent } from '../../debugger/types';
import type { AddressSpace } from '../../hypervisor/types';
import { placesOf } from './untilPc';

const XEN: AddressSpace = { kind: 'xen' };

/** Exceptions that a kernel takes by its own fault: offsets of their vectors (ARM DDI 0100 A2.6). */
const faultVectors: readonly { readonly address: number; readonly mode: string; readonly name: string }[] = [
  { address: 0x04, mode: 'und', name: 'an undefined instruction' },
  { address: 0x0c, mode: 'abt', name: 'a prefetch abort' },
  { address: 0x10, mode: 'abt', name: 'a data abort' },
];

export class Watch {
  private readonly goalIds: ReadonlySet<number>;
  private readonly bootWords: readonly (number | undefined)[];

  /** @throws UserError when the goal cannot be watched */
  constructor(
    private readonly engine: DebugEngine,
    settings: LaunchSettings,
    untilPc: string | undefined,
  ) {
    const goals = untilPc === undefined ? [] : placesOf(engine, settings, untilPc);
    const native = settings.hypervisor === undefined;
    this.bootWords = native ? this.vectorWords() : [];
    const vectors = native ? faultVectors.map(({ address }) => ({ space: XEN, address })) : [];
    const states = engine.setInstructionBreakpoints([...goals, ...vectors]);
    const ofGoals = states.slice(0, goals.length);
    if (goals.length > 0 && ofGoals.every(({ verified }) => !verified)) {
      throw new UserError(
        `--until-pc ${untilPc} cannot be watched: ${ofGoals[0].message ?? 'nothing is loaded there'}.`,
      );
    }
    this.goalIds = new Set(ofGoals.map(({ id }) => id));
  }

  /** True when the machine stopped at the goal. */
  reached(stop: StopEvent): boolean {
    return stop.breakpointIds.some((id) => this.goalIds.has(id));
  }

  /**
   * The exception that a native kernel has taken without having a handler: it stands at the vector, in the mode of the exception, and
   * the words there are still those that the boot loader put there to start it.
   */
  unhandledException(): string | undefined {
    const { cpu } = this.engine.machine;
    const pc = cpu.getRegister(15);
    const index = faultVectors.findIndex(({ address, mode }) => address === pc && mode === cpu.mode);
    if (index < 0 || this.bootWords.length === 0 || this.vectorWords()[index] !== this.bootWords[index])
      return undefined;
    return faultVectors[index].name;
  }

  private vectorWords(): (number | undefined)[] {
    return faultVectors.map(({ address }) => {
      const bytes = this.engine.machine.readPhysical(address, 4);
      return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    });
  }
}
