/** The access control policy of a launch: a compiled one as it is, a text compiled now. */
import { isCompiledPolicy } from '../../hypervisor/policy/binary';
import { compilePolicy } from '../../hypervisor/policy/compile';
import { PolicyError } from '../../hypervisor/policy/syntax';
import { UserError, type FileHost } from '../types';

/**
 * @param onWarning sentences about rules without effect
 * @throws UserError with file, line and column
 */
export async function loadPolicy(file: string, host: FileHost, onWarning: (text: string) => void): Promise<Uint8Array> {
  const bytes = await host.readFile(file);
  if (isCompiledPolicy(bytes)) return bytes;
  try {
    const compiled = compilePolicy(file, new TextDecoder().decode(bytes));
    compiled.warnings.forEach((warning) => onWarning(`${warning}\n`));
    return compiled.bytes;
  } catch (error) {
    if (error instanceof PolicyError) throw new UserError(error.message);
    throw error;
  }
}
