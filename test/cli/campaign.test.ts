/** A campaign against the hypervisor: short ones, whether they come out the same again, and the names of their attacks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { ATTACK_CLASSES } from '../../src/cli/campaign/attacks';
import { Campaign } from '../../src/cli/campaign/campaign';

const options = { count: 3000, engine: 'auto', scheduler: 'bvt' };

describe('armvisor campaign isolation', function () {
  this.timeout(60_000);

  it('knows the attacks by the names and in the order that the adversary has them', () => {
    const header = readFileSync(new URL('../../firmware/adversary/adversary.h', import.meta.url), 'latin1');
    const list = /#define ATTACKS\(X\) \\\n((?:.*\\\n)*.*)\n/.exec(header)?.[1] ?? '';
    assert.deepEqual(
      [...list.matchAll(/X\((\w+), \d+\)/g)].map(([, name]) => name),
      [...ATTACK_CLASSES],
    );
  });

  for (const seed of [1, 20_000]) {
    it(`finds that isolation holds against the adversaries of seed ${seed}, each of which is destroyed and its memory reclaimed`, async () => {
      const result = await Campaign.run({ ...options, seed });
      assert.deepEqual(
        result.checks.filter(({ ok }) => !ok),
        [],
      );
      assert.equal(result.ok, true);
      assert.ok(result.hypercalls >= options.count);
      assert.ok(result.refused > result.hypercalls / 8, `${result.refused} refused`);
      assert.ok(
        Object.values(result.attacks).every((begun) => begun > 0),
        JSON.stringify(result.attacks),
      );
    });
  }

  it('is the same again from the same seed, whatever executes the instructions', async () => {
    const few = { ...options, count: 200, seed: 7, leastTicks: 0 };
    const [first, second] = [await Campaign.run(few), await Campaign.run({ ...few, engine: 'interpreter' })];
    assert.deepEqual(second, first);
  });
});
