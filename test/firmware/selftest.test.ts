import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

describe('Hypervisor: from inside', () => {
  it('serves reservations and grants between two domains, refuses what is not allowed, and frees what nobody uses', () => {
    const elf = firmwareImage('selftest');
    const xen = new BootedXen([{ elf }, { elf }]);
    xen.runUntilConsole('selftest: domain 0: ', 60_000_000);
    assert.match(xen.console, /selftest: domain 0: 0 failures/, xen.console);
    assert.doesNotMatch(xen.console, /FAILED|crashed|panic/);
    assert.match(xen.console, /ok: with its contents/);
    assert.match(xen.console, /ok: which is free too/);
  });
});
