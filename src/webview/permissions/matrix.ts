/**
 * Draws the DACR as a table: one row an MMU domain, one column a code that runs (hypervisor, kernel and user of each
 * domain). What differs from the paper's Table 1 carries an icon and words, not only a colour.
 */
import type { PermissionColumn, PermissionField, PermissionsBody } from '../../adapter/viewProtocol';
import { h, icon } from '../shared/dom';
import type { IconName } from '../shared/dom';

const iconOf: Readonly<Record<PermissionField['value'], IconName>> = {
  'no access': 'cross',
  client: 'shield',
  reserved: 'warning',
  manager: 'key',
};

const meaningOf: Readonly<Record<PermissionField['value'], string>> = {
  'no access': 'every access faults',
  client: 'the AP bits of each page decide',
  reserved: 'unpredictable; behaves as no access here',
  manager: 'no check: the AP bits are ignored',
};

/** One sentence over the whole matrix. */
export function comparison(columns: readonly PermissionColumn[]): string {
  const compared = columns.flatMap(({ fields }) => fields).filter(({ expected }) => expected !== undefined);
  const differing = compared.filter(({ differs }) => differs).length;
  if (compared.length === 0) return 'No value in force to hold against Table 1.';
  if (differing === 0) return `All ${compared.length} observed entries agree with Table 1.`;
  return `${differing} of ${compared.length} observed entries ${differing === 1 ? 'differs' : 'differ'} from Table 1.`;
}

export function drawMatrix(body: PermissionsBody): HTMLElement {
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col', class: 'corner' }, 'MMU domain'),
    ...body.columns.map((column) => columnHead(column)),
  );
  const rows = body.mmuDomains.map(({ number, name }) =>
    h(
      'tr',
      { class: number > 3 ? 'unused' : `domain-${number}` },
      h(
        'th',
        { scope: 'row' },
        h('span', { class: 'mono number' }, `D${number}`),
        h('span', { class: 'domain-name' }, name),
      ),
      ...body.columns.map((column) => cell(column, number)),
    ),
  );
  return h(
    'table',
    { class: 'matrix' },
    h('caption', {}, 'Access to the memory of each row by the code of each column'),
    h('thead', {}, head),
    h('tbody', {}, ...rows),
  );
}

/** What stands under a column's DACR: whether it is in force, or where it comes from. */
const sourceLabels: Readonly<Record<PermissionColumn['source'], string>> = {
  live: 'live',
  saved: 'saved in vdacr',
  assumed: 'not in force: Table 1',
};

/** For each column that differs from Table 1, what its value is: a difference can be the hypervisor's intention. */
export function drawNotes(columns: readonly PermissionColumn[]): HTMLElement | undefined {
  const differing = columns.filter(({ fields }) => fields.some(({ differs }) => differs));
  if (differing.length === 0) return undefined;
  return h('ul', { class: 'notes' }, ...differing.map(({ title, origin }) => h('li', {}, `${title}: ${origin}`)));
}

function columnHead(column: PermissionColumn): HTMLElement {
  const label = sourceLabels[column.source];
  return h(
    'th',
    { scope: 'col', class: column.live ? 'is-live' : column.source, title: column.origin },
    h('span', { class: 'column-title' }, column.title),
    h('span', { class: 'mono dacr' }, column.dacr),
    column.live ? h('span', { class: 'live' }, icon('circle'), label) : h('span', { class: 'not-live' }, label),
  );
}

function cell(column: PermissionColumn, mmuDomain: number): HTMLElement {
  const field = column.fields[mmuDomain];
  if (field === undefined) return h('td', {}, 'unknown');
  const classes = [
    `value-${field.value.replace(' ', '-')}`,
    field.differs ? 'differs' : '',
    column.live ? 'is-live' : '',
  ];
  const title = `${column.title}, D${mmuDomain}: ${field.value}, ${meaningOf[field.value]}`;
  const difference = h('span', { class: 'difference' }, icon('unequal'), `Table 1: ${field.expected ?? '?'}`);
  return h(
    'td',
    { class: classes.filter((name) => name !== '').join(' '), title },
    h('span', { class: 'value' }, icon(iconOf[field.value]), field.value),
    field.differs ? difference : undefined,
  );
}
