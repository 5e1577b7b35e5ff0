/**
 * The form of a board file, once, as data: every field with its kind and words. The reader (`boardFile.ts`), the JSON schema
 * (`boardSchema.ts`) and the documentation follow it; `BoardSpecification` is what it comes to in code.
 */

import { deviceCatalogue, type DeviceName } from '../devices';
import { parametersOfDevice, type ParameterName } from '../devices/parameters';

export type FieldKind =
  | 'text'
  /** A 32-bit address or register value: a number, or text like "0x80000000". */
  | 'address'
  /** Bytes: a number, or text like "16M" or "0x1000". */
  | 'bytes'
  /** A whole number from `least` to `most`, or such a number as hexadecimal text. */
  | 'count'
  | 'flag'
  | 'choice'
  /** An Ethernet address, like "52:54:00:12:34:56"; six numbers in code. */
  | 'mac'
  /** The path of a file, from the folder of the board file. */
  | 'file'
  | 'object'
  | 'list';

export interface Field {
  readonly kind: FieldKind;
  /** A plain sentence. */
  readonly doc: string;
  readonly required?: boolean;
  readonly least?: number;
  readonly most?: number;
  /** Of a choice; beside a number: the words that may stand for it. */
  readonly choices?: readonly string[];
  /** Of an object, and of each element of a list. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Of a list: how few elements it may have. */
  readonly atLeast?: number;
}

export const deviceNames = Object.keys(deviceCatalogue) as DeviceName[];

const storageFields: Readonly<Record<string, Field>> = {
  file: { kind: 'file', doc: 'What it holds at the beginning; never written back.' },
  byteLength: { kind: 'bytes', doc: 'Its size, when it is more than the file.' },
  readOnly: { kind: 'flag', doc: 'Whether the guest can change it.' },
};

/** How each device parameter is written. */
export const parameterFields: Readonly<Record<ParameterName, Field>> = {
  port: { kind: 'count', least: 0, most: 63, doc: 'Number of the serial port in the console. Left out: by position.' },
  receiveInterrupt: {
    kind: 'choice',
    choices: ['level', 'character'],
    doc: 'When the receive interrupt comes: at the level of the FIFO as on the chip, or with each character.',
  },
  epochSeconds: {
    kind: 'count',
    least: 0,
    most: 2 ** 53 - 1,
    doc: 'Calendar time at switch-on, in seconds since 1970.',
  },
  clockHz: { kind: 'count', least: 1, most: 1_000_000_000, doc: 'The clock that it counts, in hertz.' },
  mac: { kind: 'mac', doc: 'Its Ethernet address.' },
  screen: {
    kind: 'object',
    fields: {
      width: { kind: 'count', least: 8, most: 4096, required: true, doc: 'Pixels in a row.' },
      height: { kind: 'count', least: 8, most: 4096, required: true, doc: 'Rows.' },
    },
    doc: 'Size of the display, or of the touch screen in front of it.',
  },
  switch: {
    kind: 'object',
    fields: {
      name: { kind: 'text', required: true, doc: 'Name for the kernel.' },
      output: { kind: 'flag', required: true, doc: 'Whether the guest sets it.' },
      drives: { kind: 'text', doc: 'Instance name of the input switch that an output drives.' },
    },
    doc: 'What the switch is.',
  },
  ps2: { kind: 'choice', choices: ['keyboard', 'mouse'], doc: 'What is plugged in.' },
  sdCard: { kind: 'object', fields: storageFields, doc: 'The card in the slot.' },
  nand: {
    kind: 'list',
    fields: { name: { kind: 'text', required: true, doc: 'Name for the kernel, such as "system".' }, ...storageFields },
    doc: 'The flash devices, in order.',
  },
};

/** The parameters that a device takes, as fields. */
export function fieldsOfDevice(device: DeviceName): Readonly<Record<string, Field>> {
  return Object.fromEntries((parametersOfDevice[device] ?? []).map((name) => [name, parameterFields[name]]));
}

const ramFields: Readonly<Record<string, Field>> = {
  base: { kind: 'address', required: true, doc: 'Physical address of its first byte; a multiple of 4 KB.' },
  bytes: { kind: 'bytes', required: true, doc: 'Its size; a multiple of 4 KB, like "16M".' },
};

const deviceFields: Readonly<Record<string, Field>> = {
  device: { kind: 'choice', choices: deviceNames, required: true, doc: 'Which device it is.' },
  id: {
    kind: 'count',
    least: 0,
    most: 255,
    doc: 'Tells devices of one name apart; the instance is then called name.id.',
  },
  base: {
    kind: 'address',
    doc: 'Physical address of its registers. Left out: the next free one from firstDynamicBase.',
  },
  irq: {
    kind: 'count',
    least: 0,
    most: 63,
    choices: ['next'],
    doc: 'Input of the interrupt controller that its first output leads to; "next" takes the next free one from firstDynamicIrq. Left out: no interrupt.',
  },
  irqCount: {
    kind: 'count',
    least: 1,
    most: 64,
    doc: 'How many outputs are wired, to consecutive inputs. Left out: 1.',
  },
  controller: {
    kind: 'text',
    doc: 'Instance name of the interrupt controller, or "cpu" for the CPU itself, where irq 0 is nIRQ and 1 is nFIQ. Left out: interruptController.',
  },
  parameters: { kind: 'object', doc: 'What this device can be told beside its place.' },
};

/** The whole file. */
export const boardFields: Readonly<Record<string, Field>> = {
  name: { kind: 'text', required: true, doc: 'Name of the board.' },
  cpu: {
    kind: 'object',
    doc: 'Identification of the ARM926EJ-S. Left out: that of the chip with 16 KB caches.',
    fields: {
      midr: { kind: 'address', doc: 'CP15 main ID register.' },
      cacheType: { kind: 'address', doc: 'CP15 cache type register.' },
      resetControl: { kind: 'address', doc: 'CP15 control register after reset.' },
    },
  },
  ram: {
    kind: 'list',
    required: true,
    atLeast: 1,
    fields: ramFields,
    doc: 'RAM. The first is the main RAM: "memory" of a launch sets its size, and boot parameters go there.',
  },
  rom: {
    kind: 'list',
    fields: { ...ramFields, file: { kind: 'file', doc: 'What it holds from its first byte; zeros after it.' } },
    doc: "ROM or flash: the guest's stores change nothing.",
  },
  devices: { kind: 'list', required: true, fields: deviceFields, doc: 'The devices, interrupt controllers first.' },
  interruptController: {
    kind: 'text',
    doc: 'Instance name of the controller that irq numbers mean. Left out: the first interrupt controller of the list.',
  },
  firstDynamicBase: { kind: 'address', doc: 'Where devices without a base begin.' },
  firstDynamicIrq: { kind: 'count', least: 0, most: 63, doc: 'The first interrupt for devices with "irq": "next".' },
  unassigned: {
    kind: 'choice',
    choices: ['abort', 'zero'],
    doc: 'What an access does where nothing is: an external abort (the default), or read as zero.',
  },
  boot: {
    kind: 'object',
    doc: 'How a kernel is started. Left out: protocol "none".',
    fields: {
      protocol: {
        kind: 'choice',
        choices: ['none', 'atags', 'goldfish'],
        required: true,
        doc: '"none": the CPU starts at the entry. "atags": as ARM Linux wants it, r1 = machine type, r2 = tagged list. "goldfish": the same, by code at the start of RAM.',
      },
      machineType: { kind: 'count', least: 0, most: 0xffff, doc: 'Number in the ARM Linux machine registry.' },
      parameters: { kind: 'address', doc: 'Where the tagged list begins. Left out: 0x100 into the main RAM.' },
      parametersEnd: { kind: 'address', doc: 'The list must end before it. Left out: 0x4000 into the main RAM.' },
      kernel: {
        kind: 'address',
        doc: 'Where a raw kernel is put. Left out: 0x10000 into the main RAM, with protocol "none" at its start.',
      },
      initrd: {
        kind: 'address',
        choices: ['halfway'],
        doc: 'Where an initrd is put: an address, or "halfway" up the main RAM. Left out: 8 MB into it.',
      },
    },
  },
};
