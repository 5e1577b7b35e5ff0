import assert from 'node:assert/strict';
import { fuzzMachine } from './machineFuzz';
import { usedBytes } from './memoryUse';

/** A short run of `npm run fuzz:machine`, with seeds of its own. */
describe('The machine under random guests', function () {
  this.timeout(120_000);
  const CASES = 30;
  const FIRST_SEED = 1_000_000;

  it(`ends ${CASES} cases in guest faults only, the same however they are run, without holding on to memory`, () => {
    let warm = 0;
    let instructions = 0;
    for (let index = 0; index < CASES; index++) {
      const seed = FIRST_SEED + index;
      try {
        instructions += fuzzMachine(seed).instructions;
      } catch (error) {
        assert.fail(`${(error as Error).message}\n  again: npm run fuzz:machine -- --seed ${seed} --cases 1`);
      }
      if (index === 15) warm = usedBytes();
    }
    assert.ok(instructions > CASES * 1000, `only ${instructions} instructions were executed`);
    const growth = usedBytes() - warm;
    assert.ok(growth < 64 << 20, `memory grew by ${growth} bytes`);
  });

  it('gives the same state for the same seed', () => {
    for (const seed of [1, 2, 3]) assert.equal(fuzzMachine(seed).stateHash, fuzzMachine(seed).stateHash);
  });
});
