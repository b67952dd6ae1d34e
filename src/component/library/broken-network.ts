// duplicator, dropper and reorderer: what a bad network does to messages, on purpose, to test what has to stand it.
//
// Chance is drawn from the seed of the run: the same seed, the same harm.

import { runningTask } from "../../core/run.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { optionsOf, type PartOptions, share, wholeNumber } from "./options.ts";

export interface HarmOptions extends PartOptions {
  /** How likely it happens to a message, from 0 to 1. */
  readonly probability: number;
}

export interface ReordererOptions extends PartOptions {
  /** How many messages it holds back at most, to give any of them next. At least 1. */
  readonly window: number;
}

/** How many messages were harmed. */
export interface HarmStats {
  /** Messages that were left as they are. */
  readonly passed: number;
  /** Messages that were given twice, or lost. */
  readonly harmed: number;
}

const chance = (): number => runningTask("component").program.random();

class Harmer<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly #probability: number;
  readonly #isDropped: boolean;
  #passed = 0;
  #harmed = 0;

  constructor(probability: number, isDropped: boolean, name: string) {
    super({ name });
    this.#probability = probability;
    this.#isDropped = isDropped;
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const harmed = chance() < this.#probability;
      if (harmed) this.#harmed++;
      else this.#passed++;
      if (!harmed || !this.#isDropped) yield* this.put(item.value);
      if (harmed && !this.#isDropped) yield* this.put(item.value);
    }
  }

  stats(): HarmStats {
    return Object.freeze({ passed: this.#passed, harmed: this.#harmed });
  }
}

class Reorderer<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly #window: number;

  constructor(window: number, name: string | undefined) {
    super({ name });
    this.#window = window;
  }

  override *main(): Operation<void> {
    const held: T[] = [];
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      held.push(item.value);
      if (held.length > this.#window) yield* this.put(anyOf(held));
    }
    while (held.length > 0) yield* this.put(anyOf(held));
  }
}

/** Takes any one out. */
function anyOf<T>(held: T[]): T {
  return held.splice(Math.floor(chance() * held.length), 1)[0] as T;
}

/**
 * Gives some messages twice, one after the other. Which, is drawn from the seed of the run.
 *
 * @throws {@link MisuseError} at the call for a probability that is none
 * @example
 * pipeline(messages, duplicator<Packet>({ probability: 0.1 }), reorderer<Packet>({ window: 5 }), protocolUnderTest);
 */
export function duplicator<T>(options: HarmOptions): Component<{ inbox: T }, { outbox: T }> & { stats(): HarmStats } {
  const { probability, name = "Duplicator" } = optionsOf(options, "duplicator");
  return new Harmer<T>(share(probability, "the probability", "duplicator"), false, name);
}

/**
 * Loses some messages. Which, is drawn from the seed of the run.
 *
 * @throws {@link MisuseError} at the call for a probability that is none
 * @example
 * pipeline(messages, dropper<Packet>({ probability: 0.2 }), protocolUnderTest);
 */
export function dropper<T>(options: HarmOptions): Component<{ inbox: T }, { outbox: T }> & { stats(): HarmStats } {
  const { probability, name = "Dropper" } = optionsOf(options, "dropper");
  return new Harmer<T>(share(probability, "the probability", "dropper"), true, name);
}

/**
 * Gives messages in another order: holds up to `window` of them back, and gives any of these when another has come. A message may be overtaken by any number
 * of others, and overtakes at most `window`. All have come out in the end. The order is drawn from the seed of the run.
 *
 * @throws {@link MisuseError} at the call for a window that is none
 * @example
 * pipeline(messages, reorderer<Packet>({ window: 10 }), inOrderAgain);
 */
export function reorderer<T>(options: ReordererOptions): Component<{ inbox: T }, { outbox: T }> {
  const { window, name } = optionsOf(options, "reorderer");
  return new Reorderer<T>(wholeNumber(window, "the window", "reorderer", 1, false), name);
}
