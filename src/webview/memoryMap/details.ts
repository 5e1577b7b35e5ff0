/** The panel beside the map: everything that is known of the chosen region, in words. */
import type { MemoryRegion } from '../../adapter/viewProtocol';
import { h } from '../shared/dom';
import { accessInWords, cachePolicy, formatAddress, formatBytes, mmuDomainLabel } from '../shared/format';
import type { Item } from './layout';

/** AP[1:0] with S = R = 0 (ARM DDI 0100 B4.3.1), for a client of the MMU domain. */
const apMeanings = [
  'no access (unless the S or R bit is set)',
  'privileged modes only',
  'user read only',
  'read and write for all',
];

const sectionBytes = 1 << 20;

/** "0xC0000000 – 0xC0FFFFFF" of an extent that ends before `end`. */
export function rangeText(start: number, end: number): string {
  return `${formatAddress(start)} – ${formatAddress(end - 1)}`;
}

/** Exact and readable: "0x3AFFF000 bytes (≈944 MB)". */
function lengthText(byteLength: number): string {
  return `0x${byteLength.toString(16).toUpperCase()} bytes (${formatBytes(byteLength)})`;
}

export interface Details {
  readonly element: HTMLElement;
  show(item: Item | undefined, areaName: string | undefined): void;
}

export function createDetails(onExplain: (address: string) => void): Details {
  const element = h('aside', { class: 'details', 'aria-label': 'Details of the chosen region' });
  return {
    element,
    show(item, areaName) {
      if (item === undefined) {
        element.replaceChildren(h('p', { class: 'hint' }, 'Choose a region with the mouse or the arrow keys.'));
        return;
      }
      element.replaceChildren(
        h('h2', {}, item.kind === 'region' ? item.region.owner : 'Not mapped'),
        h('p', { class: 'mono range' }, rangeText(item.start, item.end)),
        table(item.kind === 'region' ? regionRows(item.region) : holeRows(item, areaName)),
        explainButton(item, onExplain),
      );
    },
  };
}

function regionRows(region: MemoryRegion): readonly (readonly [string, string])[] {
  const physicalStart = Number(region.physical);
  return [
    ['Length', lengthText(region.byteLength)],
    ['Physical', rangeText(physicalStart, physicalStart + region.byteLength)],
    ['Mapped by', `${region.pageBytes === sectionBytes ? 'sections' : 'pages'} of ${formatBytes(region.pageBytes)}`],
    ['MMU domain', mmuDomainLabel(region.mmuDomain)],
    ['AP', `${region.ap.toString(2).padStart(2, '0')}: ${apMeanings[region.ap] ?? 'unknown'}`],
    ['Hypervisor', accessInWords(region.access.hypervisor)],
    ['Kernel', accessInWords(region.access.kernel)],
    ['User', accessInWords(region.access.user)],
    ['Caching', `${cachePolicy(region.cacheable, region.bufferable)} (C=${+region.cacheable} B=${+region.bufferable})`],
    ['Area', region.area],
  ];
}

function holeRows(item: Item, areaName: string | undefined): readonly (readonly [string, string])[] {
  return [
    ['Length', lengthText(item.end - item.start)],
    ['Area', areaName ?? 'none of Figure 2'],
  ];
}

function table(rows: readonly (readonly [string, string])[]): HTMLElement {
  return h('dl', {}, ...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function explainButton(item: Item, onExplain: (address: string) => void): HTMLElement {
  const button = h('button', { type: 'button', class: 'secondary' }, 'Explain access');
  button.title = 'Walk the tables for the first address, in Domain Permissions';
  button.addEventListener('click', () => onExplain(formatAddress(item.start)));
  return button;
}
