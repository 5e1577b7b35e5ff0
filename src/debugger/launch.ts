/**
 * From launch settings to a debug engine: reads the images, checks that everything fits, fills the machine's memory by the boot
 * contract, and composes the engine. After it the machine stands before its first instruction.
 */
import { loadAddress } from '../hypervisor/addressSpace';
import { Hypervisor } from '../hypervisor/hypervisor';
import type { ImageFace } from '../image/face';
import { createLockStepMachine } from '../machine/lockStep';
import { createMachine } from '../machine/machine';
import type {
  BootRequest,
  CacheMode,
  EngineMode,
  MachineFace,
  TickModelName,
  TlbMode,
  VfpMode,
} from '../machine/types';
import { attach } from './attach';
import { awareOf } from './awareImage';
import { Engine } from './engine';
import { boardOf, checkBuiltins } from './loading/board';
import { ImageLoader, readNamed, type LoadedImage } from './loading/loadImages';
import { moduleTags, policyTag } from './loading/moduleTags';
import { placeNative } from './loading/native';
import { loadPolicy } from './loading/policy';
import {
  checkBlocks,
  checkDomainMemory,
  checkSegments,
  moduleBlocks,
  segmentBlocks,
  type Block,
} from './loading/placement';
import { defaultRunHost, type RunHost } from './run/host';
import { Target, type TargetImages } from './target/target';
import { UserError, type DebugEngine, type FileHost, type LaunchSettings } from './types';

interface Loaded {
  readonly machine: MachineFace;
  readonly images: TargetImages;
  /** Physical address of the first instruction of the hypervisor or kernel. */
  readonly entry: number;
  readonly hypervisor?: Hypervisor;
}

/** Rejects with UserError, one sentence, for every mistake in the settings or the files. */
export async function launch(
  settings: LaunchSettings,
  host: FileHost,
  runHost: RunHost = defaultRunHost(),
): Promise<DebugEngine> {
  if (settings.stub) return attach(settings, settings.stub, host, runHost);
  const diagnostics: string[] = [];
  const machine = await newMachine(settings, host, (text) => diagnostics.push(text));
  const loaded =
    settings.hypervisor === undefined
      ? await loadNative(settings, host, machine)
      : await loadHypervisor(settings, settings.hypervisor, host, machine, (text) => diagnostics.push(text));
  const target = settings.oneCpu ? oneCpu(loaded) : new Target(loaded.machine, loaded.images, loaded.hypervisor);
  return new Engine({
    target,
    settings,
    entry: loaded.entry,
    builtinSourceRoot: host.builtinSourceRoot,
    runHost,
    diagnostics,
  });
}

/** All images as those of the one program. */
function oneCpu({ machine, images: { hypervisor, domains, native } }: Loaded): Target {
  const all = [...(hypervisor ? [hypervisor] : []), ...domains.flat(), ...native];
  return new Target(machine, { domains: [], native: [...new Set(all)] }, undefined);
}

async function newMachine(
  settings: LaunchSettings,
  host: FileHost,
  onDiagnostic: (text: string) => void,
): Promise<MachineFace> {
  const board = await boardOf(settings, host);
  checkBuiltins(settings);
  const { memoryBytes: ramBytes, nsPerTick, cacheSizes, translatedBytes } = settings;
  try {
    const create = settings.verifyTranslator === true ? createLockStepMachine : createMachine;
    return create({
      board,
      ramBytes,
      tickModel: settings.tickModel as TickModelName,
      cache: settings.cache as CacheMode,
      cacheSizes,
      tlb: settings.tlb as TlbMode | undefined,
      vfp: settings.vfp as VfpMode | undefined,
      engine: settings.engine as EngineMode | undefined,
      translatedBytes,
      nsPerTick,
      onDiagnostic,
    });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

async function loadHypervisor(
  settings: LaunchSettings,
  name: string,
  host: FileHost,
  machine: MachineFace,
  onDiagnostic: (text: string) => void,
): Promise<Loaded> {
  const loader = new ImageLoader(host);
  const image = awareOf((await loader.load(name)).image, settings.awareness);
  const kernels = await Promise.all(settings.domains.map(({ kernel }) => loader.load(kernel)));
  const symbols = await Promise.all(
    settings.domains.map(({ symbols: file }) => (file === undefined ? undefined : loader.load(file))),
  );
  kernels.forEach(({ image: kernel }) => checkSegments(kernel));
  const policy = settings.policy === undefined ? [] : [await loadPolicy(settings.policy, host, onDiagnostic)];
  const ramdisks = await readRamdisks(settings.domains, host);
  const placed = moduleBlocks([
    ...policy.map((bytes) => ({ name: 'policy', bytes })),
    ...kernels.map(({ bytes }, index) => ({ name: settings.domains[index]!.name, bytes })),
    ...ramdisks,
  ]);
  const modules = placed.slice(policy.length, policy.length + kernels.length);
  const blocks = [...segmentBlocks(image), ...placed, ...(await preloads(settings, host))];
  checkBlocks(blocks, machine);
  const usedEnd = Math.max(...blocks.map(({ address, byteLength }) => address + byteLength)) - machine.ramBase;
  checkDomainMemory(settings.domains, usedEnd, machine.ramBytes);
  write(machine, blocks);
  const entry = loadAddress(image, image.entry) ?? image.entry;
  const tags = modules.map(({ address, byteLength }, index) => {
    const { name: domain, memoryBytes, commandLine } = settings.domains[index]!;
    const which = ramdisks.findIndex(({ domain: owner }) => owner === index);
    const ramdisk = which < 0 ? {} : { ramdisk: placed[policy.length + kernels.length + which]! };
    return { address, byteLength, memoryBytes, name: domain, commandLine, ...ramdisk };
  });
  const policyTags = placed
    .slice(0, policy.length)
    .flatMap(({ address, byteLength }) => [...policyTag(address, byteLength)]);
  boot(machine, { entry, ...commandLine(settings), extraTags: Uint32Array.from([...policyTags, ...moduleTags(tags)]) });
  const names = settings.domains.map((domain) => domain.name);
  return {
    machine,
    entry,
    images: {
      hypervisor: image,
      domains: kernels.map((kernel, index) => domainImages(kernel, symbols[index])),
      native: [],
    },
    hypervisor: new Hypervisor(machine, image, names),
  };
}

/** The RAM disks that there are, each with the index of its domain. */
async function readRamdisks(domains: LaunchSettings['domains'], host: FileHost) {
  const read = domains.map(async ({ name, ramdisk, memoryBytes }, domain) => {
    if (ramdisk === undefined) return [];
    const bytes = await readNamed(host, ramdisk);
    if (bytes.length === 0) throw new UserError(`The ramdisk of ${name}, ${ramdisk}, is empty`);
    if (bytes.length >= memoryBytes)
      throw new UserError(
        `The ramdisk of ${name} has ${bytes.length} bytes, and the domain ${memoryBytes}: give the domain more "memory"`,
      );
    return [{ name: `ramdisk of ${name}`, bytes, domain }];
  });
  return (await Promise.all(read)).flat();
}

/** An image with the symbols stands for a stripped kernel. */
function domainImages(kernel: LoadedImage, symbols: LoadedImage | undefined): readonly ImageFace[] {
  return symbols ? [symbols.image] : [kernel.image];
}

async function loadNative(settings: LaunchSettings, host: FileHost, machine: MachineFace): Promise<Loaded> {
  if (settings.kernel === undefined)
    throw new UserError('Nothing to run: name a "hypervisor" with "domains", or a "kernel" to run natively');
  const bytes = await readNamed(host, settings.kernel);
  const { image, blocks, entry } = placeNative(settings, settings.kernel, bytes, machine.loading.rawKernelAddress);
  const all = [...blocks, ...(await preloads(settings, host))];
  checkBlocks(all, machine);
  write(machine, all);
  const initrd = settings.initrd === undefined ? {} : { initrd: await readNamed(host, settings.initrd) };
  boot(machine, { entry, ...initrd, ...commandLine(settings) });
  const symbols =
    settings.symbols === undefined ? undefined : (await new ImageLoader(host).load(settings.symbols)).image;
  const known = symbols ?? image;
  return { machine, entry, images: { domains: [], native: known ? [known] : [] } };
}

function preloads(settings: LaunchSettings, host: FileHost): Promise<readonly Block[]> {
  return Promise.all(
    settings.load.map(async ({ file, address }) => {
      const bytes = await readNamed(host, file);
      return { what: `load ${file}`, address, bytes, byteLength: bytes.length };
    }),
  );
}

function write(machine: MachineFace, blocks: readonly Block[]): void {
  for (const { what, address, bytes } of blocks)
    if (!machine.writePhysical(address, bytes))
      throw new UserError(`${what} cannot be placed at 0x${address.toString(16)}`);
}

/** The board knows where its boot parameters go, and refuses what does not fit there. */
function boot(machine: MachineFace, request: BootRequest): void {
  try {
    machine.boot(request);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

const commandLine = (settings: LaunchSettings): { readonly commandLine?: string } =>
  settings.commandLine === undefined ? {} : { commandLine: settings.commandLine };
