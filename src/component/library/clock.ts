// clock: a message every so many milliseconds.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import { select } from "../../core/select.ts";
import type { Operation } from "../../core/types.ts";
import { ticker } from "../../flow/ticker.ts";
import { Component } from "../component.ts";
import { optionsOf, type PartOptions, wholeNumber } from "./options.ts";

export interface ClockOptions extends PartOptions {
  /** Ends after so many ticks: a whole number, or Infinity (the default). */
  readonly ticks?: number | undefined;
}

export interface ClockStats {
  /** Ticks that were given. */
  readonly ticks: number;
  /** Beats that were passed over, since there was no room at the time. */
  readonly missed: number;
}

class Clock extends Component<{ inbox: unknown }, { outbox: number }> {
  readonly #ms: number;
  readonly #most: number;
  #ticks: number;
  #missed: number;

  constructor(ms: number, most: number, name: string | undefined) {
    super({ name });
    this.#ms = ms;
    this.#most = most;
    this.#ticks = 0;
    this.#missed = 0;
  }

  override *main(): Operation<void> {
    const beats = ticker(this.#ms);
    while (this.#ticks < this.#most) {
      const got = yield* select({ beat: beats.receive(), said: this.next() }, { priority: true });
      if (got.key === "beat") {
        this.#missed = beats.missed;
        yield* this.put(got.value);
        this.#ticks++;
      } else if (got.value.done) {
        return;
      }
    }
  }

  stats(): ClockStats {
    return Object.freeze({ ticks: this.#ticks, missed: this.#missed });
  }
}

/**
 * Gives a message every `ms` milliseconds from its start on: the time the beat was due, as `now` tells it. Beats lie on a grid. Where there is no room it waits;
 * the beats that pass meanwhile are not made up for, but counted. Ends after so many ticks, when its inbox is over (`producerFinished` at its control), or when
 * nobody is there any more.
 *
 * @throws {@link MisuseError} at the call if `ms` is not above 0
 * @example
 * pipeline(clock(1_000), transformer(() => process.memoryUsage().rss), consoleEchoer());
 */
export function clock(
  ms: number,
  options: ClockOptions = {},
): Component<{ inbox: unknown }, { outbox: number }> & { stats(): ClockStats } {
  const { ticks = Number.POSITIVE_INFINITY, name } = optionsOf(options, "clock");
  if (typeof ms !== "number" || !(ms > 0))
    throw misuse(`clock: the period must be a number of milliseconds above 0, got ${describeValue(ms)}.`);
  return new Clock(ms, wholeNumber(ticks, "ticks", "clock"), name);
}
