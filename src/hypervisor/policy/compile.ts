/** A policy file compiled: text in, binary and warnings out. The launcher and `armvisor policy` call it. */
import { policyBinary } from './binary';
import { checkPolicy, type Policy } from './checker';
import { parsePolicy } from './parser';

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly bytes: Uint8Array;
  readonly warnings: readonly string[];
}

/** @throws PolicyError with file, line and column */
export function compilePolicy(file: string, text: string): CompiledPolicy {
  const policy = checkPolicy(file, parsePolicy(file, text));
  return { policy, bytes: policyBinary(policy), warnings: policy.warnings };
}
