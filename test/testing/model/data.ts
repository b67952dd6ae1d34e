// What a state of the model consists of: plain data, copied whole.

import { many, type Program } from "./program.ts";

export interface Task {
  /** The next operation; while it waits, that one. */
  at: number;
  status: "unborn" | "alive" | "waiting" | "returned" | "ended";
  owner: number;
  children: number;
  registers: Record<string, number>;
  joiners: number[];
}

/** A mutex has one permit. */
export interface Permits {
  free: number;
  line: { task: number; n: number }[];
}

export interface Shared {
  writing: boolean;
  readers: number;
  writersInLine: number[];
  readersInLine: number[];
}

export interface Queue {
  readonly capacity: number;
  values: number[];
  closed: boolean;
  senders: { task: number; value: number }[];
  receivers: number[];
}

/** A copy of plain data, whatever is in it. */
export function copied<T>(data: T): T {
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map(copied) as T;
  const made: Record<string, unknown> = {};
  for (const key in data) made[key] = copied(data[key]);
  return made as T;
}

/** Could a receive complete? */
export const isReady = ({ values, senders, closed }: Queue): boolean =>
  values.length > 0 || senders.length > 0 || closed;

export interface Data {
  /** Who can take a turn, but for the one who has it. */
  queue: number[];
  readonly tasks: Task[];
  readonly cells: number[];
  readonly mutexes: Permits[];
  readonly semaphores: Permits[];
  readonly rwlocks: Shared[];
  readonly channels: Queue[];
  readonly waitgroups: { count: number; line: number[] }[];
  readonly latches: { open: boolean; line: number[] }[];
  readonly barriers: { readonly parties: number; line: number[] }[];
}

/** How a program begins. */
export function beginning(program: Program): Data {
  const task: Task = { at: 0, status: "unborn", owner: -1, children: 0, registers: {}, joiners: [] };
  return {
    queue: [0],
    tasks: program.tasks.map((_, i) => ({ ...copied(task), status: i === 0 ? "alive" : "unborn" })),
    cells: [...(program.cells ?? [])],
    mutexes: many(program.mutexes ?? 0, () => ({ free: 1, line: [] })),
    semaphores: (program.semaphores ?? []).map((free) => ({ free, line: [] })),
    rwlocks: many(program.rwlocks ?? 0, () => ({ writing: false, readers: 0, writersInLine: [], readersInLine: [] })),
    channels: (program.channels ?? []).map((capacity) => ({
      capacity,
      values: [],
      closed: false,
      senders: [],
      receivers: [],
    })),
    waitgroups: many(program.waitgroups ?? 0, () => ({ count: 0, line: [] })),
    latches: many(program.latches ?? 0, () => ({ open: false, line: [] })),
    barriers: (program.barriers ?? []).map((parties) => ({ parties, line: [] })),
  };
}
