/** Rules that stand on nothing but time: those inside one of their windows, worked out anew when that can have changed. */
import type { CompiledWindow } from '../window.ts';

export class WindowIndex {
  readonly #entries: { readonly windows: readonly CompiledWindow[]; readonly rule: number }[] = [];
  #inside: readonly number[] = [];
  #fromMs = 0;
  #untilMs = 0;

  add(windows: readonly CompiledWindow[], rule: number): void {
    this.#entries.push({ windows, rule });
  }

  /** All of them, inside or not. */
  get rules(): readonly number[] {
    return this.#entries.map(({ rule }) => rule);
  }

  /** Those inside a window at that moment. */
  inside(nowMs: number): readonly number[] {
    if (nowMs < this.#fromMs || nowMs >= this.#untilMs) this.#workOut(nowMs);
    return this.#inside;
  }

  #workOut(nowMs: number): void {
    const inside: number[] = [];
    this.#fromMs = Number.NEGATIVE_INFINITY;
    this.#untilMs = Number.POSITIVE_INFINITY;
    for (const { windows, rule } of this.#entries) {
      let holds = false;
      for (const window of windows) {
        const span = window.span(nowMs);
        this.#fromMs = Math.max(this.#fromMs, span.fromMs);
        this.#untilMs = Math.min(this.#untilMs, span.untilMs);
        holds ||= span.inside;
      }
      if (holds) inside.push(rule);
    }
    this.#inside = inside;
  }
}
