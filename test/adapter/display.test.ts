/** The display request and its input, against an engine without a machine; pixels and the picture file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decode } from 'fast-png';
import { describe, it } from 'mocha';
import { expandRgb565 } from '../../src/adapter/pixels';
import type { DisplayBody } from '../../src/adapter/viewProtocol';
import { pngOf, writeScreenshots } from '../../src/cli/run/screenshot';
import type { DisplayImage } from '../../src/machine/types';
import { SessionClient } from '../support/sessionClient';

/** Two by two: red, green; blue, white. */
const flag: DisplayImage = {
  instance: 'goldfish_fb',
  width: 2,
  height: 2,
  rgb565: Uint8Array.of(0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00, 0xff, 0xff),
};
const flagRgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];

/** A phone's screen of noise, as large as real ones. */
const noise: DisplayImage = {
  instance: 'goldfish_fb',
  width: 320,
  height: 480,
  rgb565: Uint8Array.from({ length: 320 * 480 * 2 }, (_, index) => (index * 2654435761) >>> 24),
};

describe('armvisor/display', () => {
  it('gives every display with its pixels', async () => {
    const client = await new SessionClient().started();
    client.engine.displays = [flag, { ...noise, instance: 'second' }];
    const { displays } = await client.body<DisplayBody>('armvisor/display');
    assert.deepEqual(
      displays.map(({ instance, width, height }) => [instance, width, height]),
      [
        ['goldfish_fb', 2, 2],
        ['second', 320, 480],
      ],
    );
    assert.deepEqual([...Buffer.from(displays[0]!.rgb565!, 'base64')], [...flag.rgb565]);
    assert.ok(Buffer.from(displays[1]!.rgb565!, 'base64').equals(noise.rgb565));
  });

  it('does not send again what the client has, and sends what has changed', async () => {
    const client = await new SessionClient().started();
    client.engine.displays = [flag];
    const [first] = (await client.body<DisplayBody>('armvisor/display')).displays;
    const have = { goldfish_fb: first!.version };
    const [second] = (await client.body<DisplayBody>('armvisor/display', { have })).displays;
    assert.deepEqual(second, { instance: 'goldfish_fb', width: 2, height: 2, version: first!.version });
    client.engine.displays = [{ ...flag, rgb565: flag.rgb565.map((byte, index) => (index === 7 ? 0 : byte)) }];
    const [third] = (await client.body<DisplayBody>('armvisor/display', { have })).displays;
    assert.notEqual(third!.version, first!.version);
    assert.ok(third!.rgb565);
  });

  it('says why nothing is displayed, and answers while the machine runs', async () => {
    const client = await new SessionClient().started();
    await client.body('continue', { threadId: 2 });
    const { displays, unavailable } = await client.body<DisplayBody>('armvisor/display');
    assert.deepEqual(displays, []);
    assert.match(unavailable!, /^Nothing is displayed: the board fake has no display, or/);
  });
});

describe('armvisor/input', () => {
  it('goes to the first device that takes it', async () => {
    const client = await new SessionClient().started();
    const events = [
      { type: 1, code: 30, value: 1 },
      { type: 1, code: 30, value: 0 },
    ];
    await client.body('armvisor/input', { events });
    assert.deepEqual(client.engine.keys, events);
  });

  it('is refused in words when no device takes it, or when it is no list of events', async () => {
    const client = await new SessionClient().started();
    const touch = { type: 3, code: 0, value: 7 };
    assert.match(await client.refusal('armvisor/input', { events: [touch] }), /No device of the board fake takes/);
    for (const wrong of [[7], [{ type: 1 }], [{ type: 1, code: 0.5, value: 0 }], new Array(300).fill(touch)])
      assert.match(await client.refusal('armvisor/input', { events: wrong }), /whole numbers/);
    assert.deepEqual(client.engine.keys, []);
  });
});

describe('pixels', () => {
  it('of RGB565 fill the whole range: black stays 0, full becomes 255', () => {
    assert.deepEqual([...expandRgb565(flag.rgb565, false)], flagRgb);
    assert.deepEqual([...expandRgb565(Uint8Array.of(0xff, 0xff, 0, 0, 9), true)], [255, 255, 255, 255, 0, 0, 0, 255]);
  });

  it('are a PNG file that another reader shows the same', () => {
    const { width, height, channels, data } = decode(pngOf(flag));
    assert.deepEqual([width, height, channels, [...data]], [2, 2, 3, flagRgb]);
    assert.deepEqual([...decode(pngOf(noise)).data], [...expandRgb565(noise.rgb565, false)]);
  });

  it('of several displays go to several files', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    try {
      const file = path.join(folder, 'screen.png');
      await writeScreenshots([flag, { ...flag, instance: 'pl110' }], file);
      assert.deepEqual(readdirSync(folder).sort(), ['screen-pl110.png', 'screen.png']);
      assert.deepEqual(readFileSync(file).subarray(1, 4).toString(), 'PNG');
      assert.deepEqual(await writeScreenshots([], file), []);
      await assert.rejects(
        writeScreenshots([flag], path.join(folder, 'no/x.png')),
        /--screenshot: .* cannot be written/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
