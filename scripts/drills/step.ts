/** Something that was done or happened, and what was seen of it. */
export interface Step {
  /** `$ vpn-policy …` for a command, `# …` for what happens. */
  readonly line: string;
  /** Whole lines. */
  readonly printed: string;
}
