/**
 * Whether a guest has crashed, judged from outside: by what the hypervisor says and by why the engine stopped. A guest that
 * merely faults and handles it has not.
 */
import type { StopEvent } from '../../debugger/types';
import type { ConsoleTexts } from './consoleTexts';

/** Lines that hypervisors (Xen's habit) print when a domain or they themselves are beyond help. */
const lastWords = /^\(XEN\).*\b(crash\w*|panic|killed|fatal)\b.*$/im;

/** One sentence about the crash; undefined when there is none. */
export function crashOf(stop: StopEvent, texts: ConsoleTexts): string | undefined {
  const said = lastWords.exec(texts.of('hypervisor'))?.[0];
  if (said !== undefined) return `The hypervisor gave up: ${said.trim()}.`;
  if (stop.reason === 'halted' && !/switched (itself )?off|power/i.test(stop.description + (stop.text ?? ''))) {
    return `The machine halted: ${stop.text ?? stop.description}.`;
  }
  return undefined;
}
