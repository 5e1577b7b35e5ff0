/**
 * Where a step may go into: each call of the line, the handler of a hypercall, the guest's system call, the next upcall. Finds the
 * places and says how to get there; the steps are the stepper's.
 */
import { HYPERCALL_IMMEDIATE } from '../../hypervisor/contexts';
import { describeHypercall } from '../../hypervisor/hypercalls';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import type { Frame, StepTarget, StopEvent } from '../types';
import { hex32 } from '../values/format';
import { callAt, numberBefore, type CallSite } from './callSites';
import type { Halt, RunLoop } from './runLoop';
import type { Stepper } from './stepper';

const WORD_BYTES = 4;
const DONE: Halt = { reason: 'step', breakpointIds: [], description: 'Step' };

type Go = () => Promise<Halt>;

export class StepTargets {
  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
    private readonly stepper: Stepper,
    private readonly threads: Threads,
    /** Everything that moves the machine goes through the engine. */
    private readonly move: (motion: () => Promise<Halt>) => Promise<StopEvent>,
  ) {}

  /** Of the innermost frame of the thread that runs; elsewhere there are none, as what a caller goes on with is decided by others. */
  of(frame: Frame): readonly StepTarget[] {
    if (frame.kind === 'label' || frame.threadId !== this.threads.currentId()) return [];
    if (frame.pc !== this.target.machine.cpu.getRegister(15)) return [];
    const targets = new Map<string, StepTarget>();
    for (const site of this.sites(frame)) {
      const { label, go } = site.kind === 'swi' ? this.trap(frame, site) : this.call(frame, site);
      const line = this.target.imageAt(frame.space, site.address)?.lineAt(site.address);
      const place = line && { line: line.line, column: line.column };
      if (!targets.has(label)) targets.set(label, { label, ...place, step: () => this.move(go) });
    }
    const upcall = this.upcall(frame);
    return [...targets.values(), ...(upcall ? [upcall] : [])];
  }

  /** The calls of the line from here on. */
  private sites(frame: Frame): readonly CallSite[] {
    const image = frame.image;
    const linked = this.target.linked(frame.space, frame.pc);
    const here = image?.lineAt(linked);
    const range = image?.functionAt(linked);
    const size = frame.thumb ? 2 : 4;
    const read = this.reader(frame);
    const addresses = [linked];
    if (image && here && range) {
      for (let address = linked + size; address < range.highPc; address += size) {
        const row = image.lineAt(address);
        if (row?.line === here.line && row.file === here.file) addresses.push(address);
      }
    }
    const distance = frame.pc - linked;
    return addresses.flatMap((address) => callAt(address + distance, frame.thumb, read) ?? []);
  }

  private call(frame: Frame, { address, destination }: CallSite): { readonly label: string; readonly go: Go } {
    const into = () => this.stepper.into(frame.threadId, new Set([address]));
    if (destination === undefined) return { label: `the function that the call at ${hex32(address)} finds`, go: into };
    const linked = this.target.linked(frame.space, destination);
    const name = this.target.functionAt(frame.space, linked)?.name ?? hex32(destination);
    return { label: name, go: into };
  }

  private trap(frame: Frame, { address, immediate }: CallSite): { readonly label: string; readonly go: Go } {
    const into = () => this.stepper.into(frame.threadId, new Set([address]));
    const domain = frame.space.kind === 'domain' ? this.target.domainName(frame.space.domainId) : undefined;
    if (domain === undefined) return { label: `the handler of swi ${immediate}`, go: into };
    if (frame.kind === 'guestKernel' && immediate === HYPERCALL_IMMEDIATE) {
      const number = frame.pc === address ? frame.registers[7] : numberBefore(address, frame.thumb, this.reader(frame));
      const handler = number === undefined ? undefined : this.handler(number)?.name;
      const what = number === undefined ? 'the hypercall' : `hypercall ${describeHypercall(number)}`;
      return {
        label: handler ? `${handler}, for ${what}` : `the handler of ${what}`,
        go: () => this.hypercall(into, frame.threadId),
      };
    }
    return { label: `the system call’s handler in ${domain}’s kernel`, go: () => this.systemCall(into, frame) };
  }

  /** Through the hypervisor's entry to the function that its table has for the number. */
  private async hypercall(into: Go, threadId: number): Promise<Halt> {
    const halt = await into();
    if (halt.reason !== 'step' || this.target.execution().kind !== 'hypervisor') return halt;
    const handler = this.handler(this.target.machine.cpu.getRegister(7));
    if (!handler) return halt;
    const arrived = () => this.target.execution().kind === 'hypervisor' && this.threads.currentId() === threadId;
    return this.run(handler.bodyPc, arrived);
  }

  private async systemCall(into: Go, frame: Frame): Promise<Halt> {
    const halt = await into();
    const callback = this.callback(frame);
    if (halt.reason !== 'step' || callback === undefined) return halt;
    return this.run(callback, () => this.inGuest(frame.threadId));
  }

  private upcall(frame: Frame): StepTarget | undefined {
    const callback = this.callback(frame);
    const vcpu = this.threads.vcpuOf(frame.threadId);
    if (callback === undefined || !vcpu) return undefined;
    const name = this.target.functionAt({ kind: 'domain', domainId: vcpu.domainId }, callback)?.name ?? hex32(callback);
    const go = () => this.run(callback, () => this.inGuest(frame.threadId));
    return {
      label: `${name}, at the next upcall to ${this.target.domainName(vcpu.domainId)}`,
      step: () => this.move(go),
    };
  }

  private async run(address: number, arrived: () => boolean): Promise<Halt> {
    const result = await this.loop.run(
      {},
      { addresses: [address], arrived: (pc) => pc === address >>> 0 && arrived() },
    );
    return result.kind === 'halt' ? result.halt : DONE;
  }

  private inGuest(threadId: number): boolean {
    return this.target.execution().kind === 'guest' && this.threads.currentId() === threadId;
  }

  /** Where the domain of a thread takes its upcalls. */
  private callback({ threadId }: Frame): number | undefined {
    const vcpu = this.threads.vcpuOf(threadId);
    return vcpu && this.target.hypervisor?.callbackOf(vcpu.address);
  }

  /** What the hypervisor's table has for a number. */
  private handler(number: number) {
    const address = this.target.hypervisor?.handlerOf(number);
    return address === undefined ? undefined : this.target.hypervisor?.image.functionAt(address);
  }

  private reader(frame: Frame): (address: number) => number | undefined {
    return (address) => this.wordAt(frame.space, address);
  }

  private wordAt(space: Frame['space'], address: number): number | undefined {
    const bytes = this.target.read(space, address, WORD_BYTES) ?? this.target.read(space, address, 2);
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return bytes.byteLength === WORD_BYTES ? view.getUint32(0, true) : view.getUint16(0, true);
  }
}
