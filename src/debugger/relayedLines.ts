/**
 * Lines that a driver domain prints for other domains: its console backend puts "(d1) " in front of those that it has taken from the console
 * ring of Domain-1 (docs/drivers.md). They are shown as that domain's own. Only Domain-0 is believed.
 */
import type { ConsoleOutput } from './types';

const RELAYED = /^\(d(\d{1,4})\) /;

/** The output in pieces, each with the domain whose text it is; all of it in its order. */
export function relayedLines(output: ConsoleOutput, nameOf: (domainId: number) => string): readonly ConsoleOutput[] {
  if (typeof output.from !== 'object' || output.from.domainId !== 0) return [output];
  const pieces: ConsoleOutput[] = [];
  for (const line of output.text.split(/(?<=\n)/)) {
    const relayed = RELAYED.exec(line);
    const domainId = relayed ? Number(relayed[1]) : 0;
    const text = domainId === 0 ? line : line.slice(relayed![0].length);
    const last = pieces.at(-1);
    if (last && typeof last.from === 'object' && last.from.domainId === domainId)
      pieces[pieces.length - 1] = { from: last.from, text: last.text + text };
    else pieces.push({ from: domainId === 0 ? output.from : { domainId, name: nameOf(domainId) }, text });
  }
  return pieces;
}
