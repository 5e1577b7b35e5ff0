/** What a policy file says, statement by statement, with the place of each name. Made by parser.ts, judged by checker.ts. */

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Name extends Place {
  readonly text: string;
}

export interface Limit {
  readonly what: Name;
  readonly value: number;
  readonly unit: string;
  readonly at: Place;
}

export type Statement =
  | { readonly kind: 'policy'; readonly name: Name }
  | { readonly kind: 'type'; readonly names: readonly Name[] }
  | { readonly kind: 'domain'; readonly domain: Name; readonly byNumber: boolean; readonly type: Name }
  | { readonly kind: 'default'; readonly type: Name }
  | { readonly kind: 'key'; readonly name: Name; readonly value: Name }
  /** Without keys: any that the policy declares. */
  | { readonly kind: 'require'; readonly types: readonly Name[]; readonly keys?: readonly Name[] }
  | { readonly kind: 'limit'; readonly type: Name; readonly limits: readonly Limit[] }
  | {
      readonly kind: 'allow' | 'never';
      readonly audit: boolean;
      readonly at: Place;
      readonly sources: readonly Name[];
      readonly targets: readonly Name[];
      readonly permissions: readonly { readonly className: Name; readonly names: readonly Name[] }[];
    };

/** A mistake in a policy file: `file:line:column: what; the remedy`. */
export class PolicyError extends Error {
  constructor(
    readonly file: string,
    readonly place: Place,
    readonly sentence: string,
  ) {
    super(`${file}:${place.line}:${place.column}: ${sentence}`);
  }
}
