/**
 * What a stub's client needs of the world: a connection that can be waited for. Reading is synchronous, since the debugger asks for
 * registers and memory in the middle of a stack or an expression; the entry points supply it (`adapter/nodeStub.ts`).
 */
export interface StubChannel {
  send(bytes: Uint8Array): void;
  /** Waits for bytes: empty when none came in time, undefined when the connection is closed. */
  receive(timeoutMs: number): Uint8Array | undefined;
  close(): void;
}
