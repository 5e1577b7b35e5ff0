/** `armvisor policy`: compiles, checks and explains access control policies (docs/policy.md). */
import { writeFileSync } from 'node:fs';
import { NodeFileHost } from '../adapter/nodeHost';
import { UserError } from '../debugger/types';
import type { Policy } from '../hypervisor/policy/checker';
import { compilePolicyText } from '../debugger/loading/policy';
import type { CompiledPolicy } from '../hypervisor/policy/compile';

async function compiled(file: string): Promise<CompiledPolicy> {
  const host = new NodeFileHost();
  const result = await compilePolicyText(file, new TextDecoder().decode(await host.readFile(file)), host);
  for (const warning of result.warnings) process.stderr.write(`${warning} (warning)\n`);
  return result;
}

const summary = ({ policy, bytes }: CompiledPolicy): string =>
  `policy "${policy.name}": ${policy.types.length - 1} types, ${policy.labels.length} labels, ${policy.keys.length} keys, ${bytes.length} bytes\n`;

export async function checkPolicyFile(file: string): Promise<void> {
  process.stdout.write(summary(await compiled(file)));
}

export async function compilePolicyFile(file: string, output: string): Promise<void> {
  const result = await compiled(file);
  try {
    writeFileSync(output, result.bytes);
  } catch (error) {
    throw new UserError(`${output} cannot be written: ${(error as Error).message}.`);
  }
  process.stdout.write(`${output}: ${summary(result)}`);
}

/** A type by its name, or the type of a domain by its name or number. */
function typeOf({ types, labels, defaultType }: Policy, option: string, text: string): number {
  const named = types.findIndex(({ name }) => name === text);
  if (named >= 0) return named;
  const number = /^(?:domain-?)?(\d+)$/i.exec(text)?.[1];
  const label = labels.find(({ domain }) => domain === text || (number !== undefined && domain === Number(number)));
  const type = label?.type ?? (number === undefined ? undefined : defaultType);
  if (type !== undefined) return type;
  const known = [...types.map(({ name }) => name), ...labels.map(({ domain }) => String(domain))];
  throw new UserError(
    `${option} is "${text}", and the policy has no such type or domain: use one of ${known.join(', ')}.`,
  );
}

/** What one may do to the other, and which line says so. */
export async function explainPolicyFile(file: string, from: string, to: string): Promise<void> {
  const { policy } = await compiled(file);
  const source = typeOf(policy, '--source', from);
  const target = typeOf(policy, '--target', to);
  const allowed = [...(policy.allowed[source]?.[target]?.values() ?? [])];
  const lines = allowed.map(
    ({ permission, place, audit }) =>
      `  ${`${permission.className}:${permission.name}`.padEnd(20)} ${permission.text} (line ${place.line}${audit ? ', audited' : ''})`,
  );
  const heading = `${policy.types[source]!.name} (type ${source}) on ${policy.types[target]!.name} (type ${target})`;
  process.stdout.write(
    `${heading}: ${lines.length === 0 ? 'nothing is allowed' : 'allowed is'}\n${lines.map((line) => `${line}\n`).join('')}`,
  );
}
