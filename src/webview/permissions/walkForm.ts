/** The form that asks for an address, and the walk to the verdict that answers it. */
import type { PermissionsArguments, PermissionsBody } from '../../adapter/viewProtocol';
import { h, icon } from '../shared/dom';

export interface WalkForm {
  readonly element: HTMLElement;
  fill(query: PermissionsArguments): void;
  /** The answer, or why there is none. */
  show(walk: PermissionsBody['walk'], problem: string | undefined): void;
}

const accesses = ['read', 'write', 'fetch'] as const;
const actors = ['hypervisor', 'kernel', 'user'] as const;

/** `onAsk` gets what the form holds, whenever the user asks. An empty address asks for nothing. */
export function createWalkForm(onAsk: (query: PermissionsArguments) => void): WalkForm {
  const address = h('input', {
    id: 'address',
    class: 'mono',
    size: 22,
    spellcheck: 'false',
    autocomplete: 'off',
    placeholder: '0xC0008000 or dom1:0xC0008000',
    'aria-describedby': 'address-help',
  });
  const access = chooser('access', accesses);
  const actor = chooser('actor', actors);
  // What people ask most: why a process may not.
  actor.value = 'user';
  const answer = h('div', { class: 'answer', 'aria-live': 'polite' });

  const form = h(
    'form',
    { class: 'controls' },
    h('label', { for: 'address' }, 'Address'),
    address,
    h('label', { for: 'access' }, 'Access'),
    access,
    h('label', { for: 'actor' }, 'by'),
    actor,
    h('button', { type: 'submit' }, 'Explain'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  for (const select of [access, actor]) select.addEventListener('change', ask);

  /** The next answer is one that the user waits for: it is brought into sight. */
  let asked = false;
  function ask(): void {
    asked = true;
    const text = address.value.trim();
    onAsk({
      address: text === '' ? undefined : text,
      access: oneOf(accesses, access.value),
      as: oneOf(actors, actor.value),
    });
    if (text === '') answer.replaceChildren();
  }

  return {
    element: h(
      'section',
      { class: 'walk', 'aria-labelledby': 'walk-title' },
      h('h2', { id: 'walk-title' }, 'Why may it, or may it not?'),
      h(
        'p',
        { class: 'hint', id: 'address-help' },
        'The walk from the translation table base to the verdict, for a virtual address of the domain that runs, or of ' +
          'dom0:, dom1: ... or xen: written before it.',
      ),
      form,
      answer,
    ),
    fill(query) {
      if (query.address !== undefined) address.value = query.address;
      if (query.access !== undefined) access.value = query.access;
      if (query.as !== undefined) actor.value = query.as;
    },
    show(walk, problem) {
      const drawn = problem !== undefined ? [drawProblem(problem)] : walk !== undefined ? drawWalk(walk) : [];
      // A refresh that says the same must not make a screen reader read it all again.
      const next = h('div', {}, ...drawn);
      if (next.innerHTML !== answer.innerHTML) answer.replaceChildren(...next.childNodes);
      if (asked && drawn.length > 0) {
        asked = false;
        answer.scrollIntoView({ block: 'nearest' });
      }
    },
  };
}

function drawProblem(problem: string): HTMLElement {
  return h('p', { class: 'verdict problem' }, icon('warning'), problem);
}

function chooser(id: string, values: readonly string[]): HTMLSelectElement {
  return h('select', { id }, ...values.map((value) => h('option', { value }, value)));
}

function oneOf<T extends string>(values: readonly T[], value: string): T | undefined {
  return values.find((candidate) => candidate === value);
}

function drawWalk(walk: NonNullable<PermissionsBody['walk']>): readonly HTMLElement[] {
  const target = walk.physical === undefined ? '' : ` (physical ${walk.physical})`;
  const verdict = `${walk.access} of ${walk.address}${target} by ${walk.as}: ${walk.allowed ? 'allowed' : 'denied'}`;
  return [
    h(
      'p',
      { class: walk.allowed ? 'verdict allowed' : 'verdict denied' },
      icon(walk.allowed ? 'check' : 'cross'),
      h('strong', {}, verdict),
    ),
    h('ol', { class: 'steps' }, ...walk.sentences.map((sentence) => h('li', {}, sentence))),
  ];
}
