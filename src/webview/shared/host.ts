/** The page's side of the connection with the extension host, typed. Knows nothing of what the messages mean. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What a page may do with its host. `In` is what it hears, `Out` what it says, `State` what survives being hidden. */
export interface Host<In, Out, State> {
  send(message: Out): void;
  listen(listener: (message: In) => void): void;
  readonly state: Partial<State>;
  save(change: Partial<State>): void;
}

/** Connects once; VS Code allows a single `acquireVsCodeApi` call per page. */
export function connect<In, Out, State>(): Host<In, Out, State> {
  const api = acquireVsCodeApi();
  let state = (api.getState() ?? {}) as Partial<State>;
  return {
    send: (message) => api.postMessage(message),
    listen: (listener) => window.addEventListener('message', (event) => listener(event.data as In)),
    get state() {
      return state;
    },
    save(change) {
      state = { ...state, ...change };
      api.setState(state);
    },
  };
}
