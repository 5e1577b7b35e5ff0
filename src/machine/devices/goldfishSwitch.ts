/**
 * A goldfish switch (goldfish.md A4): one bit with a name, an input that the outside sets or an output that the guest sets. An
 * output may drive another switch of the board. From outside: {state: 0 | 1}.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const OUTPUT = 1;

export const goldfishSwitchTable = declareDevice({
  name: 'goldfish-switch',
  doc: 'A named bit: an input or an output.',
  windowBytes: 0x1000,
  registers: {
    NAME_LEN: { offset: 0x00, access: 'r', doc: 'Bytes of the name.' },
    NAME_PTR: { offset: 0x04, access: 'w', doc: 'Copies the name, without a NUL, to this virtual address.' },
    FLAGS: {
      offset: 0x08,
      access: 'r',
      doc: 'What kind of switch it is.',
      fields: [{ name: 'OUTPUT', high: 0, low: 0, doc: 'The guest sets it.' }],
    },
    STATE: { offset: 0x0c, access: 'rw', doc: 'The bit. Writing counts only for an output.' },
    INT_STATUS: {
      offset: 0x10,
      access: 'r',
      doc: '1: the state of an input has changed.',
      readEffect: 'Clears it and drops the interrupt.',
    },
    INT_ENABLE: { offset: 0x14, access: 'w', doc: '1: a change interrupts.' },
  },
});

export interface SwitchParameters {
  readonly name: string;
  readonly output: boolean;
  /** Instance of the input switch that an output drives. */
  readonly drives?: string;
}

/** Output line 0: the state of this input has changed. Input line 0: the state that another switch gives it. */
export function createGoldfishSwitch(context: DeviceContext, { name, output, drives }: SwitchParameters): Device {
  const { host } = context;
  const nameBytes = new TextEncoder().encode(name);
  const state = { level: 0, changed: false, enabled: false };
  const updateLine = (): void => context.setLine(0, state.changed && state.enabled);

  function set(level: number): void {
    if (level === state.level) return;
    state.level = level;
    state.changed = true;
    updateLine();
  }

  return createDevice(goldfishSwitchTable, state, context, {
    read: {
      NAME_LEN: () => nameBytes.length,
      FLAGS: () => (output ? OUTPUT : 0),
      STATE: () => state.level,
      INT_STATUS: () => Number(state.changed && state.enabled),
    },
    afterRead: {
      INT_STATUS: () => {
        if (!state.enabled) return;
        state.changed = false;
        updateLine();
      },
    },
    write: {
      NAME_PTR: (value) => {
        if (!host.writeVirtual(value, nameBytes)) {
          context.diagnose('name', `${context.instance}: the name was asked for at an address that is not mapped.`);
        }
      },
      STATE: (value) => {
        if (!output) {
          context.diagnose('state', `${context.instance}: the guest wrote to an input; ignored.`);
          return;
        }
        state.level = Number(value !== 0);
        if (drives !== undefined) context.peer(drives)?.setInput?.(0, state.level === 1);
      },
      INT_ENABLE: (value) => {
        state.enabled = (value & 1) !== 0;
        updateLine();
      },
    },
    setInput: (_line, level) => set(Number(level)),
    input: {
      accepts: ({ state: level, ...rest }) => !output && (level === 0 || level === 1) && Object.keys(rest).length === 0,
      accept: ({ state: level }) => set(level as number),
    },
  });
}
