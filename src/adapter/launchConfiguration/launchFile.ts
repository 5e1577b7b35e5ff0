/**
 * Reading launch.json as the terminal must: JSON with comments and trailing commas, the choice of a configuration by name, and
 * VS Code's variables (which VS Code itself has substituted before F5 reaches the adapter).
 */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { UserError } from '../../debugger/types';
import { nearest } from './spelling';

export type Configuration = Readonly<Record<string, unknown>>;

/** All `armvisor` configurations of a launch.json. `fileName` is for messages. */
export function readConfigurations(text: string, fileName: string): Configuration[] {
  const errors: ParseError[] = [];
  const file: unknown = parse(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (errors.length > 0) {
    const before = text.slice(0, errors[0].offset).split('\n');
    const what = printParseErrorCode(errors[0].error)
      .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toLowerCase();
    throw new UserError(
      `${fileName}:${before.length}:${before.at(-1)!.length + 1}: not valid JSON with comments (${what}); correct it there.`,
    );
  }
  const list = (file as { configurations?: unknown } | undefined)?.configurations;
  if (!Array.isArray(list)) {
    throw new UserError(`${fileName} has no "configurations": add a list of configurations with "type": "armvisor".`);
  }
  return list.filter(
    (entry): entry is Configuration => typeof entry === 'object' && entry !== null && entry.type === 'armvisor',
  );
}

/**
 * The configuration with that name; without a name the only one there is.
 * @throws UserError listing the names there are
 */
export function chooseConfiguration(
  configurations: readonly Configuration[],
  name: string | undefined,
  fileName: string,
): Configuration {
  const names = configurations.map((configuration) => String(configuration.name ?? ''));
  const listed = names.map((each) => `"${each}"`).join(', ');
  if (names.length === 0) {
    throw new UserError(`${fileName} has no configuration with "type": "armvisor": add one, or name another file.`);
  }
  if (name === undefined) {
    if (configurations.length === 1) return configurations[0];
    throw new UserError(`${fileName} has several configurations: choose one with --config, of ${listed}.`);
  }
  const found = configurations.find((configuration) => configuration.name === name);
  if (found) return found;
  const meant = nearest(name, names);
  throw new UserError(
    `${fileName} has no armvisor configuration "${name}"${meant ? `; did you mean "${meant}"?` : '.'} There are: ${listed}.`,
  );
}

/** What `${…}` may stand for in the terminal; VS Code knows more, which need an editor. */
export interface Variables {
  readonly workspaceFolder: string;
  readonly userHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Replaces VS Code's variables in all texts of a configuration. */
export function substituteVariables<T>(value: T, variables: Variables): T {
  if (typeof value === 'string') {
    return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => variableValue(name, variables)) as T;
  }
  if (Array.isArray(value)) return value.map((element) => substituteVariables(element as unknown, variables)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, element]) => [key, substituteVariables(element as unknown, variables)]),
    ) as T;
  }
  return value;
}

function variableValue(name: string, variables: Variables): string {
  const folder = variables.workspaceFolder;
  if (name === 'workspaceFolder' || name === 'workspaceRoot' || name === 'cwd') return folder;
  if (name === 'workspaceFolderBasename') return folder.split(/[/\\]/).filter(Boolean).at(-1) ?? '';
  if (name === 'userHome') return variables.userHome;
  if (name === 'pathSeparator' || name === '/') return '/';
  if (name.startsWith('env:')) return variables.env[name.slice('env:'.length)] ?? '';
  throw new UserError(
    `"\${${name}}" in the launch configuration has no value in a terminal: use \${workspaceFolder}, \${userHome} or \${env:NAME}.`,
  );
}
