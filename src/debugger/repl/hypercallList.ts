/** The console's command about the hypercalls: what there are, and what one takes; with the handler that the running hypervisor has. */
import { HYPERCALLS, hypercallNamed, hypercallNumbered, type Hypercall } from '../../hypervisor/hypercalls';
import { handlerOf } from '../../hypervisor/hypercallTable';
import { isMissing } from '../../hypervisor/types';
import { UserError, type DebugEngine } from '../types';
import { hypervisorMemory } from '../views/hypervisorMemory';
import { columns } from './columns';
import type { ReplCommand } from './command';

/** Function of `hypercall_table` that serves a number; undefined where it cannot be read. */
function handlerName(engine: DebugEngine, number: number): string | undefined {
  const memory = hypervisorMemory(engine);
  const address = isMissing(memory) ? undefined : handlerOf(memory, number);
  const symbol = address === undefined ? undefined : engine.symbolAt({ kind: 'xen' }, address);
  return symbol?.offset === 0 ? symbol.name : undefined;
}

const signature = ({ name, arguments: given }: Hypercall): string =>
  `${name}(${given.map(({ type, name: argument }) => `${type}${type.endsWith('*') ? '' : ' '}${argument}`).join(', ')})`;

function explained(engine: DebugEngine, call: Hypercall): string {
  const handler = handlerName(engine, call.number);
  const lines = [
    `${call.number}  ${signature(call)}`,
    call.doc,
    `r7 = ${call.number}, arguments from r0 on; afterwards r0 is ${call.result}.`,
  ];
  if (handler !== undefined) lines.push(`Served by ${handler}: break there with the function breakpoint ${handler}.`);
  const { subOperations } = call;
  if (subOperations) {
    const rows = Object.entries(subOperations.values).map(([name, value]) => [
      value,
      name,
      subOperations.refused?.[name] === undefined ? '' : `refused: ${subOperations.refused[name]}`,
    ]);
    lines.push(`Operations, by ${subOperations.from}:`, columns(['', '', ''], rows).trimStart());
  }
  return lines.join('\n');
}

export const hypercallCommands: readonly ReplCommand[] = [
  {
    name: 'hypercalls',
    arguments: [
      { name: 'hypercall', type: 'word', optional: true, suggestions: () => HYPERCALLS.map(({ name }) => name) },
    ],
    help: 'Lists the hypercalls and who serves each, or explains one by its name or number.',
    example: 'hypercalls event_channel_op',
    run({ engine }, { hypercall }) {
      if (hypercall === undefined) {
        const rows = HYPERCALLS.map((call) => [
          call.number,
          call.name,
          handlerName(engine, call.number) ?? '',
          call.doc,
        ]);
        return { text: columns(['nr', 'name', 'served by', ''], rows) };
      }
      const word = String(hypercall);
      const found = /^(0x)?[0-9a-f]+$/i.test(word) ? hypercallNumbered(Number(word)) : hypercallNamed(word);
      if (found) return { text: explained(engine, found) };
      const near = HYPERCALLS.filter(({ name }) => name.includes(word)).map(({ name }) => name);
      const hint = near.length > 0 ? `is it ${near.join(' or ')}?` : 'type hypercalls for the list';
      throw new UserError(`There is no hypercall "${word}": ${hint}`);
    },
  },
];
