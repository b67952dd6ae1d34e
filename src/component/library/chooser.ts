// chooser: goes through a list as it is told. forwardChooser: through any iterable, onwards only.

import { describeValue } from "../../base/errors.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { Component } from "../component.ts";
import { flag, labelOf, optionsOf, type PartOptions } from "./options.ts";

/** Which item of its list a `chooser` gives next. */
export type Choice = "NEXT" | "PREV" | "FIRST" | "LAST";

export interface ChooserOptions extends PartOptions {
  /** Does the first item follow the last one, and the other way round? Default false: there is nothing to choose beyond the ends. */
  readonly loop?: boolean | undefined;
}

class Chooser<T> extends Component<{ inbox: Choice }, { outbox: T }> {
  readonly #items: readonly T[];
  readonly #loop: boolean;

  constructor(items: readonly T[], loop: boolean, name: string | undefined) {
    super({ name });
    this.#items = items;
    this.#loop = loop;
  }

  override *main(): Operation<void> {
    const items = this.#items;
    if (items.length === 0) return;
    let at = 0;
    yield* this.put(items[at] as T);
    for (let said = yield* this.next(); !said.done; said = yield* this.next()) {
      let chosen = this.#chosen(said.value, at);
      if (this.#loop) chosen = (chosen + items.length) % items.length;
      if (chosen < 0 || chosen >= items.length) continue;
      at = chosen;
      yield* this.put(items[at] as T);
    }
  }

  #chosen(said: Choice, at: number): number {
    switch (said) {
      case "NEXT":
        return at + 1;
      case "PREV":
        return at - 1;
      case "FIRST":
        return 0;
      case "LAST":
        return this.#items.length - 1;
      default:
        throw misuse(
          `chooser: "${labelOf(this)}" was told ${describeValue(said)}. Send "NEXT", "PREV", "FIRST" or "LAST".`,
        );
    }
  }
}

class ForwardChooser<T> extends Component<{ inbox: "NEXT" }, { outbox: T }> {
  readonly #items: Iterable<T>;

  constructor(items: Iterable<T>, name: string | undefined) {
    super({ name });
    this.#items = items;
  }

  override *main(): Operation<void> {
    for (const item of this.#items) {
      yield* this.put(item);
      const said = yield* this.next();
      if (said.done) return;
      const word: unknown = said.value;
      if (word !== "NEXT")
        throw misuse(`forwardChooser: "${labelOf(this)}" was told ${describeValue(word)}. Send "NEXT".`);
    }
  }
}

/**
 * Gives the first item of a list, and then the one that it is told to choose by "NEXT", "PREV", "FIRST" and "LAST". Beyond the ends there is nothing: it gives
 * nothing and stays where it is, unless it goes round with `loop`. Ends when nobody can tell it anything any more, or at once if the list is empty.
 *
 * @throws {@link MisuseError} when it is told anything else; at the call for what is no array
 * @example
 * graphline({ parts: { slides: chooser(files), keys, show }, links: { "keys.outbox": "slides.inbox", "slides.outbox": "show.inbox" } });
 */
export function chooser<T>(
  items: readonly T[],
  options: ChooserOptions = {},
): Component<{ inbox: Choice }, { outbox: T }> {
  const { loop = false, name } = optionsOf(options, "chooser");
  if (!Array.isArray(items)) throw misuse(`chooser: the items must be an array, got ${describeValue(items)}.`);
  flag(loop, "loop", "chooser");
  return new Chooser<T>([...items], loop, name);
}

/**
 * Gives the first value of an iterable, and the next one each time that it is told "NEXT". The iterable may be without end: a value is asked for when it is
 * chosen. Ends when there are no more, or nobody can tell it anything any more; then the iterable is told that no more is wanted.
 *
 * @throws {@link MisuseError} when it is told anything else; at the call for what is no iterable
 * @example
 * pipeline([carouselOfPlayers, forwardChooser(playlist)], { circular: true });
 */
export function forwardChooser<T>(
  items: Iterable<T>,
  options: PartOptions = {},
): Component<{ inbox: "NEXT" }, { outbox: T }> {
  const { name } = optionsOf(options, "forwardChooser");
  if (typeof items !== "object" || items === null || !(Symbol.iterator in items))
    throw misuse(`forwardChooser: the items must be an iterable, got ${describeValue(items)}.`);
  return new ForwardChooser(items, name);
}
