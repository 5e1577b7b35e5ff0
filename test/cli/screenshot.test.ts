/** `--screenshot` and `armvisor/display` with a real board: a program switches the display of versatilepb on and paints it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decode } from 'fast-png';
import { after, before, describe, it } from 'mocha';
import type { DisplayBody } from '../../src/adapter/viewProtocol';
import { armvisor } from '../support/cli';
import { DapClient } from '../support/dapClient';
import { endlessLoop, tinyElf } from '../support/elf';

/** PL110 at 0x10120000 (ARM DDI 0161, 3.2): 16 by 2 pixels of 24 bits, all green. */
const GREEN = [
  0xe3a00201, // mov r0, #0x10000000
  0xe3800812, // orr r0, r0, #0x00120000
  0xe3a01000, // mov r1, #0
  0xe5801000, // str r1, [r0]: timing 0, 16 pixels a line
  0xe3a01001, // mov r1, #1
  0xe5801004, // str r1, [r0, #4]: timing 1, two lines
  0xe3a02603, // mov r2, #0x00300000
  0xe5802010, // str r2, [r0, #0x10]: the frame
  0xe3a03cff, // mov r3, #0xff00
  0xe3a04020, // mov r4, #32
  0xe4823004, // 1: str r3, [r2], #4
  0xe2544001, // subs r4, r4, #1
  0x1afffffc, // bne 1b
  0xe3a01b02, // mov r1, #0x800: power
  0xe381102b, // orr r1, r1, #0x2b: TFT, 24 bits, enabled
  0xe5801018, // str r1, [r0, #0x18]: control
  endlessLoop,
];

describe('The display of a board', function () {
  this.timeout(30_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    writeFileSync(path.join(folder, 'green.elf'), tinyElf(GREEN, 0x10000));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is a PNG file at the end of a run', async () => {
    const kernel = ['run', '--kernel', 'green.elf', '--machine', 'versatilepb'];
    const early = await armvisor([...kernel, '--max-instructions', '50', '--screenshot', 'x.png'], folder);
    assert.match(early.stderr, /--screenshot wrote nothing: the board versatilepb has no display, or the guest/);
    const result = await armvisor([...kernel, '--max-instructions', '200', '--screenshot', 'green.png'], folder);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /armvisor: the display is in green\.png\./);
    const { width, height, channels, data } = decode(readFileSync(path.join(folder, 'green.png')));
    assert.deepEqual([width, height, channels], [16, 2, 3]);
    assert.deepEqual([...data], new Array(32).fill([0, 255, 0]).flat());
  });

  it('is what a client of the debugger gets, and its registers are among the devices', async () => {
    const client = new DapClient();
    try {
      await client.launch({ kernel: path.join(folder, 'green.elf'), machine: 'versatilepb' });
      await client.body('setInstructionBreakpoints', { breakpoints: [{ instructionReference: 'xen:0x00010040' }] });
      await client.until('configurationDone');
      const { displays } = (await client.body('armvisor/display')) as unknown as DisplayBody;
      assert.deepEqual([displays.length, displays[0]!.width, displays[0]!.height], [1, 16, 2]);
      assert.deepEqual([...Buffer.from(displays[0]!.rgb565!, 'base64').subarray(0, 2)], [0xe0, 0x07]);
      const { result } = await client.body('evaluate', { expression: '$pl110.CONTROL.LcdBpp' });
      assert.equal(result, '5 24');
    } finally {
      await client.close();
    }
  });

  it('takes keys, which wait in goldfish_events for the guest', async () => {
    const client = new DapClient();
    try {
      await client.launch({ kernel: 'builtin:mini-os-native', stopOnEntry: true });
      const { threadId } = await client.until('configurationDone');
      const key = { type: 1, code: 30, value: 1 };
      await client.body('armvisor/input', { events: [key] });
      // Input arrives when the machine moves.
      await client.until('stepIn', { threadId, granularity: 'instruction' });
      for (const [index, value] of [1, 30, 1].entries()) {
        const { result } = await client.body('evaluate', { expression: `$goldfish_events.0.state.queue[${index}]` });
        assert.equal(Number.parseInt(String(result)), value);
      }
    } finally {
      await client.close();
    }
  });
});
