/**
 * All breakpoints, by address. The judge of the run loop: at an armed address it finds who is meant *in the domain that executes*, asks
 * conditions and hit counts, and lets everybody else pass. Setting breakpoints is done by `sourceBreakpoints.ts` and its neighbours.
 */
import { loadAddress } from '../../hypervisor/addressSpace';
import type { Halt, Judge } from '../run/runLoop';
import type { Execution, Target } from '../target/target';
import type { StopReason } from '../types';
import { UserError } from '../types';
import type { Breakpoint, Place, Sighting } from './breakpoint';

/** When several kinds stand at one address, the most telling names the stop. */
const PRIORITY: readonly StopReason[] = [
  'dataBreakpoint',
  'exception',
  'functionBreakpoint',
  'instructionBreakpoint',
  'breakpoint',
];

/** A breakpoint that was met, its condition fulfilled; counting hits is left to whoever searches. */
export interface Pass {
  readonly breakpoint: Breakpoint;
  readonly sighting: Sighting;
  /** Its condition could not be evaluated, which stops without counting. */
  readonly undecided?: true;
}

export class BreakpointStore implements Judge {
  /** Set while the past is searched: is told who passes, and nobody stops, counts or says anything. */
  surveyor: ((pass: Pass) => void) | undefined;
  /** By owner (a source file, "functions", "instructions", "filters"): a DAP client replaces one owner's set as a whole. */
  private readonly owners = new Map<string, readonly Breakpoint[]>();
  private byAddress = new Map<number, { readonly breakpoint: Breakpoint; readonly place: Place }[]>();
  private nextId = 1;

  constructor(
    private readonly target: Target,
    private readonly say: (text: string, severity: 'info' | 'warning') => void,
  ) {}

  newId(): number {
    return this.nextId++;
  }

  replace(owner: string, breakpoints: readonly Breakpoint[]): void {
    this.owners.set(owner, breakpoints);
    this.byAddress = new Map();
    for (const breakpoint of [...this.owners.values()].flat()) {
      for (const place of breakpoint.places) {
        for (const address of this.armedAt(place)) {
          const there = this.byAddress.get(address) ?? [];
          there.push({ breakpoint, place });
          this.byAddress.set(address, there);
        }
      }
    }
  }

  /** Those whose stops depend on how often they were met. */
  get counting(): readonly Breakpoint[] {
    return [...this.owners.values()].flat().filter(({ hitCondition }) => hitCondition !== undefined);
  }

  /** Hit counts begin again, as after loading. */
  resetHits(): void {
    for (const breakpoint of [...this.owners.values()].flat()) [breakpoint.hits, breakpoint.countedAt] = [0, undefined];
  }

  armedAddresses(): Iterable<number> {
    return this.byAddress.keys();
  }

  judge(pc: number): Halt | undefined {
    const there = this.byAddress.get(pc);
    if (!there) return undefined;
    const execution = this.target.execution();
    const linked = this.target.linked(this.target.spaceOf(execution), pc);
    const hit: { readonly breakpoint: Breakpoint; readonly sighting: Sighting }[] = [];
    const asked = new Set<Breakpoint>();
    for (const { breakpoint, place } of there) {
      if (asked.has(breakpoint) || !this.counts(place, execution, pc, linked)) continue;
      if (breakpoint.domainId !== undefined && this.target.current()?.domainId !== breakpoint.domainId) continue;
      asked.add(breakpoint);
      const sighting = this.ask(breakpoint);
      if (sighting) hit.push({ breakpoint, sighting });
    }
    return hit.length === 0 ? undefined : summarise(hit);
  }

  get wantsReports(): boolean {
    return this.reportBreakpoints().length > 0;
  }

  /** Asked about a report of the machine, at the boundary after the instruction that caused it. */
  judgeReport(): Halt | undefined {
    return this.judgeThese(this.reportBreakpoints());
  }

  /** Breakpoints that were met elsewhere than at an address: asks their conditions and counts. */
  judgeThese(breakpoints: readonly Breakpoint[]): Halt | undefined {
    const hit = breakpoints.flatMap((breakpoint) => {
      const sighting = this.ask(breakpoint);
      return sighting ? [{ breakpoint, sighting }] : [];
    });
    return hit.length === 0 ? undefined : summarise(hit);
  }

  /** Those that are asked at the first touch of a page. */
  touchBreakpoints(): readonly Breakpoint[] {
    return [...this.owners.values()].flat().filter(({ atFirstTouches }) => atFirstTouches);
  }

  private reportBreakpoints(): readonly Breakpoint[] {
    return [...this.owners.values()].flat().filter(({ atReports }) => atReports);
  }

  /** Whether the place is meant by who executes now. */
  private counts(place: Place, execution: Execution, pc: number, linked: number): boolean {
    if (place.kind === 'image') {
      if (place.address !== linked) return false;
      if (place.domainId !== undefined && !(execution.kind === 'guest' && execution.domainId === place.domainId))
        return false;
      return this.target.imagesOf(this.target.spaceOf(execution)).includes(place.image);
    }
    const { space, address } = place;
    if (address !== pc && address !== linked) return false;
    if (space.kind === 'domain') return execution.kind === 'guest' && execution.domainId === space.domainId;
    return execution.kind !== 'guest';
  }

  private ask(breakpoint: Breakpoint): Sighting | undefined {
    const sighting = breakpoint.sight ? breakpoint.sight() : { description: breakpoint.description };
    if (!sighting) return undefined;
    try {
      if (breakpoint.condition && !breakpoint.condition()) return undefined;
      if (this.surveyor) return void this.surveyor({ breakpoint, sighting });
      breakpoint.hits++;
      breakpoint.countedAt = this.target.machine.instructionCount;
      if (breakpoint.hitCondition && !breakpoint.hitCondition(breakpoint.hits)) return undefined;
      if (!breakpoint.log) return sighting;
      this.say(breakpoint.log(), 'info');
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // A condition that cannot be decided stops: silently running past would hide what the user looks for.
      const undecided = { ...sighting, text: `${breakpoint.description}: ${error.message}` };
      if (this.surveyor) return void this.surveyor({ breakpoint, sighting: undecided, undecided: true });
      return undecided;
    }
  }

  /** Virtual pc values to arm: the linked address, and where the code runs before the MMU is on. */
  private armedAt(place: Place): readonly number[] {
    if (place.kind === 'image') {
      const load = loadAddress(place.image, place.address);
      return load === undefined || load === place.address ? [place.address] : [place.address, load];
    }
    return [place.address];
  }
}

/** One stop for all that are met at one place. */
export function summarise(hit: readonly { readonly breakpoint: Breakpoint; readonly sighting: Sighting }[]): Halt {
  const sorted = [...hit].sort(
    (left, right) => PRIORITY.indexOf(left.breakpoint.reason) - PRIORITY.indexOf(right.breakpoint.reason),
  );
  const { breakpoint, sighting } = sorted[0]!;
  return {
    reason: breakpoint.reason,
    // Several filters of one choice have one number.
    breakpointIds: [...new Set(sorted.map((entry) => entry.breakpoint.id))],
    description: sighting.description,
    ...(sighting.text === undefined ? {} : { text: sighting.text }),
    ...(sighting.fault === undefined ? {} : { fault: sighting.fault }),
  };
}
