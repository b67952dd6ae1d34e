// What is sent with calls and messages, the same for every subject.

/** About 100 bytes as JSON. */
export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly items: readonly string[];
  readonly total: number;
  readonly isPaid: boolean;
}

export function order(id: number): Order {
  return { id, customer: "Ada Lovelace", items: ["screws", "washers"], total: 12.5, isPaid: false };
}

export interface Reading {
  readonly id: number;
  readonly name: string;
  readonly value: number;
}

export function reading(id: number): Reading {
  return { id, name: "temperature", value: id };
}

export const COPIED_BYTES: number = 64 * 1024;
export const MOVED_BYTES: number = 1024 * 1024;
