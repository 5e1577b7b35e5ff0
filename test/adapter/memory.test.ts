/** Memory and disassembly against an engine without a machine. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SessionClient } from '../support/sessionClient';

const started = (client?: object): Promise<SessionClient> => new SessionClient().started(undefined, client);

describe('memory', () => {
  it('reads up to where memory ends and counts the rest', async () => {
    const client = await started();
    client.engine.memory.set([0xde, 0xad], 0xfffe);
    assert.deepEqual(await client.body('readMemory', { memoryReference: 'dom1:0x17ffe', count: 8 }), {
      address: '0x00017ffe',
      data: Buffer.from([0xde, 0xad]).toString('base64'),
      unreadableBytes: 6,
    });
    const nothing = await client.body('readMemory', { memoryReference: 'dom1:0', offset: -4, count: 8 });
    assert.deepEqual(nothing, { address: '0x0', unreadableBytes: 8 });
  });

  it('writes bytes, and refuses what is not RAM', async () => {
    const client = await started({ supportsMemoryEvent: true });
    assert.deepEqual(await client.body('writeMemory', { memoryReference: 'dom1:0x8000', offset: 2, data: 'AQID' }), {
      bytesWritten: 3,
    });
    assert.deepEqual([...client.engine.memory.subarray(0, 6)], [0, 0, 1, 2, 3, 0]);
    assert.deepEqual(client.events('memory'), [{ memoryReference: 'dom1:0x00008002', offset: 0, count: 3 }]);
    assert.match(await client.refusal('writeMemory', { memoryReference: '0', data: 'AQID' }), /cannot be written/);
    assert.match(await client.refusal('writeMemory', { memoryReference: '0x8000', data: '*' }), /not base64/);
  });

  it('disassembles exactly as many instructions as asked, and pads where no memory is', async () => {
    const client = await started();
    // mov r0, #0x2a; swi #0x82; b . (encodings: ARM DDI 0100 A4)
    new Uint32Array(client.engine.memory.buffer).set([0xe3a0002a, 0xef000082, 0xeafffffe]);
    const { instructions } = await client.body<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      'disassemble',
      {
        memoryReference: 'dom1:0x00008000',
        instructionOffset: -2,
        instructionCount: 5,
        resolveSymbols: true,
      },
    );
    assert.deepEqual(
      instructions.map(({ address, instruction, presentationHint }) => [address, instruction, presentationHint]),
      [
        ['0x00007ff8', 'no memory here', 'invalid'],
        ['0x00007ffc', 'no memory here', 'invalid'],
        ['0x00008000', 'mov r0, #0x2a', undefined],
        ['0x00008004', 'svc #0x82', undefined],
        ['0x00008008', 'b #0x8008', undefined],
      ],
    );
    const below = await client.body<{ instructions: unknown[] }>('disassemble', {
      memoryReference: '0',
      instructionOffset: -50,
      instructionCount: 100,
    });
    assert.equal(below.instructions.length, 100);
  });

  it('types at the console', async () => {
    const client = await started();
    await client.body('armvisor/consoleInput', { text: 'hello\n' });
    assert.deepEqual(client.engine.input, ['hello\n']);
  });
});
