/** What GDB reads by `qXfer`, a part at a time: target description, memory map, threads, the file of a process. */
import type { DebugEngine, LaunchSettings } from '../debugger/types';
import { describeThread, domainOf, formatThread, type Inferiors } from './inferiors';
import { targetDescription } from './registerTable';
import type { RemoteFile } from './remoteFiles';

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Addresses are virtual, and what they map changes: to GDB all of them are memory that can be written. */
const MEMORY_MAP =
  '<?xml version="1.0"?>\n<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">\n' +
  '<memory-map>\n  <memory type="ram" start="0x0" length="0x100000000"/>\n</memory-map>\n';

export class Documents {
  constructor(
    private readonly engine: DebugEngine,
    private readonly files: readonly RemoteFile[],
    private readonly settings: LaunchSettings,
    private readonly inferiors: Inferiors,
  ) {}

  /** `features:read:target.xml:0,fff` → `m...` or `l...`; undefined for what there is not. */
  read(request: string): string | undefined {
    const match = /^([\w-]+):read:([^:]*):([0-9a-f]+),([0-9a-f]+)$/i.exec(request);
    if (!match) return undefined;
    const content = this.content(match[1]!, match[2]!);
    if (content === undefined) return undefined;
    const [offset, length] = [parseInt(match[3]!, 16), parseInt(match[4]!, 16)];
    const part = content.slice(offset, offset + length);
    return (offset + part.length < content.length ? 'm' : 'l') + part;
  }

  private content(object: string, annex: string): string | undefined {
    if (object === 'features') return annex === 'target.xml' ? targetDescription() : undefined;
    if (object === 'memory-map') return MEMORY_MAP;
    if (object === 'threads') return this.threads();
    return object === 'exec-file' ? this.execFile(annex === '' ? 1 : parseInt(annex, 16)) : undefined;
  }

  private threads(): string {
    const rows = this.inferiors.list().map((thread) => {
      const words = attribute(describeThread(this.engine, thread));
      return `  <thread id="${formatThread(thread)}" core="0" name="${words}"/>`;
    });
    return `<?xml version="1.0"?>\n<threads>\n${rows.join('\n')}\n</threads>\n`;
  }

  private execFile(pid: number): string | undefined {
    const image = imageOf(this.settings, pid);
    return this.files.find(({ name }) => name === image)?.path;
  }
}

/** The image with the symbols of a process, as the configuration names it. */
function imageOf({ hypervisor, symbols, kernel, domains }: LaunchSettings, pid: number): string | undefined {
  const domainId = domainOf({ pid, tid: 1 });
  if (domainId === undefined) return hypervisor ?? symbols ?? kernel;
  return domains[domainId]?.symbols ?? domains[domainId]?.kernel;
}
