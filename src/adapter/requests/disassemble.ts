import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { disassembleRange } from '../disassembly';
import { parseReference } from '../memoryReferences';
import { defineRequest } from './handler';

const mostInstructions = 100_000;

export const disassemble = defineRequest<DebugProtocol.DisassembleArguments, DebugProtocol.DisassembleResponse['body']>(
  {
    command: 'disassemble',
    purpose: 'Instructions around an address, ARM or Thumb, with symbols and source lines; exactly as many as asked.',
    phase: 'launched',
    shape: {
      memoryReference: 'string',
      offset: 'number?',
      instructionOffset: 'number?',
      instructionCount: 'number',
      resolveSymbols: 'boolean?',
    },
    capabilities: { supportsDisassembleRequest: true },
    async handle(session, args) {
      const { debuggee } = session;
      const { space, address } = parseReference(args.memoryReference, debuggee.currentSpace());
      if (args.instructionCount < 0 || args.instructionCount > mostInstructions) {
        throw new UserError(
          `${args.instructionCount} instructions cannot be shown at once: ask for at most ${mostInstructions}.`,
        );
      }
      const instructions = await disassembleRange(debuggee, {
        space,
        address: address + Math.trunc(args.offset ?? 0),
        skip: Math.trunc(args.instructionOffset ?? 0),
        count: Math.trunc(args.instructionCount),
        sourceRoot: session.environment.host.builtinSourceRoot,
      });
      return {
        instructions: instructions.map(({ sourcePath, line, ...rest }) => ({
          ...rest,
          ...(sourcePath !== undefined && { location: session.paths.source(sourcePath) }),
          ...(line !== undefined && { line: session.paths.toClientLine(line) }),
        })),
      };
    },
  },
);
