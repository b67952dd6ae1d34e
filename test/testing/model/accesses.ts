// What the operations of the model depend on: each makes accesses when it is performed, be it that it completes or that its task waits.
// One that completes another makes none on its behalf: the woken task goes on after it anyway.
//
//   A mode is a class of what commutes. Two accesses to one location conflict if their modes differ, or if both are writes.
//   A channel has several locations. Sends and receives commute unless they are concerned with the same cell of the buffer, or, where there is
//   none, meet each other: the n-th send and the n-th receive do. To close a channel, and to look at several, conflicts with whatever is done to it.

import { type Data, isReady, type Shared } from "./data.ts";
import type { Op } from "./program.ts";

export type Mode = "read" | "write" | "add" | "increase" | "decrease";
export type Location = string;
export type Access = readonly [location: Location, mode: Mode];

/** What has to be known for it of the state before, apart from its data. */
export interface Circumstances {
  /** How many values a channel has accepted. */
  readonly accepted: readonly number[];
  /** The channel that a select receives from, if it need not wait. */
  readonly chosen: number | undefined;
  /** Does a swap change the value of its cell? */
  readonly changes: boolean;
  /** The operation that a task is at. */
  readonly next: Next;
}

type Next = (task: number) => Op | undefined;

const at = <T>(list: readonly T[], i: number): T => list[i] as T;

export const conflicts = (a: Mode, b: Mode): boolean => a !== b || a === "write";

export const endOf = (task: number): Location => `end ${task}`;
export const groupOf = (waitgroup: number): Location => `waitgroup ${waitgroup}`;
const wholeOf = (channel: number): Location => `channel ${channel}`;

/** The accesses of an operation that is about to be performed. */
export function accessesOf(op: Op, data: Data, { accepted, chosen, changes, next }: Circumstances): Access[] {
  const id = op[1] as number;
  switch (op[0]) {
    case "get":
      return [[`cell ${id}`, "read"]];
    case "set":
    case "update":
      return [[`cell ${id}`, "write"]];
    case "swap":
      return [[`cell ${id}`, changes ? "write" : "read"]];
    case "lock":
    case "unlock":
      return [[`mutex ${id}`, "write"]];
    case "acquire":
    case "release":
      return [[`semaphore ${id}`, "write"]];
    case "meet":
      return [[`barrier ${id}`, "write"]];
    case "read-lock":
    case "read-unlock":
    case "write-lock":
    case "write-unlock":
      return [[`rwlock ${id}`, modeOf(op[0], at(data.rwlocks, id))]];
    case "add":
      return [[groupOf(id), countingOf(op[2], at(data.waitgroups, id))]];
    case "wait":
      return [[groupOf(id), "read"]];
    case "open":
      return [[`latch ${id}`, at(data.latches, id).open ? "read" : "write"]];
    case "pass":
      return [[`latch ${id}`, "read"]];
    case "send":
      return sendOf(id, data, accepted, next);
    case "receive":
      return receiveOf(id, data, accepted);
    case "select": {
      const looks = op[1].map((channel): Access => [wholeOf(channel), "write"]);
      return chosen === undefined ? looks : [...looks, ...receiveOf(chosen, data, accepted)];
    }
    case "close": {
      const left = at(data.channels, id).receivers.flatMap((receiver) => leftOf(receiver, id, next));
      return [[wholeOf(id), "write"], ...left];
    }
    case "join":
      return [[endOf(id), "read"]];
    default:
      return [];
  }
}

/** Who wakes somebody by counting down to zero ends the step there: it makes a difference who that is. */
function countingOf(n: number, { count, line }: Data["waitgroups"][number]): Mode {
  if (n >= 0) return "increase";
  return count + n < 0 || line.length > 0 ? "write" : "decrease";
}

/** Readers come and go in any order, as long as no writer has to do with it. */
function modeOf(kind: string, { writing, writersInLine }: Shared): Mode {
  const reading = kind === "read-lock" || kind === "read-unlock";
  return reading && !writing && writersInLine.length === 0 ? "add" : "write";
}

function sendOf(id: number, data: Data, accepted: readonly number[], next: Next): Access[] {
  const { closed, senders, receivers } = at(data.channels, id);
  if (closed) return [[wholeOf(id), "read"]];
  const served = receivers[0];
  return [
    [wholeOf(id), "add"],
    [`senders ${id}`, "write"],
    cellOf(id, data, at(accepted, id) + senders.length),
    ...(served === undefined ? [] : leftOf(served, id, next)),
  ];
}

function receiveOf(id: number, data: Data, accepted: readonly number[]): Access[] {
  const channel = at(data.channels, id);
  if (channel.closed && !isGiving(id, data)) return [[wholeOf(id), "read"]];
  // What was accepted and is not in the buffer any more was received.
  const received = at(accepted, id) - channel.values.length;
  return [[wholeOf(id), "add"], [`receivers ${id}`, "write"], cellOf(id, data, received + channel.receivers.length)];
}

const isGiving = (id: number, { channels }: Data): boolean => isReady({ ...at(channels, id), closed: false });

function cellOf(id: number, { channels }: Data, n: number): Access {
  const { capacity } = at(channels, id);
  return [`channel ${id} cell ${capacity > 0 ? n % capacity : n}`, "write"];
}

/** Where a receiver gives up its place in line when it is served at one channel: a select waits at several. */
function leftOf(receiver: number, served: number, next: Next): Access[] {
  const op = next(receiver);
  if (op?.[0] !== "select") return [];
  return op[1].filter((channel) => channel !== served).map((channel) => [wholeOf(channel), "write"]);
}
