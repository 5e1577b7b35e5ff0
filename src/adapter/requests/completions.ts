import type { DebugProtocol } from '@vscode/debugprotocol';
import { completeReplLine } from '../../debugger/repl/commands';
import { deviceWord } from '../../debugger/registers/devices';
import { defineRequest } from './handler';

const registers = [...Array.from({ length: 13 }, (_, index) => `r${index}`), 'sp', 'lr', 'pc', 'cpsr'];
const virtualRegisters = ['vpsr', 'vsp', 'vksp', 'vusp', 'vdacr', 'vfar', 'vfsr'];
const counters = ['instructions', 'ticks'];
const mostTargets = 200;

export const completions = defineRequest<DebugProtocol.CompletionsArguments, DebugProtocol.CompletionsResponse['body']>(
  {
    command: 'completions',
    purpose:
      'Names that continue what is typed: commands of the console and their arguments, registers, virtual registers, devices and their registers, globals and functions of the images.',
    phase: 'launched',
    shape: { text: 'string', column: 'number', frameId: 'number?' },
    capabilities: { supportsCompletionsRequest: true, completionTriggerCharacters: ['$', '.', '_'] },
    handle(session, { text, column }) {
      const { engine } = session.debuggee;
      const end = session.paths.toClientColumn(1) === 1 ? column - 1 : column;
      const word = /\$[\w.]*$|\w*$/.exec(text.slice(0, end))![0];
      const start = end - word.length;
      const bare = word.replace(/^\$/, '').toLowerCase();
      const names = new Map<string, DebugProtocol.CompletionItemType>();
      for (const name of [...registers, ...virtualRegisters, ...counters]) names.set(`$${name}`, 'variable');
      const domain = /^\$(dom\d+)\./.exec(word)?.[1];
      if (domain) for (const name of [...registers, ...virtualRegisters]) names.set(`$${domain}.${name}`, 'variable');
      for (const { instance, table } of engine.machine.devices) {
        const device = deviceWord(instance);
        names.set(`$${device}`, 'variable');
        if (!bare.startsWith(`${device}.`)) continue;
        for (const name of Object.keys(table.registers)) names.set(`$${device}.${name}`, 'property');
      }
      if (!word.startsWith('$') && bare.length > 0) {
        for (const image of engine.images) {
          for (const { name } of image.globals()) names.set(name, 'variable');
          for (const { name, kind } of image.symbols())
            if (!names.has(name)) names.set(name, kind === 'object' ? 'variable' : 'function');
        }
      }
      const command = completeReplLine(engine, text.slice(0, end));
      const commandTargets = command.words.map((label): DebugProtocol.CompletionItem => {
        const length = end - command.start;
        return { label, type: 'keyword', start: session.paths.toClientColumn(command.start + 1), length };
      });
      const targets = [...names]
        .filter(([name]) => name.replace(/^\$/, '').toLowerCase().startsWith(bare))
        .slice(0, mostTargets)
        .map(([label, type]) => ({ label, type, start: session.paths.toClientColumn(start + 1), length: word.length }));
      // What a command expects is not continued by names of the program.
      return {
        targets: command.start > 0 && commandTargets.length > 0 ? commandTargets : [...commandTargets, ...targets],
      };
    },
  },
);
