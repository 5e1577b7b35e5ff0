/**
 * What a request handler is: data about the request, and the function that answers it. One file of this folder defines one
 * request (or two twins); table.ts lists them; session.ts dispatches. Capabilities come from the handlers alone.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ExceptionFilter } from '../../debugger/types';
import type { Session } from '../session';

/**
 * When a request can be answered; session.ts answers with a sentence otherwise.
 * `always`; `launched`: a machine is there; `stopped`: it is there and does not run.
 */
export type Phase = 'always' | 'launched' | 'stopped';

/** A type name for each argument that is checked; a question mark lets it be left out. */
export type ArgumentType = 'number' | 'string' | 'boolean' | 'object' | 'array';
export type ArgumentShape = Readonly<Record<string, ArgumentType | `${ArgumentType}?`>>;

export interface RequestHandler {
  readonly command: string;
  /** One sentence for docs/dap.md. */
  readonly purpose: string;
  readonly phase: Phase;
  readonly shape: ArgumentShape;
  /** The capabilities that answering this request implies. */
  readonly capabilities: (filters: readonly ExceptionFilter[]) => DebugProtocol.Capabilities;
  /** Returns (or resolves to) the body of the response. Throws UserError with a sentence for the person. */
  handle(session: Session, args: unknown): unknown;
}

interface Definition<Arguments, Body> {
  readonly command: string;
  readonly purpose: string;
  readonly phase: Phase;
  readonly shape?: ArgumentShape;
  readonly capabilities?: DebugProtocol.Capabilities | RequestHandler['capabilities'];
  handle(session: Session, args: Arguments): Body | Promise<Body>;
}

/** Types the arguments and the body of a handler by the protocol's own declarations. */
export function defineRequest<Arguments, Body>(definition: Definition<Arguments, Body>): RequestHandler {
  const { capabilities = {} } = definition;
  return {
    command: definition.command,
    purpose: definition.purpose,
    phase: definition.phase,
    shape: definition.shape ?? {},
    capabilities: typeof capabilities === 'function' ? capabilities : () => capabilities,
    // session.ts has checked the shape before it calls.
    handle: (session, args) => definition.handle(session, args as Arguments),
  };
}
