/** The syntax tree of an expression. Types only. */

export type UnaryOperator = '-' | '+' | '~' | '!' | '*' | '&';
export type BinaryOperator =
  '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&' | '^' | '|' | '&&' | '||';

/** A type as written in a cast or in sizeof; names are looked up when evaluated. */
export interface TypeName {
  /** `struct vcpu`, `unsigned char`, `domid_t`. */
  readonly base: string;
  /** From the base outwards: a pointer to that, or an array of so many. `char (*)[16]` is 16, then a pointer. */
  readonly layers: readonly ('pointer' | number)[];
}

export type Expression =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly unsigned: boolean;
      /** Of 64 bits, or no integer. */
      readonly type?: { readonly exact: bigint } | 'float' | 'double';
    }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'register'; readonly name: string; readonly domainId?: number }
  | { readonly kind: 'space'; readonly space: string; readonly operand: Expression }
  | { readonly kind: 'member'; readonly operand: Expression; readonly member: string; readonly arrow: boolean }
  | { readonly kind: 'index'; readonly operand: Expression; readonly index: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'cast'; readonly type: TypeName; readonly operand: Expression }
  | { readonly kind: 'sizeofType'; readonly type: TypeName }
  | { readonly kind: 'sizeof'; readonly operand: Expression };

/** Every name an expression mentions, for checks before it is evaluated. */
export function namesIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'name':
      return [expression.name];
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse].flatMap(namesIn);
    case 'index':
      return [...namesIn(expression.operand), ...namesIn(expression.index)];
    case 'number':
    case 'register':
    case 'sizeofType':
      return [];
    default:
      return namesIn(expression.operand);
  }
}
