/**
 * Draws the laid-out map as one list to walk with the arrow keys: a listbox whose options are the regions and holes,
 * grouped by area. Selection and hover are reported; what they show is `details.ts`.
 */
import { h } from '../shared/dom';
import { formatAddress, formatBytes, mmuDomainLabel } from '../shared/format';
import { rangeText } from './details';
import { heightOf, regionKey } from './layout';
import type { Item, Section } from './layout';

export interface MapView {
  readonly element: HTMLElement;
  /** Draws anew; keeps the selection where the address still lies in some item. */
  draw(sections: readonly Section[], changed: ReadonlySet<string>): void;
  /** Chooses the item that holds the address. */
  select(address: number): void;
  focus(): void;
}

export interface MapViewEvents {
  /** The chosen item; also at every redraw, since its contents may have changed. */
  onSelect(item: Item, section: Section): void;
  /** The item under the mouse; undefined when it has left the map. */
  onHover(item: Item | undefined, section: Section | undefined): void;
}

interface Entry {
  readonly element: HTMLElement;
  readonly item: Item;
  readonly section: Section;
}

export function createMapView(events: MapViewEvents): MapView {
  const element = h('div', {
    class: 'map',
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'The 4 GB of this address space, highest address first',
  });
  let entries: readonly Entry[] = [];
  let selected = -1;

  function choose(index: number, scroll: boolean): void {
    entries[selected]?.element.setAttribute('aria-selected', 'false');
    selected = Math.max(0, Math.min(index, entries.length - 1));
    const entry = entries[selected];
    if (entry === undefined) return;
    entry.element.setAttribute('aria-selected', 'true');
    element.setAttribute('aria-activedescendant', entry.element.id);
    if (scroll) entry.element.scrollIntoView({ block: 'nearest' });
    events.onSelect(entry.item, entry.section);
  }

  const indexAt = (address: number) => entries.findIndex(({ item }) => address >= item.start && address < item.end);
  const entryOf = (target: EventTarget | null) => {
    const option = (target as Element | null)?.closest('[role=option]');
    return entries.find((entry) => entry.element === option);
  };

  element.addEventListener('keydown', (event) => {
    const next = keyTarget(event.key, selected, entries);
    if (next === undefined) return;
    event.preventDefault();
    choose(next, true);
  });
  element.addEventListener('click', (event) => {
    const entry = entryOf(event.target);
    if (entry !== undefined) choose(entries.indexOf(entry), false);
  });
  element.addEventListener('mouseover', (event) => {
    const entry = entryOf(event.target);
    if (entry !== undefined) events.onHover(entry.item, entry.section);
  });
  element.addEventListener('mouseleave', () => events.onHover(undefined, undefined));

  return {
    element,
    draw(sections, changed) {
      const address = entries[selected]?.item.start;
      const drawn: Entry[] = [];
      const groups = sections.map((section) => drawSection(section, changed, drawn));
      element.replaceChildren(...groups);
      entries = drawn;
      selected = -1;
      const firstRegion = drawn.findIndex(({ item }) => item.kind === 'region');
      choose(address === undefined ? firstRegion : indexAt(address), false);
    },
    select: (address) => choose(indexAt(address), true),
    focus: () => element.focus(),
  };
}

/** Index of the entry that a key leads to; undefined for keys that are not ours. */
function keyTarget(key: string, from: number, entries: readonly Entry[]): number | undefined {
  const sectionStep = (step: 1 | -1) => {
    let index = from;
    while (entries[index + step] !== undefined && entries[index]?.section === entries[from]?.section) index += step;
    return index;
  };
  switch (key) {
    case 'ArrowDown':
      return from + 1;
    case 'ArrowUp':
      return from - 1;
    case 'PageDown':
      return sectionStep(1);
    case 'PageUp':
      return sectionStep(-1);
    case 'Home':
      return 0;
    case 'End':
      return entries.length - 1;
    default:
      return undefined;
  }
}

function drawSection(section: Section, changed: ReadonlySet<string>, drawn: Entry[]): HTMLElement {
  const title = section.name ?? 'not named in Figure 2';
  const mapped = section.mappedBytes === 0 ? 'not mapped' : `${formatBytes(section.mappedBytes)} mapped`;
  const items = section.items.map((item) => {
    const element = item.kind === 'region' ? drawRegion(item, changed) : drawHole(item);
    element.id = `item-${drawn.length}`;
    drawn.push({ element, item, section });
    return element;
  });
  const heading = h(
    'div',
    { class: 'area-head' },
    h('span', { class: 'area-name' }, title),
    h('span', { class: 'area-size' }, `${formatBytes(section.end - section.start)}, ${mapped}`),
  );
  const kind = section.name === undefined ? 'area unnamed' : 'area';
  return h('div', { class: kind, role: 'group', 'aria-label': `${title}, ${mapped}` }, heading, ...items);
}

function drawRegion(item: Item & { readonly kind: 'region' }, changed: ReadonlySet<string>): HTMLElement {
  const { region } = item;
  const isNew = changed.has(regionKey(region));
  const { hypervisor, kernel, user } = region.access;
  const element = h(
    'div',
    {
      class: `item region domain-${Math.min(region.mmuDomain, 4)}`,
      role: 'option',
      'aria-selected': 'false',
      'aria-label':
        `${rangeText(item.start, item.end)}, ${formatBytes(region.byteLength)}, owner ${region.owner}, ` +
        `physical ${region.physical}, MMU domain ${mmuDomainLabel(region.mmuDomain)}, AP ${region.ap}, ` +
        `hypervisor ${hypervisor}, kernel ${kernel}, user ${user}${isNew ? ', changed' : ''}`,
    },
    h('span', { class: 'mono start' }, formatAddress(item.start)),
    h('span', { class: 'size' }, formatBytes(region.byteLength)),
    h('span', { class: 'owner' }, region.owner, isNew ? h('span', { class: 'changed' }, 'changed') : undefined),
    h('span', { class: 'mono physical' }, `→ ${region.physical}`),
    h('span', { class: 'chip' }, mmuDomainLabel(region.mmuDomain)),
    h('span', { class: 'mono ap' }, region.ap.toString(2).padStart(2, '0')),
    h('span', { class: 'mono access' }, hypervisor),
    h('span', { class: 'mono access' }, kernel),
    h('span', { class: 'mono access' }, user),
    h('span', { class: 'mono cache' }, `${region.cacheable ? 'C' : '-'}${region.bufferable ? 'B' : '-'}`),
  );
  element.style.minHeight = `${heightOf(item)}px`;
  return element;
}

function drawHole(item: Item): HTMLElement {
  const size = formatBytes(item.end - item.start);
  const label = `${rangeText(item.start, item.end)}, ${size}, not mapped`;
  return h(
    'div',
    { class: 'item hole', role: 'option', 'aria-selected': 'false', 'aria-label': label },
    h('span', { class: 'mono start' }, formatAddress(item.start)),
    h('span', { class: 'size' }, size),
    h('span', { class: 'owner' }, 'not mapped'),
  );
}
