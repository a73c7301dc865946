/** A part of the soak: one way to break the project, tried at length. */

export interface SoakPart {
  /** What `--only` calls it, and what marks its place in docs/reliability.md. */
  readonly name: string;
  /** What it tries, in a line. */
  readonly title: string;
  run(context: SoakContext): Promise<SoakResult>;
}

export interface SoakContext {
  /** In the short form a part takes well under a minute; in the long one, minutes. */
  readonly isShort: boolean;
  /** Whatever is random comes from it. */
  readonly seed: number;
  /** Tells how far it is. */
  progress(text: string): void;
}

export interface SoakResult {
  /** What was counted or measured, in the order in which it is told. */
  readonly figures: readonly Figure[];
  /** What went against a promise, each precise enough to be looked into; none is how it should be. */
  readonly failures: readonly string[];
}

export interface Figure {
  readonly what: string;
  /** With its unit. */
  readonly figure: string;
}

/** A whole number as the page shows it: 1,000,000. */
export function countFigure(what: string, count: number): Figure {
  return { what, figure: count.toLocaleString('en') };
}
