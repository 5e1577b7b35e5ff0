/**
 * Nests the blocks of a region into loops and labelled blocks, as WebAssembly wants control flow (dominator tree: Ramsey,
 * "Beyond Relooper", ICFP 2022). A jump back to a block that does not dominate its source (irreducible) becomes an exit.
 */
import { ENTRY_VALID } from '../tlb';
import { Word } from '../layout';
import { ignoredRights, storeWord, type End, type RegionFacts } from './context';
import type { GuestBlock } from './discover';
import { noteForm } from './flags';
import { Local, Op, binary, constant, load, local, set, type Expr, type Leave, type Statement } from './intermediate';
import type { LoweredBlock } from './lower';
import { entryOf } from './lowerMemory';

interface Node {
  readonly guest: GuestBlock;
  readonly lowered: LoweredBlock;
  /** Place in reverse postorder. */
  order: number;
  successors: Node[];
  predecessors: Node[];
  dominator: number;
  /** Blocks that this one dominates directly. */
  readonly children: Node[];
  loopHead: boolean;
  /** Jumps to here from before: two or more need a label. */
  forward: number;
  /** Whether count and limit are looked at before this block, and what has to be left of them. */
  checks: boolean;
  needs: Needs;
}

/** Instructions and ticks up to the next check. */
export interface Needs {
  readonly count: number;
  readonly ticks: number;
}

/** A longer way gets checks in between: what is left when one fails is done by the interpreter. */
const MOST_UNCHECKED = 64;

const ticksOf = ({ ticks }: GuestBlock): number => ticks.reduce((sum, each) => sum + each, 0);

function targets(end: End): number[] {
  if (end.kind === 'jump') return [end.pc];
  return end.kind === 'either' ? [...targets(end.taken), ...targets(end.other)] : [];
}

function reversePostorder(nodes: ReadonlyMap<number, Node>, entry: Node): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>([entry]);
  const visit = (node: Node): void => {
    const pcs = new Set(targets(node.lowered.end));
    node.successors = [...pcs].flatMap((pc) => nodes.get(pc) ?? []);
    for (const next of node.successors) {
      if (seen.has(next)) continue;
      seen.add(next);
      visit(next);
    }
    order.push(node);
  };
  visit(entry);
  order.reverse();
  order.forEach((node, index) => (node.order = index));
  for (const node of order) for (const next of node.successors) next.predecessors.push(node);
  return order;
}

/** Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm". */
function findDominators(order: readonly Node[]): void {
  order[0]!.dominator = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      let common = -1;
      for (const { order: p, dominator } of order[i]!.predecessors) {
        if (dominator < 0) continue;
        if (common < 0) {
          common = p;
          continue;
        }
        let a = p;
        let b = common;
        while (a !== b) {
          while (a > b) a = order[a]!.dominator;
          while (b > a) b = order[b]!.dominator;
        }
        common = a;
      }
      if (order[i]!.dominator !== common) {
        order[i]!.dominator = common;
        changed = true;
      }
    }
  }
}

class Structurer {
  private readonly nodes = new Map<number, Node>();
  private readonly order: Node[];

  constructor(
    region: ReadonlyMap<number, { readonly guest: GuestBlock; readonly lowered: LoweredBlock }>,
    private readonly facts: RegionFacts,
  ) {
    for (const [pc, { guest, lowered }] of region) {
      this.nodes.set(pc, {
        guest,
        lowered,
        order: -1,
        successors: [],
        predecessors: [],
        dominator: -1,
        children: [],
        loopHead: false,
        forward: 0,
        checks: false,
        needs: { count: 0, ticks: 0 },
      });
    }
    const entry = this.nodes.values().next().value!;
    this.order = reversePostorder(this.nodes, entry);
    findDominators(this.order);
    for (const node of this.order) {
      if (node.order > 0) this.order[node.dominator]!.children.push(node);
      for (const next of node.successors) {
        if (next.order > node.order) next.forward++;
        else if (this.dominates(next, node)) next.loopHead = true;
      }
    }
    this.placeChecks();
  }

  private dominates(a: Node, b: Node): boolean {
    let order = b.order;
    while (order > a.order) order = this.order[order]!.dominator;
    return order === a.order;
  }

  get reached(): readonly GuestBlock[] {
    return this.order.map(({ guest }) => guest);
  }

  get needs(): Needs {
    return this.order[0]!.needs;
  }

  all(): Statement[] {
    return this.tree(this.order[0]!);
  }

  /** A block with all that it dominates. */
  private tree(node: Node): Statement[] {
    const joins = node.children.filter(({ forward }) => forward >= 2).sort((a, b) => b.order - a.order);
    const inner = this.within(node, joins, 0);
    return node.loopHead ? [{ kind: 'loop', label: 2 * node.order, body: inner }] : inner;
  }

  private within(node: Node, joins: readonly Node[], from: number): Statement[] {
    const join = joins[from];
    if (join === undefined)
      return [...this.charge(node), ...node.lowered.statements, ...this.end(node, node.lowered.end)];
    const body = this.within(node, joins, from + 1);
    return [{ kind: 'block', label: 2 * join.order + 1, body }, ...this.tree(join)];
  }

  /** Decides where to check, and what each check has to ask for: the dearest way up to the next one. */
  private placeChecks(): void {
    for (const node of [...this.order].reverse()) {
      const ahead = node.successors.filter(({ order, checks }) => order > node.order && !checks);
      let count = Math.max(0, ...ahead.map(({ needs }) => needs.count));
      let ticks = Math.max(0, ...ahead.map(({ needs }) => needs.ticks));
      if (node.guest.length + count > MOST_UNCHECKED) {
        for (const next of ahead) next.checks = true;
        count = ticks = 0;
      }
      node.needs = { count: node.guest.length + count, ticks: ticksOf(node.guest) + ticks };
      node.checks = node.loopHead || node.order === 0;
    }
  }

  /** Code goes on only when neither the count nor the limit ends before the next check. */
  private charge({ guest, lowered, checks, needs }: Node): Statement[] {
    const [count, room] = [local(Local.COUNT), local(Local.ROOM)];
    const charged = [
      set(Local.COUNT, binary(Op.SUB, count, constant(guest.length))),
      set(Local.ROOM, binary(Op.SUB, room, constant(ticksOf(guest)))),
    ];
    if (!checks) return charged;
    const least = binary(
      Op.OR,
      binary(Op.SUB, count, constant(needs.count)),
      binary(Op.SUB, room, constant(needs.ticks)),
    );
    const leave: Leave = { block: guest, count: 0, ticks: 0, pc: guest.pc, inside: undefined };
    const check: Statement = {
      kind: 'if',
      condition: binary(Op.LT_S, least, constant(0)),
      then: [{ kind: 'leave', leave, form: lowered.before }],
      else: [],
    };
    return [check, ...charged];
  }

  private end(node: Node, end: End): Statement[] {
    switch (end.kind) {
      case 'jump':
        return this.jump(node, end.pc);
      case 'call':
        return goOn(node, end.pc);
      case 'either':
        return [
          {
            kind: 'if',
            condition: end.condition,
            then: this.end(node, end.taken),
            else: this.end(node, end.other),
          },
        ];
      case 'dynamic':
        return [{ kind: 'end', block: node.guest, form: node.lowered.after }];
      default:
        return [];
    }
  }

  private jump(node: Node, pc: number): Statement[] {
    const leave: Leave = { block: node.guest, count: 0, ticks: 0, pc, inside: undefined };
    const next = this.nodes.get(pc);
    if (next === undefined) return goOn(node, pc);
    const { after } = node.lowered;
    const { before } = next.lowered;
    if (before !== after && before !== 'either') throw new Error(`flags are in ${after}, and sought in ${before}`);
    const check: Statement[] =
      ((pc ^ node.guest.pc) & ~0x3ff) === 0
        ? []
        : [
            {
              kind: 'if',
              condition: mappedElsewhere(next.guest, this.facts),
              then: [{ kind: 'leave', leave, form: after }],
              else: [],
            },
          ];
    if (before === 'either') check.push(...noteForm(after));
    if (next.order <= node.order) {
      if (!next.loopHead || !this.dominates(next, node)) return goOn(node, pc);
      return [...check, { kind: 'branch', label: 2 * next.order }];
    }
    if (next.forward >= 2) return [...check, { kind: 'branch', label: 2 * next.order + 1 }];
    return [...check, ...this.tree(next)];
  }
}

/** Ends the region; whichever has the block at `pc` goes on. */
function goOn({ guest, lowered }: Node, pc: number): Statement[] {
  return [
    storeWord(Word.TARGET, constant(guest.thumb ? pc | 1 : pc)),
    { kind: 'end', block: guest, form: lowered.after },
  ];
}

/** Whether the TLB does not say what it said of a block's page when the block was translated; the interpreter then fetches there. */
function mappedElsewhere({ pc, place }: GuestBlock, { caches, cacheable }: RegionFacts): Expr {
  const entry = entryOf(constant(pc));
  const rights = binary(Op.AND, load(Op.LOAD, entry, 12), constant(~ignoredRights(caches)));
  const addend = load(Op.LOAD, entry, 8);
  return binary(
    Op.OR,
    binary(Op.XOR, rights, constant((pc & 0xfffff000) | ENTRY_VALID | cacheable)),
    binary(Op.XOR, addend, constant(place - pc)),
  );
}

/** The statements of a region, its entry first, the blocks that are in them, and what has to be left to enter it. */
export function structure(
  region: ReadonlyMap<number, { readonly guest: GuestBlock; readonly lowered: LoweredBlock }>,
  facts: RegionFacts,
): { readonly statements: readonly Statement[]; readonly blocks: readonly GuestBlock[]; readonly needs: Needs } {
  const structurer = new Structurer(region, facts);
  return { statements: structurer.all(), blocks: structurer.reached, needs: structurer.needs };
}
