// Which boxes a component has: the four standard ones, and those that were listed when it was made.

import { describeValue } from "../base/errors.ts";
import { misuse } from "../core/leaf.ts";
import { CONTROL, INBOX, OUTBOX } from "./box.ts";
import type { BoxOptions } from "./types.ts";

/** What was said of a box. */
export interface DeclaredBox {
  readonly kind: number;
  readonly limit: number;
  readonly wakesAlways: boolean;
  readonly doc: string;
}

export interface Declaration {
  readonly handlesControl: boolean;
  /** By name; null if nothing was said of any box. */
  readonly boxes: ReadonlyMap<string, DeclaredBox> | null;
}

/** Every component has these. */
export const STANDARD: readonly string[] = ["inbox", "control", "outbox", "signal"];

/** What a component says of itself that says nothing. */
export const PLAIN: Declaration = Object.freeze({ handlesControl: false, boxes: null });

export function kindOfStandard(name: string): number | undefined {
  switch (name) {
    case "inbox":
      return INBOX;
    case "control":
      return CONTROL;
    case "outbox":
    case "signal":
      return OUTBOX;
    default:
      return undefined;
  }
}

type Listed = { readonly [box: string]: BoxOptions | string | undefined } | readonly string[];

/** Reads what was given to the constructor. */
export function declare(
  options: { readonly handlesControl?: unknown; readonly inboxes?: unknown; readonly outboxes?: unknown } | undefined,
  who: string,
): Declaration {
  if (options === undefined) return PLAIN;
  const { handlesControl = false, inboxes, outboxes } = options;
  if (typeof handlesControl !== "boolean")
    throw misuse(`${who}: handlesControl must be true or false, got ${describeValue(handlesControl)}.`);
  if (inboxes === undefined && outboxes === undefined) return handlesControl ? { handlesControl, boxes: null } : PLAIN;
  const boxes = new Map<string, DeclaredBox>();
  list(boxes, inboxes as Listed | undefined, INBOX, who);
  list(boxes, outboxes as Listed | undefined, OUTBOX, who);
  return { handlesControl, boxes };
}

function list(boxes: Map<string, DeclaredBox>, listed: Listed | undefined, kind: number, who: string): void {
  if (listed === undefined) return;
  const what = kind === INBOX ? "inboxes" : "outboxes";
  if (typeof listed !== "object" || listed === null)
    throw misuse(`${who}: ${what} must be an object, got ${describeValue(listed)}. Write { name: "what it is for" }.`);
  for (const [name, said] of Object.entries(listed)) {
    const standard = kindOfStandard(name);
    if (boxes.has(name) || (standard !== undefined && (standard === OUTBOX) !== (kind === OUTBOX)))
      throw misuse(`${who}: ${JSON.stringify(name)} is an inbox and an outbox. Give one of them another name.`);
    boxes.set(name, declaredBox(said, standard ?? kind, `${who}: the box ${JSON.stringify(name)}`));
  }
}

/** What options say of one box. */
export function declaredBox(said: BoxOptions | string | undefined, kind: number, who: string): DeclaredBox {
  if (said === undefined || typeof said === "string")
    return { kind, limit: Number.POSITIVE_INFINITY, wakesAlways: false, doc: said ?? "" };
  if (typeof said !== "object" || said === null)
    throw misuse(`${who} must be declared by options or by what it is for, got ${describeValue(said)}.`);
  const { doc = "", size = null, wake = "room" } = said;
  if (typeof doc !== "string") throw misuse(`${who}: doc must be a string, got ${describeValue(doc)}.`);
  if (wake !== "room" && wake !== "always")
    throw misuse(`${who}: wake must be "room" or "always", got ${describeValue(wake)}.`);
  return { kind, limit: limitOf(size, who), wakesAlways: wake === "always", doc };
}

/** A size as a limit: null stands for none. */
export function limitOf(size: unknown, who: string): number {
  if (size === null || size === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number;
  throw misuse(
    `${who}: the size must be a whole number of at least 0, or null for no limit, got ${describeValue(size)}.`,
  );
}
