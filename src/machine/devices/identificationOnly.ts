/**
 * PrimeCells of which only the identification is modelled, so that a kernel's bus finds them, and whose other registers keep
 * what is written without doing anything.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { type DeviceTable, declareDevice } from './registerTable';

/** Words below the identification registers. */
const WORDS = 0xfe0 / 4;

/** A device kind for the catalogue. `peripheralId` as the AMBA bus matches it. */
export function identificationOnly(
  name: string,
  doc: string,
  peripheralId: number,
): { readonly table: DeviceTable; create(context: DeviceContext): Device } {
  const table = declareDevice({
    name,
    doc: `${doc} Only its identification is modelled.`,
    windowBytes: PRIMECELL_WINDOW_BYTES,
    registers: {
      KEPT: { offset: 0, access: 'rw', count: WORDS, doc: 'All other registers: keep what is written.' },
      ...primeCellIdRegisters,
    },
  });
  return {
    table,
    create(context) {
      const state = { kept: {} as KeptValues };
      const kept = keptRegisters(state, { KEPT: 0xffff_ffff });
      return createDevice(table, state, context, {
        read: { ...kept.read, ...primeCellIdReads(peripheralId) },
        afterRead: {},
        write: kept.write,
      });
    },
  };
}
