/**
 * The messages between the extension host and its pages. Types only: both sides import this file, so that neither
 * can drift. The bodies are those of the adapter's requests (src/adapter/viewProtocol.ts).
 */
import type {
  DisplayBody,
  InputReport,
  MemoryMapBody,
  PermissionsArguments,
  PermissionsBody,
} from '../adapter/viewProtocol';

/** How the debug session that a page follows is doing. */
export interface SessionState {
  readonly kind: 'none' | 'running' | 'stopped';
  /** Name of the debug session; of the last one after it has ended; empty before the first. */
  readonly name: string;
}

/** Host to page, all pages. */
export type SharedHostMessage =
  | { readonly type: 'session'; readonly session: SessionState }
  /** A request to the adapter failed; `text` is its sentence. What is drawn stays, marked as old. */
  | { readonly type: 'failed'; readonly text: string };

/** Host to page. */
export type MemoryMapHostMessage = SharedHostMessage | { readonly type: 'memoryMap'; readonly body: MemoryMapBody };
export type PermissionsHostMessage =
  | SharedHostMessage
  | { readonly type: 'permissions'; readonly body: PermissionsBody }
  /** Fill in the form and explain at once: another view or a command asked for it. */
  | { readonly type: 'explain'; readonly query: PermissionsArguments };

/** Page to host, all pages. */
export type SharedPageMessage =
  /** The page listens now; the host answers with the session and the body. */
  { readonly type: 'ready' } | { readonly type: 'refresh' };

/** Page to host. */
export type MemoryMapPageMessage =
  | SharedPageMessage
  /** Show another address space from now on; undefined: the domain that runs. */
  | { readonly type: 'space'; readonly space: string | undefined }
  /** Explain an address in the other page. */
  | { readonly type: 'explainElsewhere'; readonly address: string };
export type PermissionsPageMessage =
  SharedPageMessage | { readonly type: 'query'; readonly query: PermissionsArguments };

/** Host to page. Pictures that the page has are named without their pixels. */
export type DisplayHostMessage =
  | SharedHostMessage
  | { readonly type: 'display'; readonly body: DisplayBody }
  /** The board took no key or touch; `text` says why. */
  | { readonly type: 'refused'; readonly text: string };
/** Page to host. */
export type DisplayPageMessage =
  | SharedPageMessage
  /** Keys and touches for the machine. */
  | { readonly type: 'input'; readonly events: readonly InputReport[] }
  /** Ask where to, and write this picture there: base64 of a PNG file. */
  | { readonly type: 'save'; readonly name: string; readonly png: string };
