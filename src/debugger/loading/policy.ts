/** The access control policy of a launch: a compiled one as it is, a text compiled now, with the key files that it names. */
import { isCompiledPolicy } from '../../hypervisor/policy/binary';
import { compilePolicy, keyFilesIn, type CompiledPolicy } from '../../hypervisor/policy/compile';
import { PolicyError } from '../../hypervisor/policy/syntax';
import { UserError, type FileHost } from '../types';
import { beside } from './beside';

/**
 * @param onWarning sentences about rules without effect
 * @throws UserError with file, line and column
 */
export async function loadPolicy(file: string, host: FileHost, onWarning: (text: string) => void): Promise<Uint8Array> {
  const bytes = await host.readFile(file);
  if (isCompiledPolicy(bytes)) return bytes;
  const compiled = await compilePolicyText(file, new TextDecoder().decode(bytes), host);
  compiled.warnings.forEach((warning) => onWarning(`${warning}\n`));
  return compiled.bytes;
}

/** @throws UserError with file, line and column */
export async function compilePolicyText(
  file: string,
  text: string,
  host: Pick<FileHost, 'readFile'>,
): Promise<CompiledPolicy> {
  try {
    const keyFiles = new Map<string, string>();
    for (const name of keyFilesIn(file, text)) {
      try {
        keyFiles.set(name.text, new TextDecoder().decode(await host.readFile(beside(file, name.text))));
      } catch (error) {
        throw new PolicyError(file, name, error instanceof Error ? error.message : String(error));
      }
    }
    return compilePolicy(file, text, keyFiles);
  } catch (error) {
    if (error instanceof PolicyError) throw new UserError(error.message);
    throw error;
  }
}
