/** A hypercall in words, from its registers: "console_io(write)". */
import { HYPERCALLS } from '../../hypervisor/hypercalls';

const byNumber = new Map(HYPERCALLS.map((call) => [call.number, call]));

/** @param registers r0 and r1 */
export function hypercallName(number: number, registers: readonly number[]): string {
  const call = byNumber.get(number);
  if (call === undefined) return String(number);
  const { subOperations } = call;
  if (subOperations === undefined || subOperations.from === '*r0') return call.name;
  const command = registers[subOperations.from === 'r0' ? 0 : 1];
  const found = Object.entries(subOperations.values).find(([, value]) => value === command);
  return found ? `${call.name}(${found[0]})` : call.name;
}
