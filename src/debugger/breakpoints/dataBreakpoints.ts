/**
 * Data breakpoints: what a client wants watched becomes ranges that the machine watches, and the machine's hits become stops. Keeps
 * the translation of a watched virtual address true by watching the page-table entries that it came from. Registers are no memory: they
 * are compared after every instruction, which only a run with such a breakpoint pays for.
 */
import { isMissing, type AddressSpace } from '../../hypervisor/types';
import type { WatchHit, WatchedRange } from '../../machine/types';
import { spaceText } from '../expressions/evaluator';
import { registerOf, registerValue } from '../registers/watched';
import type { Halt } from '../run/runLoop';
import type { Target } from '../target/target';
import { UserError, type BreakpointState, type DataBreakpointRequest, type DataTarget } from '../types';
import { hex32 } from '../values/format';
import type { Breakpoint, Sighting } from './breakpoint';
import { compileHitCondition, type Conditions } from './conditions';
import type { FirstTouches } from './firstTouches';
import type { BreakpointStore } from './store';

/** More than this is a mistake: every access to so much memory would be looked at. */
const MOST_BYTES = 1 << 20;
/** Values up to this size are shown as numbers. */
const NUMBER_BYTES = 8;
const SMALLEST_PAGE = 1024;

type MemoryTarget = Extract<DataTarget, { kind: 'memory' }>;

interface Watched {
  readonly request: DataBreakpointRequest;
  readonly breakpoint: Breakpoint;
  /** What the bytes or the register held when last looked at; undefined where they cannot be read. */
  last: Uint8Array | number | undefined;
  /** What this stop says, between a hit and the store's question. */
  sighting: Sighting | undefined;
}

/** A range of the machine, and whose it is; without an owner it is a page-table entry that a translation rests on. */
interface Range {
  readonly range: WatchedRange;
  readonly owner?: Watched | 'firstTouch';
}

export class DataBreakpoints {
  private all: readonly Watched[] = [];
  private ranges: readonly Range[] = [];
  private armed = false;
  private touchedFor: Breakpoint | undefined;
  private armedAt = 0;

  constructor(
    private readonly target: Target,
    private readonly store: BreakpointStore,
    private readonly conditions: Conditions,
    private readonly touches: FirstTouches,
  ) {}

  /** Whether the machine has to be asked after every instruction. */
  get comparesRegisters(): boolean {
    return this.all.some(({ request }) => request.target.kind === 'register');
  }

  set(requests: readonly DataBreakpointRequest[]): readonly BreakpointState[] {
    const all: Watched[] = [];
    const states = requests.map((request): BreakpointState => {
      const id = this.store.newId();
      try {
        all.push(this.watched(id, request));
        return { id, verified: true };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.all = all;
    this.store.replace(
      'data',
      all.map(({ breakpoint }) => breakpoint),
    );
    return states;
  }

  /** To be called before the machine is set going: translations and values are those of now. */
  arm(): void {
    const [wanted] = this.store.touchBreakpoints();
    const touches = wanted !== undefined;
    const { instructionCount } = this.target.machine;
    // Anew for another filter, and where time has gone back.
    if (wanted !== this.touchedFor || instructionCount < this.armedAt) this.touches.look(touches);
    [this.touchedFor, this.armedAt] = [wanted, instructionCount];
    if (this.all.length === 0 && !touches && !this.armed) return;
    for (const each of this.all) each.last = this.value(each.request.target);
    this.translate();
    this.armed = this.all.length > 0 || touches;
  }

  /** What the machine's hits mean; undefined when they stop nobody. */
  judge(hits: readonly WatchHit[]): Halt | undefined {
    const met = new Map<Watched, WatchHit>();
    let translated = true;
    let touch: WatchHit | undefined;
    for (const hit of hits) {
      const owner = this.ranges[hit.index]?.owner;
      if (owner === 'firstTouch') {
        this.touches.touch(hit);
        touch = hit;
      }
      if (owner === undefined || owner === 'firstTouch') translated = false;
      else if (!met.has(owner) || hit.access === 'write') met.set(owner, hit);
    }
    for (const [each, hit] of met) each.sighting = this.sightMemory(each, hit);
    if (!translated) this.translate();
    return this.ask() ?? this.askTouched(touch);
  }

  /** To be asked after an instruction when `comparesRegisters`. */
  judgeRegisters(): Halt | undefined {
    for (const each of this.all) {
      const { target, name } = each.request;
      if (target.kind !== 'register') continue;
      const [before, now] = [each.last as number | undefined, registerOf(this.target, target)];
      if (now === undefined) continue;
      each.last = now;
      if (before === undefined || before === now) continue;
      each.sighting = { description: `${name} changed from ${hex32(before)} to ${hex32(now)}` };
    }
    return this.ask();
  }

  private askTouched(hit: WatchHit | undefined): Halt | undefined {
    if (!hit) return undefined;
    this.touches.current = hit;
    const halt = this.store.judgeThese(this.store.touchBreakpoints());
    this.touches.current = undefined;
    return halt;
  }

  private ask(): Halt | undefined {
    const seen = this.all.filter(({ sighting }) => sighting !== undefined);
    if (seen.length === 0) return undefined;
    const halt = this.store.judgeThese(seen.map(({ breakpoint }) => breakpoint));
    for (const each of seen) each.sighting = undefined;
    return halt;
  }

  private watched(id: number, request: DataBreakpointRequest): Watched {
    const { target, access, name } = request;
    this.check(target, access, name);
    const watched: Watched = {
      request,
      last: undefined,
      sighting: undefined,
      breakpoint: {
        id,
        reason: 'dataBreakpoint',
        description: `Data breakpoint on ${name}`,
        places: [],
        hits: 0,
        sight: () => watched.sighting,
        ...(request.condition?.trim() ? { condition: this.conditions.compile(request.condition) } : {}),
        ...(request.hitCondition?.trim() ? { hitCondition: compileHitCondition(request.hitCondition) } : {}),
      },
    };
    return watched;
  }

  private check(target: DataTarget, access: DataBreakpointRequest['access'], name: string): void {
    if (target.kind === 'register') {
      if (access !== 'write') throw new UserError(`Reading ${name} cannot be seen, only its change: choose "write"`);
      registerValue(this.target.machine, target.name);
      return;
    }
    const { address, byteLength, space } = target;
    if (!Number.isInteger(byteLength) || byteLength < 1 || byteLength > MOST_BYTES)
      throw new UserError(`A data breakpoint watches 1 to ${MOST_BYTES} bytes, not ${byteLength}`);
    const { foreign } = this.target.machine;
    if (foreign && space.kind === 'pa')
      throw new UserError(`${foreign.name} watches virtual addresses only: give one of the present address space`);
    if (address + byteLength > 2 ** 32) throw new UserError(`${name} goes beyond the end of the address space`);
    const domains = this.target.domains();
    if (space.kind === 'domain' && !isMissing(domains) && domains.length > 0) {
      if (!domains.some(({ id }) => id === space.domainId)) throw new UserError(`There is no domain ${space.domainId}`);
    }
  }

  /** Has the machine watch everything by what is mapped now. */
  private translate(): void {
    const touched = this.touches.ranges().map((range): Range => ({ owner: 'firstTouch', range }));
    this.ranges = [...this.all.flatMap((owner) => this.rangesOf(owner)), ...touched];
    this.target.machine.setWatches(this.ranges.map(({ range }) => range));
  }

  private rangesOf(owner: Watched): readonly Range[] {
    const { target, access } = owner.request;
    if (target.kind === 'register') return [];
    const { space, address, byteLength, scope } = target;
    if (space.kind === 'pa') return [{ owner, range: { space: 'physical', address, byteLength, access } }];
    if (scope !== 'memory' || this.target.machine.foreign)
      return [{ owner, range: { space: 'virtual', address, byteLength, access } }];
    const ranges: Range[] = [];
    for (let done = 0; done < byteLength;) {
      const at = address + done;
      const length = Math.min(byteLength - done, SMALLEST_PAGE - (at % SMALLEST_PAGE));
      const physical = this.target.physical(space, at);
      if (physical !== undefined)
        ranges.push({ owner, range: { space: 'physical', address: physical, byteLength: length, access } });
      // Whoever changes the mapping moves the memory that is meant.
      for (const { descriptorAddress } of this.target.walk(space, at, 'read', true)?.steps ?? [])
        ranges.push({ range: { space: 'physical', address: descriptorAddress, byteLength: 4, access: 'write' } });
      done += length;
    }
    return ranges;
  }

  private sightMemory(each: Watched, hit: WatchHit): Sighting | undefined {
    const { access, name } = each.request;
    const target = each.request.target as MemoryTarget;
    if (target.scope === 'domain' && !this.worksFor(target.space)) return undefined;
    const before = each.last as Uint8Array | undefined;
    const now = this.value(target) as Uint8Array | undefined;
    each.last = now;
    const changed = before === undefined || now === undefined || before.some((byte, index) => byte !== now[index]);
    if (access === 'write' && !changed) return undefined;
    const by = this.who(hit);
    if (hit.access === 'read') return { description: `${name} was read${valueText(' as ', now)}`, text: by };
    if (!changed) return { description: `${name} was written, and stays${valueText(' ', now)}`, text: by };
    return { description: `${name} changed${valueText(' from ', before)}${valueText(' to ', now)}`, text: by };
  }

  /** Who made the access, in a sentence. The stop stands behind the instruction. */
  private who({ by, pc, virtualAddress, address, byteLength, access }: WatchHit): string {
    const verb = access === 'read' ? 'Read' : 'Written';
    const bytes = `${byteLength} byte${byteLength === 1 ? '' : 's'} at ${hex32(virtualAddress ?? address)}`;
    if (by === 'device' || pc === undefined) return `${verb} by a device, ${bytes} of physical memory.`;
    const space = this.target.spaceOf(this.target.execution());
    const symbol = this.target.symbolAt(space, this.target.linked(space, pc));
    const where = symbol ? ` (${symbol.name}${symbol.offset ? `+0x${symbol.offset.toString(16)}` : ''})` : '';
    return `${verb} by the instruction at ${spaceText(space)}${hex32(pc)}${where}, ${bytes}.`;
  }

  /** Whether a domain executes, or the hypervisor for it. */
  private worksFor(space: AddressSpace): boolean {
    if (space.kind === 'domain') return this.target.current()?.domainId === space.domainId;
    return this.target.execution().kind !== 'guest';
  }

  private value(target: DataTarget): Uint8Array | number | undefined {
    if (target.kind === 'memory') return this.target.read(target.space, target.address, target.byteLength);
    return registerOf(this.target, target);
  }
}

function valueText(before: string, bytes: Uint8Array | undefined): string {
  if (bytes === undefined || bytes.length > NUMBER_BYTES) return '';
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return `${before}${value < 10n ? value : `${value} (0x${value.toString(16)})`}`;
}
