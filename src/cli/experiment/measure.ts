/** Boots one set-up of the experiment and measures it. */
import { NodeFileHost } from '../../adapter/nodeHost';
import { resolveLaunch } from '../../adapter/launchConfiguration/resolve';
import { launch } from '../../debugger/launch';
import { Borders } from '../../debugger/measure/borders';
import { measureUnitTasks, type TaskCosts } from '../../debugger/measure/unitTasks';
import { UserError, type DebugEngine } from '../../debugger/types';
import { Hypervisor } from '../../hypervisor/hypervisor';
import { THREADS } from './cases';
import type { Workload } from './options';

/** Far more than any task of the workload takes; a machine that comes so far does not do what it should. */
const MOST_INSTRUCTIONS_PER_TASK = 20_000_000;
const MEGABYTE = 1 << 20;

/** Who may watch a long run. */
export type Progress = (text: string) => void;

const images = { O0: '-O0', O2: '-O2', 'O0-today': '' } as const;

/** mini-OS with the workload in `domains` domains, or natively; each thread runs it `rounds` times. */
export function configuration(domains: number, workload: Workload): Record<string, unknown> {
  const { optimise, rounds, tickModel, nsPerTick, scheduler } = workload;
  const cmdline = `rounds=${rounds}`;
  // The same counts as the interpreter's, several times as fast.
  const common = { tickModel, nsPerTick, engine: 'auto' };
  if (domains === 0) return { ...common, kernel: `builtin:mini-os-native${images[optimise]}`, cmdline };
  const guest = {
    kernel: `builtin:mini-os${images[optimise]}`,
    memory: `${Math.min(16, Math.floor(64 / domains))}M`,
    cmdline,
  };
  return {
    ...common,
    hypervisor: 'builtin:xen',
    cmdline: `sched=${scheduler}`,
    domains: Array.from({ length: domains }, () => guest),
  };
}

/** The machine as loaded, and what follows its borders. The caller disposes of the engine. */
export async function boot(
  settings: Record<string, unknown>,
  progress: () => void = () => {},
): Promise<{ engine: DebugEngine; borders: Borders }> {
  const engine = await launch({ ...resolveLaunch(settings).settings, historyBytes: 0 }, new NodeFileHost());
  const [image] = engine.images;
  const hypervisor = settings.hypervisor === undefined ? undefined : new Hypervisor(engine.machine, image!, []);
  const report = async (): Promise<void> => progress();
  return { engine, borders: new Borders(engine.machine, image!, hypervisor, report) };
}

/** @throws UserError when the workload does not come to its end */
export async function measureCase(
  name: string,
  domains: number,
  workload: Workload,
  progress: Progress,
): Promise<TaskCosts> {
  const tasks = THREADS * workload.rounds * Math.max(1, domains);
  const { engine, borders } = await boot(configuration(domains, workload), () => {
    progress(`${name}: ${(engine.machine.instructionCount / 1e6).toFixed(0)} million instructions`);
  });
  try {
    const guest = engine.images.find((image) => image.name.startsWith('builtin:mini-os'));
    const start = guest?.functionNamed('unit_task');
    if (start === undefined) throw new UserError(`${guest?.name ?? 'The guest'} has no function unit_task to measure.`);
    const result = await measureUnitTasks(borders, {
      domains: Math.max(1, domains),
      tasksPerDomain: THREADS * workload.rounds,
      startAddress: start.lowPc,
      maxInstructions: tasks * MOST_INSTRUCTIONS_PER_TASK + MEGABYTE,
    });
    if (typeof result === 'string') {
      throw new UserError(`${name}: the workload did not come to its last mark (the machine stopped: ${result}).`);
    }
    return result;
  } finally {
    engine.dispose();
  }
}
