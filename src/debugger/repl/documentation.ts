/** docs/console.md, from the table of commands. A test holds the page equal to this text. */
import { usageOf, type ReplCommand } from './command';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The whole page as Markdown. */
export function consoleDocumentation(commands: readonly ReplCommand[]): string {
  const rows = commands.map((command) => {
    const also = command.aliases ? ` (also ${command.aliases.map((name) => `\`${name}\``).join(', ')})` : '';
    const cells = [`\`${usageOf(command)}\`${also}`, command.help, `\`${command.example}\``, command.debugKey ?? ''];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return [
    '# The debug console',
    '',
    "VS Code's Debug Console, the prompt of `armvisor tour`, `monitor` in gdb and any client's `evaluate` with the context `repl` know the commands below.",
    'A line whose first word is none of them is an expression, and so is everything in parentheses. Where an ADDRESS is asked for, write one with its',
    'space (`dom1:0xC0008000`, `xen:0xFF010000`, `pa:0x200`), one without (it is of the space of the chosen frame), a variable or a register.',
    'Nothing that a command shows changes the machine, and domains that do not run are shown like the one that does.',
    '',
    'Where Xen itself prints something like it on its console, the last column has its debug key; `keys` lists those.',
    '',
    '| command | what it does | example | key |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
