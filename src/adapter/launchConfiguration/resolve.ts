/**
 * From what a person wrote in launch.json to `LaunchSettings`: defaults, checks, and a sentence for each mistake that names
 * the attribute, what is wrong and the remedy. Reads no files; `launch` in src/debugger does. The adapter's launch request
 * and the command line call it.
 */
import { isBoardFile } from '../../debugger/loading/boardFile';
import { UserError, type DomainSettings, type LaunchSettings, type StorageSettings } from '../../debugger/types';
import { foreignAttributes, launchAttributes, type Attribute, type AttributeKind } from './attributes';
import { nearest } from './spelling';
import { parseAddress, parseDate, parseSize, quoteValue, resolvePath } from './values';

export interface ResolvedLaunch {
  readonly settings: LaunchSettings;
  /** Where relative paths start. */
  readonly folder?: string;
  /** Sentences about what was ignored. */
  readonly warnings: readonly string[];
  /** How to call the attribute that named a file, so that an unreadable file can be told by it. */
  readonly fileAttributes: ReadonlyMap<string, string>;
}

/** How an attribute is called in a message: as in launch.json, or as an option of the command line. */
export type Naming = (attribute: string) => string;

export const asInLaunchFile: Naming = (attribute) => `"${attribute}" in the launch configuration`;

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What each kind accepts: undefined means it does not, and `expects` says what would be right. */
const kinds: Readonly<
  Record<AttributeKind, { expects: string; read: (value: unknown, attribute: Attribute) => unknown }>
> = {
  text: { expects: 'text in quotes', read: (value) => (typeof value === 'string' ? value : undefined) },
  image: { expects: 'the path of an ELF file or "builtin:…", in quotes', read: readNonEmpty },
  file: { expects: 'the path of a file, in quotes', read: readNonEmpty },
  folder: { expects: 'the path of a folder, in quotes', read: readNonEmpty },
  size: { expects: 'a number of bytes above 0, or text like "16M"', read: parseSize },
  address: { expects: 'a 32-bit address: a number, or text like "0x00010000"', read: parseAddress },
  positive: {
    expects: 'a number above 0',
    read: (value) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined),
  },
  count: {
    expects: 'a whole number',
    read: (value, { least = 0, most = Infinity }) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
  },
  flag: { expects: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined) },
  names: { expects: 'an object of names, each with text in quotes', read: readNames },
  date: { expects: 'a date since 1970, like "2008-06-01T12:00:00Z"', read: parseDate },
  choice: {
    expects: 'one of the names there are',
    read: (value, attribute) => attribute.choices?.find((choice) => choice.value === value)?.value,
  },
  board: {
    expects: 'one of the names there are',
    read: (value, attribute) =>
      typeof value === 'string' && (isChoice(value, attribute) || isBoardFile(value)) ? value : undefined,
  },
  stop: {
    expects: 'true, false, "hypervisor" or the name of a domain',
    read: (value) => (typeof value === 'boolean' || (typeof value === 'string' && value !== '') ? value : undefined),
  },
  list: { expects: 'a list in square brackets', read: (value) => (Array.isArray(value) ? value : undefined) },
  object: { expects: 'an object in curly braces', read: (value) => (isObject(value) ? value : undefined) },
};

const isChoice = (value: string, { choices }: Attribute): boolean =>
  choices?.some((choice) => choice.value === value) ?? false;

function readNonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function expectation(attribute: Attribute): string {
  const { kind, least, most } = attribute;
  if (kind === 'count' && least !== undefined && most !== undefined) return `a whole number from ${least} to ${most}`;
  if (kind !== 'choice' && kind !== 'board') return kinds[kind].expects;
  const names = `one of ${attribute.choices!.map((choice) => `"${choice.value}"`).join(', ')}`;
  return kind === 'choice' ? names : `${names}, or the path of a board file that ends in .json`;
}

/** A sentence about each member of an object that is no attribute. `where`: what stands before its name, such as `domains[0].`. */
export function notAttributes(raw: Values, names: readonly string[], where: string, naming: Naming): readonly string[] {
  return Object.keys(raw).flatMap((name) => {
    const foreign = where === '' && (foreignAttributes.has(name) || name.startsWith('__'));
    if (foreign || names.includes(name)) return [];
    const meant = nearest(name, names);
    const remedy = meant ? `; did you mean "${meant}"?` : `; there are: ${names.join(', ')}.`;
    return [`${naming(where + name)} is not an attribute and is ignored${remedy}`];
  });
}

/** Checks an object against its attributes, and returns the values as read, defaults filled in. */
function readObject(
  raw: Values,
  attributes: readonly Attribute[],
  where: string,
  warnings: string[],
  naming: Naming,
): Values {
  const names = attributes.map((attribute) => attribute.name);
  warnings.push(...notAttributes(raw, names, where, naming));
  const values: Record<string, unknown> = {};
  for (const attribute of attributes) {
    const written = raw[attribute.name];
    if (written === undefined || written === null) {
      values[attribute.name] = attribute.default;
      continue;
    }
    const value = kinds[attribute.kind].read(written, attribute);
    if (value === undefined) {
      throw new UserError(
        `${naming(where + attribute.name)} is ${quoteValue(written)}: it must be ${expectation(attribute)}.`,
      );
    }
    values[attribute.name] = value;
  }
  return values;
}

function readList(raw: unknown, attribute: Attribute, warnings: string[], naming: Naming): Values[] {
  return ((raw as unknown[] | undefined) ?? []).map((element, index) => {
    const where = `${attribute.name}[${index}]`;
    if (!isObject(element)) {
      const fields = attribute.elements!.filter((field) => field.required).map((field) => `"${field.name}": …`);
      throw new UserError(
        `${naming(where)} is ${quoteValue(element)}: it must be an object like { ${fields.join(', ')} }.`,
      );
    }
    const values = readObject(element, attribute.elements!, `${where}.`, warnings, naming);
    checkRequired(values, attribute, `${where}.`, naming);
    return values;
  });
}

/** An object attribute with the defaults of its fields; undefined when it is not given. */
function readInner(raw: unknown, attribute: Attribute, warnings: string[], naming: Naming): Values | undefined {
  if (raw === undefined) return undefined;
  const where = `${attribute.name}.`;
  const values = readObject(raw as Values, attribute.elements!, where, warnings, naming);
  checkRequired(values, attribute, where, naming);
  return values;
}

function checkRequired(values: Values, { elements }: Attribute, where: string, naming: Naming): void {
  for (const field of elements!) {
    if (field.required && values[field.name] === undefined) {
      throw new UserError(`${naming(where + field.name)} is missing: add ${expectation(field)}.`);
    }
  }
}

const attributeNamed = (name: string): Attribute => launchAttributes.find((attribute) => attribute.name === name)!;

/** The two forms exclude each other; says which attribute stands in the wrong one. */
function checkForm(values: Values, written: Values, naming: Naming): void {
  const given = (name: string): boolean => written[name] !== undefined && written[name] !== null;
  if (!given('hypervisor') && !given('kernel')) {
    throw new UserError(
      given('domains')
        ? `${naming('domains')} needs a hypervisor: add "hypervisor": "builtin:xen".`
        : 'The launch configuration says nothing to run: add "hypervisor": "builtin:xen" with "domains", or a "kernel" to run natively.',
    );
  }
  const form = given('hypervisor') ? 'hypervisor' : 'native';
  for (const attribute of launchAttributes) {
    if (attribute.form === 'both' || attribute.form === form || !given(attribute.name)) continue;
    throw new UserError(
      form === 'hypervisor'
        ? `${naming(attribute.name)} belongs to a native run, but "hypervisor" is given too: remove one of them (guest kernels go into "domains").`
        : `${naming(attribute.name)} needs a hypervisor: add "hypervisor": "builtin:xen", or remove it to run "kernel" natively.`,
    );
  }
  if (form === 'hypervisor' && ((values.domains as unknown[] | undefined) ?? []).length === 0) {
    throw new UserError(
      `${naming('domains')} is empty: add at least one domain, like { "kernel": "builtin:mini-os" }.`,
    );
  }
}

function readDomains(list: readonly Values[], folder: string | undefined, naming: Naming): DomainSettings[] {
  const domains = list.map((values, index) => ({
    name: (values.name as string | undefined) ?? `Domain-${index}`,
    kernel: resolvePath(values.kernel as string, folder),
    ...(values.symbols === undefined ? {} : { symbols: resolvePath(values.symbols as string, folder) }),
    memoryBytes: values.memory as number,
    commandLine: values.cmdline as string,
    ...(values.ramdisk === undefined ? {} : { ramdisk: resolvePath(values.ramdisk as string, folder) }),
  }));
  domains.forEach((domain, index) => {
    if (domain.name.trim() === '') {
      throw new UserError(`${naming(`domains[${index}].name`)} is empty: give a name, or leave it out.`);
    }
    const first = domains.findIndex((other) => other.name === domain.name);
    if (first < index) {
      throw new UserError(
        `${naming(`domains[${index}].name`)} is "${domain.name}", as is domains[${first}]: give each domain its own name.`,
      );
    }
  });
  return domains;
}

/** A flash device or a card. */
function storage({ file, size, readOnly }: Values, folder: string | undefined): StorageSettings {
  return {
    ...(file !== undefined && { file: resolvePath(file as string, folder) }),
    ...(size !== undefined && { byteLength: size as number }),
    readOnly: readOnly as boolean,
  };
}

function checkStop(stop: boolean | string, domains: readonly DomainSettings[], native: boolean, naming: Naming): void {
  if (typeof stop === 'boolean') return;
  const names = native ? [] : ['hypervisor', ...domains.map((domain) => domain.name)];
  if (names.includes(stop)) return;
  const meant = nearest(stop, names);
  throw new UserError(
    `${naming('stopOnEntry')} is "${stop}", and no domain has that name: ` +
      (meant
        ? `did you mean "${meant}"?`
        : `use ${['true', 'false', ...names.map((name) => `"${name}"`)].join(', ').replace(/, ([^,]*)$/, ' or $1')}.`),
  );
}

/**
 * Settings of a launch configuration, defaults filled in and paths made absolute against `cwd` (else `folder`).
 * @param folder where relative paths start when the configuration has no `cwd`
 * @param naming how messages call an attribute
 * @throws UserError one sentence about the first mistake
 */
export function resolveLaunch(
  configuration: unknown,
  folder?: string,
  naming: Naming = asInLaunchFile,
): ResolvedLaunch {
  if (!isObject(configuration)) {
    throw new UserError('The launch configuration must be an object in curly braces, as in launch.json.');
  }
  const warnings: string[] = [];
  const values = readObject(configuration, launchAttributes, '', warnings, naming);
  // Sizes carry their default as text, like a person would write it.
  const size = (value: unknown): number => parseSize(value)!;
  checkForm(values, configuration, naming);
  const base = (values.cwd as string | undefined) ?? folder;
  const domainList = readList(values.domains, attributeNamed('domains'), warnings, naming).map((domain) => ({
    ...domain,
    memory: size(domain.memory),
  }));
  const domains = readDomains(domainList, base, naming);
  const load = readList(values.load, attributeNamed('load'), warnings, naming).map((entry) => ({
    file: resolvePath(entry.file as string, base),
    address: entry.address as number,
  }));
  const sdCard = readInner(values.sdCard, attributeNamed('sdCard'), warnings, naming);
  const screen = readInner(values.screen, attributeNamed('screen'), warnings, naming);
  const cacheSizes = readInner(values.cacheSizes, attributeNamed('cacheSizes'), warnings, naming);
  const history = readInner(values.history, attributeNamed('history'), warnings, naming);
  const optionalPath = (name: 'hypervisor' | 'policy' | 'kernel' | 'symbols' | 'initrd'): Partial<LaunchSettings> =>
    values[name] === undefined ? {} : { [name]: resolvePath(values[name] as string, base) };
  const settings: LaunchSettings = {
    machine: boardPath(values.machine as string, base),
    ...(values.memory !== undefined && { memoryBytes: size(values.memory) }),
    ...optionalPath('hypervisor'),
    ...(values.awareness !== undefined && { awareness: values.awareness as LaunchSettings['awareness'] }),
    ...optionalPath('policy'),
    domains,
    ...optionalPath('kernel'),
    ...optionalPath('symbols'),
    ...optionalPath('initrd'),
    commandLine: values.cmdline as string,
    load,
    ...(values.entry === undefined ? {} : { entry: values.entry as number }),
    stopOnEntry: values.stopOnEntry as boolean | string,
    tickModel: values.tickModel as string,
    cache: values.cache as string,
    ...(cacheSizes && {
      cacheSizes: { instructionBytes: size(cacheSizes.instruction), dataBytes: size(cacheSizes.data) },
    }),
    tlb: values.tlb as string,
    vfp: values.vfp as string,
    engine: values.engine as string,
    translatedBytes: atLeast(LEAST_TRANSLATED_BYTES, '1M', '64M', values.translatedCode, naming('translatedCode')),
    board: {
      ...(values.nand !== undefined && {
        nand: readList(values.nand, attributeNamed('nand'), warnings, naming).map((each) => ({
          name: each.name as string,
          ...storage(each, base),
        })),
      }),
      ...(sdCard && { sdCard: storage(sdCard, base) }),
      ...(screen && { screen: { width: screen.width as number, height: screen.height as number } }),
      ...(values.traceDevice !== undefined && { traceDevice: values.traceDevice as boolean }),
      ...(values.serialPorts !== undefined && { serialPorts: values.serialPorts as number }),
      ...(values.date !== undefined && { epochSeconds: values.date as number }),
    },
    nsPerTick: values.nsPerTick as number,
    ...(history && { historyBytes: historyBytes(history, naming) }),
  };
  checkStop(settings.stopOnEntry, domains, settings.hypervisor === undefined, naming);
  return {
    settings,
    ...(base !== undefined && { folder: base }),
    warnings,
    fileAttributes: fileAttributesOf(settings, naming),
  };
}

function readNames(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const right = Object.values(value).every((each) => typeof each === 'string' && each.trim() !== '');
  return right ? (value as Readonly<Record<string, string>>) : undefined;
}

/** Less would hold a few states of a small guest: whoever writes 256 means megabytes. */
const LEAST_HISTORY_BYTES = 4 << 20;

/** Less would hold a handful of regions, which would be translated over and over. */
const LEAST_TRANSLATED_BYTES = 1 << 20;

function historyBytes({ enabled, memory }: Record<string, unknown>, naming: Naming): number {
  const bytes = atLeast(LEAST_HISTORY_BYTES, '4M', '256M', memory, naming('history.memory'));
  return enabled === false ? 0 : bytes;
}

/** The bytes of a size. @throws UserError when it is less than `least`, which people write as `written` */
function atLeast(least: number, written: string, example: string, size: unknown, named: string): number {
  const bytes = parseSize(size)!;
  if (bytes >= least) return bytes;
  throw new UserError(
    `${named} is ${quoteValue(size)}, which is ${bytes} bytes: give at least "${written}", such as "${example}".`,
  );
}

const boardPath = (machine: string, folder: string | undefined): string =>
  isBoardFile(machine) ? resolvePath(machine, folder) : machine;

function fileAttributesOf(settings: LaunchSettings, naming: Naming): Map<string, string> {
  const attributes = new Map<string, string>();
  const note = (file: string | undefined, attribute: string): void => {
    if (file !== undefined && !attributes.has(file)) attributes.set(file, naming(attribute));
  };
  note(settings.hypervisor, 'hypervisor');
  note(settings.policy, 'policy');
  note(settings.kernel, 'kernel');
  note(settings.symbols, 'symbols');
  note(settings.initrd, 'initrd');
  if (isBoardFile(settings.machine)) note(settings.machine, 'machine');
  settings.domains.forEach((domain, index) => {
    note(domain.kernel, `domains[${index}].kernel`);
    note(domain.symbols, `domains[${index}].symbols`);
    note(domain.ramdisk, `domains[${index}].ramdisk`);
  });
  settings.board?.nand?.forEach(({ file }, index) => note(file, `nand[${index}].file`));
  note(settings.board?.sdCard?.file, 'sdCard.file');
  settings.load.forEach((entry, index) => note(entry.file, `load[${index}].file`));
  return attributes;
}
