/** Who would stop a run through the past: arms the machine for a set of breakpoints, and has them note what they pass. */
import type { BreakpointStore, Pass } from '../breakpoints/store';
import type { MachineFace, RunStop } from '../../machine/types';
import type { DataWatch, ReportWatch } from '../run/runLoop';

export class Survey {
  private armed: ReadonlySet<number> = new Set();

  constructor(
    private readonly machine: MachineFace,
    readonly store: BreakpointStore,
    private readonly reports?: ReportWatch,
    private readonly data?: DataWatch,
  ) {}

  /** To be called where a piece of the past begins; ends with `end`. */
  begin(note: (pass: Pass) => void): void {
    this.armed = new Set(this.store.armedAddresses());
    this.machine.setBreakpoints(this.armed);
    this.data?.arm();
    this.store.surveyor = note;
  }

  end(): void {
    this.store.surveyor = undefined;
    this.machine.setBreakpoints([]);
    this.machine.setWatches([]);
  }

  /** Runs, and has everybody asked who might stop at the end. */
  run(most: number): RunStop {
    const { machine, data } = this;
    const before = machine.instructionCount;
    const stop = machine.run(data?.comparesRegisters ? Math.min(most, 1) : most);
    this.reports?.ask();
    if (stop.kind === 'watch') data?.judge(stop.hits);
    if (data?.comparesRegisters) data.judgeRegisters();
    const pc = machine.cpu.getRegister(15);
    if (this.armed.has(pc) && machine.instructionCount !== before) this.store.judge(pc);
    return stop;
  }
}
