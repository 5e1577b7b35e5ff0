/** samples/secure as its README says: its commands, then its launch configuration. And what `armvisor image` says to mistakes. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { describeImage } from '../../src/cli/image';
import { generateKey, signImage, verifyImage } from '../../src/cli/signing';
import { armvisor, type CliResult } from '../support/cli';
import { repository } from '../support/goldenText';
import { signed, testKey } from '../support/signing';

const TRAILER_BYTES = 112;

const sample = path.join(repository, 'samples/secure');
const [prepare, run] = [...readFileSync(path.join(sample, 'README.md'), 'utf8').matchAll(/```sh\n([^`]*)```/g)].map(
  ([, commands]) => commands!.trim().split('\n'),
);

describe('The secure sample', function () {
  this.timeout(120_000);
  let folder: string;
  const results: CliResult[] = [];

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
    assert.match(stdout, /\[web\] mini-OS on Xen: Domain-1/);
    assert.doesNotMatch(stdout, /denied/);
  });

  it('says what is wrong with an image that is not what was signed, or signed by another', async () => {
    const at = (name: string): string => path.join(folder, name);
    const bytes = readFileSync(at('guest.signed.elf'));
    const key = at('vendor.key.pub');
    writeFileSync(at('other.elf'), signed(bytes.subarray(0, -TRAILER_BYTES), testKey(4)));
    bytes[5000]! ^= 1;
    writeFileSync(at('altered.elf'), bytes);
    writeFileSync(at('cut.elf'), bytes.subarray(0, -1));
    const refused = (what: Promise<void>, message: RegExp): Promise<void> => assert.rejects(what, { message });
    await refused(
      verifyImage(at('altered.elf'), key),
      /altered\.elf: the signature is wrong, the image is not what was/,
    );
    await refused(
      verifyImage(at('other.elf'), key),
      /is signed with another key, [0-9a-f]{64}: verify it with that one/,
    );
    await refused(verifyImage(at('cut.elf'), key), /cut\.elf carries no signature: sign it with/);
    await refused(verifyImage(at('cut.elf'), at('vendor.key')), /vendor\.key is a private key: use the public one/);
    await refused(signImage(at('cut.elf'), key), /vendor\.key\.pub is no private Ed25519 key in PEM: make one with/);
    await refused(signImage(key, at('vendor.key')), /vendor\.key\.pub is no ELF file/);
    assert.throws(() => generateKey(at('vendor.key')), /vendor\.key exists: choose another name/);
  });

  it('gives an image that is signed again one signature, and shows whose it is', async () => {
    await armvisor(['image', 'sign', 'guest.signed.elf', '--key', 'vendor.key', '-o', 'again.elf'], folder);
    const again = path.join(folder, 'again.elf');
    assert.deepEqual(readFileSync(again), readFileSync(path.join(folder, 'guest.signed.elf')));
    assert.match(await describeImage(again), /signature {2}Ed25519, not verified here; by key [0-9a-f]{64}/);
  });
});
