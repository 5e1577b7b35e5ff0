/**
 * Every register of the versatilepb board's devices held against QEMU's: what it reads after reset, and what all registers of the
 * device read after each of a set of patterns has been written to each of them. Time stands still on both sides. What is meant to
 * differ is listed in `versatilepbDifferences.ts`, and the list is checked too: an entry that no longer differs fails.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createDeviceBus } from '../../src/machine/boards/deviceBus';
import { versatilepb, versatilePbLayout } from '../../src/machine/boards/versatilepb';
import { type RegisterAt, registersByOffset } from '../../src/machine/devices/registerTable';
import type { DeviceView } from '../../src/machine/types';
import { createFakeHost } from '../machine/devices/fakeHost';
import { absentInQemu, documentedDifferences, notWritten } from './versatilepbDifferences';
import { startQemu, type QemuMemory } from './qemuMemory';

const PATTERNS = [0xffff_ffff, 0x5555_5555, 0xaaaa_aaaa, 0x1234_5678, 0];
/** Of arrays of registers, these many from the start, and the last. */
const ARRAY_START = 3;

interface Place {
  readonly name: string;
  readonly offset: number;
}

function places(view: DeviceView, access: 'r' | 'w'): Place[] {
  const chosen = ({ index, declaration: { count = 1 } }: RegisterAt) => index < ARRAY_START || index === count - 1;
  return [...registersByOffset(view.table, access)]
    .filter(([, register]) => chosen(register))
    .map(([offset, register]) => ({ name: register.name, offset }));
}

const hex = (value: number): string => `0x${value.toString(16)}`;

describe('The registers of the versatilepb board beside QEMU', function () {
  this.timeout(180_000);
  const bus = createDeviceBus(versatilePbLayout(), createFakeHost());
  const views = bus.devices.filter(({ table }) => !absentInQemu.has(table.name));
  /** Documented differences that have been seen. */
  const seen = new Set<string>();
  let qemu: QemuMemory;

  before(async function () {
    const missing = spawnSync('qemu-system-arm', ['--version']).error !== undefined;
    if (missing && !process.env['CI']) this.skip();
    assert.ok(!missing, 'qemu-system-arm is needed: apt-get install qemu-system-arm');
    qemu = await startQemu(versatilepb.name);
  });
  after(() => qemu?.close());

  /** Reads all registers on both sides; sentences about those that differ and are not known to. */
  async function compare(view: DeviceView, after: string): Promise<string[]> {
    const found: string[] = [];
    for (const { name, offset } of places(view, 'r')) {
      const ours = bus.read(view.base + offset, 4) ?? 0;
      const theirs = (await qemu.read(view.base + offset)) ?? 0;
      if (ours === theirs) continue;
      const key = `${view.table.name}.${name}`;
      const known = documentedDifferences.get(key);
      if (known !== undefined && ((ours ^ theirs) & known.compared) === 0) seen.add(key);
      else found.push(`${view.instance} ${name} ${after}: ${hex(ours)} here, ${hex(theirs)} in QEMU`);
    }
    return found;
  }

  for (const view of views) {
    it(`${view.instance} reads as in QEMU after reset and after any write`, async () => {
      const found = await compare(view, 'after reset');
      for (const { name, offset } of places(view, 'w')) {
        if (notWritten.has(`${view.table.name}.${name}`)) continue;
        for (const pattern of PATTERNS) {
          bus.write(view.base + offset, 4, pattern);
          await qemu.write(view.base + offset, pattern);
          found.push(...(await compare(view, `after ${hex(pattern)} to ${name} at 0x${offset.toString(16)}`)));
        }
      }
      assert.deepEqual(found, []);
    });
  }

  it('every documented difference still exists', () => {
    assert.deepEqual(
      [...documentedDifferences.keys()].filter((key) => !seen.has(key)),
      [],
    );
  });
});
