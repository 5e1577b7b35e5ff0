/** samples/secure as its README says: its commands, then its launch configuration. And what `armvisor image` says to mistakes. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { armvisor, type CliResult } from '../support/cli';
import { repository } from '../support/goldenText';

const sample = path.join(repository, 'samples/secure');
const [prepare, run] = [...readFileSync(path.join(sample, 'README.md'), 'utf8').matchAll(/```sh\n([^`]*)```/g)].map(
  ([, commands]) => commands!.trim().split('\n'),
);

describe('The secure sample', function () {
  this.timeout(120_000);
  let folder: string;
  const results: CliResult[] = [];
  const image = (...args: string[]): Promise<CliResult> => armvisor(['image', ...args], folder);

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    cpSync(sample, folder, { recursive: true });
    for (const command of prepare!) results.push(await armvisor(command.split(' ').slice(1), folder));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('makes its key and its signed image by the commands of its README', () => {
    for (const { code, stderr } of results) assert.deepEqual([code, stderr], [0, '']);
    assert.equal(results.length, 4);
    assert.equal(statSync(path.join(folder, 'vendor.key')).mode & 0o077, 0);
  });

  it('starts what is signed, and refuses what is not', async () => {
    const { stdout } = await armvisor(run![0]!.split(' ').slice(1), folder);
    assert.match(stdout, /Domain-1 \(web\): its image is signed with key vendor/);
    assert.match(stdout, /Domain-2 \(stranger\) cannot be built: the policy demands a signed image/);
    assert.match(stdout, /\[web\] After 1 thread/);
    assert.doesNotMatch(stdout, /denied/);
  });

  it('says what is wrong with an image that is not what was signed, or signed by another', async () => {
    const bytes = readFileSync(path.join(folder, 'guest.signed.elf'));
    bytes[5000]! ^= 1;
    writeFileSync(path.join(folder, 'altered.elf'), bytes);
    const key = ['--key', 'vendor.key.pub'];
    const altered = await image('verify', 'altered.elf', ...key);
    assert.match(altered.stderr, /altered\.elf: the signature is wrong, the image is not what was signed/);
    await image('keygen', '--out', 'other.key');
    const other = await image('verify', 'guest.signed.elf', '--key', 'other.key.pub');
    assert.match(other.stderr, /is signed with another key, [0-9a-f]{64}: verify it with that one/);
    const again = await image('keygen', '--out', 'vendor.key');
    assert.match(again.stderr, /vendor\.key exists: choose another name/);
    const wrong = await image('sign', 'guest.signed.elf', '--key', 'vendor.key.pub');
    assert.match(wrong.stderr, /vendor\.key\.pub is no private Ed25519 key in PEM: make one with/);
    assert.deepEqual(
      [altered, other, again, wrong].map(({ code }) => code),
      [1, 1, 1, 1],
    );
  });

  it('gives an image that is signed again one signature, and shows whose it is', async () => {
    await image('sign', 'guest.signed.elf', '--key', 'vendor.key', '-o', 'again.elf');
    assert.deepEqual(readFileSync(path.join(folder, 'again.elf')), readFileSync(path.join(folder, 'guest.signed.elf')));
    assert.match((await image('again.elf')).stdout, /signature {2}Ed25519, not verified here; by key [0-9a-f]{64}/);
  });
});
