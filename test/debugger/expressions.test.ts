import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { DebugEngine, Frame } from '../../src/debugger/types';
import { runningThread, session } from './support/session';

describe('Expressions', () => {
  let engine: DebugEngine;
  let frame: Frame;
  before(async () => {
    engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:printk' }]);
    await engine.resume();
    frame = engine.stack(runningThread(engine))[0]!;
  });
  const text = (expression: string) => engine.evaluate(expression, frame).text;

  it('follow C: precedence, signedness, shifts, logic', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['1 + 2 * 3', 7],
      ['010 + 0x10', 24],
      ['(long long)-1', -1],
      ['(unsigned char)-1', 255],
      ['(1 + 2) * 3', 9],
      ['10 - 4 - 3', 3],
      ['7 / 2', 3],
      ['-7 / 2', -3],
      ['-7 % 3', -1],
      ['1 << 4 | 1', 17],
      ['0xF0000000 >> 28', 15],
      ['-16 >> 2', -4],
      ["'A' + 1", 66],
      ['1 < 2 && 2 < 1', 0],
      ['0 || 3', 1],
      ['!5', 0],
      ['~0', -1],
      ['1 ? 2 : 3', 2],
      ['-1 == 0xFFFFFFFF', 1],
      ['sizeof(int) * 2', 8],
      ['(unsigned char)0x1FF', 255],
      ['(signed char)0xFF', -1],
    ];
    for (const [expression, value] of cases) assert.equal(Number.parseInt(text(expression)), value, expression);
  });

  it('know registers, fields, and the registers of any domain', () => {
    assert.equal(text('$pc').slice(0, 10), `0x${frame.pc.toString(16)}`);
    assert.match(text('$cpsr.mode'), /^\d+/);
    assert.match(text('$dom1.vpsr'), /^0x00000013/);
    assert.match(text('$dom0.pc'), /^0x[0-9a-f]{8}/);
    assert.match(text('$sp + 4'), /^0x/);
  });

  it('read hypervisor structures from a guest’s frame, by type', () => {
    assert.equal(text('xen:domain_list->domain_id'), '0');
    assert.equal(text('xen:domain_list->next_in_list->domain_id'), '1');
    assert.match(text('domain_list->vcpu[0]->arch.guest_context.sys_regs.vdacr'), /0x/);
    assert.match(text('((struct domain *)xen:domain_list)->vcpu[0]'), /^0x[0-9a-f]{8}/);
    assert.equal(text('sizeof(struct cpu_user_regs)'), '72 (0x48)');
  });

  it('tell the same address of two domains apart', () => {
    const words = (space: string) => text(`*(unsigned *)${space}:$sp`);
    assert.match(words('dom1'), /./);
    assert.notEqual(engine.evaluate('&dom0:_start', frame).memory, undefined);
    const spaces = ['dom0', 'dom1'].map((space) => engine.evaluate(`${space}:0xC0008000`, frame).memory!.space);
    assert.deepEqual(spaces, [
      { kind: 'domain', domainId: 0 },
      { kind: 'domain', domainId: 1 },
    ]);
  });

  it('are set as they are read', () => {
    const old = engine.machine.cpu.getRegister(0);
    engine.evaluate('$r0', frame).set!('0x12 + 1');
    assert.equal(engine.machine.cpu.getRegister(0), 0x13);
    engine.machine.cpu.setRegister(0, old);
  });

  it('fail in words', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['', /expression is missing/],
      ['1 +', /a name or a number is expected at position 4/],
      ['(1', /"\)" is expected/],
      ['nonsense', /no variable, register or constant "nonsense"/],
      ['$r99', /no register "\$r99"/],
      ['1 / 0', /Division by zero/],
      ['xen:domain_list->nothing', /struct domain has no member "nothing"/],
      ['*(int *)0x50000000', /Nothing is mapped at dom1:0x50000000/],
      ['(struct nothing *)0', /no type "struct nothing"/],
      ['$dom7.vpsr', /no domain 7/],
      ['#', /is not understood at position 1/],
    ];
    for (const [expression, message] of cases)
      assert.throws(() => engine.evaluate(expression, frame), message, expression);
  });

  it('show a list as its elements, each an expression of its own, and no ring without end', () => {
    const list = engine.evaluate('xen:domain_list', frame).children!()[0]!;
    assert.equal(list.name, '[list]');
    assert.match(list.text, /^2 of struct domain, linked by next_in_list$/);
    const elements = list.children!();
    assert.deepEqual(
      elements.map(({ name, children }) => [name, children!().find((each) => each.name === 'domain_id')!.text]),
      [
        ['[0]', '0'],
        ['[1]', '1'],
      ],
    );
    assert.equal(engine.evaluate(`(${elements[1]!.expression}).domain_id`, frame).text, '1');
    // A guest can make it a ring, if it may write there; the debugger does so here.
    const last = engine.evaluate('xen:domain_list->next_in_list->next_in_list', frame);
    last.set!('(unsigned)xen:domain_list');
    assert.match(engine.evaluate('xen:domain_list', frame).children!()[0]!.text, /^2 of struct domain/);
    last.set!('0');
  });

  it('say in one sentence what C has and they have not, and which domain there is not', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:unit_task' }]);
    await engine.resume();
    const [frame] = engine.stack(runningThread(engine));
    const says = (text: string): string => {
      try {
        return engine.evaluate(text, frame).text;
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(
      says('tick_count = 4'),
      '"tick_count = 4": an expression does not assign: change the value where it is shown',
    );
    assert.equal(says('printk(4)'), '"printk(4)": functions are not called, since looking at a target changes nothing');
    assert.match(says('"text"'), /there are no texts in expressions/);
    assert.equal(says('task@2'), '"task@2": "pointer@3" is written "pointer,3" here');
    assert.equal(says('dom9:tick_count'), 'There is no domain 9: there are dom0, dom1');
    assert.throws(() => engine.evaluate('$pc', frame).set!('0x123456789'), /0x123456789 does not fit into 32 bits/);
    assert.throws(
      () => engine.evaluate('task->count', frame).set!('-'),
      /a name or a number is expected|has no member/,
    );
  });
});
