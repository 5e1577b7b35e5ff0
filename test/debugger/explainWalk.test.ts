import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { session, withProcess } from './support/session';

const PROCESS = { kind: 'domain', domainId: 1 } as const;

describe('A walk in words', () => {
  it('goes step by step to the verdict: user against kernel memory', async () => {
    const engine = await session(withProcess);
    engine.setExceptionFilters([{ id: 'guestFault', condition: 'far == 0xC0008000' }]);
    const stop = await engine.resume();
    assert.match(stop.text!, /user read denied: page permission fault/);
    const walk = engine.walk(PROCESS, 0xc0008000, 'write', false, 0x55)!;
    const sentences = engine.explainWalk(walk, { access: 'write', as: 'user' });
    assert.match(sentences[0]!, /^L1\[0xC00\] at 0x[0-9A-F]{8} = 0x[0-9A-F]{8}: a coarse .* table, MMU domain 1\.$/);
    assert.match(sentences[1]!, /^L2\[0x8\] at 0x[0-9A-F]{8} = .*: a small page \(4 KB\)\.$/);
    assert.match(sentences[2]!, /^DACR says client for D1: AP decides\.$/);
    assert.match(sentences[3]!, /^AP=01: privileged read and write, user no access\./);
    assert.match(sentences[4]!, /^user write denied: page permission fault \(FSR status 0xF\)\.$/);
  });

  it('allows a manager what AP forbids', async () => {
    const engine = await session(withProcess);
    engine.setFunctionBreakpoints([{ name: 'tour_entry' }]);
    await engine.resume();
    const walk = engine.walk(PROCESS, 0xc0008000, 'write', false, 0xfd)!;
    const sentences = engine.explainWalk(walk, { access: 'write', as: 'kernel' });
    assert.ok(sentences.some((sentence) => sentence === 'DACR says manager for D1: AP is not asked.'));
    assert.match(sentences.at(-1)!, /^kernel write allowed: physical 0x[0-9A-F]{8}, cached\.$/);
  });

  it('says where nothing is mapped', async () => {
    const engine = await session(withProcess);
    engine.setFunctionBreakpoints([{ name: 'tour_entry' }]);
    await engine.resume();
    const walk = engine.walk(PROCESS, 0x50000000, 'read', false)!;
    const sentences = engine.explainWalk(walk, { access: 'read', as: 'user' });
    assert.match(sentences[0]!, /a fault entry: nothing is mapped/);
    assert.match(sentences.at(-1)!, /^user read denied: section translation fault/);
  });
});
