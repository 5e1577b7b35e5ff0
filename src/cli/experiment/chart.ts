/**
 * Bar charts and lines as SVG text: panels side by side. Written here because the charting libraries that there are draw in a
 * browser's document, or bring one along; a bar is one element.
 */
export interface Series {
  readonly label: string;
  readonly colour: string;
  /** One for each of the panel's categories; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number) => string;
  /** Where the value axis begins; 0 unless differences would not show. */
  readonly from?: number;
}

export const COLOURS = ['#2563a8', '#d97706', '#15803d', '#7c3aed'] as const;
const PANEL = { width: 420, height: 320, left: 84, right: 14, top: 54, bottom: 64 } as const;
const STEPS = [1, 2, 2.5, 5, 10];

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const n = (value: number): string => String(Math.round(value * 10) / 10);

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${n(x)}" y="${n(y)}"${more}>${escape(content)}</text>`;

/** The smallest round step of which at most five make up `range`. */
function roundStep(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range / 5));
  return (STEPS.find((step) => step * power * 5 >= range) ?? 10) * power;
}

function drawPanel(panel: Panel, x0: number, y0: number): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const known = panel.series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const from = panel.from ?? 0;
  const step = roundStep(Math.max(...known, from + 1e-9) - from || 1);
  const steps = Math.max(1, Math.ceil((Math.max(...known) - from) / step - 1e-9));
  const plot = { width: width - left - right, height: height - top - bottom };
  const y = (value: number): number => y0 + top + plot.height * (1 - (value - from) / (steps * step));
  const slot = plot.width / panel.categories.length;
  const centre = (index: number): number => x0 + left + slot * (index + 0.5);
  const grid = Array.from({ length: steps + 1 }, (_, index) => from + index * step).map(
    (value) =>
      `<line x1="${n(x0 + left)}" x2="${n(x0 + width - right)}" y1="${n(y(value))}" y2="${n(y(value))}" stroke="#d4d4d8"/>` +
      text(x0 + left - 6, y(value) + 4, panel.format(value), ' text-anchor="end"'),
  );
  const names = panel.categories.map((name, index) =>
    text(centre(index), y0 + height - bottom + 18, name, ' text-anchor="middle"'),
  );
  const legend = panel.series.map(({ label, colour }, index) => {
    const at = x0 + left + index * 120;
    return (
      `<rect x="${n(at)}" y="${n(y0 + height - 24)}" width="11" height="11" fill="${colour}"/>` +
      text(at + 16, y0 + height - 14, label)
    );
  });
  const marks = panel.series.map((series, index) =>
    panel.kind === 'bars' ? bars(panel, series, index, { slot, centre, y, base: y(from) }) : line(series, centre, y),
  );
  return [
    text(x0 + left, y0 + 22, panel.title, ' font-weight="bold" font-size="14"'),
    text(x0 + left, y0 + 40, panel.unit, ' fill="#71717a"'),
    ...grid,
    ...marks,
    ...names,
    ...legend,
  ].join('\n');
}

interface Scale {
  readonly slot: number;
  readonly base: number;
  readonly centre: (index: number) => number;
  readonly y: (value: number) => number;
}

function bars(panel: Panel, series: Series, index: number, { slot, base, centre, y }: Scale): string {
  const width = (slot * 0.7) / panel.series.length;
  return series.values
    .map((value, category) => {
      if (value === undefined) return '';
      const x = centre(category) - slot * 0.35 + index * width;
      return (
        `<rect x="${n(x)}" y="${n(y(value))}" width="${n(width - 2)}" height="${n(base - y(value))}" fill="${series.colour}"/>` +
        text(x + width / 2 - 1, y(value) - 4, panel.format(value), ' text-anchor="middle" font-size="10"')
      );
    })
    .join('');
}

function line({ values, colour }: Series, centre: (index: number) => number, y: (value: number) => number): string {
  const points = values.flatMap((value, index) => (value === undefined ? [] : [[centre(index), y(value)] as const]));
  const path = points.map((point) => point.map(n).join(',')).join(' ');
  const dots = points
    .map(([x, height]) => `<circle cx="${n(x)}" cy="${n(height)}" r="2.5" fill="${colour}"/>`)
    .join('');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}`;
}

/** A whole SVG file. @param note one line under the panels */
export function chart(title: string, panels: readonly Panel[], note: string): string {
  const width = panels.length * PANEL.width;
  const height = PANEL.height + 74;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="#18181b">
<title>${escape(title)}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(20, 28, title, ' font-size="16" font-weight="bold"')}
${panels.map((panel, index) => drawPanel(panel, index * PANEL.width, 38)).join('\n')}
${text(20, height - 12, note, ' fill="#71717a"')}
</svg>
`;
}
