/**
 * The secondary interrupt controller of the Versatile PB (ARM DUI 0224, 4.8): 32 inputs that share input 31 of the primary one;
 * ten of them, 21 to 30, can be passed straight through to the primary controller's input of the same number.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const FIRST_PASSED = 21;
const LAST_PASSED = 30;
const PASSED = 0x7fe0_0000;

export const versatileSicTable = declareDevice({
  name: 'versatile_sic',
  doc: 'Secondary interrupt controller of the Versatile boards (ARM DUI 0224). Bit n is input n.',
  windowBytes: 0x1000,
  registers: {
    STATUS: { offset: 0x00, access: 'r', doc: 'Inputs that are active and enabled.' },
    RAWSTAT: { offset: 0x04, access: 'r', doc: 'Active inputs and software interrupts.' },
    ENABLE: { offset: 0x08, access: 'rw', doc: 'Enabled inputs; ones enable (ENSET), zeroes change nothing.' },
    ENCLR: { offset: 0x0c, access: 'w', doc: 'Ones disable inputs.' },
    SOFTINTSET: { offset: 0x10, access: 'rw', doc: 'Software interrupt; ones raise, zeroes change nothing.' },
    SOFTINTCLR: { offset: 0x14, access: 'w', doc: 'Ones drop the software interrupt.' },
    PICENABLE: { offset: 0x20, access: 'rw', doc: 'Inputs passed to the primary controller; ones set (PICENSET).' },
    PICENCLR: { offset: 0x24, access: 'w', doc: 'Ones end the passing of inputs.' },
  },
});

/** Output lines 0-9: inputs 21-30 passed through; line 10: any enabled input. So line n leads to input 21 + n of the primary. */
export function createVersatileSic(context: DeviceContext): Device {
  const state = { levels: 0, soft: 0, enabled: 0, passed: 0 };
  const raw = () => state.levels | state.soft;

  function update(): void {
    for (let input = FIRST_PASSED; input <= LAST_PASSED; input++) {
      context.setLine(input - FIRST_PASSED, (state.levels & state.passed & (1 << input)) !== 0);
    }
    context.setLine(LAST_PASSED + 1 - FIRST_PASSED, (raw() & state.enabled) !== 0);
  }
  const changing = (change: (value: number) => void) => (value: number) => {
    change(value);
    update();
  };

  return createDevice(versatileSicTable, state, context, {
    read: {
      STATUS: () => raw() & state.enabled,
      RAWSTAT: raw,
      ENABLE: () => state.enabled,
      SOFTINTSET: () => state.soft,
      PICENABLE: () => state.passed,
    },
    afterRead: {},
    write: {
      ENABLE: changing((value) => {
        state.enabled |= value;
      }),
      ENCLR: changing((value) => {
        state.enabled &= ~value;
      }),
      SOFTINTSET: changing((value) => {
        state.soft |= value;
      }),
      SOFTINTCLR: changing((value) => {
        state.soft &= ~value;
      }),
      PICENABLE: changing((value) => {
        state.passed |= value & PASSED;
      }),
      PICENCLR: changing((value) => {
        state.passed &= ~value;
      }),
    },
    setInput(line, level) {
      state.levels = level ? state.levels | (1 << line) : state.levels & ~(1 << line);
      update();
    },
  });
}
