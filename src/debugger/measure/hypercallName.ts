/** A hypercall in words, from its registers: "console_io(write)". */
import { HYPERCALLS } from '../../hypervisor/hypercalls';

const byNumber = new Map(HYPERCALLS.map((call) => [call.number, call]));

/**
 * @param registers r0 and r1
 * @param word reads what an argument points to; undefined where nothing can be read
 */
export function hypercallName(
  number: number,
  registers: readonly number[],
  word: (address: number) => number | undefined,
): string {
  const call = byNumber.get(number);
  if (call === undefined) return String(number);
  const { subOperations } = call;
  if (subOperations === undefined) return call.name;
  const command = subOperations.from === '*r0' ? word(registers[0]!) : registers[subOperations.from === 'r0' ? 0 : 1];
  const found = Object.entries(subOperations.values).find(([, value]) => value === command);
  return found ? `${call.name}(${found[0]})` : call.name;
}
