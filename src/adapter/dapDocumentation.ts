/** docs/dap.md, from the handler table. A test holds the page equal to this text. */
import type { ExceptionFilter } from '../debugger/types';
import { capabilitiesOf } from './capabilities';
import type { Phase, RequestHandler } from './requests/handler';

const phaseWords: Readonly<Record<Phase, string>> = {
  always: 'at any time',
  launched: 'after `launch`',
  stopped: 'while the machine stands',
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

function requestRow(handler: RequestHandler): string {
  const capabilities = Object.keys(handler.capabilities([])).map((name) => `\`${name}\``);
  const cells = [`\`${handler.command}\``, handler.purpose, phaseWords[handler.phase], capabilities.join(', ')];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** The whole page as Markdown, ending in one line feed. */
export function dapDocumentation(handlers: readonly RequestHandler[], filters: readonly ExceptionFilter[]): string {
  const capabilities = capabilitiesOf(handlers, filters);
  const lines = [
    '# The Debug Adapter Protocol in Armvisor',
    '',
    'Every request that Armvisor answers, and the capability that it announces because of it. Capabilities are computed from the handlers;',
    'none is announced without one. This page is generated from `src/adapter/requests/table.ts`.',
    '',
    'A mistake is answered with `success: false` and one sentence in `message` and `body.error.format`.',
    '',
    '| request | what it does | when | capabilities |',
    '| --- | --- | --- | --- |',
    ...handlers.map(requestRow),
    '',
    `Together ${Object.keys(capabilities).length} capabilities.`,
    '',
    '## Exception filters',
    '',
    '| filter | stops | condition |',
    '| --- | --- | --- |',
    ...filters.map(
      ({ id, label, description, conditionHelp }) =>
        `| \`${id}\` | ${cell(label)}: ${cell(description)} | ${cell(conditionHelp)} |`,
    ),
    '',
    'Clients that choose exceptions in a tree (`exceptionOptions`) find the filters as its first level, and below each the names and numbers that',
    'its conditions know bare: `hypercall` / `console_io`, `guestFault` / `data_abort`, `domainSwitch` / `1`. `hypercallResult`, `event`,',
    '`permissionChange` and `firstTouch` can be named too. Break modes are `always` and `never`; of several options that name the same exception',
    'the last one decides.',
    '',
    '## Events',
    '',
    '- `initialized`: after `launch` has loaded the machine, so that breakpoints resolve at once.',
    '- `stopped`: with `description`, `allThreadsStopped: true` and `hitBreakpointIds`. The whole machine stops, always.',
    '- `thread`: a domain has come or gone. `breakpoint`: a restart has loaded a rebuilt image, and the breakpoint may stand elsewhere.',
    '- `output`: category `stdout` is a console of the machine, each line with the name of its domain in front: `[Domain-1] hello`.',
    '  `data` holds it for programs: `{ "domain": 1, "name": "Domain-1", "text": "hello\\n" }`; `domain` is absent for the hypervisor',
    '  (`"name": "hypervisor"`) and for a native machine (`"name": "native"`). Log points and warnings have category `console`, failures `stderr`,',
    '  what the coherence check has found `important`.',
    '- `invalidated` and `memory`: after a write, to clients that announced them.',
    '- `exited` and `terminated`: once, at the end.',
    '',
    '## Memory references',
    '',
    'An address is written with its space: `dom1:0xc0008000`, `xen:0xff010000`, `pa:0x100`. Without a prefix it is meant in the space of the',
    'frame that stopped. `address` in answers is bare, so that clients can compute with it.',
    '',
    'Requests beyond DAP (`armvisor/…`) are described in [protocol.md](protocol.md).',
  ];
  return `${lines.join('\n')}\n`;
}
