/**
 * Turns what a client asks for (source lines, functions, addresses) into breakpoints of the store. What cannot be set is answered as
 * unverified with its reason. Exception filters have a file of their own.
 */
import { isMissing, type AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import { spaceText } from '../expressions/evaluator';
import type { SourcePaths } from '../target/sourcePaths';
import type { Target } from '../target/target';
import { UserError, type BreakpointRequest, type BreakpointState, type StopReason } from '../types';
import { hex32 } from '../values/format';
import type { Breakpoint, Place } from './breakpoint';
import { compileHitCondition, type Conditions } from './conditions';
import { readEventName } from './eventNames';
import type { FilterSetter } from './filterSetter';
import type { BreakpointStore } from './store';
import { nearestName } from './suggest';

interface Found {
  readonly places: readonly Place[];
  readonly state?: Pick<BreakpointState, 'message' | 'source' | 'address'>;
  readonly description: string;
}

export class BreakpointSetters {
  /** The domains that breakpoints were set in, by what was asked: a client sets all of a file again when one changes. */
  private domains = new Map<string, number>();

  constructor(
    private readonly target: Target,
    private readonly paths: SourcePaths,
    private readonly store: BreakpointStore,
    private readonly conditions: Conditions,
    private readonly filters: FilterSetter,
  ) {}

  source(
    path: string,
    requests: readonly (BreakpointRequest & { readonly line: number })[],
  ): readonly BreakpointState[] {
    return this.set(`source ${path}`, 'breakpoint', requests, ({ line }) => this.findLine(path, line));
  }

  functions(requests: readonly (BreakpointRequest & { readonly name: string })[]): readonly BreakpointState[] {
    // The condition of an event is in the event's words.
    const meant = requests.map((request) => {
      const { name, condition } = request;
      if (!condition?.trim() || !readEventName(name)) return request;
      const joint = / if /.test(name) ? `${name} && (${condition})` : `${name.trim()} if ${condition}`;
      return { ...request, name: joint, condition: undefined };
    });
    return this.set(
      'functions',
      'functionBreakpoint',
      meant,
      ({ name }) => this.findEvent(name) ?? this.findFunction(name.trim()),
    );
  }

  instructions(
    requests: readonly (BreakpointRequest & { readonly space: AddressSpace; readonly address: number })[],
  ): readonly BreakpointState[] {
    return this.set('instructions', 'instructionBreakpoint', requests, ({ space, address }) => {
      const places = space.kind === 'pa' ? this.mappedAt(address >>> 0) : [{ space, address: address >>> 0 }];
      return {
        places: places.map((place) => ({ kind: 'space', ...place })),
        state: { address },
        description: `Breakpoint at ${spaceText(space)}${hex32(address)}`,
      };
    });
  }

  /** Every virtual address by which memory can be executed now. @throws UserError when nobody has it mapped */
  private mappedAt(physical: number): readonly { readonly space: AddressSpace; readonly address: number }[] {
    const domains = this.target.domains();
    const guests = isMissing(domains) ? [] : domains.map(({ id }) => ({ kind: 'domain', domainId: id }) as const);
    const spaces: readonly AddressSpace[] = [{ kind: 'xen' }, ...guests];
    const places = spaces.flatMap((space) =>
      this.target.addressesOf(space, physical).map((address) => ({ space, address })),
    );
    if (places.length > 0) return places;
    throw new UserError(`No address space maps pa:${hex32(physical)} now: run until somebody does`);
  }

  private set<Request extends BreakpointRequest>(
    owner: string,
    reason: StopReason,
    requests: readonly Request[],
    find: (request: Request) => Found,
  ): readonly BreakpointState[] {
    const breakpoints: Breakpoint[] = [];
    const states = requests.map((request): BreakpointState => {
      const id = this.store.newId();
      try {
        const found = find(request);
        const limit = request.scope === 'domain' ? { domainId: this.domainOf(owner, request) } : {};
        breakpoints.push({ id, reason, hits: 0, ...limit, ...this.modifiers(request), ...found });
        return { id, verified: true, ...found.state };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.store.replace(owner, breakpoints);
    return states;
  }

  private domainOf(owner: string, request: BreakpointRequest): number {
    // What may be changed at a breakpoint that stays where it is.
    const place = { ...request, condition: undefined, hitCondition: undefined, logMessage: undefined };
    const key = `${owner} ${JSON.stringify(place)}`;
    const domainId = this.domains.get(key) ?? this.target.current()?.domainId;
    if (domainId === undefined)
      throw new UserError('The CPU works for no domain now: set a breakpoint for "this domain" while it stands in one');
    this.domains.set(key, domainId);
    return domainId;
  }

  private modifiers({ condition, hitCondition, logMessage }: BreakpointRequest) {
    return {
      ...(condition?.trim() ? { condition: this.conditions.compile(condition) } : {}),
      ...(hitCondition?.trim() ? { hitCondition: compileHitCondition(hitCondition) } : {}),
      ...(logMessage ? { log: this.conditions.compileLog(logMessage) } : {}),
    };
  }

  private findLine(path: string, line: number): Found {
    const file = this.paths.toDwarf(path);
    const places: Place[] = [];
    let actual: number | undefined;
    let known = false;
    for (const image of this.target.allImages) {
      const { actualLine, addresses } = image.addressesForLine(file, line);
      known ||= addresses.length > 0 || image.sources().includes(file);
      if (addresses.length === 0 || (actual !== undefined && actualLine !== actual)) continue;
      actual = actualLine;
      places.push(...addresses.map((address) => ({ kind: 'image' as const, image, address })));
    }
    if (actual === undefined)
      throw new UserError(
        known
          ? `No code comes from line ${line} of ${path} or after it`
          : `No loaded image was built from ${path}: check the domain's kernel, or its debug information (-g)`,
      );
    return {
      places,
      description: `Breakpoint at ${file.split('/').pop()}:${actual}`,
      state: { source: { path, line: actual }, address: places[0]!.address },
    };
  }

  private findEvent(name: string): Found | undefined {
    const found = this.filters.named(name);
    if (!found) return undefined;
    const [place] = found.places;
    return { ...found, state: place ? { address: place.address } : {} };
  }

  /** `name`, or one for an address space: `dom1:printk`, `xen:do_upcall`. */
  private findFunction(wanted: string): Found {
    const qualified = /^(dom(\d+)|xen):(.+)$/.exec(wanted);
    const name = (qualified?.[3] ?? wanted).trim();
    if (name === '') throw new UserError('A function breakpoint needs a name, such as do_upcall or dom1:printk');
    const domainId = qualified?.[2] === undefined ? undefined : Number(qualified[2]);
    const images = this.imagesFor(qualified?.[1], domainId);
    const places: Place[] = [];
    for (const image of images) {
      const found = image.functionNamed(name);
      if (!found) continue;
      const place = { kind: 'image' as const, image, address: found.bodyPc };
      places.push(domainId === undefined ? place : { ...place, domainId });
    }
    if (places.length === 0) throw new UserError(this.unknownFunction(name, images));
    const line = this.lineOf(places[0]!);
    return {
      places,
      description: `Breakpoint on ${wanted}`,
      state: { address: places[0]!.address, ...(line ? { source: line } : {}) },
    };
  }

  private imagesFor(prefix: string | undefined, domainId: number | undefined): readonly ImageFace[] {
    if (prefix === undefined) return this.target.allImages;
    const space: AddressSpace = domainId === undefined ? { kind: 'xen' } : { kind: 'domain', domainId };
    const images = this.target.imagesOf(space);
    if (images.length === 0)
      throw new UserError(`"${prefix}:" names a domain that the launch configuration does not have`);
    return images;
  }

  private unknownFunction(name: string, images: readonly ImageFace[]): string {
    const names = images.flatMap((image) => image.symbols().map((symbol) => symbol.name));
    const near = nearestName(name, names);
    const where = images.map((image) => image.name).join(', ') || 'any image';
    return `There is no function or label "${name}" in ${where}${near ? `: did you mean ${near}?` : ''}`;
  }

  private lineOf(place: Place): BreakpointState['source'] {
    const line = place.kind === 'image' ? place.image.lineAt(place.address) : undefined;
    return line && { path: this.paths.toDisk(line.file), line: line.line };
  }
}
