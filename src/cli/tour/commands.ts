/**
 * The prompt's commands, declared once: names, usage, help and what they do. `prompt.ts` looks a line up here, `help`
 * prints this table, completion offers its names.
 */
import { deviceWord } from '../../debugger/registers/devices';
import { readArguments, usageOf, type ReplCommand } from '../../debugger/repl/command';
import { NodeFileHost } from '../../adapter/nodeHost';
import { readNamed } from '../../debugger/loading/loadImages';
import { replCommands } from '../../debugger/repl/commands';
import { UserError, type StopEvent } from '../../debugger/types';
import type { BreakpointPlace, TourSession } from './session';
import {
  scopeNamed,
  showConsoles,
  showDacr,
  showDevices,
  showDomains,
  showMemory,
  showStack,
  showThreadState,
  showValues,
  showWalk,
} from './panels';
import { paint, table } from './terminal';

export interface Command {
  readonly names: readonly string[];
  readonly usage?: string;
  readonly help: string;
  /** Rejects with UserError for a mistake of the person. `rest` is the line after the name, trimmed. */
  run(session: TourSession, rest: string): Promise<void> | void;
}

/** A frame of the chosen thread, or a sentence why there is none. */
function frameOf(session: TourSession) {
  const { frame } = session;
  if (frame === undefined) throw new UserError('This thread has no frame; "domains" lists the threads.');
  return frame;
}

function move(session: TourSession, start: () => Promise<StopEvent>): Promise<void> {
  return session.run(start).then(() => undefined);
}

function stepper(kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line') {
  return (session: TourSession) => move(session, () => session.engine.step(session.threadId, kind, granularity));
}

function scopePrinter(scope: 'Registers' | 'Virtual registers' | 'CP15' | 'Banked registers' | 'Locals') {
  return (session: TourSession): void => {
    const values = scopeNamed(session.engine, frameOf(session), scope);
    if (values.length === 0) session.terminal.write(`  no ${scope.toLowerCase()} here\n`);
    else showValues(session.terminal, values, scope === 'Registers' || scope === 'Banked registers' ? 4 : 2);
  };
}

/** `vector_swi`, `dom1:schedule`, `entry.S:120`, `*0xff010000`. */
function parsePlace(session: TourSession, text: string): BreakpointPlace {
  if (text.startsWith('*')) return { kind: 'address', ...session.address(text.slice(1)) };
  const line = /^(.+\.[A-Za-z]+):(\d+)$/.exec(text);
  if (line?.[1] !== undefined) return { kind: 'line', file: line[1], line: Number(line[2]) };
  return { kind: 'function', name: text };
}

/** A command of the debug console at this prompt. */
function ofDebugConsole(command: ReplCommand): Command {
  return {
    names: [command.name, ...(command.aliases ?? [])],
    usage: usageOf(command).slice(command.name.length + 1),
    help: command.help,
    async run(session, rest) {
      const { engine, frame, threadId } = session;
      const host = new NodeFileHost();
      const result = command.run(
        {
          engine,
          frame,
          threadId,
          load: (file) => readNamed(host, file),
          save: (file, text) => host.writeFile(file, text),
        },
        readArguments(command, rest),
      );
      if (!('move' in result)) {
        const answer = 'text' in result ? result.text : await result.later();
        session.terminal.write(answer.replace(/^/gm, '  ') + '\n');
        return;
      }
      const { text } = await session.run(result.move);
      if (text !== undefined) session.terminal.write(`  ${text}\n`);
    },
  };
}

export const commands: readonly Command[] = [
  {
    names: ['continue', 'c'],
    help: 'run to the next breakpoint; Ctrl-C pauses',
    run: (session) => move(session, () => session.engine.resume()),
  },
  { names: ['step', 's'], help: 'to the next source line, into calls', run: stepper('in', 'line') },
  { names: ['next', 'n'], help: 'to the next source line, over calls', run: stepper('over', 'line') },
  { names: ['finish', 'f'], help: 'run until this function returns', run: stepper('out', 'line') },
  { names: ['stepi', 'si'], help: 'one instruction', run: stepper('in', 'instruction') },
  { names: ['nexti', 'ni'], help: 'one instruction, over calls', run: stepper('over', 'instruction') },
  {
    names: ['break', 'b'],
    usage: 'FUNCTION | dom1:FUNCTION | FILE:LINE | *ADDRESS [if CONDITION]',
    help: 'set a breakpoint',
    run(session, rest) {
      const [where = '', condition] = rest.split(/\s+if\s+/);
      if (where === '') throw new UserError('Break where? For example: break do_upcall, or break entry.S:120.');
      session.terminal.write(`  ${session.describe(session.addBreakpoint(parsePlace(session, where), condition))}\n`);
    },
  },
  {
    names: ['delete', 'd'],
    usage: '[NUMBER]',
    help: 'remove a breakpoint, or all of them',
    run(session, rest) {
      if (rest !== '' && !/^\d+$/.test(rest)) throw new UserError(`"${rest}" is no breakpoint number.`);
      session.removeBreakpoint(rest === '' ? undefined : Number(rest));
    },
  },
  {
    names: ['breakpoints', 'bl'],
    help: 'list the breakpoints and filters',
    run(session) {
      const { terminal, breakpoints, filters } = session;
      if (breakpoints.length + filters.size === 0) terminal.write('  none\n');
      for (const breakpoint of breakpoints) terminal.write(`  ${session.describe(breakpoint)}\n`);
      for (const [id, condition] of filters) terminal.write(`  catch ${id}${condition ? ` if ${condition}` : ''}\n`);
    },
  },
  {
    names: ['catch'],
    usage: 'hypercall | systemCall | upcall | guestFault | domainSwitch [if CONDITION] | off',
    help: 'stop on what matters in a hypervisor',
    run(session, rest) {
      const [id = '', condition] = rest.split(/\s+if\s+/);
      const known = session.engine.exceptionFilters.map((filter) => filter.id as string);
      if (id === 'off') session.filters.clear();
      else if (known.includes(id)) session.filters.set(id, condition);
      else throw new UserError(`Catch what? One of ${known.join(', ')}, or off.`);
      for (const state of session.applyFilters()) {
        if (!state.verified) session.terminal.write(`  ${state.message ?? 'not set'}\n`);
      }
    },
  },
  {
    names: ['domains', 'threads'],
    help: 'every domain and where it stands',
    run: ({ terminal, engine }) => showDomains(terminal, engine),
  },
  {
    names: ['thread', 't'],
    usage: 'NUMBER',
    help: 'choose the thread that regs, stack and print refer to',
    run(session, rest) {
      const thread = session.engine.threads().find(({ id, name }) => String(id) === rest || name === rest);
      if (thread === undefined) throw new UserError(`There is no thread "${rest}"; "domains" lists them.`);
      session.threadId = thread.id;
      session.terminal.write(`  ${thread.name}\n`);
    },
  },
  { names: ['regs', 'r'], help: 'registers', run: scopePrinter('Registers') },
  { names: ['vregs', 'v'], help: 'virtual registers: VPSR, VSP, VFAR ...', run: scopePrinter('Virtual registers') },
  { names: ['cp15'], help: 'system control registers', run: scopePrinter('CP15') },
  { names: ['banked'], help: 'banked registers of the CPU modes', run: scopePrinter('Banked registers') },
  { names: ['locals', 'l'], help: 'parameters and local variables', run: scopePrinter('Locals') },
  {
    names: ['devices', 'dev'],
    usage: '[NAME]',
    help: 'the devices of the board, or the registers of one: devices goldfish_timer',
    run(session, rest) {
      const device =
        rest === '' ? undefined : session.engine.evaluate(`$${deviceWord(rest.replace(/^\$/, ''))}`, session.frame);
      const values = device ? (device.children?.() ?? []) : scopeNamed(session.engine, frameOf(session), 'Devices');
      showDevices(session.terminal, device, values);
    },
  },
  {
    names: ['stack', 'bt'],
    help: 'the call stack, across the border',
    run: ({ terminal, engine, threadId }) => showStack(terminal, engine.stack(threadId)),
  },
  {
    names: ['where', 'w'],
    help: 'stack, registers and virtual registers together',
    run: ({ terminal, engine, threadId }) => showThreadState(terminal, engine, threadId),
  },
  {
    names: ['mem', 'x'],
    usage: 'ADDRESS [BYTES]',
    help: 'memory: mem $sp 64, mem dom1:0xC0008000, mem pa:0x100',
    run(session, rest) {
      const parts = /^(.*?)(?:\s+(\d+))?$/.exec(rest);
      if (!parts?.[1]) throw new UserError('Which address? For example: mem dom1:0xC0008000 64.');
      const { space, address } = session.address(parts[1]);
      const bytes = session.engine.readMemory(space, address, Math.min(Number(parts[2] ?? 64), 4096));
      if (bytes === undefined) throw new UserError(`${rest} is not mapped; "walk ${parts[1]}" says why.`);
      showMemory(session.terminal, address, bytes);
    },
  },
  {
    names: ['print', 'p'],
    usage: 'EXPRESSION',
    help: 'print domain_list->domain_id, print $dom1.vfar',
    run(session, rest) {
      if (rest === '') throw new UserError('Print what? For example: print domain_list->domain_id.');
      const value = session.engine.evaluate(rest, session.frame);
      session.terminal.write(`  ${value.text}${value.type === undefined ? '' : `   (${value.type})`}\n`);
      const children = value.children?.() ?? [];
      session.terminal.write(table(children.map((child) => [`  ${child.name}`, child.text])));
    },
  },
  {
    names: ['dacr'],
    help: 'what each domain may touch, against Table 1',
    run: ({ terminal, engine, permissions }) => showDacr(terminal, permissions(engine, {})),
  },
  {
    names: ['walk'],
    usage: 'ADDRESS [read | write | fetch] [hypervisor | kernel | user]',
    help: 'the page-table walk to the verdict, in words',
    run(session, rest) {
      const words = rest.split(/\s+/);
      const [address] = words;
      if (!address) throw new UserError('Which address? For example: walk dom1:0xC0008000 write user.');
      const access = (['read', 'write', 'fetch'] as const).find((word) => words.includes(word));
      const as = (['hypervisor', 'kernel', 'user'] as const).find((word) => words.includes(word));
      showWalk(session.terminal, session.permissions(session.engine, { address, access, as }));
    },
  },
  {
    names: ['console'],
    help: 'what each domain has printed',
    run: ({ terminal, consoles }) => showConsoles(terminal, consoles, 20),
  },
  {
    names: ['type'],
    usage: 'TEXT',
    help: 'type a line at the console',
    run: ({ engine }, rest) => engine.sendConsoleInput(`${rest}\n`),
  },
  ...replCommands.filter(({ name }) => name !== 'help').map(ofDebugConsole),
  {
    names: ['restart'],
    help: 'back to the start; breakpoints stay',
    async run(session) {
      await session.engine.restart();
      session.consoles.clear();
      await session.run(() => session.engine.start());
    },
  },
  {
    names: ['help', 'h', '?'],
    help: 'this list',
    run({ terminal }) {
      terminal.write(
        table(commands.map(({ names, usage, help }) => [paint(terminal, 'bold', names.join(', ')), usage ?? '', help])),
      );
      terminal.write('  An empty line repeats the last command. quit or Ctrl-D leaves.\n');
    },
  },
];

/** The command a word stands for: its name, an abbreviation, or an unambiguous beginning; undefined otherwise. */
export function commandFor(word: string): Command | undefined {
  const exact = commands.find(({ names }) => names.includes(word));
  if (exact !== undefined) return exact;
  const candidates = commands.filter(({ names }) => names.some((name) => name.startsWith(word)));
  return candidates.length === 1 ? candidates[0] : undefined;
}
