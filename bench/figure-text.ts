/** Figures as pages show them. */

/** 734 ns, 9.12 µs, 21.8 ms. */
export function duration(ns: number): string {
  if (ns < 1000) return `${ns.toPrecision(3)} ns`;
  return ns < 1e6 ? `${(ns / 1000).toPrecision(3)} µs` : `${(ns / 1e6).toPrecision(3)} ms`;
}

/** 0.47×, 12×, 2,802×. */
export function times(ratio: number): string {
  return `${ratio < 100 ? ratio.toPrecision(2) : Math.round(ratio).toLocaleString('en')}×`;
}

/** A table in Markdown, its figures to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---${'|---:'.repeat(head.length - 1)}|`, ...rows.map(line)].join('\n');
}
