// Writes the objects that are neither plain nor arrays.

import { types } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { SHARE, type Shareable } from "../shareable.ts";
import type { Encoder, Special } from "./encoder.ts";
import {
  BARE_OBJECT,
  BOXED as BOXED_TOKEN,
  DATE as DATE_TOKEN,
  END,
  MAP as MAP_TOKEN,
  REGEXP as REGEXP_TOKEN,
  SET as SET_TOKEN,
  SHARED,
} from "./format.ts";
import {
  BARE,
  BOXED,
  DATE,
  ERROR,
  FOREIGN,
  INSTANCE,
  kindOf,
  MAP,
  MEMORY,
  PORT,
  REGEXP,
  refusalOf,
  refusalOfEmpty,
  SET,
  SHARED_MEMORY,
  VIEW,
} from "./kinds.ts";
import { writeMemory, writePort, writeView } from "./memories.ts";
import { entry, Refusal, within } from "./refusal.ts";
import type { Sending } from "./sides.ts";

/** Makes the function by which an encoder writes such an object. Errors have rules of their own. */
export function special(writeError: (encoder: Encoder, error: object) => void): Special {
  return (encoder, object, prototype) => {
    if (prototype !== null && (object as Partial<Shareable>)[SHARE] !== undefined) {
      writeShared(encoder, object as Shareable);
      return;
    }
    switch (kindOf(object, prototype)) {
      case INSTANCE:
        if (!encoder.plain(object)) throw refusalOfEmpty(object);
        return;
      case FOREIGN:
        encoder.plain(object);
        return;
      case BARE:
        encoder.fields(object, BARE_OBJECT);
        return;
      case MAP:
        writeMap(encoder, object as Map<unknown, unknown>);
        return;
      case SET:
        writeSet(encoder, object as Set<unknown>);
        return;
      case DATE:
        encoder.byte(DATE_TOKEN);
        encoder.number(Date.prototype.getTime.call(object));
        return;
      case REGEXP:
        encoder.byte(REGEXP_TOKEN);
        encoder.string(String((object as RegExp).source));
        encoder.string(String((object as RegExp).flags));
        return;
      case BOXED:
        encoder.byte(BOXED_TOKEN);
        encoder.value(primitiveOf(object));
        return;
      case MEMORY:
      case SHARED_MEMORY:
        writeMemory(encoder, object as ArrayBufferLike);
        return;
      case VIEW:
        writeView(encoder, object as ArrayBufferView);
        return;
      case PORT:
        writePort(encoder, object as MessagePort);
        return;
      case ERROR:
        writeError(encoder, object);
        return;
      default:
        throw refusalOf(object);
    }
  };
}

function writeShared(encoder: Encoder, object: Shareable): void {
  const id: unknown = object[SHARE];
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0)
    throw new Refusal(`has the id ${String(id)}, which is no whole number from 0 to 2^53 - 1`, "Give it one.");
  encoder.byte(SHARED);
  encoder.number(id);
  (encoder.loader as Sending).refer(object);
}

// Maps and Sets are read by the methods of Map and Set themselves: users' classes may have others, and what only looks like one fails. They have no count, as a
// getter among the values may change them meanwhile.

function writeMap(encoder: Encoder, map: Map<unknown, unknown>): void {
  let i = 0;
  let at: unknown;
  let inKey = false;
  const entries = Map.prototype.entries.call(map);
  encoder.byte(MAP_TOKEN);
  try {
    for (const [key, value] of entries) {
      at = key;
      inKey = true;
      encoder.value(key);
      inKey = false;
      encoder.value(value);
      i++;
    }
  } catch (thrown) {
    throw within(thrown, inKey ? `[key ${i}]` : entry(at, i));
  }
  encoder.byte(END);
}

function writeSet(encoder: Encoder, set: Set<unknown>): void {
  let i = 0;
  const members = Set.prototype.values.call(set);
  encoder.byte(SET_TOKEN);
  try {
    for (const member of members) {
      encoder.value(member);
      i++;
    }
  } catch (thrown) {
    throw within(thrown, `[member ${i}]`);
  }
  encoder.byte(END);
}

function primitiveOf(boxed: object): unknown {
  if (types.isNumberObject(boxed)) return Number.prototype.valueOf.call(boxed);
  if (types.isStringObject(boxed)) return String.prototype.valueOf.call(boxed);
  if (types.isBooleanObject(boxed)) return Boolean.prototype.valueOf.call(boxed);
  return BigInt.prototype.valueOf.call(boxed);
}
