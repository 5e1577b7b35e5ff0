/** The line on top of both pages: which session, whether what is drawn is current, and why it is not. */
import type { SessionState } from '../messages';
import { h, icon } from './dom';
import type { IconName } from './dom';
import { formatCount } from './format';

export interface StatusLine {
  readonly element: HTMLElement;
  /** Draws the line anew. `instructionCount` is that of the drawn body; undefined: nothing is drawn yet. */
  update(status: Status): void;
}

export interface Status {
  readonly session: SessionState;
  readonly instructionCount?: number;
  /** Why the last refresh failed. */
  readonly failure?: string;
}

/** True when the picture is not that of the machine as it stands. */
export function isStale(status: Status): boolean {
  return status.failure !== undefined || status.session.kind !== 'stopped';
}

/** The words of the line: what happens. The instruction count stands beside it, outside the live region. */
export function statusText({ session, instructionCount, failure }: Status, pace = 'every second'): string {
  if (failure !== undefined) return `Not up to date: ${failure}`;
  switch (session.kind) {
    case 'stopped':
      return 'Stopped';
    case 'running':
      return `Running, refreshed ${pace}`;
    case 'none':
      return instructionCount === undefined
        ? 'No debug session: start one with F5'
        : `Session ended: this is how "${session.name}" was`;
  }
}

const iconOf: Readonly<Record<SessionState['kind'], IconName>> = { stopped: 'circle', running: 'arrow', none: 'ring' };

/** @param pace how often the page is refreshed while the machine runs, in words */
export function createStatusLine(onRefresh: () => void, pace?: string): StatusLine {
  const text = h('span', { class: 'status-text', role: 'status', 'aria-live': 'polite' });
  const count = h('span', { class: 'status-count' });
  const mark = h('span', { class: 'status-mark' });
  const refresh = h(
    'button',
    { type: 'button', class: 'secondary', title: 'Read it again from the machine' },
    'Refresh',
  );
  refresh.addEventListener('click', onRefresh);
  return {
    element: h('div', { class: 'status' }, mark, text, count, refresh),
    update(status) {
      const words = statusText(status, pace);
      // Only what changed is written: a live region would otherwise be read out at every refresh.
      if (text.textContent !== words) text.textContent = words;
      const { instructionCount } = status;
      count.textContent = instructionCount === undefined ? '' : `instruction ${formatCount(instructionCount)}`;
      mark.replaceChildren(icon(status.failure === undefined ? iconOf[status.session.kind] : 'warning'));
      refresh.disabled = status.session.kind === 'none';
      document.body.classList.toggle('stale', isStale(status));
    },
  };
}
