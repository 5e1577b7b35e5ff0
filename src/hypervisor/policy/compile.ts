/** A policy file compiled: text in, binary and warnings out. The launcher and `armvisor policy` call it. */
import { policyBinary } from './binary';
import { checkPolicy, type KeyFiles, type Policy } from './checker';
import { parsePolicy } from './parser';
import { isKeyInHex } from './publicKey';
import type { Name } from './syntax';

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly bytes: Uint8Array;
  readonly warnings: readonly string[];
}

/** The files of keys that a policy names, each with its place: the caller reads them. */
export const keyFilesIn = (file: string, text: string): readonly Name[] =>
  parsePolicy(file, text).flatMap((statement) =>
    statement.kind === 'key' && !isKeyInHex(statement.value.text) ? [statement.value] : [],
  );

/** @throws PolicyError with file, line and column */
export function compilePolicy(file: string, text: string, keyFiles: KeyFiles = new Map()): CompiledPolicy {
  const policy = checkPolicy(file, parsePolicy(file, text), keyFiles);
  return { policy, bytes: policyBinary(policy), warnings: policy.warnings };
}
