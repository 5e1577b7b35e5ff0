/** A few lines to build DOM trees without a framework. Text goes in as text nodes, so guest data cannot become markup. */

export type Child = Node | string | undefined;

interface Properties {
  readonly class?: string;
  /** Attributes, ARIA ones included; `undefined` leaves one out, `true` gives an empty one. */
  readonly [attribute: string]: string | number | boolean | undefined;
}

/** An element with its attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, properties);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function setAttributes(element: Element, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Paths of the icons, drawn for a 16 × 16 box in the text's colour. */
const icons = {
  check: 'M6.3 12.2 2.6 8.5l1.2-1.2 2.5 2.5 5.9-5.9 1.2 1.2z',
  cross: 'm8 6.8 3.7-3.7 1.2 1.2L9.2 8l3.7 3.7-1.2 1.2L8 9.2l-3.7 3.7-1.2-1.2L6.8 8 3.1 4.3l1.2-1.2z',
  unequal: 'M3 5h5.3l1.3-2.6 1.4.7L10 5h3v1.7H9.2l-1.3 2.6H13V11H7.1l-1.4 2.7-1.4-.7L5.3 11H3V9.3h3.1l1.3-2.6H3z',
  circle: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z',
  ring: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  key: 'M10.5 2A3.5 3.5 0 0 0 7.2 6.7L2 11.9V14h2.1v-1.4h1.5v-1.5h1.5l1.2-1.4A3.5 3.5 0 1 0 10.500 2zm.7 2.2a1 1 0 1 1 0 2 1 1 0 0 1 0-2z',
  shield:
    'M8 1.500 2.800 3.400V8c0 3 2.100 5.300 5.200 6.500 3.100-1.200 5.200-3.500 5.200-6.500V3.400zm0 1.700 3.700 1.300V8c0 2.200-1.400 3.900-3.700 4.900z',
  warning: 'M8 1.500 14.800 14H1.200zM7.200 6v4h1.600V6zm0 5v1.500h1.600V11z',
  arrow: 'm9.3 3.300 4.700 4.700-4.700 4.700-1.100-1.100 2.800-2.800H2V7.200h9L8.200 4.400z',
} as const;
export type IconName = keyof typeof icons;

/** An icon; decorative unless it has a label, since text beside it says the same. */
export function icon(name: IconName, label?: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  setAttributes(svg, {
    class: `icon icon-${name}`,
    viewBox: '0 0 16 16',
    width: 14,
    height: 14,
    'aria-hidden': label === undefined ? 'true' : undefined,
    role: label === undefined ? undefined : 'img',
    'aria-label': label,
  });
  const path = document.createElementNS(space, 'path');
  path.setAttribute('fill-rule', 'evenodd');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}
