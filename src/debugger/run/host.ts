/**
 * The two things that run control needs of the world: a clock for slice lengths, and a way to give the event loop a turn. Injected, so
 * that tests are instant and the same engine runs in Node and in a browser's worker.
 */
export interface RunHost {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Resolves after the event loop has had a turn for messages that wait. */
  yieldToEventLoop(): Promise<void>;
}

interface WithSetImmediate {
  setImmediate?: (callback: () => void) => unknown;
}

/** `setImmediate` where there is one (Node), else a message to ourselves, which a browser does not throttle as it does timers. */
export function defaultRunHost(): RunHost {
  const immediate = (globalThis as WithSetImmediate).setImmediate;
  return {
    now: () => performance.now(),
    yieldToEventLoop: () => new Promise<void>((resolve) => (immediate ? immediate(resolve) : postToSelf(resolve))),
  };
}

function postToSelf(callback: () => void): void {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    callback();
  };
  channel.port2.postMessage(undefined);
}
