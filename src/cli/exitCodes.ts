/** The exit codes of `armvisor`, documented in docs/command-line.md. */
export const exitCodes = { reached: 0, badInput: 1, notReached: 2, crashed: 3 } as const;
