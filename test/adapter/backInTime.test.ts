/** Going back in time over stdio, as a golden log. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { holdSession } from '../support/goldenLog';

const twoMiniOs = {
  hypervisor: 'builtin:xen',
  domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }],
};

describe('back in time over stdio', function () {
  this.timeout(60_000);

  it('goes by instruction, by line, and to the last stop', () =>
    holdSession('back-in-time', async (client) => {
      await client.launch(twoMiniOs);
      const breakpoints = ['do_upcall', 'unit_task'].map((name) => ({ name }));
      await client.body('setFunctionBreakpoints', { breakpoints });
      const { threadId } = await client.until('configurationDone');
      const top = async (): Promise<void> => void (await client.body('stackTrace', { threadId, levels: 2 }));
      await client.until('continue', { threadId });
      await top();
      await client.until('stepBack', { threadId, granularity: 'instruction' });
      await top();
      for (let count = 0; count < 3; count++) await client.until('next', { threadId, granularity: 'line' });
      await top();
      for (let count = 0; count < 3; count++) {
        await client.until('stepBack', { threadId, granularity: 'line' });
        await top();
      }
      await client.until('reverseContinue', { threadId });
      const start = await client.until('reverseContinue', { threadId });
      await client.until('stepBack', { threadId: start.threadId, granularity: 'instruction' });
      assert.equal((await client.send('stepBack', { threadId: 77 })).success, false);
    }));

  it('begins a function of the stack again as it was called', () =>
    holdSession('restart-frame', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: false });
      await client.body('setFunctionBreakpoints', { breakpoints: [{ name: 'do_console_io', condition: '$r2 > 12' }] });
      const { threadId } = await client.until('configurationDone');
      const stack = async () =>
        (
          await client.body<{ stackFrames: { id: number; name: string; canRestart?: boolean }[] }>('stackTrace', {
            threadId,
          })
        ).stackFrames;
      const before = await stack();
      const label = before.find(({ canRestart }) => canRestart === false)!;
      assert.equal((await client.send('restartFrame', { frameId: label.id })).success, false);
      const printk = before.find(({ name }) => name === 'printk')!;
      const stop = await client.until('restartFrame', { frameId: printk.id });
      assert.equal(stop.reason, 'restart');
      const after = await stack();
      assert.equal(after[0]!.name, 'printk');
      assert.deepEqual(
        after.slice(1).map(({ name }) => name),
        before.slice(before.indexOf(printk) + 1).map(({ name }) => name),
      );
      // Forwards it comes to the same call of the same function again.
      await client.until('continue', { threadId });
      assert.deepEqual(
        (await stack()).map(({ name }) => name),
        before.map(({ name }) => name),
      );
    }));

  it('obeys commands of the console', () =>
    holdSession('console-commands', async (client) => {
      await client.launch({ ...twoMiniOs, stopOnEntry: 'Domain-1' });
      await client.until('configurationDone');
      const type = (expression: string): Promise<object> => client.body('evaluate', { expression, context: 'repl' });
      const move = async (expression: string): Promise<void> => {
        const stopped = client.nextEvent('stopped');
        await type(expression);
        await stopped;
      };
      await type('help back');
      await type('checkpoint entry');
      await move('previous hypercall of dom0');
      await move('last-write $r7');
      await move('back 2 lines');
      await move('goto-checkpoint entry');
      await type('1 + 1');
      await client.body('completions', { text: 'goto-checkpoint e', column: 18 });
      assert.equal((await client.send('evaluate', { expression: 'previous nobody', context: 'repl' })).success, false);
      assert.equal((await client.send('evaluate', { expression: 'back many', context: 'repl' })).success, false);
    }));
});
