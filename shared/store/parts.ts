/** A policy document to parts and back. */
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../canonical-json.ts';
import { StoreCorruptError } from './errors.ts';
import { joinFragments, splitDocument } from './fragments.ts';
import { decodeUtf8, encodeText, type Part, type StoredPart } from './part.ts';

export interface EncodedDocument {
  /** In order: what the revision lists. */
  readonly parts: readonly Part[];
  /** The parts that were not there before, to be put. */
  readonly fresh: readonly StoredPart[];
}

/** Fragments that were read and verified, by the hashes of the parts that hold them. */
export type KnownFragments = ReadonlyMap<string, JsonObject>;

export interface DecodedDocument {
  readonly document: JsonObject;
  readonly fragments: KnownFragments;
}

/** The parts of the revision in force, by the text of the fragment that they hold. */
export type ReusableParts = ReadonlyMap<string, readonly Part[]>;

/**
 * Cuts a document into parts. A fragment whose text stands in `reuse` keeps its parts: what another release of zlib
 * would make of the same text has another hash and would be stored, and read by every handler, once more.
 */
export function encodeDocument(document: JsonObject, reuse: ReusableParts = new Map()): EncodedDocument {
  const parts: Part[] = [];
  const fresh: StoredPart[] = [];
  for (const text of splitDocument(document)) {
    const kept = reuse.get(text);
    if (kept) {
      parts.push(...kept);
      continue;
    }
    const made = encodeText(text);
    parts.push(...made.map(({ part }) => part));
    fresh.push(...made);
  }
  return { parts, fresh };
}

/** The texts of fragments already read, for `encodeDocument`: canonical JSON, so that writing anew gives what was read. */
export function reusableParts(parts: readonly Part[], fragments: KnownFragments): ReusableParts {
  const reuse = new Map<string, readonly Part[]>();
  for (const run of runsOf(parts)) {
    const fragment = fragments.get(runKey(run));
    if (fragment) reuse.set(canonicalJson(fragment), run);
  }
  return reuse;
}

/** The parts of the fragments that are not among the known ones, without repeats: what has to be read. */
export function missingParts(parts: readonly Part[], known: KnownFragments): Part[] {
  const missing = runsOf(parts).filter((run) => !known.has(runKey(run)));
  return [...new Map(missing.flat().map((part) => [part.hash, part])).values()];
}

/**
 * Puts a document together.
 * @param bytes the verified bytes of the parts that `missingParts` named, by hash
 * @throws StoreCorruptError when the parts do not make a document
 */
export function decodeDocument(
  parts: readonly Part[],
  known: KnownFragments,
  bytes: ReadonlyMap<string, Uint8Array>,
): DecodedDocument {
  const fragments = new Map<string, JsonObject>();
  const inOrder: JsonObject[] = [];
  for (const run of runsOf(parts)) {
    const key = runKey(run);
    const fragment = known.get(key) ?? parseFragment(run, bytes);
    fragments.set(key, fragment);
    inOrder.push(fragment);
  }
  return { document: joinFragments(inOrder), fragments };
}

/** Makes the parts of an index: the list of a policy's parts where it is too long for the revision item itself. */
export function encodeIndex(parts: readonly Part[]): StoredPart[] {
  return encodeText(canonicalJson(parts));
}

/** Reads an index; what it lists is for the caller to check. */
export function decodeIndex(bytes: Uint8Array): unknown {
  return parse(decodeUtf8([bytes]));
}

function parseFragment(run: readonly Part[], bytes: ReadonlyMap<string, Uint8Array>): JsonObject {
  const pieces = run.map((part) => {
    const piece = bytes.get(part.hash);
    if (!piece) throw new StoreCorruptError(`The part ${part.hash} is missing`);
    return piece;
  });
  const fragment = parse(decodeUtf8(pieces));
  if (!isJsonObject(fragment)) throw new StoreCorruptError(`The part ${runKey(run)} is no piece of a policy`);
  return fragment;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreCorruptError('A part of the policy is no JSON', { cause });
  }
}

/** The runs of parts that hold one text each; nearly always a run is one part. */
function runsOf(parts: readonly Part[]): Part[][] {
  const runs: Part[][] = [];
  let run: Part[] = [];
  for (const part of parts) {
    run.push(part);
    if (part.more) continue;
    runs.push(run);
    run = [];
  }
  if (run.length > 0) throw new StoreCorruptError('The last part of the policy is missing');
  return runs;
}

function runKey(run: readonly Part[]): string {
  return run.map((part) => part.hash).join('+');
}
