/**
 * The launch configuration as data: every attribute once, with its kind, default and words. Validation (resolve.ts), the JSON
 * schema in package.json (schema.ts) and docs/launch-configuration.md (documentation.ts) are all read from this table.
 * It holds no logic.
 */

/** How a value is written and checked; resolve.ts has one checker for each kind, schema.ts one JSON schema. */
export type AttributeKind =
  | 'text'
  /** A file on disk, or `builtin:name`. */
  | 'image'
  /** A file on disk. */
  | 'file'
  | 'folder'
  /** Bytes as a number, or text with K, M or G. */
  | 'size'
  /** A 32-bit address as a number, or text like "0x8000". */
  | 'address'
  | 'positive'
  | 'choice'
  /** true, false, "hypervisor" or the name of a domain. */
  | 'stop'
  /** An array of objects, described by `elements`. */
  | 'list';

/** Which of the two ways to launch an attribute belongs to. */
export type LaunchForm = 'hypervisor' | 'native' | 'both';

export interface Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly form: LaunchForm;
  /** Markdown, for hovers in launch.json and for the documentation. Plain sentences. */
  readonly doc: string;
  /** As written in launch.json; absent when leaving the attribute out means "none". */
  readonly default?: string | number | boolean;
  /** Must be given whenever its surrounding object or form is used. */
  readonly required?: boolean;
  readonly choices?: readonly { readonly value: string; readonly doc: string }[];
  readonly elements?: readonly Attribute[];
}

const domainAttributes: readonly Attribute[] = [
  {
    name: 'name',
    kind: 'text',
    form: 'hypervisor',
    doc: 'Name of the domain in threads, consoles and `stopOnEntry`. Left out: `Domain-0`, `Domain-1` … by position.',
  },
  {
    name: 'kernel',
    kind: 'image',
    form: 'hypervisor',
    required: true,
    doc: 'The guest kernel: an ELF file for ARM, or a built-in guest (`builtin:mini-os`, `builtin:proc-os`).',
  },
  {
    name: 'symbols',
    kind: 'file',
    form: 'hypervisor',
    doc: 'An ELF file with the symbols of `kernel`, when the kernel itself is stripped.',
  },
  {
    name: 'memory',
    kind: 'size',
    form: 'hypervisor',
    default: '16M',
    doc: 'Memory of the domain: bytes, or text like `"16M"`.',
  },
  {
    name: 'cmdline',
    kind: 'text',
    form: 'hypervisor',
    default: '',
    doc: 'Command line that the hypervisor hands to the guest kernel.',
  },
];

const loadAttributes: readonly Attribute[] = [
  { name: 'file', kind: 'file', form: 'both', required: true, doc: 'The file, copied as it is.' },
  {
    name: 'address',
    kind: 'address',
    form: 'both',
    required: true,
    doc: 'Physical address of its first byte: a number, or text like `"0x00800000"`.',
  },
];

/** The attributes of `"type": "armvisor", "request": "launch"`, in the order of the documentation. */
export const launchAttributes: readonly Attribute[] = [
  {
    name: 'hypervisor',
    kind: 'image',
    form: 'hypervisor',
    doc: 'The hypervisor: `builtin:xen`, or an ELF file for ARM. Leave it out to run a `kernel` natively.',
  },
  {
    name: 'domains',
    kind: 'list',
    form: 'hypervisor',
    required: true,
    elements: domainAttributes,
    doc: 'The guest domains, Domain-0 first: as many as memory allows.',
  },
  {
    name: 'kernel',
    kind: 'image',
    form: 'native',
    doc: 'A kernel that runs on the machine without a hypervisor: an ELF file, a raw image (loaded at 0x00010000), or `builtin:mini-os-native`.',
  },
  {
    name: 'initrd',
    kind: 'file',
    form: 'native',
    doc: 'Initial RAM disk that the boot loader hands to the `kernel`.',
  },
  {
    name: 'cmdline',
    kind: 'text',
    form: 'both',
    default: '',
    doc: 'Command line of the native `kernel`, or of the hypervisor itself.',
  },
  {
    name: 'entry',
    kind: 'address',
    form: 'native',
    doc: 'Physical address where the native `kernel` starts, instead of its own entry point.',
  },
  {
    name: 'machine',
    kind: 'choice',
    form: 'both',
    default: 'goldfish',
    choices: [
      { value: 'goldfish', doc: "Android's first emulator board: ARM926EJ-S, interrupt controller, timer, TTYs." },
    ],
    doc: 'The board to emulate.',
  },
  {
    name: 'memory',
    kind: 'size',
    form: 'both',
    default: '96M',
    doc: 'Memory of the whole machine: bytes, or text like `"96M"`.',
  },
  {
    name: 'load',
    kind: 'list',
    form: 'both',
    elements: loadAttributes,
    doc: 'Files copied raw into memory before the start.',
  },
  {
    name: 'stopOnEntry',
    kind: 'stop',
    form: 'both',
    default: false,
    doc: '`true`: stop at the very first instruction. `"hypervisor"`: at the first C function of the hypervisor. The name of a domain: at the first instruction of that domain. `false`: run.',
  },
  {
    name: 'tickModel',
    kind: 'choice',
    form: 'both',
    default: 'goldfish',
    choices: [
      { value: 'goldfish', doc: "The tick table of goldfish's own tracer, per instruction." },
      { value: 'goldfish-dcache', doc: 'The same, plus its data cache model.' },
      { value: 'arm926ejs', doc: 'The chip: interlocks, caches, write buffer, table walks.' },
    ],
    doc: 'How many clock ticks each instruction takes.',
  },
  {
    name: 'cache',
    kind: 'choice',
    form: 'both',
    default: 'off',
    choices: [{ value: 'off', doc: 'Caches are transparent: every access sees memory.' }],
    doc: 'What the caches do to the values that are read.',
  },
  {
    name: 'nsPerTick',
    kind: 'positive',
    form: 'both',
    default: 5,
    doc: 'Nanoseconds of device time for each tick: 5 is a clock of 200 MHz.',
  },
  {
    name: 'cwd',
    kind: 'folder',
    form: 'both',
    doc: 'Folder that relative paths start from. In VS Code and in the terminal the workspace folder, when left out.',
  },
];

/**
 * Attributes that VS Code itself, or the protocol, puts beside ours. Names that begin with two underscores are VS Code's
 * too (`__sessionId` …).
 */
export const foreignAttributes: ReadonlySet<string> = new Set([
  'type',
  'request',
  'name',
  'presentation',
  'preLaunchTask',
  'postDebugTask',
  'internalConsoleOptions',
  'debugServer',
  'debugAdapterPath',
  'serverReadyAction',
  'suppressMultipleSessionWarning',
  'noDebug',
  'restart',
  'linux',
  'osx',
  'windows',
]);
