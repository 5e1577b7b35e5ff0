/**
 * The caches of the chip under our own firmware: with data in them and the chip's TLB, nothing that is read is stale; and
 * without the flush at a change of address space the guests read each other's memory, as paper §3.1 item 4 says of VIVT caches.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

const TEST_CLEAN_INVALIDATE = 0xee17ff7e; // mrc p15, 0, r15, c7, c14, 3
const SET_Z = 0xe1300000; // teq r0, r0: the loop around it ends
const ROUTINE_BYTES = 72;

function boot(second: string): BootedXen {
  const commandLine = 'rounds=1';
  return new BootedXen(
    [
      { elf: firmwareImage('mini-os'), commandLine },
      { elf: firmwareImage(second), commandLine },
    ],
    { machine: { cache: 'coherence', tlb: 'arm926' } },
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
    const xen = boot('mini-os');
    const start = xen.symbol('load_page_table') - 0xff00_0000;
    let taken = 0;
    for (let at = start; at < start + ROUTINE_BYTES; at += 4) {
      if (word(xen, at) !== TEST_CLEAN_INVALIDATE) continue;
      xen.machine.writePhysical(at, new Uint8Array(Uint32Array.of(SET_Z).buffer));
      taken++;
    }
    assert.equal(taken, 1);
    xen.machine.run(2_100_000);
    const reports = xen.machine.coherenceReports.filter(({ homonym, source }) => homonym && source === 'data cache');
    assert.ok(reports.length > 0);
    const { read, store, homonym } = reports.find(({ homonym: line }) => line!.store.by === 'store')!;
    assert.equal(read.ttbr, store.ttbr);
    assert.notEqual(read.ttbr, homonym!.store.ttbr);
    assert.doesNotMatch(xen.console, /After 1 thread[^]*After 1 thread/, 'and the guests do not survive it');
  });
});
