/** The sample of a guest of one's own: copied elsewhere it builds with one command, runs, and says what is missing. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { armvisor } from '../support/cli';
import { repository } from '../support/goldenText';

describe('samples/my-guest', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor my guest-'));
    cpSync(path.join(repository, 'samples/my-guest'), folder, {
      recursive: true,
      filter: (from) => path.basename(from) !== 'build',
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('builds with one command wherever it is copied, without a warning', () => {
    const output = execFileSync('make', ['-s', `ARMVISOR=${repository}`], { cwd: folder, encoding: 'utf8' });
    assert.equal(output, '');
  });

  it('runs by its own launch configuration: console, timer, event channel, fault, shutdown', async () => {
    const { stdout } = await armvisor(
      ['run', '--config', 'My guest beside mini-OS', '--until-console', 'my-guest: done'],
      folder,
    );
    const lines = stdout.split('\n').flatMap((line) => (line.startsWith('[mine] ') ? [line.slice(7)] : []));
    assert.deepEqual(
      lines.map((line) => line.replace(/0xc000[0-9a-f]{4}/, 'PC')),
      [
        'my-guest: domain 0x00000001, told: hello',
        'my-guest: the timer has rung',
        'my-guest: an event has come',
        'my-guest: fault at PC, address 0x12345678, status 0x00000005',
        'my-guest: and goes on',
        'my-guest: done',
      ],
    );
  });

  it('says in one sentence that the compiler or the headers are not there', () => {
    const make = (...settings: string[]): string =>
      spawnSync('make', ['-s', ...settings], { cwd: folder, encoding: 'utf8' }).stderr;
    assert.match(
      make(`ARMVISOR=${repository}`, 'CROSS=nowhere-'),
      /nowhere-gcc is not there: install gcc-arm-none-eabi/,
    );
    assert.match(make('ARMVISOR=/nowhere'), /public\/xen\.h is not there: name the folder of Armvisor with ARMVISOR=/);
  });
});
