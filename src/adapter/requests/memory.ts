/** `readMemory` and `writeMemory`: bytes of any address space, at a stop or while the machine runs. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { fromBase64, toBase64 } from '../base64';
import { formatReference, hex, parseReference } from '../memoryReferences';
import { defineRequest } from './handler';

/** Mappings change at page borders, so a range is read in pieces that lie in one (tiny) page each. */
const pageBytes = 1024;
/** A client may ask for anything; more than this at once is a mistake. */
const mostBytes = 16 * 1024 * 1024;

export const readMemory = defineRequest<DebugProtocol.ReadMemoryArguments, DebugProtocol.ReadMemoryResponse['body']>({
  command: 'readMemory',
  purpose: 'Bytes of an address space (`dom1:…`, `xen:…`, `pa:…`); what is not mapped is counted, not invented.',
  phase: 'launched',
  shape: { memoryReference: 'string', offset: 'number?', count: 'number' },
  capabilities: { supportsReadMemoryRequest: true },
  handle(session, { memoryReference, offset = 0, count }) {
    const { engine } = session.debuggee;
    const { space, address } = parseReference(memoryReference, session.debuggee.currentSpace());
    if (count < 0 || count > mostBytes)
      throw new UserError(`${count} bytes cannot be read at once: ask for at most 16 MB.`);
    const start = address + Math.trunc(offset);
    if (start < 0 || start > 0xffffffff) return { address: '0x0', unreadableBytes: count };
    const wanted = Math.min(Math.trunc(count), 0x100000000 - start);
    const pieces: Uint8Array[] = [];
    let read = 0;
    while (read < wanted) {
      const at = start + read;
      const bytes = engine.readMemory(space, at, Math.min(wanted - read, pageBytes - (at % pageBytes)));
      if (!bytes) break;
      pieces.push(bytes);
      read += bytes.length;
    }
    const unreadableBytes = count - read;
    return { address: hex(start), data: toBase64(pieces), ...(unreadableBytes > 0 && { unreadableBytes }) };
  },
});

export const writeMemory = defineRequest<DebugProtocol.WriteMemoryArguments, DebugProtocol.WriteMemoryResponse['body']>(
  {
    command: 'writeMemory',
    purpose: 'Writes bytes to RAM through an address space, whatever the access permissions say.',
    phase: 'launched',
    shape: { memoryReference: 'string', offset: 'number?', data: 'string' },
    capabilities: { supportsWriteMemoryRequest: true },
    handle(session, { memoryReference, offset = 0, data }) {
      const { space, address } = parseReference(memoryReference, session.debuggee.currentSpace());
      const bytes = fromBase64(data);
      const start = (address + Math.trunc(offset)) >>> 0;
      if (!session.debuggee.engine.writeMemory(space, start, bytes)) {
        throw new UserError(
          `${formatReference(space, start)} cannot be written: some of its ${bytes.length} bytes are not mapped to RAM.`,
        );
      }
      session.afterResponse(() => session.events.written({ space, address: start }, bytes.length));
      return { bytesWritten: bytes.length };
    },
  },
);
