/** docs/launch-configuration.md, from the attribute table. A test holds the page equal to this text. */
import { attachAttributes } from './attachAttributes';
import { launchAttributes, type Attribute } from './attributes';

const formWords = { hypervisor: 'with a hypervisor', native: 'native only', both: '' } as const;

const kindWords = {
  text: 'text',
  image: 'path or `builtin:…`',
  file: 'path',
  folder: 'path',
  size: 'bytes or text like `"16M"`',
  address: 'number or text like `"0x8000"`',
  positive: 'number',
  count: 'whole number',
  flag: '`true` or `false`',
  names: 'an object of texts',
  date: 'text like `"2008-06-01T12:00:00Z"` or a number',
  choice: 'one of the names below',
  board: 'one of the names below, or a path',
  stop: '`true`, `false` or a name',
  list: 'list of objects',
  object: 'object',
} as const;

function defaultWords(attribute: Attribute): string {
  if (attribute.required) return 'required';
  return attribute.default === undefined ? '' : `\`${JSON.stringify(attribute.default)}\``;
}

function section(attribute: Attribute, prefix: string, level: string): string[] {
  const facts = [kindWords[attribute.kind], prefix === '' ? formWords[attribute.form] : '', defaultWords(attribute)]
    .filter((fact) => fact !== '')
    .map((fact, index) => (index > 0 && fact.startsWith('`') ? `default ${fact}` : fact));
  return [
    `${level} \`${prefix}${attribute.name}\``,
    '',
    `_${facts.join('; ')}_`,
    '',
    attribute.doc,
    '',
    ...(attribute.choices ?? []).map((choice) => `- \`"${choice.value}"\`: ${choice.doc}`),
    ...(attribute.choices ? [''] : []),
    ...(attribute.elements ?? []).flatMap((field) =>
      section(field, `${attribute.name}${attribute.kind === 'list' ? '[]' : ''}.`, `${level}#`),
    ),
  ];
}

/** The whole page as Markdown, ending in one line feed. */
export function launchDocumentation(): string {
  const lines = [
    '# The launch configuration',
    '',
    'A configuration of `.vscode/launch.json` with `"type": "armvisor"` and `"request": "launch"`. The same file serves F5 in VS Code and',
    '`armvisor run --config NAME` in the terminal. There are two forms: a hypervisor with its domains, or one kernel natively.',
    '',
    '```jsonc',
    '{',
    '  "type": "armvisor",',
    '  "request": "launch",',
    '  "name": "Xen with two mini-OS domains",',
    '  "hypervisor": "builtin:xen",',
    '  "domains": [',
    '    { "name": "Domain-0", "kernel": "builtin:mini-os", "memory": "16M" },',
    '    { "name": "guest1", "kernel": "${workspaceFolder}/build/guest.elf", "memory": "16M" },',
    '  ],',
    '  "stopOnEntry": true,',
    '}',
    '```',
    '',
    '```jsonc',
    '{',
    '  "type": "armvisor",',
    '  "request": "launch",',
    '  "name": "mini-OS without a hypervisor",',
    '  "kernel": "builtin:mini-os-native",',
    '}',
    '```',
    '',
    'A mistake is told in one sentence with the attribute, what is wrong and the remedy; an unknown attribute gives a warning.',
    'This page is generated from `src/adapter/launchConfiguration/attributes.ts`.',
    '',
    ...launchAttributes.flatMap((attribute) => section(attribute, '', '##')),
    '# The attach configuration',
    '',
    'With `"request": "attach"`: a machine that QEMU or another GDB stub executes ([attach.md](attach.md)). Images name what runs there; nothing',
    'is loaded.',
    '',
    ...attachAttributes.flatMap((attribute) => section(attribute, '', '##')),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
