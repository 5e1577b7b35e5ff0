/** `armvisor run --trace-events FILE --profile FILE`: noted over the whole run, written at its end. */
import { NodeFileHost } from '../../adapter/nodeHost';
import { PROFILE_FORMATS, TRACE_FORMATS, type ProfileFormat, type TraceFormat } from '../../debugger/trace/face';
import { UserError, type DebugEngine } from '../../debugger/types';

export interface TracingOptions {
  readonly traceEvents?: string;
  readonly profile?: string;
}

/** Begins what is asked for; returns what writes it. @throws UserError for a name that no format has */
export function startTracing({ tracing }: DebugEngine, { traceEvents, profile }: TracingOptions): () => Promise<void> {
  const trace = formatOf<TraceFormat>('--trace-events', traceEvents, TRACE_FORMATS);
  const profiled = formatOf<ProfileFormat>('--profile', profile, PROFILE_FORMATS);
  if (trace) tracing.startTrace();
  if (profiled) tracing.startProfile();
  return async () => {
    if (profiled) tracing.stopProfile();
    for (const note of tracing.profileNotes) process.stderr.write(`armvisor: the profile: ${note}\n`);
    const files = [
      ...(trace ? [[traceEvents!, tracing.traceAs(trace)] as const] : []),
      ...(profiled ? [[profile!, tracing.profileAs(profiled)] as const] : []),
    ];
    for (const [file, text] of files) {
      process.stderr.write(`armvisor: ${await new NodeFileHost().writeFile(file, text)} is written.\n`);
    }
  };
}

function formatOf<Format extends string>(
  option: string,
  file: string | undefined,
  formats: readonly Format[],
): Format | undefined {
  if (file === undefined) return undefined;
  const format = formats.find((each) => file.endsWith(`.${each}`));
  if (!format)
    throw new UserError(`${option} is "${file}": it must end in ${formats.map((each) => `.${each}`).join(' or ')}.`);
  return format;
}
