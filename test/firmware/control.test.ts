import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const DOM0_OP = 7;
const CREATE = 8;
const DESTROY = 9;
const PAUSE = 10;
const UNPAUSE = 11;
const PHYSINFO = 22;
const MAXMEM = 28;
const IMAGE_CTL = 60;
const VERSION = 0x0300_0000;
const SCRATCH = 0xc010_0000;
const EPERM = -1;
const ESRCH = -3;
const EFAULT = -14;
const EBUSY = -16;
const EEXIST = -17;
const EINVAL = -22;
const ENOSYS = -38;

/** Writes words to SCRATCH and calls dom0_op on them. */
const dom0Op = (...words: number[]): number[] => [
  ...words.flatMap((value, i) => [...arm.constant(0, SCRATCH + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]),
  ...call(DOM0_OP, SCRATCH),
];

/** Keeps the result of each call in a word from SCRATCH + 0x1000 on. */
const keeping = (calls: readonly number[][]): number[] =>
  calls.flatMap((words, i) => [...words, ...arm.constant(1, SCRATCH + 0x1000 + 4 * i), arm.store(0, 1)]);

/** Runs a Domain-0 of these calls beside `others`; gives the results and the machine, with the calls done. */
function resultsOf(
  calls: readonly number[][],
  others: readonly number[][] = [],
): { results: number[]; xen: BootedXen } {
  const words = keeping(calls);
  const xen = new BootedXen([words, ...others].map((text) => ({ elf: tinyGuest([...text, arm.loop]) })));
  const loop = textAddress(words.length);
  const domain0 = parseDomain0(xen);
  xen.machine.setBreakpoints([loop]);
  for (let i = 0; i < 20; i++) {
    xen.machine.run(2_000_000);
    if (xen.machine.cpu.getRegister(15) === loop && xen.machine.cpu.mode === 'usr') break;
  }
  const memory = domain0();
  const bytes = xen.machine.readPhysical(memory + (SCRATCH - 0xc000_0000) + 0x1000, 4 * calls.length);
  assert.ok(bytes);
  return { results: [...new Int32Array(bytes.buffer, 0, calls.length)], xen };
}

const parseDomain0 = (xen: BootedXen) => (): number =>
  parseInt(/Domain-0 .* machine address ([0-9a-f]{8})/.exec(xen.console)?.[1] ?? '', 16);

/** Boots the control domain with this command line and runs it to its last line. */
function control(commandLine: string): string {
  const xen = new BootedXen([{ elf: firmwareImage('control'), memoryBytes: 8 << 20, commandLine }]);
  xen.runUntilConsole('All domains have stopped', 400_000_000);
  return xen.console;
}

describe('Hypervisor: Domain-0 controls the others', () => {
  it('starts domains at run time, sees them end, destroys them and gets their memory back, generation after generation', () => {
    const console = control('domains=3 memory=2048 generations=2');
    for (const name of ['guest1.0', 'guest1.1', 'guest1.2', 'guest2.0', 'guest2.1', 'guest2.2'])
      assert.match(console, new RegExp(`mini-OS: ${name}: 4 threads done`), console);
    assert.match(console, /control: domain 3 ended with reason 0 .*destroyed: 0/);
    assert.match(console, /KB free for domains, as at the start/);
  });

  it('refuses what makes no sense, each with its own error', () => {
    const { results } = resultsOf([
      call(DOM0_OP, 0xff01_0000),
      dom0Op(CREATE, 0x0300_0001),
      dom0Op(99, VERSION),
      dom0Op(DESTROY, VERSION, 0),
      dom0Op(DESTROY, VERSION, 77),
      dom0Op(CREATE, VERSION, 0, 0, 0, 0, 0, 300),
      dom0Op(CREATE, VERSION, 0, 0, 0, 0, 0, 5),
      dom0Op(CREATE, VERSION, 0, 0, 0, 0, 0, 5),
      dom0Op(MAXMEM, VERSION, 5, 0, 0, 1),
      dom0Op(MAXMEM, VERSION, 5, 0, 0x1000, 0),
      dom0Op(IMAGE_CTL, VERSION, 5, 1, 0, 0x1000),
      dom0Op(IMAGE_CTL, VERSION, 5, 0, 0, 0xffff_ffff),
      dom0Op(IMAGE_CTL, VERSION, 5, 0, 0, 0x1000),
      dom0Op(MAXMEM, VERSION, 5, 0, 0x1000, 0),
      dom0Op(IMAGE_CTL, VERSION, 5, 1, 0, 0x1000),
      dom0Op(DESTROY, VERSION, 5),
      dom0Op(DESTROY, VERSION, 5),
    ]);
    assert.deepEqual(results, [
      EFAULT,
      EINVAL,
      ENOSYS,
      EINVAL,
      ESRCH,
      EINVAL,
      0,
      EEXIST,
      EINVAL,
      0,
      EINVAL,
      EINVAL,
      0,
      EBUSY,
      EINVAL,
      0,
      ESRCH,
    ]);
  });

  it('is for Domain-0 alone', () => {
    const probe = [...dom0Op(PHYSINFO, VERSION), arm.moveTo(4, 0)];
    const { xen } = resultsOf([dom0Op(PHYSINFO, VERSION)], [probe]);
    xen.machine.setBreakpoints([textAddress(probe.length)]);
    assert.equal(xen.machine.run(20_000_000).kind, 'breakpoint');
    assert.equal(xen.machine.cpu.getRegister(4) | 0, EPERM);
  });

  it('destroys a domain that runs: it is gone, its memory is free and cleared, and Domain-0 goes on', () => {
    const { results, xen } = resultsOf(
      [dom0Op(PAUSE, VERSION, 1), dom0Op(UNPAUSE, VERSION, 1), dom0Op(DESTROY, VERSION, 1), dom0Op(PAUSE, VERSION, 1)],
      [[...arm.constant(0, 0x1234_5678), ...arm.constant(1, SCRATCH), arm.store(0, 1)]],
    );
    assert.deepEqual(results, [0, 0, 0, ESRCH]);
    assert.match(xen.console, /\(XEN\) Domain-1 \(dom1\) is destroyed: 4096 KB are free again/);
    const memory = parseInt(/Domain-1 .* machine address ([0-9a-f]{8})/.exec(xen.console)?.[1] ?? '', 16);
    const bytes = xen.machine.readPhysical(memory, 4 << 20);
    assert.ok(bytes?.every((byte) => byte === 0));
  });
});
