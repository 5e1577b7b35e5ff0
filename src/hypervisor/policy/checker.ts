/**
 * From statements to the policy they mean: names resolved, limits in units, one access vector for each pair of types. Finds what
 * is wrong (PolicyError) and what has no effect (warnings).
 */
import { isKeyInHex, publicKeyOf } from './publicKey';
import { PERMISSIONS, CLASS_NAMES, permissionText, type Permission } from './permissions';
import { PolicyError, type Name, type Place, type Statement } from './syntax';

export const UNLIMITED = 0xffff_ffff;
export const XEN = 'xen';

export interface TypeLimits {
  memoryKilobytes: number;
  cpuPercent: number;
  eventChannels: number;
  grants: number;
  hypercalls: number;
  events: number;
}

/** One permission of one type on another, with the rule that gives it. */
export interface Allowed {
  readonly permission: Permission;
  readonly place: Place;
  readonly audit: boolean;
}

export interface PolicyType {
  readonly name: string;
  readonly limits: TypeLimits;
  /** Numbers of the keys with one of which an image must be signed; none: it need not be. */
  readonly keys: ReadonlySet<number>;
}

export interface Policy {
  readonly name: string;
  /** Number = index; 0 is the hypervisor. */
  readonly types: readonly PolicyType[];
  /** Ed25519 public keys, 32 bytes each. */
  readonly keys: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly labels: readonly { readonly domain: number | string; readonly type: number }[];
  readonly defaultType?: number;
  /** [source][target], by `class:permission`. */
  readonly allowed: readonly (readonly ReadonlyMap<string, Allowed>[])[];
  readonly warnings: readonly string[];
}

const limitKinds: Readonly<
  Record<
    string,
    {
      readonly field: keyof TypeLimits;
      readonly units: Readonly<Record<string, number>>;
      readonly least: number;
      readonly most: number;
      readonly like: string;
    }
  >
> = {
  memory: { field: 'memoryKilobytes', units: { K: 1, M: 1024 }, least: 1, most: 0x40_0000, like: '16M' },
  cpu: { field: 'cpuPercent', units: { '%': 1 }, least: 1, most: 100, like: '25%' },
  // The builder gives each domain two.
  ports: { field: 'eventChannels', units: { '': 1 }, least: 2, most: 1023, like: '32' },
  grants: { field: 'grants', units: { '': 1 }, least: 1, most: 1024, like: '64' },
  hypercalls: { field: 'hypercalls', units: { '/s': 1 }, least: 10, most: 10_000_000, like: '20000/s' },
  events: { field: 'events', units: { '/s': 1 }, least: 10, most: 10_000_000, like: '1000/s' },
};

/** What the files hold that the policy names, by the name there. */
export type KeyFiles = ReadonlyMap<string, string>;

/** @throws PolicyError for the first mistake */
export function checkPolicy(file: string, statements: readonly Statement[], keyFiles: KeyFiles): Policy {
  return new Checker(file, statements, keyFiles).check();
}

class Checker {
  private readonly types: {
    name: string;
    limits: TypeLimits;
    keys: Set<number>;
    declared: Place;
    used: boolean;
  }[] = [];
  private readonly keys: { name: string; bytes: Uint8Array; declared: Place }[] = [];
  private readonly warnings: string[] = [];
  private allowed: Map<string, Allowed>[][] = [];

  constructor(
    private readonly file: string,
    private readonly statements: readonly Statement[],
    private readonly keyFiles: KeyFiles,
  ) {}

  check(): Policy {
    this.addType({ text: XEN, line: 1, column: 1 });
    for (const statement of this.statements)
      if (statement.kind === 'type') statement.names.forEach((name) => this.addType(name));
      else if (statement.kind === 'key') this.addKey(statement);
    this.allowed = this.types.map(() => this.types.map(() => new Map<string, Allowed>()));
    let name = 'unnamed';
    let defaultType: number | undefined;
    const labels: { domain: number | string; type: number; place: Place }[] = [];
    for (const statement of this.statements) {
      if (statement.kind === 'policy') name = this.short(statement.name, 31);
      if (statement.kind === 'default') {
        if (defaultType !== undefined) this.fail(statement.type, 'there is a default already: keep one of the two.');
        defaultType = this.domainType(statement.type);
      }
      if (statement.kind === 'domain') labels.push(this.label(statement, labels));
      if (statement.kind === 'limit') this.limit(statement);
      if (statement.kind === 'require') this.require(statement);
      if (statement.kind === 'allow') this.allow(statement);
    }
    for (const statement of this.statements) if (statement.kind === 'never') this.never(statement);
    this.warnOfIdleTypes(labels, defaultType);
    this.warnOfSignatures();
    return {
      name,
      types: this.types,
      keys: this.keys,
      labels,
      ...(defaultType !== undefined && { defaultType }),
      allowed: this.allowed,
      warnings: this.warnings,
    };
  }

  private addType(name: Name): void {
    if (this.types.some((type) => type.name === name.text))
      this.fail(
        name,
        name.text === XEN
          ? '“xen” is the hypervisor: give the type another name.'
          : `the type “${name.text}” is declared already: remove one.`,
      );
    if (this.types.length === 64) this.fail(name, '64 types are the most: merge some.');
    const limits = {
      memoryKilobytes: UNLIMITED,
      cpuPercent: UNLIMITED,
      eventChannels: UNLIMITED,
      grants: UNLIMITED,
      hypercalls: UNLIMITED,
      events: UNLIMITED,
    };
    this.types.push({ name: this.short(name, 23), limits, keys: new Set(), declared: name, used: false });
  }

  private addKey({ name, value }: Extract<Statement, { kind: 'key' }>): void {
    if (this.keys.some((key) => key.name === name.text))
      this.fail(name, `the key “${name.text}” is declared already: remove one.`);
    if (this.keys.length === 32) this.fail(name, '32 keys are the most: remove some.');
    const text = isKeyInHex(value.text) ? value.text : this.keyFiles.get(value.text);
    if (text === undefined)
      this.fail(value, `“${value.text}” is no key: use 64 hexadecimal digits, or a file that can be read.`);
    const bytes = publicKeyOf(text!);
    if (typeof bytes === 'string') this.fail(value, `“${value.text}” ${bytes}.`);
    this.keys.push({ name: this.short(name, 23), bytes: bytes as Uint8Array, declared: name });
  }

  private require({ types, keys }: Extract<Statement, { kind: 'require' }>): void {
    const numbers = keys
      ? keys.map((name) => {
          const found = this.keys.findIndex((key) => key.name === name.text);
          if (found < 0) this.fail(name, `there is no key “${name.text}”: declare it with “key ${name.text} "…";”.`);
          return found;
        })
      : [...this.keys.keys()];
    for (const name of types) {
      const type = this.types[this.domainTypeUnused(name)]!;
      if (numbers.length === 0) this.fail(name, 'no key is declared: declare one with “key NAME "…";”.');
      if (type.keys.size > 0)
        this.fail(name, `signatures for “${name.text}” are required already: keep one of the two.`);
      numbers.forEach((number) => type.keys.add(number));
    }
  }

  private typeNumber(name: Name): number {
    const found = this.types.findIndex((type) => type.name === name.text);
    if (found < 0) this.fail(name, `there is no type “${name.text}”: declare it with “type ${name.text};”.`);
    return found;
  }

  private domainType(name: Name): number {
    const type = this.typeNumber(name);
    if (type === 0) this.fail(name, '“xen” is the hypervisor: a domain needs a type of its own.');
    this.types[type]!.used = true;
    return type;
  }

  private label(
    { domain, byNumber, type }: Extract<Statement, { kind: 'domain' }>,
    before: readonly { readonly domain: number | string; readonly place: Place }[],
  ): { domain: number | string; type: number; place: Place } {
    const key = byNumber ? Number(domain.text) : this.short(domain, 31);
    const first = before.find((label) => label.domain === key);
    if (first)
      this.fail(domain, `domain ${domain.text} has a type from line ${first.place.line}: keep one of the two.`);
    if (typeof key === 'number' && key > 255) this.fail(domain, `domains are numbered up to 255, not ${domain.text}.`);
    return { domain: key, type: this.domainType(type), place: domain };
  }

  private limit({ type, limits }: Extract<Statement, { kind: 'limit' }>): void {
    const { limits: into } = this.types[this.domainTypeUnused(type)]!;
    for (const { what, value, unit, at } of limits) {
      const kind = limitKinds[what.text];
      if (!kind) return this.fail(what, `there is no limit “${what.text}”: use ${Object.keys(limitKinds).join(', ')}.`);
      const factor = kind.units[unit];
      if (factor === undefined || value < kind.least || value * factor > kind.most)
        this.fail(
          at,
          `“${value}${unit}” is no limit of ${what.text}: write one like “${kind.like}”, ${kind.least} to ${kind.most}${Object.keys(kind.units)[0]}.`,
        );
      if (into[kind.field] !== UNLIMITED)
        this.fail(what, `${what.text} of “${type.text}” is limited already: keep one of the two.`);
      into[kind.field] = value * factor!;
    }
  }

  private domainTypeUnused(name: Name): number {
    const type = this.typeNumber(name);
    if (type === 0) this.fail(name, '“xen” is the hypervisor: limits and signatures are for types of domains.');
    return type;
  }

  private sources(names: readonly Name[]): number[] {
    return names.flatMap((name) => {
      if (name.text === '*') return this.types.map((_, index) => index).slice(1);
      const type = this.typeNumber(name);
      if (type === 0) this.fail(name, '“xen” is the hypervisor, which asks nobody: name the type of a domain.');
      return [type];
    });
  }

  private targets(names: readonly Name[], source: number): number[] {
    return names.flatMap((name) => {
      if (name.text === '*') return this.types.map((_, index) => index);
      return name.text === 'self' ? [source] : [this.typeNumber(name)];
    });
  }

  private permissions(
    list: Extract<Statement, { kind: 'allow' | 'never' }>['permissions'],
  ): { permission: Permission; name: Name }[] {
    return list.flatMap(({ className, names }) => {
      const those = PERMISSIONS.filter((each) => each.className === className.text);
      if (those.length === 0)
        this.fail(className, `there is no class “${className.text}”: use ${CLASS_NAMES.join(', ')}.`);
      return names.flatMap((name) => {
        const found = name.text === '*' ? those : those.filter((each) => each.name === name.text);
        if (found.length === 0)
          this.fail(
            name,
            `${className.text} has no permission “${name.text}”: use ${those.map((each) => each.name).join(', ')} or *.`,
          );
        return found.map((permission) => ({ permission, name }));
      });
    });
  }

  private allow(rule: Extract<Statement, { kind: 'allow' | 'never' }>): void {
    const isList = [...rule.sources, ...rule.targets].some(({ text }) => text === '*');
    for (const { permission, name } of this.permissions(rule.permissions)) {
      let fits = false;
      let isNew = false;
      for (const source of this.sources(rule.sources))
        for (const target of this.targets(rule.targets, source)) {
          if (!possible(permission, source, target)) continue;
          fits = true;
          const into = this.allowed[source]![target]!;
          const key = permissionText(permission);
          if (!into.has(key)) isNew = true;
          if (!into.has(key) || rule.audit) into.set(key, { permission, place: rule.at, audit: rule.audit });
        }
      if (!fits && name.text !== '*')
        this.warn(name, `${permissionText(permission)} never applies here: its target is ${where[permission.target]}.`);
      else if (fits && !isNew && !isList && !rule.audit && name.text !== '*')
        this.warn(name, `${permissionText(permission)} is allowed already by an earlier rule: remove it here.`);
    }
  }

  private never(rule: Extract<Statement, { kind: 'allow' | 'never' }>): void {
    for (const { permission } of this.permissions(rule.permissions))
      for (const source of this.sources(rule.sources))
        for (const target of this.targets(rule.targets, source)) {
          const found = this.allowed[source]![target]!.get(permissionText(permission));
          if (found)
            this.fail(
              found.place,
              `this allows ${this.types[source]!.name} ${permissionText(permission)} on ${this.types[target]!.name}, which line ${rule.at.line} says must never be: change one of the two.`,
            );
        }
  }

  private warnOfIdleTypes(labels: readonly { readonly type: number }[], defaultType: number | undefined): void {
    this.types.forEach(({ name, declared, used }, number) => {
      if (number === 0 || used || labels.some(({ type }) => type === number) || defaultType === number) return;
      const created = this.allowed.some((targets) => targets[number]!.has('dom0:create'));
      if (!created)
        this.warn(
          declared,
          `no domain is ever of type “${name}”: its rules never apply. Give it a domain, make it the default, or allow someone dom0:create on it.`,
        );
    });
  }

  private warnOfSignatures(): void {
    this.keys.forEach(({ name, declared }, number) => {
      if (!this.types.some(({ keys }) => keys.has(number)))
        this.warn(declared, `no type requires a signature by “${name}”: the key has no effect.`);
    });
    this.types.forEach(({ name, keys }, target) => {
      if (keys.size === 0) return;
      for (const targets of this.allowed) {
        const found = targets[target]!.get('memory:map_foreign');
        if (found)
          this.warn(
            found.place,
            `memory:map_foreign lets a domain change a running ${name}, whose image must be signed: remove it.`,
          );
      }
    });
  }

  private short(name: Name, most: number): string {
    const bytes = new TextEncoder().encode(name.text).length;
    if (bytes === 0 || bytes > most) this.fail(name, `“${name.text}” has ${bytes} bytes: a name has 1 to ${most}.`);
    return name.text;
  }

  private warn(place: Place, sentence: string): void {
    this.warnings.push(`${this.file}:${place.line}:${place.column}: ${sentence}`);
  }

  private fail(place: Place, sentence: string): never {
    throw new PolicyError(this.file, place, sentence);
  }
}

const where = {
  self: 'the domain itself: write “self”',
  xen: 'the hypervisor: write “xen”',
  domain: 'a domain',
} as const;

function possible({ target }: Permission, source: number, number: number): boolean {
  if (target === 'self') return source === number;
  if (target === 'xen') return number === 0;
  return number !== 0 || target !== 'domain';
}
