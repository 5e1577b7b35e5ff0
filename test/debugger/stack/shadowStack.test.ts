/** Stacks at each single instruction, against a shadow stack that has seen every call, return and exception since the machine was switched on. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isMissing } from '../../../src/hypervisor/types';
import type { DebugEngine, Frame, LaunchSettings } from '../../../src/debugger/types';
import { brief, domain, runningThread, session, withProcess } from '../support/session';
import { ShadowStack } from './shadowStack';

/** What a hypervisor and its guests are called in `images`, and the few of their routines that no caller gets back from. */
function shadowOf(engine: DebugEngine): ShadowStack {
  const [xen, ...guests] = engine.images;
  const named = (images: readonly (typeof xen)[], name: string) => images.map((image) => image!.symbol(name)?.address);
  const callbacks = named(guests, 'hypervisor_callback');
  const abandoning = [...named([xen], 'do_restore_guest_context'), ...named(guests, 'enter_user')];
  return new ShadowStack(engine.machine, {
    isFunction: (pc, inGuest) => (inGuest ? guests : [xen]).some((image) => image!.functionAt(pc)?.lowPc === pc),
    isCode: (pc) => engine.images.some((image) => image.containsAddress(pc)),
    isCallback: (pc) => callbacks.includes(pc),
    abandonsCallers: (pc) => abandoning.includes(pc),
    savedPc: () => {
      const frame = engine.currentVcpu()?.savedFrame;
      return frame === undefined || isMissing(frame) ? undefined : frame.registers[15];
    },
  });
}

const addresses = (frames: readonly Frame[]): readonly number[] =>
  frames.filter(({ kind }) => kind !== 'label').map(({ pc }) => pc);

/** A machine before the first instruction of its first guest. */
async function atFirstGuest(changes: Partial<LaunchSettings>): Promise<{ engine: DebugEngine; shadow: ShadowStack }> {
  const engine = await session(changes);
  const shadow = shadowOf(engine);
  while (!shadow.executesGuest) shadow.step();
  return { engine, shadow };
}

/** The stack of whoever executes, which must be the shadow's; undefined where that has none. */
function compared(engine: DebugEngine, shadow: ShadowStack): readonly Frame[] | undefined {
  const frames = engine.stack(runningThread(engine));
  const agrees = shadow.agrees(addresses(frames));
  if (agrees !== false) return agrees && frames;
  const expected = shadow.expected()!.map((calls) => calls.map(({ ret }) => ret.toString(16)).join(' < '));
  throw new assert.AssertionError({
    message: `instruction ${engine.machine.instructionCount}: ${brief(frames).join(' < ')}\nexpected ${expected.join('\nor ')}`,
  });
}

describe('Stacks beside a shadow stack', function () {
  this.timeout(180_000);

  it('are equal at every one of the first 200,000 instructions after a guest starts', async () => {
    const { engine, shadow } = await atFirstGuest({ domains: [domain('Domain-0'), domain('Domain-1')] });
    let unknown = 0;
    for (let count = 0; count < 200_000; count++) {
      if (!compared(engine, shadow)) unknown++;
      shadow.step();
    }
    // Of a thread that has never run nobody knows where it will go, for the three instructions before it does.
    assert.equal(unknown, 3);
  });

  it('are equal at each of 60 instructions on both sides of every border between process, kernel and hypervisor', async () => {
    const { engine, shadow } = await atFirstGuest(withProcess);
    const borders = new Set<string>();
    let wasGuest = true;
    let left = 0;
    for (let count = 0; count < 1_359_000; count++) {
      if (shadow.executesGuest !== wasGuest) left = 60;
      wasGuest = shadow.executesGuest;
      if (left-- > 0) {
        const frames = compared(engine, shadow) ?? [];
        for (const { kind, name } of frames)
          if (kind === 'label') borders.add(name.replace(/ (\d|0x|\w+ \(|from|in|to).*/, ''));
      }
      shadow.step();
    }
    const causes = ['data abort', 'prefetch abort', 'system call', 'undefined'];
    const upcalls = causes.map((cause) => `upcall: ${cause}`);
    assert.deepEqual([...borders].sort(), ['hypercall', 'interrupt', 'return', ...causes, ...upcalls].sort());
  });
});
