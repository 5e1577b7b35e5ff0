/**
 * The attach configuration as data: which attributes of the launch configuration (`attributes.ts`) it shares, with other words and
 * defaults, and its own. Read by resolveAttach.ts, the schema and docs/attach.md's table.
 */
import { launchAttributes, type Attribute } from './attributes';

function shared(name: string, change: Partial<Attribute> = {}): Attribute {
  return { ...launchAttributes.find((attribute) => attribute.name === name)!, ...change };
}

const domainFields = shared('domains').elements!.filter(({ name }) => ['name', 'kernel', 'symbols'].includes(name));

/** The attributes of `"type": "armvisor", "request": "attach"`, in the order of the documentation. */
export const attachAttributes: readonly Attribute[] = [
  {
    name: 'target',
    kind: 'text',
    form: 'both',
    default: 'localhost:1234',
    doc: 'Where the GDB stub listens: a computer and a port, or a port of this computer. `localhost:1234` is what `qemu-system-arm -s` opens.',
  },
  shared('hypervisor', {
    doc: 'The ELF file of the hypervisor that runs there, for its symbols and types. Leave it out for a kernel.',
  }),
  shared('domains', {
    elements: domainFields,
    doc: 'The guest domains, Domain-0 first, each with the ELF file that runs in it.',
  }),
  shared('awareness'),
  shared('kernel', {
    kind: 'image',
    doc: 'The ELF file of a kernel that runs there without a hypervisor, for its symbols and types.',
  }),
  shared('symbols', { doc: 'An ELF file with the symbols of `kernel`, when that is stripped or no ELF file.' }),
  shared('machine', {
    default: 'versatilepb',
    doc: 'The board that is executed there: it says where RAM begins, so that no device is disturbed by a look.',
  }),
  shared('memory'),
  shared('stopOnEntry', {
    default: true,
    doc: '`true`: the machine stays where it stands. `false`: it goes on. The name of a domain: it goes on to the entry of that domain.',
  }),
  shared('cwd'),
];
