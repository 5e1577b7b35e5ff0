/** Target descriptions of stubs: which registers there are, and under which numbers. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readDescription } from '../../src/stub/description';

const documents =
  (all: Readonly<Record<string, string>>) =>
  (annex: string): string | undefined =>
    all[annex];

describe('a target description', () => {
  it('numbers registers on from the last number that was given, through what it includes', () => {
    const registers = readDescription(
      documents({
        'target.xml':
          '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><xi:include href="core.xml"/><feature name="x"><reg name="DACR" bitsize="32" regnum="37"/><reg name="TTBR0_EL1" bitsize="32"/></feature></target>',
        'core.xml':
          '<feature name="core"><reg name="r0" bitsize="32"/><reg name="pc" bitsize="32" regnum="15"/></feature>',
      }),
    );
    const numbers = Object.fromEntries([...registers].map(([name, { number }]) => [name, number]));
    assert.deepEqual(numbers, { r0: 0, pc: 15, dacr: 37, ttbr0_el1: 38 });
  });

  it('is the classic one of GDB where a stub has none', () => {
    const registers = readDescription(() => undefined);
    assert.equal(registers.get('r15')?.number, 15);
    assert.equal(registers.get('cpsr')?.number, 25);
  });

  it('survives text that is no XML, and files that include themselves', () => {
    assert.equal(readDescription(() => '<<<&').get('cpsr')?.number, 25);
    assert.equal(readDescription(() => '<target><xi:include href="target.xml"/></target>').get('cpsr')?.number, 25);
  });
});
