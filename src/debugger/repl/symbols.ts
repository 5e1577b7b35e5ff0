/** The console's commands about images: which there are in which address space, and symbols that come while the machine stands. */
import type { AddressSpace } from '../../hypervisor/types';
import { parseImage } from '../loading/loadImages';
import { spaceText } from '../expressions/evaluator';
import { UserError } from '../types';
import { columns, hex } from './columns';
import type { ReplCommand, ReplContext } from './command';
import { domainOf, domainWords } from './places';

const ACTIONS = ['list', 'add', 'remove'] as const;

/** `xen`, or a domain; whose code the CPU executes when nothing is said. */
function spaceOf({ engine, frame }: ReplContext, word: string | undefined): AddressSpace {
  if (word === undefined) return frame?.space ?? { kind: 'xen' };
  if (word === 'xen') return { kind: 'xen' };
  // A domain may be made later.
  const number = /^dom(\d{1,5})$/.exec(word)?.[1];
  return { kind: 'domain', domainId: number === undefined ? domainOf(engine, word).id : Number(number) };
}

function listed({ engine }: ReplContext): string {
  const rows = engine.imageSpaces().map(({ image, space, added }) => {
    const starts = image.segments.map(({ virtualAddress }) => virtualAddress);
    const ends = image.segments.map(({ virtualAddress, memoryBytes }) => virtualAddress + memoryBytes);
    const range = starts.length === 0 ? '-' : `${hex(Math.min(...starts))}-${hex(Math.max(...ends) - 1)}`;
    return [spaceText(space).replace(/:$/, '') || 'cpu', range, added ? 'added' : '', image.name];
  });
  return columns(['space', 'addresses', '', 'image'], rows);
}

export const symbolsCommand: ReplCommand = {
  name: 'symbols',
  arguments: [
    { name: 'action', type: 'word', optional: true, choices: ACTIONS },
    { name: 'file', type: 'word', optional: true },
    { name: 'space', type: 'word', optional: true, suggestions: (engine) => ['xen', ...domainWords(engine)] },
  ],
  help: 'Lists the images of each address space; adds the symbols of an ELF file to one, as of a program that a guest has loaded meanwhile, or takes them out.',
  example: 'symbols add build/shell.elf dom1',
  run(context, { action = 'list', file, space }) {
    const { engine, load } = context;
    if (action === 'list' && file !== undefined)
      throw new UserError(`"${file}" is no word of ${ACTIONS.join(', ')}: symbols add build/shell.elf dom1`);
    if (action === 'list') return { text: listed(context) };
    if (file === undefined) throw new UserError(`Name the file: symbols ${action} build/shell.elf dom1`);
    const name = String(file);
    const where = spaceOf(context, space === undefined ? undefined : String(space));
    if (action === 'remove') {
      engine.removeImage(name);
      return { text: `${name} is taken out.` };
    }
    if (!load) throw new UserError('Files cannot be read from here');
    return {
      later: async () => {
        const image = parseImage(name, await load(name));
        engine.addImage(where, image);
        const lacks = image.limitations.length > 0 ? ` ${image.limitations.join('; ')}.` : '';
        return `${name} is known in ${spaceText(where).replace(/:$/, '')}.${lacks}`;
      },
    };
  },
};
