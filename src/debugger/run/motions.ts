/** Every way in which the machine goes forward, composed: to the entry, on, a step, into a target, alone, to the end of a domain. The engine runs one at a time. */
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import type { Frame, LaunchSettings, RunLimits, StepTarget, StopEvent } from '../types';
import { DomainControl } from './domainControl';
import { HypervisorCall } from './hypervisorCall';
import type { Halt, RunLoop, RunRecorder } from './runLoop';
import { Start } from './start';
import { Stepper } from './stepper';
import { StepTargets } from './stepTargets';

export interface MotionParts {
  readonly target: Target;
  readonly loop: RunLoop;
  readonly stacks: StackBuilder;
  readonly threads: Threads;
  readonly recorder: RunRecorder;
  readonly settings: LaunchSettings;
  /** Physical address of the first instruction. */
  readonly entry: number;
  /** Everything that moves the machine goes through the engine. */
  readonly move: (motion: () => Promise<Halt>) => Promise<StopEvent>;
}

export class Motions {
  private readonly starter: Start;
  private readonly stepper: Stepper;
  private readonly targets: StepTargets;
  private readonly control: DomainControl;

  constructor(private readonly parts: MotionParts) {
    const { target, loop, stacks, threads, recorder, settings, entry } = parts;
    this.starter = new Start(target, loop, settings, entry);
    this.stepper = new Stepper(target, loop, stacks, threads);
    this.targets = new StepTargets(target, loop, this.stepper, threads, parts.move);
    this.control = new DomainControl(target, loop, new HypervisorCall(target, loop, recorder), threads);
  }

  start(limits?: RunLimits): Promise<StopEvent> {
    return this.parts.move(() => this.starter.run(limits));
  }

  resume(limits?: RunLimits, alone?: number): Promise<StopEvent> {
    return this.parts.move(async () => (await this.control.runOnly(alone, true)) ?? this.run(limits));
  }

  step(threadId: number, kind: 'in' | 'over' | 'out', unit: 'instruction' | 'line', alone: boolean) {
    return this.parts.move(async () => {
      const halt = await this.control.runOnly(alone ? threadId : undefined, false);
      return halt ?? this.stepper.step(threadId, kind, unit);
    });
  }

  stepTargets(frame: Frame): readonly StepTarget[] {
    return this.targets.of(frame);
  }

  destroyDomain(threadId: number): Promise<StopEvent> {
    return this.parts.move(() => this.control.destroy(threadId));
  }

  /** The session begins anew. */
  restart(): void {
    this.control.restart();
  }

  private async run(limits?: RunLimits): Promise<Halt> {
    const result = await this.parts.loop.run(limits);
    if (result.kind === 'halt') return result.halt;
    throw new Error('A run without a goal cannot arrive');
  }
}
