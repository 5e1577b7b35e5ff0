/** The table of the debug console's commands: how lines are read, refused and completed. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { usageOf } from '../../../src/debugger/repl/command';
import { completeReplLine, replCommand, replCommands, runReplLine } from '../../../src/debugger/repl/commands';
import type { DebugEngine, Past, StopEvent } from '../../../src/debugger/types';

/** An engine that writes down what it is asked for. */
function scribe() {
  const asked: string[] = [];
  const stop = { description: 'Step back' } as StopEvent;
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      asked.push(`${name} ${JSON.stringify(given)}`);
      return Promise.resolve(stop);
    };
  const past: Partial<Past> = {
    status: () => ({ instruction: 5000, start: 10, latest: 12345, moments: 3, bytes: 3 << 20, mostBytes: 256 << 20 }),
    goTo: note('goTo'),
    previous: (event) => () => note('previous')(event),
    checkpoints: () => [{ name: 'early', instruction: 20, inHistory: true }],
  };
  const engine = { past, stepBack: note('stepBack'), reverse: note('reverse') } as unknown as DebugEngine;
  const type = async (line: string): Promise<string | undefined> => {
    const result = runReplLine({ engine, frame: undefined, threadId: 7 }, line);
    if (result === undefined || 'text' in result) return result?.text;
    if ('later' in result) return result.later();
    await result.move();
    return undefined;
  };
  return { engine, asked, type };
}

describe('The console', () => {
  it('steps back in every unit', async () => {
    const { asked, type } = scribe();
    for (const line of ['back', 'back 100', 'back 9_999', 'back lines', 'back 2 calls', 'rs', 'reverse-next 2', 'rc'])
      await type(line);
    assert.deepEqual(asked, [
      'stepBack [7,"in","instruction"]',
      'goTo [4900]',
      'goTo [10]',
      'stepBack [7,"over","line"]',
      'stepBack [7,"out","line"]',
      'stepBack [7,"out","line"]',
      'stepBack [7,"in","line"]',
      'stepBack [7,"over","line"]',
      'stepBack [7,"over","line"]',
      'reverse []',
    ]);
  });

  for (const [line, event] of [
    ['previous hypercall', { filter: 'hypercall' }],
    ['previous hypercall of dom2', { filter: 'hypercall', condition: 'dom == 2' }],
    ['prev fault dom1 if far < 4096', { filter: 'guestFault', condition: 'dom == 1 && (far < 4096)' }],
    ['previous switch of dom0', { filter: 'domainSwitch', condition: 'to == 0' }],
    ['previous do_upcall', { function: 'do_upcall' }],
    ['previous schedule of dom1 if $r0 == 1', { function: 'dom1:schedule', condition: '$r0 == 1' }],
  ] as const) {
    it(`understands ${line}`, async () => {
      const { asked, type } = scribe();
      await type(line);
      assert.deepEqual(asked, [`previous ${JSON.stringify([event])}`]);
    });
  }

  it('says where in time the machine stands', async () => {
    assert.equal(
      await scribe().type('history'),
      'Instruction 5,000, 7,345 before the latest. The history reaches from 10 to 12,345: 3 states in 3.0 of 256 MB.',
    );
  });

  for (const [line, sentence] of [
    [
      'back many',
      /^"many" is too much for "back": back \[COUNT\] \[instructions \| lines \| calls\], for example back 100$/,
    ],
    ['back 0', /"0" is too much/],
    ['seek', /^"seek" needs an instruction count: seek INSTRUCTION, for example seek 12_345_678$/],
    ['seek soon', /^"soon" is no instruction count: seek INSTRUCTION/],
    ['previous', /^"previous" needs an event/],
    ['checkpoint', /^"checkpoint" needs a name/],
  ] as const) {
    it(`refuses "${line}" with a sentence`, () => assert.rejects(scribe().type(line), { message: sentence }));
  }

  for (const line of ['back->next', 'history = 3', 'back + 1', 'Back', '$r0', 'seeker', '']) {
    it(`takes "${line}" for an expression`, async () => assert.equal(await scribe().type(line), undefined));
  }

  it('completes commands, choices and checkpoints', () => {
    const { engine } = scribe();
    assert.deepEqual(completeReplLine(engine, 'checkp'), { start: 0, words: ['checkpoint', 'checkpoints'] });
    assert.deepEqual(completeReplLine(engine, 'back 3 l'), { start: 7, words: ['lines'] });
    assert.deepEqual(completeReplLine(engine, 'goto-checkpoint '), { start: 16, words: ['early'] });
    assert.deepEqual(completeReplLine(engine, 'previous hyp'), { start: 9, words: ['hypercall'] });
    assert.deepEqual(completeReplLine(engine, '$r0 + b').words, []);
  });

  it('explains every command, and knows each by one name only', async () => {
    const { type } = scribe();
    const list = (await type('help'))!;
    const names = replCommands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length);
    for (const command of replCommands) {
      assert.ok(list.includes(command.help));
      assert.ok((await type(`help ${command.name}`))!.startsWith(usageOf(command)));
      assert.equal(replCommand(command.example.split(' ')[0]!), command);
    }
  });
});
