/** While the scheduler hands the CPU over, its books already name the next vCPU; the stack that the CPU works on does not. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { brief, runningThread, session, withProcess } from './support/session';

describe('Stacks at a domain switch', () => {
  it('give each guest its own frames, the one that loses the CPU still being the one that runs', async () => {
    const engine = await session(withProcess);
    engine.setExceptionFilters([{ id: 'domainSwitch', condition: 'from == 1 && to == 0' }]);
    const stop = await engine.resume();
    assert.equal(stop.description, 'Domain switch from proc to Domain-0');
    assert.equal(stop.threadId, runningThread(engine));
    const [mini, proc] = engine.threads();
    assert.ok(mini && proc && proc.running && !mini.running);
    const [ofMini, ofProc] = [brief(engine.stack(mini.id)), brief(engine.stack(proc.id))];
    assert.equal(ofProc[0], 'context_switch');
    assert.ok(
      ofProc.some((line) => /\[.* proc\]/.test(line)),
      ofProc.join(', '),
    );
    assert.ok(ofMini.includes('thread_starter') && !ofMini.some((line) => line.includes('proc')), ofMini.join(', '));
    assert.ok(!ofProc.includes('thread_starter'), ofProc.join(', '));
    engine.dispose();
  });
});
