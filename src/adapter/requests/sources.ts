/** `loadedSources`, `source` and `breakpointLocations`: what the line tables of the images say about files. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { SourcePaths } from '../../debugger/target/sourcePaths';
import type { Session } from '../session';
import { defineRequest } from './handler';

/** Files by where they stand on the user's disk, with the images and DWARF names that mention them. */
function filesOf(session: Session) {
  const { engine } = session.debuggee;
  const paths = new SourcePaths(session.environment.host.builtinSourceRoot);
  return engine.images.flatMap((image) => image.sources().map((file) => ({ image, file, path: paths.toDisk(file) })));
}

export const loadedSources = defineRequest<
  DebugProtocol.LoadedSourcesArguments,
  DebugProtocol.LoadedSourcesResponse['body']
>({
  command: 'loadedSources',
  purpose: 'Every source file that the images were built from.',
  phase: 'launched',
  capabilities: { supportsLoadedSourcesRequest: true },
  handle(session) {
    const sources = new Map(filesOf(session).map(({ image, file, path }) => [path, image.sourceMd5(file)]));
    const sorted = [...sources].sort(([left], [right]) => (left < right ? -1 : 1));
    return { sources: sorted.map(([path, md5]) => session.paths.source(path, md5)) };
  },
});

export const source = defineRequest<DebugProtocol.SourceArguments, DebugProtocol.SourceResponse['body']>({
  command: 'source',
  purpose: 'The text of a source file, for clients that do not read the disk themselves.',
  phase: 'launched',
  shape: { source: 'object?' },
  async handle(session, args) {
    if (!args.source)
      throw new UserError('"source" needs the argument "source" with a path: Armvisor has no source references.');
    const path = session.paths.path(args.source);
    if (!filesOf(session).some((file) => file.path === path)) {
      throw new UserError(`${path} is not a source of any loaded image.`);
    }
    return { content: new TextDecoder().decode(await session.environment.host.readFile(path)) };
  },
});

export const breakpointLocations = defineRequest<
  DebugProtocol.BreakpointLocationsArguments,
  DebugProtocol.BreakpointLocationsResponse['body']
>({
  command: 'breakpointLocations',
  purpose: 'The lines of a file that have code.',
  phase: 'launched',
  shape: { source: 'object', line: 'number', endLine: 'number?' },
  capabilities: { supportsBreakpointLocationsRequest: true },
  handle(session, args) {
    const path = session.paths.path(args.source);
    const files = filesOf(session).filter((file) => file.path === path);
    const first = session.paths.fromClientLine(args.line);
    // A file has no more lines than this; a client that asks for all says a very large number.
    const last = Math.min(session.paths.fromClientLine(args.endLine ?? args.line), first + 20_000);
    const lines = new Set<number>();
    for (const { image, file } of files) {
      for (let line = first; line <= last;) {
        const { actualLine, addresses } = image.addressesForLine(file, line);
        const found = addresses.length > 0 && actualLine >= line;
        if (found && actualLine <= last) lines.add(actualLine);
        line = (found ? actualLine : line) + 1;
      }
    }
    const sorted = [...lines].filter((line) => line >= first).sort((a, b) => a - b);
    return { breakpoints: sorted.map((line) => ({ line: session.paths.toClientLine(line) })) };
  },
});
