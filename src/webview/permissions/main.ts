/** The domain permissions page: connects the host with the matrix and the walk. */
import type { PermissionsArguments, PermissionsBody } from '../../adapter/viewProtocol';
import type { PermissionsHostMessage, PermissionsPageMessage, SessionState } from '../messages';
import { h, icon } from '../shared/dom';
import { connect } from '../shared/host';
import { createStatusLine } from '../shared/statusLine';
import { comparison, drawMatrix, drawNotes } from './matrix';
import { createWalkForm } from './walkForm';

/** What survives being hidden: the page itself does not. */
interface State {
  readonly query: PermissionsArguments;
}

const host = connect<PermissionsHostMessage, PermissionsPageMessage, State>();

let session: SessionState = { kind: 'none', name: '' };
let failure: string | undefined;
let body: PermissionsBody | undefined;

const status = createStatusLine(() => host.send({ type: 'refresh' }));
const walk = createWalkForm(ask);
const dacr = h('strong', { class: 'mono' });
const verdict = h('span', { class: 'comparison', role: 'status', 'aria-live': 'polite' });
const summary = h('p', { class: 'summary', hidden: true }, 'The DACR of the CPU is ', dacr, '. ', verdict);
const matrix = h('div', { class: 'scroll' }, h('p', { class: 'hint' }, 'Appears when a debug session has stopped.'));

const notice = h('p', { class: 'notice', hidden: true });

function ask(query: PermissionsArguments): void {
  host.save({ query });
  host.send({ type: 'query', query });
}

function take(next: PermissionsBody): void {
  failure = next.unavailable;
  if (failure !== undefined) return;
  body = next;
  summary.hidden = false;
  dacr.textContent = next.liveDacr;
  const words = comparison(next.columns);
  const differs = next.columns.some(({ fields }) => fields.some((field) => field.differs));
  if (verdict.textContent !== words) verdict.replaceChildren(icon(differs ? 'unequal' : 'check'), words);
  verdict.classList.toggle('differs', differs);
  const notes = drawNotes(next.columns);
  matrix.replaceChildren(drawMatrix(next), ...(notes === undefined ? [] : [notes]));
  walk.show(next.walk, next.walkProblem);
  notice.hidden = next.notice === undefined;
  notice.textContent = next.notice ?? '';
}

document.body.append(
  h('header', {}, h('h1', {}, 'Domain permissions'), status.element),
  h('main', {}, summary, notice, matrix, walk.element),
);

host.listen((message) => {
  switch (message.type) {
    case 'session':
      session = message.session;
      break;
    case 'failed':
      failure = message.text;
      break;
    case 'permissions':
      take(message.body);
      break;
    case 'explain':
      walk.fill(message.query);
      ask(message.query);
      break;
  }
  status.update({ session, instructionCount: body?.instructionCount, failure });
});
status.update({ session });
const remembered = host.state.query;
if (remembered !== undefined) {
  walk.fill(remembered);
  host.send({ type: 'query', query: remembered });
}
host.send({ type: 'ready' });
