// Where two values differ first, in words.

import { inspect, isDeepStrictEqual } from "node:util";

/** Characters of a value that a message shows. */
const SHOWN = 200;

/** As in `at .items[2].name expected 'a', got 'b'`. */
export function difference(expected: unknown, actual: unknown): string {
  const path: string[] = [];
  let [left, right] = [expected, actual];
  const seen = new Set<unknown>();
  while (alike(left, right) && !seen.has(left)) {
    seen.add(left);
    const key = firstDifferent(left as Fields, right as Fields);
    if (key === null) break;
    const [inLeft, inRight] = [Object.hasOwn(left as object, key), Object.hasOwn(right as object, key)];
    path.push(
      Array.isArray(left) ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    );
    if (!inLeft) return `${at(path)}expected nothing, got ${shown((right as Fields)[key])}`;
    if (!inRight) return `${at(path)}expected ${shown((left as Fields)[key])}, got nothing`;
    [left, right] = [(left as Fields)[key], (right as Fields)[key]];
  }
  return `${at(path)}expected ${shown(left)}, got ${shown(right)}`;
}

type Fields = Record<string, unknown>;

/** Can they be compared field by field? Arrays with arrays, plain objects with plain ones. */
function alike(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  const kind = Object.getPrototypeOf(left);
  if (kind !== Object.getPrototypeOf(right)) return false;
  return Array.isArray(left) || kind === Object.prototype || kind === null;
}

function firstDifferent(left: Fields, right: Fields): string | null {
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (Object.hasOwn(left, key) !== Object.hasOwn(right, key) || !isDeepStrictEqual(left[key], right[key])) return key;
  }
  return null;
}

export function shown(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, compact: true });
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

const at = (path: readonly string[]): string => (path.length === 0 ? "" : `at ${path.join("")} `);
