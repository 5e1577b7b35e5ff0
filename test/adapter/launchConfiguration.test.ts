/** The launch configuration: what each attribute accepts, what is filled in, and the sentence for each mistake. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resolveLaunch } from '../../src/adapter/launchConfiguration/resolve';
import {
  chooseConfiguration,
  readConfigurations,
  substituteVariables,
} from '../../src/adapter/launchConfiguration/launchFile';
import { UserError } from '../../src/debugger/types';

const two = { hypervisor: 'builtin:xen', domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'guest.elf' }] };

/** The sentence of a mistake. */
function mistake(configuration: unknown): string {
  try {
    resolveLaunch(configuration);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/, 'one sentence');
    return error.message;
  }
  return assert.fail('no mistake was found');
}

describe('a launch configuration', () => {
  it('gets the documented defaults', () => {
    const { settings, warnings } = resolveLaunch({ type: 'armvisor', request: 'launch', name: 'x', ...two });
    assert.deepEqual(warnings, []);
    assert.deepEqual(settings, {
      machine: 'goldfish',
      hypervisor: 'builtin:xen',
      domains: [
        { name: 'Domain-0', kernel: 'builtin:mini-os', memoryBytes: 16 * 2 ** 20, commandLine: '' },
        { name: 'Domain-1', kernel: 'guest.elf', memoryBytes: 16 * 2 ** 20, commandLine: '' },
      ],
      commandLine: '',
      load: [],
      stopOnEntry: false,
      engine: 'auto',
      translatedBytes: 64 * 2 ** 20,
      tickModel: 'goldfish',
      cache: 'off',
      tlb: 'fast',
      vfp: 'none',
      board: {},
      nsPerTick: 5,
    });
  });

  it('reads sizes and addresses as people write them', () => {
    const memory = (value: unknown): number | undefined =>
      resolveLaunch({ ...two, memory: value }).settings.memoryBytes;
    assert.deepEqual(
      ['64M', '64 MB', '64MiB', '65536k', 67108864, '67108864', '0x4000000'].map(memory),
      new Array(7).fill(0x4000000),
    );
    const load = [
      { file: 'a', address: 32768 },
      { file: 'b', address: '0x0080_0000' },
    ];
    assert.deepEqual(
      resolveLaunch({ kernel: 'k', load }).settings.load.map(({ address }) => address),
      [0x8000, 0x800000],
    );
  });

  it('reads dates as people write them, the same in every time zone', () => {
    const seconds = (date: unknown) => resolveLaunch({ ...two, date }).settings.board?.epochSeconds;
    assert.deepEqual(
      [
        1212321600,
        '2008-06-01T12:00:00Z',
        '2008-06-01T12:00:00',
        '2008-06-01 12:00',
        '2008-06-01T14:00:00+02:00',
        '2008-06-01',
      ].map(seconds),
      [1212321600, 1212321600, 1212321600, 1212321600, 1212321600, 1212278400],
    );
  });

  it('reads flash devices and a card, with their paths', () => {
    const configuration = {
      ...two,
      nand: [
        { name: 'system', file: 'system.img', readOnly: true },
        { name: 'data', size: '64M' },
      ],
      sdCard: { file: '/card.img' },
      traceDevice: true,
    };
    const { settings, fileAttributes } = resolveLaunch(configuration, '/folder');
    assert.deepEqual(settings.board, {
      nand: [
        { name: 'system', file: '/folder/system.img', readOnly: true },
        { name: 'data', byteLength: 64 << 20, readOnly: false },
      ],
      sdCard: { file: '/card.img', readOnly: false },
      traceDevice: true,
    });
    assert.match(fileAttributes.get('/folder/system.img')!, /"nand\[0\]\.file"/);
    assert.match(fileAttributes.get('/card.img')!, /"sdCard\.file"/);
  });

  it('takes memory for the history, and nothing when that is off', () => {
    const bytes = (history: object): number | undefined => resolveLaunch({ ...two, history }).settings.historyBytes;
    assert.equal(resolveLaunch(two).settings.historyBytes, undefined);
    assert.deepEqual([bytes({}), bytes({ memory: '8M' }), bytes({ enabled: false })], [256 << 20, 8 << 20, 0]);
    assert.throws(
      () => bytes({ memory: 256 }),
      /"history\.memory" in the launch configuration is 256, which is 256 bytes: give at least "4M", such as "256M"/,
    );
  });

  it('bounds the memory of translated code', () => {
    const bytes = (translatedCode: unknown): number | undefined =>
      resolveLaunch({ ...two, translatedCode }).settings.translatedBytes;
    assert.deepEqual([bytes(undefined), bytes('2M')], [64 << 20, 2 << 20]);
    assert.throws(() => bytes('64'), /"translatedCode" in the launch configuration is 64, .*give at least "1M"/);
  });

  it('fills in what an inner object leaves out', () => {
    const { settings, warnings } = resolveLaunch({ ...two, cacheSizes: { data: '8K', wayz: 4 } });
    assert.deepEqual(settings.cacheSizes, { instructionBytes: 0x4000, dataBytes: 0x2000 });
    assert.match(warnings[0]!, /"cacheSizes\.wayz".*is not an attribute/);
  });

  it('resolves relative paths against cwd, else against the folder of the caller', () => {
    const kernels = (configuration: object): string[] =>
      resolveLaunch(configuration, '/folder').settings.domains.map(({ kernel }) => kernel);
    assert.deepEqual(kernels(two), ['builtin:mini-os', '/folder/guest.elf']);
    assert.deepEqual(kernels({ ...two, cwd: '/work/' }), ['builtin:mini-os', '/work/guest.elf']);
    const domains = [{ kernel: './a/b.elf' }, { kernel: '/abs.elf' }, { kernel: 'C:\\guest.elf' }];
    assert.deepEqual(kernels({ ...two, domains }), ['/folder/a/b.elf', '/abs.elf', 'C:\\guest.elf']);
  });

  it('warns of unknown attributes, nested ones too, and leaves those of VS Code alone', () => {
    const { warnings } = resolveLaunch({
      ...two,
      __sessionId: 'x',
      preLaunchTask: 'build',
      tickmodel: 'goldfish',
      domains: [{ kernel: 'k', memry: '16M' }],
    });
    assert.equal(warnings.length, 2);
    assert.match(warnings[0], /"tickmodel".*did you mean "tickModel"/);
    assert.match(warnings[1], /"domains\[0\]\.memry".*did you mean "memory"/);
  });

  const mistakes: readonly [string, unknown, RegExp][] = [
    ['is no object', [], /must be an object/],
    ['says nothing to run', {}, /says nothing to run: add "hypervisor"/],
    ['has domains without a hypervisor', { domains: [] }, /"domains".*add "hypervisor": "builtin:xen"/],
    ['has no domains', { hypervisor: 'builtin:xen' }, /"domains".*is empty: add at least one/],
    ['has both forms', { ...two, kernel: 'k' }, /"kernel".*belongs to a native run.*remove one/],
    ['has a native attribute', { ...two, initrd: 'i' }, /"initrd".*belongs to a native run/],
    ['has domains natively', { kernel: 'k', domains: two.domains }, /"domains".*needs a hypervisor/],
    ['has a wrong type', { ...two, hypervisor: 7 }, /"hypervisor".*is 7: it must be the path/],
    ['has an empty path', { kernel: ' ' }, /"kernel".*must be the path/],
    ['has a wrong size', { ...two, memory: '16 potatoes' }, /"memory".*"16 potatoes".*like "16M"/],
    ['has a size of nothing', { ...two, memory: 0 }, /"memory".*is 0.*above 0/],
    ['has an unknown machine', { ...two, machine: 'ia64' }, /"machine".*"ia64".*one of "goldfish"/],
    [
      'has an unknown tick model',
      { ...two, tickModel: 'x' },
      /"tickModel".*one of "goldfish", "goldfish-dcache", "arm926ejs"/,
    ],
    ['has domains that are no list', { ...two, domains: 'x' }, /"domains".*it must be a list/],
    ['has a domain that is no object', { ...two, domains: [3] }, /"domains\[0\]".*object like \{ "kernel": … \}/],
    ['has a domain without a kernel', { ...two, domains: [{}] }, /"domains\[0\]\.kernel".*is missing/],
    ['has a wrong type inside', { ...two, domains: [{ kernel: 'k', memory: [] }] }, /"domains\[0\]\.memory".*is \[\]/],
    [
      'has two domains of one name',
      { ...two, domains: [{ kernel: 'k', name: 'Domain-1' }, { kernel: 'k' }] },
      /"Domain-1", as is domains\[0\]/,
    ],
    ['has an address of 33 bits', { kernel: 'k', entry: '0x100000000' }, /"entry".*32-bit address/],
    ['stops at an unknown domain', { ...two, stopOnEntry: 'Domain-11' }, /"stopOnEntry".*did you mean "Domain-1"/],
    ['stops at a number', { ...two, stopOnEntry: 1 }, /"stopOnEntry".*true, false, "hypervisor" or/],
    ['stops at a hypervisor natively', { kernel: 'k', stopOnEntry: 'hypervisor' }, /use true or false/],
    ['has an unknown cache mode', { ...two, cache: 'on' }, /"cache".*one of "off", "timing", "coherence"/],
    ['has an unknown TLB', { ...two, tlb: 'slow' }, /"tlb".*one of "fast", "arm926"/],
    [
      'has half a screen',
      { ...two, screen: { width: 320 } },
      /"screen\.height".*is missing: add a whole number from 16/,
    ],
    ['has an endless screen', { ...two, screen: { width: 1e6, height: 2 } }, /"screen\.width".*from 16 to 2048/],
    ['has an unknown VFP', { ...two, vfp: true }, /"vfp".*one of "none", "vfp9"/],
    ['has cache sizes that are no object', { ...two, cacheSizes: '16K' }, /"cacheSizes".*object in curly braces/],
    ['has a wrong cache size', { ...two, cacheSizes: { data: 'x' } }, /"cacheSizes\.data".*is "x".*like "16M"/],
    ['has a flash device without a name', { ...two, nand: [{ file: 'x' }] }, /"nand\[0\]\.name".*is missing/],
    ['has a trace device that is no flag', { ...two, traceDevice: 'yes' }, /"traceDevice".*true or false/],
    ['has too many serial ports', { ...two, serialPorts: 9 }, /"serialPorts".*is 9: .*whole number from 1 to 8/],
    ['has half a serial port', { ...two, serialPorts: 1.5 }, /"serialPorts".*is 1\.5/],
    ['has no real date', { ...two, date: '2008-13-01' }, /"date".*a date since 1970/],
    ['has a date before time', { ...two, date: '1969-12-31' }, /"date".*a date since 1970/],
    ['has negative ticks', { ...two, nsPerTick: -1 }, /"nsPerTick".*a number above 0/],
  ];
  for (const [what, configuration, sentence] of mistakes) {
    it(`that ${what} is told so`, () => assert.match(mistake(configuration), sentence));
  }
});

describe('launch.json in the terminal', () => {
  const text = `{
    // comments and trailing commas, as VS Code allows them
    "configurations": [
      { "type": "node", "name": "other" },
      { "type": "armvisor", "name": "one", "kernel": "\${workspaceFolder}/k.elf", },
    ],
  }`;

  it('is JSON with comments and trailing commas; other types are not ours', () => {
    assert.deepEqual(
      readConfigurations(text, 'launch.json').map(({ name }) => name),
      ['one'],
    );
  });

  it('names the line of a syntax error', () => {
    assert.throws(() => readConfigurations('{\n  "configurations": [\n  {"a" 1}]}', 'launch.json'), {
      message: 'launch.json:3:8: not valid JSON with comments (colon expected); correct it there.',
    });
    assert.throws(() => readConfigurations('[]', 'launch.json'), /has no "configurations"/);
  });

  it('lists the names when the wanted one is not there', () => {
    const configurations = [{ name: 'Xen' }, { name: 'native' }];
    assert.equal(chooseConfiguration(configurations, 'Xen', 'f').name, 'Xen');
    assert.throws(
      () => chooseConfiguration(configurations, 'xan', 'f'),
      /did you mean "Xen"\? There are: "Xen", "native"/,
    );
    assert.throws(
      () => chooseConfiguration(configurations, undefined, 'f'),
      /choose one with --config, of "Xen", "native"/,
    );
    assert.throws(() => chooseConfiguration([], undefined, 'f'), /no configuration with "type": "armvisor"/);
  });

  it('substitutes the variables of VS Code that a terminal knows', () => {
    const variables = { workspaceFolder: '/w', userHome: '/h', env: { A: 'x' } };
    assert.deepEqual(
      substituteVariables({ a: ['${workspaceFolder}/k', '${env:A}${env:B}', '${userHome}'], n: 1 }, variables),
      {
        a: ['/w/k', 'x', '/h'],
        n: 1,
      },
    );
    assert.throws(() => substituteVariables('${file}', variables), /"\$\{file\}".*has no value in a terminal/);
  });
});
