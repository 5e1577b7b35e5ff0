/** The console's commands about domains and their virtual CPUs: who there is, what each does, its registers. */
import { isMissing, type DomainView, type OrMissing, type VcpuView } from '../../hypervisor/types';
import type { DebugEngine, Frame } from '../types';
import { domainPlace, hypervisorMemory } from '../views/hypervisorMemory';
import { listedDomains } from '../views/spaces';
import { columns, hex } from './columns';
import type { ReplCommand, ReplContext, ReplResult } from './command';
import { domainsOf, domainWords } from './places';

const NO_DOMAINS = 'There are no domains now: the hypervisor has built none yet, or this machine has no hypervisor.';
const PAGE_BYTES = 4096;

/** `console_write+0x10 (console.c:33)` */
export function whereText({ name, pc, source }: Frame): string {
  const line = source === undefined ? '' : ` (${source.path.split('/').at(-1)}:${source.line})`;
  return `${hex(pc)} ${name}${line}`;
}

/** Where the guest of a vCPU goes on, or is: the first frame of its own code. */
function guestPlace(engine: DebugEngine, { domainId, vcpuId }: VcpuView): string {
  const thread = engine.threads().find((each) => each.domainId === domainId && each.vcpuId === vcpuId);
  const frames = thread === undefined ? [] : engine.stack(thread.id);
  const guest = frames.find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser');
  return guest === undefined ? '' : whereText(guest);
}

function domainRows(engine: DebugEngine, { id, name, vcpus, ...domain }: DomainView): readonly string[][] {
  const memory = hypervisorMemory(engine);
  const place = isMissing(memory) ? memory : domainPlace(memory, { id, name, vcpus, ...domain });
  const pages = isMissing(memory) ? memory : memory.number(place, 'tot_pages');
  const mostPages = isMissing(memory) ? memory : memory.number(place, 'max_pages');
  const megabytes = (count: OrMissing<number>): string =>
    isMissing(count) ? '?' : String(Math.round((count * PAGE_BYTES) / 2 ** 14) / 64);
  return vcpus.map((vcpu) => [
    `dom${id}`,
    name,
    vcpus.length > 1 ? `${vcpu.state} (vCPU ${vcpu.vcpuId})` : vcpu.state,
    isMissing(vcpu.virtualMode) ? '?' : vcpu.virtualMode,
    `${megabytes(pages)} of ${megabytes(mostPages)} MB`,
    guestPlace(engine, vcpu),
  ]);
}

const REGISTER_NAMES = [...Array.from({ length: 13 }, (_, index) => `r${index}`), 'sp', 'lr', 'pc'];
const PER_LINE = 4;

/** The registers of the guest: on the CPU while it executes, else in its saved frame. */
function guestRegisters({ machine }: DebugEngine, { savedFrame, running }: VcpuView): OrMissing<readonly number[]> {
  if (!isMissing(savedFrame)) return [...savedFrame.registers, savedFrame.psr];
  const inGuest = running && (machine.cpu.getCpsr() & 0x1f) === 0x10;
  if (!inGuest) return savedFrame;
  return [...REGISTER_NAMES.map((_, index) => machine.cpu.getRegister(index)), machine.cpu.getCpsr()];
}

function registerLines(named: readonly (readonly [string, OrMissing<number>])[]): string {
  const width = Math.max(...named.map(([name]) => name.length));
  const cells = named.map(([name, value]) => `${name.padEnd(width)} ${isMissing(value) ? '----------' : hex(value)}`);
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += PER_LINE) lines.push(`  ${cells.slice(at, at + PER_LINE).join('   ')}`);
  return lines.join('\n');
}

function vcpuText(engine: DebugEngine, domain: DomainView, vcpu: VcpuView): string {
  const { virtualRegisters, virtualMode, ttbr, switchedOut } = vcpu;
  const mode = isMissing(virtualMode) ? `virtual mode ${virtualMode.missing}` : `virtual ${virtualMode} mode`;
  const registers = guestRegisters(engine, vcpu);
  const lines = [`dom${domain.id} (${domain.name}) vCPU ${vcpu.vcpuId}: ${vcpu.state}, ${mode}`];
  const place = guestPlace(engine, vcpu);
  if (place !== '') lines.push(`  at ${place}`);
  if (isMissing(registers)) lines.push(`  registers: ${registers.missing}`);
  else lines.push(registerLines([...REGISTER_NAMES, 'psr'].map((name, index) => [name, registers[index]!] as const)));
  const { vpsr, vksp, vusp, vdacr, vfar, vfsr } = virtualRegisters;
  lines.push(registerLines([...Object.entries({ vpsr, vksp, vusp, vdacr, vfar, vfsr }), ['ttbr', ttbr]]));
  if (!isMissing(switchedOut)) {
    const [sp, pc] = [switchedOut[13] ?? 0, switchedOut[15] ?? 0];
    const symbol = engine.symbolAt({ kind: 'xen' }, pc);
    const named = symbol === undefined ? '' : ` ${symbol.name}+0x${symbol.offset.toString(16)}`;
    lines.push(`  its hypervisor side goes on at ${hex(pc)}${named}, with sp ${hex(sp)}`);
  }
  return lines.join('\n');
}

/** The registers of a machine without domains, or of the hypervisor itself. */
export function cpuText({ engine, frame }: ReplContext): string {
  const { cpu } = engine.machine;
  const values = REGISTER_NAMES.map(
    (name, index) => [name, frame?.registers[index] ?? cpu.getRegister(index)] as const,
  );
  return `${frame === undefined ? 'CPU' : whereText(frame)}\n${registerLines([...values, ['cpsr', cpu.getCpsr()]])}`;
}

function vcpus(context: ReplContext, word: string | number | undefined): ReplResult {
  const { engine } = context;
  const chosen = domainsOf(engine, word);
  if (chosen.length === 0) return { text: cpuText(context) };
  return { text: chosen.flatMap((each) => each.vcpus.map((vcpu) => vcpuText(engine, each, vcpu))).join('\n') };
}

export const domainCommands: readonly ReplCommand[] = [
  {
    name: 'domains',
    arguments: [],
    help: 'Lists the domains: state, virtual mode, memory, and where each of them is.',
    example: 'domains',
    debugKey: 'q',
    run({ engine }) {
      const rows = listedDomains(engine).flatMap((domain) => domainRows(engine, domain));
      if (rows.length === 0) return { text: NO_DOMAINS };
      return { text: columns(['domain', 'name', 'state', 'mode', 'memory', 'at'], rows) };
    },
  },
  {
    name: 'vcpu',
    arguments: [{ name: 'domain', type: 'word', optional: true, suggestions: domainWords }],
    help: 'Registers and virtual registers of a domain, or of all, running or not.',
    example: 'vcpu dom1',
    debugKey: 'd',
    run: (context, { domain }) => vcpus(context, domain),
  },
];
