/** Growth as a line chart, both axes logarithmic: a small SVG that follows the reader's light or dark mode. */
import type { Comparison } from './compare.ts';

const WIDTH = 720;
const HEIGHT = 380;
const PLOT = { left: 64, right: 190, top: 40, bottom: 44 };
/** Told apart by people who see colours differently, too (Okabe and Ito), on light and on dark. */
const COLOURS = ['#0072b2', '#009e73', '#d55e00', '#cc79a7', '#e69f00', '#56b4e9', '#999999'];
const UNITS: readonly (readonly [ns: number, label: string])[] = [
  [1e2, '100 ns'],
  [1e3, '1 µs'],
  [1e4, '10 µs'],
  [1e5, '100 µs'],
  [1e6, '1 ms'],
  [1e7, '10 ms'],
  [1e8, '100 ms'],
  [1e9, '1 s'],
];

/** A line a contender: nanoseconds a decision over the size of the workload. */
export function growthChart(title: string, unit: string, comparisons: readonly Comparison[]): string {
  const names = [...new Set(comparisons.flatMap(({ timings }) => Object.keys(timings)))];
  const lines = names.map((name) => ({
    name,
    points: comparisons.flatMap(({ size, timings }) => {
      const timing = timings[name];
      return timing === undefined ? [] : [{ size, ns: timing.ns }];
    }),
  }));
  const sizes = comparisons.map(({ size }) => size);
  const times = lines.flatMap(({ points }) => points.map(({ ns }) => ns));
  const x = scale(Math.min(...sizes), Math.max(...sizes), PLOT.left, WIDTH - PLOT.right);
  const y = scale(
    10 ** Math.floor(Math.log10(Math.min(...times))),
    10 ** Math.ceil(Math.log10(Math.max(...times))),
    HEIGHT - PLOT.bottom,
    PLOT.top,
  );
  const drawn = lines.map(({ name, points }, index) => {
    const at = points.map(({ size, ns }) => `${x(size).toFixed(1)},${y(ns).toFixed(1)}`);
    const colour = COLOURS[index % COLOURS.length];
    const dots = at.map((point) => `<circle cx="${point.replace(',', '" cy="')}" r="3" fill="${colour}"/>`).join('');
    return `<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="${index === 0 ? 3 : 1.5}"/>${dots}${label(name, points, index)}`;
  });
  const rows = UNITS.filter(([ns]) => y(ns) <= HEIGHT - PLOT.bottom + 0.5 && y(ns) >= PLOT.top - 0.5).map(
    ([ns, text]) =>
      `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(ns).toFixed(1)}" y2="${y(ns).toFixed(1)}"/><text x="${PLOT.left - 8}" y="${(y(ns) + 4).toFixed(1)}" text-anchor="end">${text}</text>`,
  );
  const columns = sizes.map(
    (size) =>
      `<text x="${x(size).toFixed(1)}" y="${HEIGHT - PLOT.bottom + 20}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>text{font:12px sans-serif;fill:#333}.title{font-weight:bold}.grid{stroke:#8884}@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>
<text class="title" x="${PLOT.left}" y="20">${title}</text>
${[...rows, ...columns, ...drawn].join('\n')}
<text x="${(PLOT.left + WIDTH - PLOT.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${unit}</text>
</svg>
`;

  /** The name beside the last point, moved down where one above it is too near. */
  function label(
    name: string,
    points: readonly { readonly size: number; readonly ns: number }[],
    index: number,
  ): string {
    const last = points.at(-1);
    if (last === undefined) return '';
    const ends = lines
      .map((line) => ({ name: line.name, y: y(line.points.at(-1)?.ns ?? 1) }))
      .sort((a, b) => a.y - b.y);
    let lowest = Number.NEGATIVE_INFINITY;
    let place = 0;
    for (const end of ends) {
      lowest = Math.max(end.y, lowest + 15);
      if (end.name === name) place = lowest;
    }
    const colour = COLOURS[index % COLOURS.length];
    return `<text x="${WIDTH - PLOT.right + 10}" y="${(place + 4).toFixed(1)}" style="fill:${colour}">${name}</text>`;
  }
}

/** Where a value lies between two places, on a logarithmic scale. */
function scale(from: number, to: number, fromPlace: number, toPlace: number): (value: number) => number {
  const span = Math.log(to) - Math.log(from) || 1;
  return (value) => fromPlace + ((Math.log(value) - Math.log(from)) / span) * (toPlace - fromPlace);
}
