/** The first run of a session: to the entry that `stopOnEntry` names, or straight on. */
import type { Target } from '../target/target';
import { UserError, type LaunchSettings, type RunLimits } from '../types';
import type { Goal, Halt, RunLoop } from './runLoop';

export class Start {
  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
    private readonly settings: LaunchSettings,
    /** Physical address of the hypervisor's or native kernel's first instruction. */
    private readonly entry: number,
  ) {}

  async run(limits?: RunLimits): Promise<Halt> {
    if (this.target.machine.foreign && this.settings.stopOnEntry === true)
      return { reason: 'entry', breakpointIds: [], description: 'Attached: the machine stands here' };
    const goal = this.goal();
    // A board without code of its own before the kernel stands there already; a run would go past it.
    const { cpu, instructionCount } = this.target.machine;
    if (goal !== undefined && instructionCount === 0 && goal.goal.arrived(cpu.getRegister(15))) {
      return { reason: 'entry', breakpointIds: [], description: goal.description };
    }
    const result = await this.loop.run(limits, goal?.goal);
    if (result.kind === 'halt') return result.halt;
    return { reason: 'entry', breakpointIds: [], description: goal!.description };
  }

  private goal(): { readonly goal: Goal; readonly description: string } | undefined {
    const { stopOnEntry } = this.settings;
    if (stopOnEntry === false) return undefined;
    if (stopOnEntry === true || stopOnEntry === 'hypervisor') {
      const who = this.target.hypervisor ? 'the hypervisor' : 'the kernel';
      return {
        goal: { addresses: [this.entry], arrived: (pc) => pc === this.entry },
        description: `Entry of ${who}`,
      };
    }
    return this.domainGoal(String(stopOnEntry));
  }

  private domainGoal(name: string): { readonly goal: Goal; readonly description: string } {
    const domainId = this.settings.domains.findIndex((domain) => domain.name === name);
    const image = this.target.images.domains[domainId]?.[0];
    if (!image) {
      const names = this.settings.domains.map((domain) => `"${domain.name}"`).join(', ');
      throw new UserError(
        `"stopOnEntry": there is no domain "${name}": use true, false, "hypervisor"${names ? ` or ${names}` : ''}`,
      );
    }
    const arrived = () => {
      const execution = this.target.execution();
      return execution.kind === 'guest' && execution.domainId === domainId;
    };
    return { goal: { addresses: [image.entry], arrived }, description: `Entry of ${name}` };
  }
}
