/** Typing at the console of `armvisor run`: prepared texts and a terminal, with the real machine and with a terminal made of events. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { readScriptedText } from '../../src/cli/run/scriptedInput';
import { type Clock, forTerminal, TerminalUser } from '../../src/cli/run/terminalUser';
import type { DebugEngine, StopEvent } from '../../src/debugger/types';
import { armvisor, jsonOf, type CliResult } from '../support/cli';
import { tinyElf } from '../support/elf';

/** Prints ">", then whatever is typed at goldfish's first serial port (goldfish.md A4). */
const echoProgram = [
  0xe3a014ff, // mov r1, #0xff000000
  0xe3811a02, // orr r1, r1, #0x2000
  0xe3a04802, // mov r4, #0x20000
  0xe3a06001, // mov r6, #1
  0xe3a07003, // mov r7, #3
  0xe3a0003e, // mov r0, #'>'
  0xe5810000, // str r0, [r1]
  0xe5912004, // loop: ldr r2, [r1, #4]
  0xe3520000, // cmp r2, #0
  0x0afffffc, // beq loop
  0xe5814010, // str r4, [r1, #0x10]
  0xe5816014, // str r6, [r1, #0x14]
  0xe5817008, // str r7, [r1, #8]
  0xe5d45000, // ldrb r5, [r4]
  0xe5815000, // str r5, [r1]
  0xeafffff6, // b loop
];

describe('armvisor run: typing at the console', function () {
  this.timeout(60_000);
  let folder: string;
  const run = (input: string, ...args: string[]): Promise<CliResult> =>
    armvisor(['run', '--kernel', 'echo.elf', ...args], folder, input);

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    writeFileSync(path.join(folder, 'echo.elf'), tinyElf(echoProgram, 0x10000));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('--input types each text once what it waits for was printed, at the same instruction every time', async () => {
    const script = ['--input', '>=>one\\n', '--input', 'one=>two\\x21\\n', '--until-console', 'two!', '--json'];
    const [first, second] = [await run('', ...script), await run('', ...script)];
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^>one\ntwo!$/m);
    assert.deepEqual(jsonOf(first), jsonOf(second));
  });

  it('--record-input and --replay-input make the same session again, to the last byte of the machine', async () => {
    const recorded = await run(
      'ab\n',
      '--console',
      '--record-input',
      'typed.log',
      '--max-instructions',
      '900000',
      '--json',
    );
    assert.equal(recorded.code, 0, recorded.stderr);
    const script = ['--input', '>=>one\n', '--input', 'one=>two\x21', '--max-instructions', '700000'];
    const first = await run('', ...script, '--record-input', 'input.log', '--save-snapshot', 'first.snap', '--json');
    const [head, ...lines] = readFileSync(path.join(folder, 'input.log'), 'utf8').trimEnd().split('\n');
    assert.match(head!, /"board":"goldfish"/);
    assert.deepEqual(lines, [
      '{"at":100000,"events":[{"port":0,"text":"one\\n"}]}',
      '{"at":200000,"events":[{"port":0,"text":"two!"}]}',
    ]);
    const replay = ['--replay-input', 'input.log', '--max-instructions', '700000'];
    const second = await run('', ...replay, '--save-snapshot', 'second.snap', '--json');
    assert.deepEqual(jsonOf(second), jsonOf(first));
    assert.ok(readFileSync(path.join(folder, 'first.snap')).equals(readFileSync(path.join(folder, 'second.snap'))));
  });

  it('--replay-input says why a file cannot be replayed', async () => {
    writeFileSync(path.join(folder, 'input.txt'), 'one\n');
    const head = '{"format":"armvisor-input","version":1,"board":"goldfish","tickModel":"goldfish","start":"0"}';
    writeFileSync(path.join(folder, 'other.log'), `${head}\n`);
    writeFileSync(path.join(folder, 'cut.log'), `${head}\n{"at":1`);
    const wrong: [string[], RegExp][] = [
      [['--replay-input', 'none.log'], /input log none\.log cannot be read \(ENOENT\)/],
      [['--replay-input', 'input.txt'], /input\.txt: This is not an input log; give a file that --record-input/],
      [['--replay-input', 'cut.log'], /cut\.log: Line 2 of the input log is no JSON/],
      [['--replay-input', 'other.log'], /other\.log: The input log was recorded with other images/],
      [['--replay-input', 'other.log', '--input', 'x'], /cannot be used with/],
      [['--record-input', 'no/folder.log', '--max-instructions', '10'], /no\/folder\.log cannot be written \(ENOENT\)/],
    ];
    for (const [args, sentence] of wrong) {
      const { code, stderr } = await run('', ...args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, sentence);
    }
  });

  it('a text that never comes is never answered', async () => {
    const result = await run('', '--input', 'login:=>root\\n', '--max-instructions', '1000000', '--json');
    assert.equal(jsonOf(result).console, '>');
  });

  it('--input says what is wrong with a text', async () => {
    const wrong: [string, RegExp][] = [
      ['=>x', /--input is "=>x": it must be TEXT, or WAIT=>TEXT/],
      ['a=>', /it must be TEXT, or WAIT=>TEXT/],
      ['a\\q', /"\\q" is no escape/],
      ['a\\', /"\\" is no escape/],
    ];
    for (const [text, sentence] of wrong) {
      assert.throws(() => readScriptedText(text), sentence);
    }
    const result = await run('', '--input', '=>x');
    assert.deepEqual([result.code, result.stderr.trimEnd().split('\n').length], [1, 1]);
  });

  it('--console types what comes through a pipe, and shows the console as it is', async () => {
    const result = await run('through a pipe\n', '--console', '--until-console', 'pipe');
    assert.deepEqual([result.code, result.stdout.replaceAll('\r', '')], [0, '>through a pipe\n'], result.stderr);
  });

  it('--console and --input do not go together', async () => {
    const result = await run('', '--console', '--input', 'x');
    assert.equal(result.code, 1);
    assert.match(result.stderr, /--console.*--input|--input.*--console/);
  });
});

describe('a terminal at the console', () => {
  class FakeTerminal extends EventEmitter {
    readonly isTTY = true;
    readonly raw: boolean[] = [];
    setRawMode = (raw: boolean): void => void this.raw.push(raw);
    pause = (): void => undefined;
    resume = (): void => undefined;
    press = (...keys: number[]): boolean => this.emit('data', Uint8Array.from(keys));
  }
  const CTRL_A = 1;
  const running = { reason: 'step' } as unknown as StopEvent;
  const waiting = { reason: 'waiting' } as unknown as StopEvent;
  const codes = (text: string): number[] => [...new TextEncoder().encode(text)];

  function setUp() {
    const typed: number[] = [];
    const machine = { ticks: 0, sendConsoleInput: (_port: number, bytes: Uint8Array) => typed.push(...bytes) };
    const slept: number[] = [];
    let now = 0;
    let wake: () => void = () => undefined;
    const clock: Clock = {
      nowMs: () => now,
      sleep: (ms, onWake) =>
        new Promise((resolve) => {
          slept.push(ms);
          wake = resolve;
          onWake(resolve);
          if (ms !== Infinity) {
            now += ms;
            resolve();
          }
        }),
    };
    const terminal = new FakeTerminal();
    const user = new TerminalUser({ machine } as unknown as DebugEngine, 5, terminal, clock);
    return { typed, machine, slept, terminal, user, wake: () => wake(), setNow: (ms: number) => (now = ms) };
  }

  it('is raw while it is used: every key goes to the guest, also Ctrl-C', async () => {
    const { terminal, typed, user } = setUp();
    terminal.press(...codes('ls\r'), 3);
    assert.equal(await user.between(running), 'typed');
    assert.equal(await user.between(running), 'nothing');
    assert.deepEqual(typed, [...codes('ls\r'), 3]);
    user.close();
    terminal.press(65);
    assert.deepEqual([terminal.raw, typed.length], [[true, false], 4]);
  });

  it('Ctrl-A x leaves, Ctrl-A Ctrl-A is one Ctrl-A, and another key after Ctrl-A is nobody’s', async () => {
    const { terminal, typed, user } = setUp();
    terminal.press(CTRL_A, CTRL_A);
    terminal.press(CTRL_A);
    terminal.press(...codes('zx'));
    assert.deepEqual(typed, [CTRL_A, ...codes('x')]);
    assert.equal(await user.between(running), 'typed');
    terminal.press(CTRL_A, ...codes('x'));
    assert.equal(await user.between(running), 'leave');
  });

  it('waits for a key when the machine waits for ever', async () => {
    const { terminal, user, slept } = setUp();
    const answer = user.between(waiting);
    assert.deepEqual(slept, [Infinity]);
    terminal.press(65);
    assert.equal(await answer, 'typed');
  });

  it('keeps the machine’s time from running ahead of ours, and does not catch up a long lag', async () => {
    const { machine, slept, user, setNow } = setUp();
    const second = 200e6;
    machine.ticks = second;
    await user.between(running);
    assert.deepEqual(slept, [1000]);
    setNow(60_000);
    await user.between(running);
    machine.ticks = 2 * second;
    await user.between(running);
    assert.deepEqual(slept, [1000, 1000], 'from the lag on, a second is a second again');
  });

  it('looks more often when time passes fast, as in a machine that is idle', async () => {
    const { machine, user } = setUp();
    const before = user.legInstructions;
    machine.ticks = 200e6;
    await user.between(running);
    assert.ok(user.legInstructions < before);
  });

  it('a line feed becomes carriage return and line feed, once', () => {
    assert.deepEqual([...forTerminal(Uint8Array.of(65, 10, 13, 10, 0xe4))], [65, 13, 10, 13, 10, 0xe4]);
  });
});
