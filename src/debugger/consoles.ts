/**
 * Console output, attributed from outside: a piece that goes out while the current vCPU's saved frame shows a console_io in progress is
 * that domain's, all else is the hypervisor's; what a driver domain prints for others is theirs (relayedLines.ts). Decodes UTF-8 for each
 * source and passes on whole lines; what is left of a line follows when the machine stops or nothing more comes for a moment.
 */
import { EVENT_CONTEXT } from '../hypervisor/contexts';
import { hypercallNamed } from '../hypervisor/hypercalls';
import { isMissing } from '../hypervisor/types';
import { relayedLines } from './relayedLines';
import type { Target } from './target/target';
import type { ConsoleOutput } from './types';

/** How long an unfinished line may wait for its end. */
const PATIENCE_MS = 100;
const CONSOLE_IO = hypercallNamed('console_io')!.number;

interface Stream {
  readonly from: ConsoleOutput['from'];
  readonly decoder: TextDecoder;
  pending: string;
  since: number;
}

export class Consoles {
  private streams = new Map<number | 'own', Stream>();

  constructor(
    private readonly target: Target,
    private readonly emit: (output: ConsoleOutput) => void,
    private readonly now: () => number,
  ) {}

  /** Called by the machine in the middle of an instruction: reads memory, changes nothing. */
  receive(bytes: Uint8Array): void {
    const stream = this.stream(this.source());
    const text = stream.pending + stream.decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) this.pass({ from: stream.from, text: text.slice(0, end) });
    if (stream.pending === '' || end > 0) stream.since = this.now();
    stream.pending = text.slice(end);
  }

  /** Unfinished lines that have waited long enough; `all` when the machine has stopped. */
  flush(all: boolean): void {
    for (const stream of this.streams.values()) {
      if (stream.pending === '' || (!all && this.now() - stream.since < PATIENCE_MS)) continue;
      this.pass({ from: stream.from, text: stream.pending });
      stream.pending = '';
    }
  }

  reset(): void {
    this.streams = new Map();
  }

  private pass(output: ConsoleOutput): void {
    for (const piece of relayedLines(output, (domainId) => this.target.domainName(domainId))) this.emit(piece);
  }

  private source(): number | 'own' {
    // A stub tells it when it comes to it: who executes by then is another matter, and a look would halt the machine.
    if (this.target.machine.foreign) return 'own';
    const execution = this.target.execution();
    // A guest that may use the device itself.
    if (execution.kind === 'guest' && execution.domainId >= 0) return execution.domainId;
    const current = this.target.current();
    const vcpu = current && this.target.hypervisor!.currentView();
    if (!current || !vcpu || isMissing(vcpu.savedFrame)) return 'own';
    const { context, registers } = vcpu.savedFrame;
    return context === EVENT_CONTEXT && registers[7] === CONSOLE_IO ? current.domainId : 'own';
  }

  private stream(key: number | 'own'): Stream {
    const known = this.streams.get(key);
    if (known) return known;
    const stream: Stream = { from: this.from(key), decoder: new TextDecoder(), pending: '', since: this.now() };
    this.streams.set(key, stream);
    return stream;
  }

  private from(key: number | 'own'): ConsoleOutput['from'] {
    if (key !== 'own') return { domainId: key, name: this.target.domainName(key) };
    return this.target.hypervisor && !this.target.machine.foreign ? 'hypervisor' : 'native';
  }
}
