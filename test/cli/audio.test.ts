/** The WAV file of `--audio`, read back by its format and, where it is installed, by Python's reader. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { WavSink } from '../../src/cli/run/audio';
import { armvisor } from '../support/cli';

describe('armvisor run --audio', function () {
  this.timeout(30_000);
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'))));
  after(() => rmSync(folder, { recursive: true }));

  const pcm = Uint8Array.from({ length: 4 * 4410 }, (_, index) => index & 0xff);
  const format = { rate: 44100, channels: 2 };

  it('writes what is played, piece after piece, and nothing else that devices say', () => {
    const file = path.join(folder, 'a.wav');
    const sink = new WavSink(file);
    sink.take({ pcm, ...format });
    sink.take({ line: 'a log line' });
    sink.take({ frame: new Uint8Array(60) });
    sink.take({ pcm, ...format });
    assert.deepEqual(sink.close(), { seconds: 0.2 });
    const bytes = readFileSync(file);
    assert.equal(bytes.length, 44 + 2 * pcm.length);
    assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
    assert.equal(bytes.readUInt32LE(40), 2 * pcm.length);
    assert.ok(bytes.subarray(44, 44 + pcm.length).equals(pcm) && bytes.subarray(44 + pcm.length).equals(pcm));
  });

  it('is a WAV file for others too', function () {
    const file = path.join(folder, 'b.wav');
    const sink = new WavSink(file);
    sink.take({ pcm: pcm.subarray(0, 1000), rate: 8000, channels: 1 });
    sink.close();
    const program = `import wave; w = wave.open(${JSON.stringify(file)}); print(w.getparams()[:4])`;
    const { status, stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
    if (status !== 0) this.skip();
    assert.equal(stdout.trim(), '(1, 2, 8000, 500)');
  });

  it('says how long it plays, and refuses a file that cannot be written', async () => {
    const kernel = ['run', '--kernel', 'builtin:mini-os-native', '--max-instructions', '1000'];
    const good = await armvisor([...kernel, '--audio', 'c.wav'], folder);
    assert.match(good.stderr, /armvisor: 0 s of sound are in c\.wav\./);
    assert.equal(readFileSync(path.join(folder, 'c.wav')).length, 44);
    const bad = await armvisor([...kernel, '--audio', 'no/c.wav'], folder);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /--audio: no\/c\.wav cannot be written \(ENOENT\)/);
  });
});
