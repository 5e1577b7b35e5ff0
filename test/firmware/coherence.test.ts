/**
 * The caches of the chip under our own firmware: with data in them and the chip's TLB, nothing that is read is stale; and
 * without the flush at a change of address space the guests read each other's memory, as paper §3.1 item 4 says of VIVT caches.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { arm, call, tinyGuest } from '../support/tinyGuest';

const TEST_CLEAN_INVALIDATE = 0xee17ff7e; // mrc p15, 0, r15, c7, c14, 3
const SET_Z = 0xe1300000; // teq r0, r0: the loop around it ends
const ROUTINE_BYTES = 72;
const SCHED_OP = 29;
const YIELD = 0;
const MOV_R4 = 0xe3a0_4000; // with a byte: no literal, which would itself be read from the other's line
const KEPT_AT = 0xc010_0000;
const COHERENCE = { machine: { cache: 'coherence', tlb: 'arm926' } } as const;

function boot(second: string): BootedXen {
  const commandLine = 'rounds=1';
  return new BootedXen(
    [
      { elf: firmwareImage('mini-os'), commandLine },
      { elf: firmwareImage(second), commandLine },
    ],
    COHERENCE,
  );
}

function word(xen: BootedXen, address: number): number {
  const bytes = xen.machine.readPhysical(address, 4)!;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

describe('Firmware: cache maintenance', () => {
  for (const second of ['mini-os', 'proc-os']) {
    it(`mini-OS and ${second} under the hypervisor read nothing stale`, function () {
      this.timeout(60_000);
      const xen = boot(second);
      xen.machine.run(2_500_000);
      assert.match(xen.console, /After 1 thread/);
      assert.ok(xen.machine.caches!.data.hits > 500_000, 'the data cache was on');
      assert.deepEqual(
        xen.machine.coherenceReports.map(({ text }) => text),
        [],
      );
    });
  }

  it('without the flush in load_page_table two guests get each other’s lines, and the reports name both address spaces', function () {
    this.timeout(60_000);
    // Each keeps its own number at one address, lets the other run, and looks again. What real guests come to depends on what lies where.
    const keeper = (number: number): Uint8Array => {
      const turn = [arm.store(4, 5), ...call(SCHED_OP, YIELD, 0), arm.load(6, 5)];
      const back = 0xea00_0000 | ((-turn.length - 2) & 0xff_ffff);
      return tinyGuest([MOV_R4 | number, ...arm.constant(5, KEPT_AT), ...turn, back >>> 0]);
    };
    const xen = new BootedXen([{ elf: keeper(1) }, { elf: keeper(2) }], COHERENCE);
    const start = xen.symbol('load_page_table') - 0xff00_0000;
    let taken = 0;
    for (let at = start; at < start + ROUTINE_BYTES; at += 4) {
      if (word(xen, at) !== TEST_CLEAN_INVALIDATE) continue;
      xen.machine.writePhysical(at, new Uint8Array(Uint32Array.of(SET_Z).buffer));
      taken++;
    }
    assert.equal(taken, 1);
    xen.machine.run(3_000_000);
    const reports = xen.machine.coherenceReports.filter(({ homonym, source }) => homonym && source === 'data cache');
    const { read, store, homonym } = reports.find(
      ({ read: { virtualAddress }, homonym: line }) => virtualAddress === KEPT_AT && line!.store.by === 'store',
    )!;
    assert.equal(read.ttbr, store.ttbr);
    assert.notEqual(read.ttbr, homonym!.store.ttbr);
  });
});
