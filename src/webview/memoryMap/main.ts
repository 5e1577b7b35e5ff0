/** The memory map page: connects the host with the chooser, the map and the details panel. */
import type { MemoryMapBody } from '../../adapter/viewProtocol';
import type { MemoryMapHostMessage, MemoryMapPageMessage, SessionState } from '../messages';
import { h } from '../shared/dom';
import { connect } from '../shared/host';
import { createStatusLine } from '../shared/statusLine';
import { createDetails } from './details';
import { layOut, regionKey } from './layout';
import type { Item, Section } from './layout';
import { createMapView } from './mapView';

/** What survives being hidden: the page itself does not. */
interface State {
  readonly space: string;
  readonly address: number;
}

const host = connect<MemoryMapHostMessage, MemoryMapPageMessage, State>();
const followsRunning = '';
/** Read before the first drawing, which saves its own selection. */
const remembered = host.state.address;

let session: SessionState = { kind: 'none', name: '' };
let failure: string | undefined;
let body: MemoryMapBody | undefined;
let chosen: { readonly item: Item; readonly section: Section } | undefined;

const status = createStatusLine(() => host.send({ type: 'refresh' }));
const details = createDetails((address) => {
  const space = body?.space;
  host.send({ type: 'explainElsewhere', address: space === undefined ? address : `${space}:${address}` });
});
const map = createMapView({
  onSelect(item, section) {
    chosen = { item, section };
    details.show(item, section.name);
    host.save({ address: item.start });
  },
  onHover(item, section) {
    if (item === undefined) details.show(chosen?.item, chosen?.section.name);
    else details.show(item, section?.name);
  },
});
const chooser = h('select', { id: 'space' });
const base = h('span', { class: 'mono' });
const notice = h('p', { class: 'notice', role: 'alert', hidden: true });

chooser.addEventListener('change', () => {
  host.save({ space: chooser.value });
  host.send({ type: 'space', space: chooser.value === followsRunning ? undefined : chooser.value });
});

const empty = h('p', { class: 'hint empty' }, 'The map appears when a debug session of type Armvisor has stopped.');

const columnTitles: readonly (readonly [string, string, string])[] = [
  ['start', 'Address', 'First virtual address'],
  ['size', 'Size', 'Length'],
  ['owner', 'Owner', 'Who owns the physical frames'],
  ['physical', 'Physical', 'First physical address'],
  ['chip-head', 'MMU domain', 'D0-D15, from the first-level descriptor'],
  ['ap', 'AP', 'Access permission bits'],
  ['access', 'Hyp', 'What the hypervisor may do'],
  ['access', 'Ker', 'What the guest kernel may do under its DACR'],
  ['access', 'Usr', 'What a guest user process may do under its DACR'],
  ['cache', 'C B', 'Cacheable, bufferable'],
];
const columns = columnTitles.map(([name, text, title]) => h('span', { class: name, title }, text));
document.body.append(
  h('header', {}, h('h1', {}, 'Memory map'), status.element),
  h('div', { class: 'controls' }, h('label', { for: 'space' }, 'Address space'), chooser, base),
  notice,
  h(
    'main',
    { class: 'split' },
    h(
      'section',
      { class: 'scroll' },
      h('div', { class: 'columns', 'aria-hidden': 'true' }, ...columns),
      empty,
      map.element,
    ),
    details.element,
  ),
);
details.show(undefined, undefined);

function updateStatus(): void {
  status.update({ session, instructionCount: body?.instructionCount, failure });
}

function drawChooser(current: MemoryMapBody): void {
  const running = current.spaces.find((space) => space.running);
  const automatic = running === undefined ? 'the domain that runs' : `the domain that runs: ${running.name}`;
  const wanted = host.state.space ?? followsRunning;
  chooser.replaceChildren(
    h('option', { value: followsRunning }, `Follow ${automatic}`),
    ...current.spaces.map(({ id, name, running: runs }) => h('option', { value: id }, runs ? `${name} (runs)` : name)),
  );
  chooser.value = wanted;
  base.textContent = `${current.space}, tables at ${current.ttbr}`;
}

/** Takes over a map. Draws only what differs, so that hover and scroll stay while the machine runs. */
function take(next: MemoryMapBody): void {
  failure = next.unavailable;
  if (failure !== undefined) return;
  const before = body;
  body = next;
  drawChooser(next);
  notice.hidden = next.notice === undefined;
  notice.textContent = next.notice ?? '';
  empty.hidden = true;
  const pictureOf = ({ space, regions, areas }: MemoryMapBody) => JSON.stringify([space, regions, areas]);
  if (before !== undefined && pictureOf(before) === pictureOf(next)) return;
  const known = new Set(before?.space === next.space ? before.regions.map(regionKey) : next.regions.map(regionKey));
  map.draw(layOut(next), new Set(next.regions.map(regionKey).filter((key) => !known.has(key))));
  if (before === undefined && remembered !== undefined) map.select(remembered);
}

host.listen((message) => {
  switch (message.type) {
    case 'session':
      session = message.session;
      break;
    case 'failed':
      failure = message.text;
      break;
    case 'memoryMap':
      take(message.body);
      break;
  }
  updateStatus();
});
updateStatus();
if (host.state.space) host.send({ type: 'space', space: host.state.space });
host.send({ type: 'ready' });
