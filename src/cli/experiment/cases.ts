/** The four cases of the paper's experiment (its section 4), and what it published. */
import { UserError } from '../../debugger/types';

export interface ExperimentCase {
  readonly name: string;
  /** 0: mini-OS on the bare board. */
  readonly domains: number;
  readonly setUp: string;
}

export const CASES: readonly ExperimentCase[] = [
  { name: 'native', domains: 0, setUp: 'mini-OS directly on the goldfish board' },
  { name: 'dom0', domains: 1, setUp: 'the hypervisor with Domain-0' },
  { name: 'dom0+1', domains: 2, setUp: 'the hypervisor with Domain-0 and Domain-1' },
  { name: 'dom0+1+2', domains: 3, setUp: 'the hypervisor with Domain-0, Domain-1 and Domain-2' },
];

/** From the text of the paper's section 4; the bars of its Figure 4 have no numbers. */
export const PAPER = {
  source: 'Hyosu Kim, Dongkun Shin: Virtualization Technique On Embedded System, section 4',
  overheadPercent: { dom0: 12 },
  cpi: { native: 1.6, dom0: 1.7, 'dom0+1': 1.89, 'dom0+1+2': 2.02 },
} as const;

export const THREADS = 4;

export const paperCpi = (name: string): number | undefined => (PAPER.cpi as Readonly<Record<string, number>>)[name];
export const paperOverhead = (name: string): number | undefined =>
  name === 'native' ? 0 : (PAPER.overheadPercent as Readonly<Record<string, number>>)[name];

/** @param text names, separated by commas; all of them when left out */
export function chooseCases(text: string | undefined): readonly ExperimentCase[] {
  if (text === undefined) return CASES;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !CASES.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UserError(`--cases has "${unknown}": there are ${CASES.map(({ name }) => name).join(', ')}.`);
  }
  return CASES.filter(({ name }) => names.includes(name));
}
