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
  /** A whole number from `least` to `most`. */
  | 'count'
  | 'flag'
  /** An object of texts, by names that are free. */
  | 'names'
  /** Seconds since 1970, or text like "2008-06-01T12:00:00Z". */
  | 'date'
  | 'choice'
  /** One of the choices, or the path of a board file. */
  | 'board'
  /** true, false, "hypervisor" or the name of a domain. */
  | 'stop'
  /** An array of objects, described by `elements`. */
  | 'list'
  /** An object, described by `elements`. */
  | 'object';

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
  /** Bounds of a count. */
  readonly least?: number;
  readonly most?: number;
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
  {
    name: 'ramdisk',
    kind: 'file',
    form: 'hypervisor',
    doc: 'A file that stands in the memory of the domain when it starts (`mod_start` of its start_info): the disk of a driver domain ([docs/drivers.md](drivers.md)). The file itself is never written.',
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

const cacheSizeAttributes: readonly Attribute[] = (['instruction', 'data'] as const).map((name) => ({
  name,
  kind: 'size',
  form: 'both',
  default: '16K',
  doc: `Size of the ${name} cache: a power of two from \`"4K"\` to \`"128K"\`.`,
}));

const storageAttributes: readonly Attribute[] = [
  {
    name: 'file',
    kind: 'file',
    form: 'both',
    doc: 'What it holds at the beginning. The file itself is never written; left out, it is empty.',
  },
  { name: 'size', kind: 'size', form: 'both', doc: 'Its size, when that is more than the file.' },
  { name: 'readOnly', kind: 'flag', form: 'both', default: false, doc: 'Whether the guest can write to it.' },
];
const nandAttributes: readonly Attribute[] = [
  {
    name: 'name',
    kind: 'text',
    form: 'both',
    required: true,
    doc: 'By which the kernel knows it, such as `"system"`.',
  },
  ...storageAttributes,
];

const historyAttributes: readonly Attribute[] = [
  { name: 'enabled', kind: 'flag', form: 'both', default: true, doc: 'Whether the past is recorded.' },
  {
    name: 'memory',
    kind: 'size',
    form: 'both',
    default: '256M',
    doc: 'Memory for it, of this computer, from `"4M"`. The more it is, the closer together are the states that are kept; the beginning is kept in any case.',
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
    name: 'awareness',
    kind: 'names',
    form: 'hypervisor',
    doc: 'For a hypervisor that calls things otherwise: from the names that Armvisor looks for to yours, such as `{ "context_switch": "switch_domains", "struct vcpu": "struct virtual_cpu", "guest_frame": "user_frame" }` ([docs/awareness.md](awareness.md)).',
  },
  {
    name: 'policy',
    kind: 'file',
    form: 'hypervisor',
    doc: 'Access control policy for the hypervisor: a text ([docs/policy.md](policy.md)), or one compiled by `armvisor policy compile`. Left out, nothing is restricted.',
  },
  {
    name: 'kernel',
    kind: 'image',
    form: 'native',
    doc: 'A kernel that runs on the machine without a hypervisor: an ELF file, a raw image (loaded at 0x00010000), or `builtin:mini-os-native`.',
  },
  {
    name: 'symbols',
    kind: 'file',
    form: 'native',
    doc: 'An ELF file with the symbols of `kernel`, when that is stripped or no ELF file: the `vmlinux` of a Linux `zImage`.',
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
    kind: 'board',
    form: 'both',
    default: 'goldfish',
    choices: [
      { value: 'goldfish', doc: "Android's first emulator board: ARM926EJ-S, interrupt controller, timer, TTYs." },
      {
        value: 'imx21',
        doc: 'A board with the i.MX21, the target of Secure Xen on ARM, for kernels of yours: UARTs, timers, AITC interrupt controller.',
      },
      {
        value: 'versatilepb',
        doc: "ARM's Versatile Platform Baseboard, for kernels of yours: PL011 UARTs, SP804 timers, PL190 interrupt controller.",
      },
    ],
    doc: 'The board to emulate: one of these names, or the path of a board file that describes one of yours, like `"./my.board.json"` ([docs/boards.md](boards.md)).',
  },
  {
    name: 'memory',
    kind: 'size',
    form: 'both',
    doc: 'Size of the main RAM: bytes, or text like `"96M"`. Left out: what the board has, 96 MB for goldfish.',
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
    choices: [
      { value: 'off', doc: 'Caches are transparent: every access sees memory.' },
      { value: 'timing', doc: 'The same, and tags are kept: hits and misses are counted.' },
      {
        value: 'coherence',
        doc: 'Caches and write buffer keep data: stale values are really read, and each one is reported with the store and the read.',
      },
    ],
    doc: 'What the caches do to the values that are read.',
  },
  {
    name: 'cacheSizes',
    kind: 'object',
    form: 'both',
    elements: cacheSizeAttributes,
    doc: 'Sizes of the two caches, which have 4 ways and lines of 32 bytes. Without `cache` they only show in the cache type register.',
  },
  {
    name: 'tlb',
    kind: 'choice',
    form: 'both',
    default: 'fast',
    choices: [
      { value: 'fast', doc: 'As large as speed wants: a missing TLB flush seldom shows.' },
      { value: 'arm926', doc: "The chip's: 2 ways of 32 entries and 8 that can be locked down." },
    ],
    doc: 'Which translations the MMU keeps.',
  },
  {
    name: 'engine',
    kind: 'choice',
    form: 'both',
    default: 'auto',
    choices: [
      {
        value: 'auto',
        doc: 'Whichever is faster: the translator where there is WebAssembly for it, with nothing to be told apart but the speed.',
      },
      { value: 'interpreter', doc: 'One instruction after the other: the reference.' },
      {
        value: 'translator',
        doc: 'Code that runs often is translated to WebAssembly: the same results, several times as fast. With `cache: "coherence"`, the arm926 TLB, and tick models other than `goldfish` it interprets.',
      },
    ],
    doc: 'What executes instructions. The state of the machine is the same after every instruction.',
  },
  {
    name: 'translatedCode',
    kind: 'size',
    form: 'both',
    default: '64M',
    doc: 'Most memory for translated code, of this computer, from `"1M"`. When it is full, what has run least goes.',
  },
  {
    name: 'vfp',
    kind: 'choice',
    form: 'both',
    default: 'none',
    choices: [
      { value: 'none', doc: 'No floating-point coprocessor: its instructions are undefined, as on the bare chip.' },
      { value: 'vfp9', doc: 'A VFP9-S: what kernels that were built for the Android emulator find there.' },
    ],
    doc: 'The floating-point coprocessor.',
  },
  {
    name: 'history',
    kind: 'object',
    form: 'both',
    elements: historyAttributes,
    doc: 'The recorded past, which step back, reverse continue and checkpoints go to ([docs/back-in-time.md](back-in-time.md)). Left out, it is recorded.',
  },
  {
    name: 'nsPerTick',
    kind: 'positive',
    form: 'both',
    default: 5,
    doc: 'Nanoseconds of device time for each tick: 5 is a clock of 200 MHz.',
  },
  {
    name: 'serialPorts',
    kind: 'count',
    form: 'both',
    least: 1,
    most: 8,
    doc: 'How many serial ports (`goldfish_tty`) the goldfish board has; 2 when left out. Each port beyond the first shifts bases and interrupts of the devices after it.',
  },
  {
    name: 'date',
    kind: 'date',
    form: 'both',
    doc: 'Calendar time at switch-on for the real-time clock of the board: text like `"2008-06-01T12:00:00Z"`, or seconds since 1970. Never the time of this computer, so that runs repeat.',
  },
  {
    name: 'screen',
    kind: 'object',
    form: 'both',
    elements: (['width', 'height'] as const).map((name) => ({
      name,
      kind: 'count',
      form: 'both',
      required: true,
      least: 16,
      most: 2048,
      doc: `Its ${name} in pixels.`,
    })),
    doc: 'Size of the screen of the goldfish board; left out, it is 320 by 480.',
  },
  {
    name: 'nand',
    kind: 'list',
    form: 'both',
    elements: nandAttributes,
    doc: 'Flash devices of the goldfish board, in the order in which the kernel numbers them. An image has pages of 2048 bytes, each with its 64 spare bytes after it.',
  },
  {
    name: 'sdCard',
    kind: 'object',
    form: 'both',
    elements: storageAttributes,
    doc: 'The card in the SD slot of the goldfish board; left out, there is no slot.',
  },
  {
    name: 'traceDevice',
    kind: 'flag',
    form: 'both',
    doc: 'Whether the goldfish board has the trace device (`qemu_trace`), for kernels that were built to talk to one. It shifts the devices after it.',
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
