/**
 * The goldfish trace device (goldfish.md A4): a kernel that was built for it tells here which process runs, what is mapped
 * where and which programs start, and a guest switches tracing on and off. Everything goes to `DeviceHost.deviceOutput`; the
 * device does nothing with it. Who writes trace files listens there.
 */

import { createDevice, type Device, type DeviceContext, type WriteHandler } from './device';
import { declareDevice, type RegisterDeclaration } from './registerTable';

/** Longest text that is read from the guest. */
const MAX_TEXT_BYTES = 4096;
/** Text is read in pieces that cross no page, because the next one may not be mapped. */
const PIECE_BYTES = 64;

/** The register of word `index`. */
const register = <Access extends 'r' | 'w' | 'rw'>(index: number, access: Access, doc: string) =>
  ({ offset: index * 4, access, doc }) satisfies RegisterDeclaration;

export const goldfishTraceTable = declareDevice({
  name: 'qemu_trace',
  doc: 'Tells the trace facility about processes and mappings; switches tracing on and off.',
  // Two pages: kernels from 2.6.29 on refuse a device with one.
  windowBytes: 0x2000,
  registers: {
    SWITCH: register(0, 'w', 'The process that runs from now on.'),
    FORK: register(1, 'w', 'A process that was made by fork.'),
    EXECVE_PID: register(2, 'w', 'The process that is about to run another program.'),
    EXECVE_START: register(3, 'w', 'First address of a mapping.'),
    EXECVE_END: register(4, 'w', 'Address after the end of a mapping.'),
    EXECVE_OFFSET: register(5, 'w', 'Offset of a mapping in its file, in bytes.'),
    EXECVE_PATH: register(6, 'w', 'Virtual address of the path of the program that was started.'),
    EXIT: register(7, 'w', 'Exit code of the process that ends.'),
    COMMAND_LINE: register(8, 'w', 'Virtual address of the arguments, separated by NUL.'),
    COMMAND_LINE_LENGTH: register(9, 'w', 'Their bytes; written first.'),
    MMAP_PATH: register(10, 'w', 'Virtual address of the path of the file that was mapped.'),
    INIT_PID: register(11, 'w', 'A process that there was already when tracing began.'),
    INIT_NAME: register(12, 'w', 'Virtual address of its name.'),
    CLONE: register(13, 'w', 'A process that was made by clone.'),
    UNMAP_START: register(14, 'w', 'First address of what is unmapped.'),
    UNMAP_END: register(15, 'w', 'Address after its end.'),
    THREAD_NAME: register(16, 'w', 'Virtual address of the name of the present thread.'),
    THREAD_GROUP: register(17, 'w', 'Thread group of the process that is being told about.'),
    DYNAMIC_SYMBOL_ADDRESS: register(50, 'w', 'Address of a symbol.'),
    DYNAMIC_SYMBOL: register(51, 'w', 'Virtual address of its name; adds it.'),
    DYNAMIC_SYMBOL_REMOVE: register(52, 'w', 'Address of a symbol that is no more.'),
    PRINT_STRING: register(60, 'w', 'Virtual address of a text to show.'),
    PRINT_DECIMAL: register(61, 'w', 'A number to show.'),
    PRINT_HEX: register(62, 'w', 'A number to show in hexadecimal.'),
    STOP_EMULATOR: register(90, 'w', 'Ends the run.'),
    METHOD_ENTRY: register(1024, 'w', 'Address of an interpreted method that begins.'),
    METHOD_EXIT: register(1025, 'w', 'Address of one that returns.'),
    METHOD_EXCEPTION: register(1026, 'w', 'Address of one that an exception leaves.'),
    ENABLE: register(100, 'rw', 'Tracing: 1 starts it, 0 stops it.'),
  },
});

/** It has no output line. */
export function createGoldfishTrace(context: DeviceContext): Device {
  const { host } = context;
  const state = {
    tracing: 0,
    start: 0,
    end: 0,
    fileOffset: 0,
    commandLineBytes: 0,
    initPid: 0,
    threadGroup: 0,
    unmapStart: 0,
    symbolAddress: 0,
  };
  const tell = (output: Readonly<Record<string, number | string>>) => host.deviceOutput(context.instance, output);

  /** Guest text up to its NUL, or `byteLength` bytes with any NUL as a space; what is not mapped ends it. */
  function text(address: number, byteLength?: number): string {
    let found = '';
    const most = Math.min(byteLength ?? MAX_TEXT_BYTES, MAX_TEXT_BYTES);
    while (found.length < most) {
      const at = (address + found.length) >>> 0;
      const count = Math.min(most - found.length, PIECE_BYTES - (at % PIECE_BYTES));
      const bytes = host.readVirtual(at, count);
      if (bytes === undefined) break;
      const piece = new TextDecoder('latin1').decode(bytes);
      const end = byteLength === undefined ? piece.indexOf('\0') : -1;
      found += end < 0 ? piece : piece.slice(0, end);
      if (end >= 0) break;
    }
    return found.replaceAll('\0', ' ').trimEnd();
  }

  const mapping = () => ({ start: state.start, end: state.end, fileOffset: state.fileOffset });
  const event = (name: string, member: string): WriteHandler => {
    return (value) => tell({ event: name, [member]: value });
  };
  const keep = (member: keyof typeof state): WriteHandler => {
    return (value) => {
      state[member] = value;
    };
  };

  return createDevice(goldfishTraceTable, state, context, {
    read: { ENABLE: () => state.tracing },
    afterRead: {},
    write: {
      SWITCH: event('switch', 'pid'),
      FORK: (pid) => tell({ event: 'fork', pid, threadGroup: state.threadGroup }),
      CLONE: (pid) => tell({ event: 'clone', pid, threadGroup: state.threadGroup }),
      THREAD_GROUP: keep('threadGroup'),
      EXECVE_PID: event('exec-process', 'pid'),
      EXECVE_START: keep('start'),
      EXECVE_END: keep('end'),
      EXECVE_OFFSET: keep('fileOffset'),
      EXECVE_PATH: (address) => tell({ event: 'exec', ...mapping(), path: text(address) }),
      EXIT: event('exit', 'code'),
      COMMAND_LINE_LENGTH: keep('commandLineBytes'),
      COMMAND_LINE: (address) => tell({ event: 'arguments', text: text(address, state.commandLineBytes) }),
      MMAP_PATH: (address) => tell({ event: 'map', ...mapping(), path: text(address) }),
      INIT_PID: keep('initPid'),
      INIT_NAME: (address) => tell({ event: 'process', pid: state.initPid, name: text(address) }),
      UNMAP_START: keep('unmapStart'),
      UNMAP_END: (end) => tell({ event: 'unmap', start: state.unmapStart, end }),
      THREAD_NAME: (address) => tell({ event: 'thread-name', name: text(address) }),
      DYNAMIC_SYMBOL_ADDRESS: keep('symbolAddress'),
      DYNAMIC_SYMBOL: (address) => tell({ event: 'symbol', address: state.symbolAddress, name: text(address) }),
      DYNAMIC_SYMBOL_REMOVE: event('symbol-removed', 'address'),
      METHOD_ENTRY: event('method-entry', 'address'),
      METHOD_EXIT: event('method-exit', 'address'),
      METHOD_EXCEPTION: event('method-exception', 'address'),
      PRINT_STRING: (address) => tell({ event: 'print', text: text(address) }),
      PRINT_DECIMAL: (value) => tell({ event: 'print', text: String(value) }),
      PRINT_HEX: (value) => tell({ event: 'print', text: value.toString(16) }),
      STOP_EMULATOR: () => host.halt('The guest switched itself off by the trace device.'),
      ENABLE: (value) => {
        const tracing = value === 0 ? 0 : 1;
        if (tracing === state.tracing) return;
        state.tracing = tracing;
        tell({ tracing });
      },
    },
  });
}
