// The TextMate grammar of ARM assembly, run by VS Code's own tokenizer on lines as they stand in real sources.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IGrammar } from 'vscode-textmate';
import { loadGrammar, textmate } from '../support/textmate';

const root = path.resolve(import.meta.dirname, '../..');
const scopeName = 'source.arm-assembly';
let grammar: IGrammar;

/** Every token of the lines that has a scope of its own, with the innermost one shortened: "keyword.control.branch". */
function scopesOf(...lines: readonly string[]): readonly (readonly [string, string])[] {
  let stack = textmate.INITIAL;
  return lines.flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens
      .map(({ startIndex, endIndex, scopes }) => [line.slice(startIndex, endIndex), scopes.at(-1)!] as const)
      .filter(([text, scope]) => text.trim() !== '' && scope !== scopeName)
      .map(([text, scope]) => [text.trim(), scope.replace('.arm-assembly', '')] as const);
  });
}
/** The scope of one piece of text in a line; the first that is exactly it. */
function scopeIn(line: string, text: string): string | undefined {
  return scopesOf(line).find(([token]) => token === text)?.[1];
}

describe('The grammar of ARM assembly', () => {
  before(async () => {
    grammar = await loadGrammar('arm-assembly');
  });

  it('tells mnemonic, registers, immediate and comment of an instruction apart', () => {
    assert.deepEqual(scopesOf('\tsub\tsp, sp, #72\t\t@ room for the frame'), [
      ['sub', 'keyword.mnemonic.data'],
      ['sp', 'variable.language.register'],
      [',', 'punctuation.separator'],
      ['sp', 'variable.language.register'],
      [',', 'punctuation.separator'],
      ['#', 'punctuation.definition.immediate'],
      ['72', 'constant.numeric'],
      ['@', 'punctuation.definition.comment'],
      ['room for the frame', 'comment.line.at-sign'],
    ]);
  });

  const mnemonics: readonly (readonly [string, string, string])[] = [
    ['  ldrbeq r0, [r1], #1', 'ldrbeq', 'keyword.mnemonic.memory'],
    ['  ldreqb r0, [r1], #1', 'ldreqb', 'keyword.mnemonic.memory'],
    ['  stmia sp, {r0 - lr}^', 'stmia', 'keyword.mnemonic.memory'],
    ['  ldmnefd sp!, {r4-r11, pc}', 'ldmnefd', 'keyword.mnemonic.memory'],
    ['  ldrt r3, [r1]', 'ldrt', 'keyword.mnemonic.memory'],
    ['  strd r0, [r2, #8]', 'strd', 'keyword.mnemonic.memory'],
    ['  swpb r0, r1, [r2]', 'swpb', 'keyword.mnemonic.memory'],
    ['  movnes pc, lr', 'movnes', 'keyword.mnemonic.data'],
    ['  movs pc, lr', 'movs', 'keyword.mnemonic.data'],
    ['  bic r0, r0, #PSR_MODE_MASK', 'bic', 'keyword.mnemonic.data'],
    ['  bl do_softirq', 'bl', 'keyword.control.branch'],
    ['  blt 1b', 'blt', 'keyword.control.branch'],
    ['  blls far_away', 'blls', 'keyword.control.branch'],
    ['  bics r0, r0, r1', 'bics', 'keyword.mnemonic.data'],
    ['  swi 0x82', 'swi', 'keyword.control.branch'],
    ['  mrc p15, 0, r15, c7, c14, 3', 'mrc', 'keyword.mnemonic.system'],
    ['  smlalbt r0, r1, r2, r3', 'smlalbt', 'keyword.mnemonic.dsp'],
    ['  MSRNE CPSR_c, r0', 'MSRNE', 'keyword.mnemonic.system'],
  ];
  for (const [line, text, scope] of mnemonics) {
    it(`knows the mnemonic of "${line.trim()}"`, () => {
      assert.equal(scopeIn(line, text), scope);
    });
  }

  it('colours no mnemonic inside a name', () => {
    for (const name of ['add_vcpu', 'moved', 'blocked', 'strlen', 'ldrx']) {
      assert.equal(scopeIn(`  b ${name}`, name), undefined, name);
    }
  });

  it('knows status and coprocessor registers with their fields', () => {
    assert.equal(scopeIn('  msr spsr_cxsf, r1', 'spsr_cxsf'), 'variable.language.register.status');
    assert.equal(scopeIn('  mcr p15, 0, r0, c3, c0, 0', 'p15'), 'variable.language.register.coprocessor');
    assert.equal(scopeIn('  mcr p15, 0, r0, c3, c0, 0', 'c3'), 'variable.language.register.coprocessor');
  });

  it('knows named labels, numeric local labels and references to them', () => {
    assert.deepEqual(scopesOf('vector_swi:')[0], ['vector_swi', 'entity.name.function.label']);
    assert.deepEqual(scopesOf('1:\tsubs r0, r0, #1')[0], ['1', 'entity.name.function.label.local']);
    assert.equal(scopeIn('\tbne\t1b', '1b'), 'entity.name.function.label.reference');
  });

  it('knows directives and the symbols they name', () => {
    assert.equal(scopeIn('\t.globl do_upcall', 'do_upcall'), 'entity.name.function');
    assert.equal(scopeIn('\t.section .text.vectors, "ax", %progbits', '.text.vectors'), 'entity.name.section');
    assert.equal(scopeIn('\t.long hypercall_table', '.long'), 'storage.type.directive');
    assert.equal(scopeIn('\t.endm', '.endm'), 'keyword.control.directive');
    assert.equal(scopeIn('\t.type do_upcall, %function', '%function'), 'constant.other.symbol-type');
  });

  it('knows macros with their parameters', () => {
    assert.deepEqual(scopesOf('.macro save_frame mode:req, offset=0').slice(0, 4), [
      ['.macro', 'keyword.control.macro'],
      ['save_frame', 'entity.name.function.macro'],
      ['mode', 'variable.parameter.macro'],
      [':req', 'storage.modifier.macro-parameter'],
    ]);
    assert.equal(scopeIn('\tmov r0, #\\mode', '\\mode'), 'variable.parameter.macro');
    assert.equal(scopeIn('__\\name\\()_usr:', '\\()'), 'variable.parameter.macro');
  });

  it('knows C preprocessor lines, and that other lines with # are comments', () => {
    assert.equal(scopeIn('#include <asm/cpu-domain.h>', '<asm/cpu-domain.h>'), 'string.quoted.include');
    assert.equal(scopeIn('#define FRAME_SIZE 72', 'FRAME_SIZE'), 'entity.name.function.preprocessor');
    assert.equal(scopeIn('#ifdef CONFIG_DEBUG', 'ifdef'), 'keyword.control.directive.conditional');
    assert.equal(scopeIn('# a comment of as', 'a comment of as'), 'comment.line.number-sign');
  });

  it('carries a preprocessor definition over continued lines', () => {
    const scopes = scopesOf('#define PUSH(reg) \\', '  str reg, [sp, #-4]!', '  mov r0, r1');
    assert.ok(scopes.some(([text]) => text === '\\'));
    assert.equal(scopes.find(([text]) => text === 'mov')?.[1], 'keyword.mnemonic.data');
  });

  it('knows comments of all kinds, block comments over lines too', () => {
    assert.equal(scopeIn('  mov r0, #0 // clear', 'clear'), 'comment.line.double-slash');
    const scopes = scopesOf('/* first', ' mov r0, r1', '*/ mov r2, r3');
    assert.deepEqual(
      scopes.filter(([text]) => text.startsWith('mov')),
      [
        ['mov r0, r1', 'comment.block'],
        ['mov', 'keyword.mnemonic.data'],
      ],
    );
  });

  it('knows strings with escapes, and an @ inside them is no comment', () => {
    assert.deepEqual(scopesOf('  .asciz "a@b\\n"').slice(0, 5), [
      ['.asciz', 'storage.type.directive'],
      ['"', 'string.quoted.double'],
      ['a@b', 'string.quoted.double'],
      ['\\n', 'constant.character.escape'],
      ['"', 'string.quoted.double'],
    ]);
  });

  it('knows shifts and literals among the operands', () => {
    assert.equal(scopeIn('  ldr pc, [r5, r7, lsl #2]', 'lsl'), 'keyword.operator.shift');
    assert.equal(scopeIn('  ldr r0, =0xFF010000', '='), 'keyword.operator.literal');
  });

  for (const name of ['entry.S', 'hypercalls.S']) {
    it(`leaves no instruction of the hypervisor's ${name} uncoloured`, () => {
      const text = readFileSync(path.join(root, 'firmware/xen/arch/arm/xen', name), 'utf8');
      const instruction = /^\s+(?:\w+:\s*)?(ldr|str|ldm|stm|mov|add|sub|b|bl|cmp|tst|msr|mrs|mcr|mrc|swi)\w*\s/;
      let stack = textmate.INITIAL;
      let seen = 0;
      for (const line of text.split('\n')) {
        const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
        stack = ruleStack;
        const inComment = tokens.some(({ scopes }) => scopes.some((scope) => scope.startsWith('comment.block')));
        if (inComment || !instruction.test(line)) continue;
        seen += 1;
        const coloured = tokens.some(({ scopes }) =>
          scopes.some((scope) => /^keyword\.(mnemonic|control\.branch)/.test(scope)),
        );
        assert.ok(coloured, line);
      }
      assert.ok(seen > 20, `only ${seen} instructions found`);
    });
  }
});
