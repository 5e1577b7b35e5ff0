/** The addresses that a headless run watches: its goal. */
import { UserError, type DebugEngine, type LaunchSettings, type StopEvent } from '../../debugger/types';
import { placesOf } from './untilPc';

export class Watch {
  private readonly goalIds: ReadonlySet<number>;

  /** @throws UserError when the goal cannot be watched */
  constructor(engine: DebugEngine, settings: LaunchSettings, untilPc: string | undefined) {
    const goals = untilPc === undefined ? [] : placesOf(engine, settings, untilPc);
    const states = engine.setInstructionBreakpoints(goals);
    if (goals.length > 0 && states.every(({ verified }) => !verified)) {
      throw new UserError(
        `--until-pc ${untilPc} cannot be watched: ${states[0].message ?? 'nothing is loaded there'}.`,
      );
    }
    this.goalIds = new Set(states.map(({ id }) => id));
  }

  /** True when the machine stopped at the goal. */
  reached(stop: StopEvent): boolean {
    return stop.breakpointIds.some((id) => this.goalIds.has(id));
  }
}
