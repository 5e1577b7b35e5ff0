/** Values in the notation that is asked for, against what C's printf and the memory say. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatNumber, splitSuffix } from '../../src/debugger/values/numberFormat';
import { runningThread, session } from './support/session';

describe('Formats of values', () => {
  it('are split from the expression, whose own commas stay', () => {
    assert.deepEqual(splitSuffix('a[1] , x'), { expression: 'a[1]', format: 'hexadecimal' });
    assert.deepEqual(splitSuffix('p,12'), { expression: 'p', elements: 12 });
    assert.deepEqual(splitSuffix('a.b'), { expression: 'a.b' });
    assert.deepEqual(splitSuffix('a,q'), { expression: 'a,q' });
  });

  it('show the bits that stand in memory', () => {
    assert.equal(formatNumber(-1, 2, 'hexadecimal'), '0xffff');
    assert.equal(formatNumber(5, 1, 'binary'), '0b00000101');
    assert.equal(formatNumber(8, 4, 'octal'), '010');
    assert.equal(formatNumber(-2, 4, 'decimal'), '-2');
    assert.equal(formatNumber(65, 1, 'character'), "'A'");
    assert.equal(formatNumber(7, 1, 'character'), '7');
  });

  it('apply to a variable, to what is in it, and to what a pointer points to', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:run_workload' }]);
    await engine.resume();
    const top = engine.stack(runningThread(engine))[0]!;
    const value = (expression: string) => engine.evaluate(expression, top);
    assert.match(value('sizeof(struct thread), x').text, /^0x[0-9a-f]{8}$/);
    assert.match(value('boot_thread, x').children!().find(({ name }) => name === 'flags')!.text, /^0x[0-9a-f]{8}$/);
    assert.equal(value('boot_thread.name, s').text, '"main"');
    const names = value('names, 2').children!();
    assert.deepEqual(
      names.map(({ name, text }) => [name, text.replace(/^0x\w+ /, '')]),
      [
        ['[0]', '"thread1"'],
        ['[1]', '"thread2"'],
      ],
    );
    assert.equal(value('boot_thread.name, 4').children!().length, 4);
    assert.throws(() => value('boot_thread.flags, 4'), /no pointer and no array/);
  });
});
