// Three people at their desks, from the tutorial. None knows of another.

import type { Operation } from "offshoot";
import type { Component } from "offshoot/component";

/** What a desk takes and gives here: words. */
export type Desk = Component<{ inbox: string }, { outbox: string }>;

/** Greets these, and goes home. */
export function greeter(names: readonly string[]): (desk: Desk) => Operation<void> {
  return function* greeter(desk) {
    for (const name of names) yield* desk.put(`hello ${name}`);
  };
}

/** Says everything louder. */
export function* shouter(desk: Desk): Operation<void> {
  for (let word = yield* desk.next(); !word.done; word = yield* desk.next()) yield* desk.put(word.value.toUpperCase());
}

/** Writes everything down, numbered. */
export function printer(write: (line: string) => void): (desk: Desk) => Operation<void> {
  return function* printer(desk) {
    let number = 0;
    for (let word = yield* desk.next(); !word.done; word = yield* desk.next()) write(`${++number} ${word.value}`);
  };
}
