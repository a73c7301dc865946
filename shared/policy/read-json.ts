/** JSON text (RFC 8259) as plain data that knows its places in the text; a repeated key is an issue, not the last one's win. */
import { shown } from '../engine/index.ts';
import type { DocumentPath } from './issue.ts';
import type { SourceDocument, SourceIssue, SourceNode } from './source.ts';

const BLANK = /[ \t\n\r]*/y;
/** Between the quotes: anything but quotes, backslashes and control characters, or an escape. */
const STRING = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class JsonSyntaxError extends Error {
  readonly start: number;
  readonly code: string;
  constructor(start: number, message: string, code = 'json-syntax') {
    super(message);
    this.start = start;
    this.code = code;
  }
}

/** Reads the text; the first mistake in its syntax ends the reading, as does nesting deeper than `maxDepth`. */
export function readJson(text: string, maxDepth: number): SourceDocument {
  const issues: SourceIssue[] = [];
  try {
    const { value, node } = new JsonReader(text, maxDepth, issues).document();
    return { value, root: node, issues, complete: true };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { start, code, message } = error;
    return {
      value: undefined,
      root: { start: 0 },
      issues: [...issues, { path: [], start, code, message }],
      complete: false,
    };
  }
}

interface Read {
  readonly value: unknown;
  readonly node: SourceNode;
}

class JsonReader {
  private at = 0;
  private readonly text: string;
  private readonly maxDepth: number;
  private readonly issues: SourceIssue[];

  constructor(text: string, maxDepth: number, issues: SourceIssue[]) {
    this.text = text;
    this.maxDepth = maxDepth;
    this.issues = issues;
  }

  document(): Read {
    if (this.text.startsWith('\ufeff')) this.at++; // a byte order mark
    this.blanks();
    if (this.at === this.text.length) {
      throw new JsonSyntaxError(
        0,
        'the document is empty; accepted: a policy, an object with "version": 1',
        'empty-document',
      );
    }
    const read = this.value([]);
    if (this.at < this.text.length) throw this.unexpected('the end of the text');
    return read;
  }

  /** Reads a value and the blanks after it. */
  private value(path: DocumentPath): Read {
    const start = this.at;
    const first = this.text.charAt(start);
    if (first === '{' || first === '[') {
      if (path.length >= this.maxDepth) {
        throw new JsonSyntaxError(
          start,
          `the document is nested too deeply; accepted: ${this.maxDepth} levels`,
          'too-deep',
        );
      }
      return first === '{' ? this.object(path) : this.list(path);
    }
    if (first === '"') return { value: this.string('a text'), node: { start } };
    const written = this.take(LITERAL);
    if (written === undefined) throw this.unexpected('a value');
    this.blanks();
    return { value: JSON.parse(written), node: { start, written } };
  }

  private object(path: DocumentPath): Read {
    const start = this.at;
    const entries: [string, unknown][] = [];
    const keys = new Map<string, { start: number; node: SourceNode }>();
    this.skip();
    while (this.text.charAt(this.at) !== '}') {
      if (keys.size > 0) this.expect(',');
      const keyStart = this.at;
      const name = this.string('a key in double quotes');
      this.expect(':');
      const { value, node } = this.value([...path, name]);
      if (keys.has(name)) {
        const message = `the key ${shown(name)} stands here twice; accepted: each key once`;
        this.issues.push({ path: [...path, name], start: keyStart, code: 'duplicate-key', message });
      } else {
        keys.set(name, { start: keyStart, node });
        entries.push([name, value]);
      }
    }
    this.skip();
    // Unlike an assignment, `fromEntries` makes an own property of `__proto__`, which validation then refuses.
    return { value: Object.fromEntries(entries), node: { start, keys } };
  }

  private list(path: DocumentPath): Read {
    const start = this.at;
    const values: unknown[] = [];
    const items: SourceNode[] = [];
    this.skip();
    while (this.text.charAt(this.at) !== ']') {
      if (items.length > 0) this.expect(',');
      const { value, node } = this.value([...path, items.length]);
      values.push(value);
      items.push(node);
    }
    this.skip();
    return { value: values, node: { start, items } };
  }

  private string(what: string): string {
    const written = this.take(STRING);
    if (written === undefined) {
      if (this.text.charAt(this.at) !== '"') throw this.unexpected(what);
      const message =
        'not JSON: this text has no end, or a control character or an escape in it that JSON does not know';
      throw new JsonSyntaxError(this.at, message);
    }
    this.blanks();
    return JSON.parse(written) as string; // a JSON string by the expression above
  }

  private expect(character: string): void {
    if (this.text.charAt(this.at) !== character) throw this.unexpected(`"${character}"`);
    this.skip();
  }

  private skip(): void {
    this.at++;
    this.blanks();
  }

  private blanks(): void {
    this.take(BLANK);
  }

  private take(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const taken = expression.exec(this.text)?.[0];
    if (taken !== undefined) this.at += taken.length;
    return taken;
  }

  private unexpected(wanted: string): JsonSyntaxError {
    const found =
      this.at < this.text.length
        ? shown(String.fromCodePoint(this.text.codePointAt(this.at) ?? 0))
        : 'the end of the text';
    return new JsonSyntaxError(this.at, `not JSON: ${wanted} is expected, not ${found}`);
  }
}
