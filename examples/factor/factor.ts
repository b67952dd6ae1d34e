// A divisor of a number, by the first worker that finds one.
//
// Spans go through one shared channel, from which the workers take them: who is done sooner takes more. The answer comes through another. The workers are children of a
// group; when the answer is there the group is cancelled, and ends when all of them have.

import { go, group, type Operation, type Sender, select, sleep } from "offshoot";
import { type Pool, remote, sharedChannel } from "offshoot/parallel";
import type { Span } from "./search.ts";

const searching = remote<typeof import("./search.ts")>(new URL("./search.ts", import.meta.url));

const SPAN = 250_000; // numbers: some milliseconds

export type Answer =
  | { readonly is: "divisor"; readonly divisor: number }
  | { readonly is: "prime" }
  | { readonly is: "late" };

/** Looks for a divisor of `n` for so many milliseconds. */
export function* factor(pool: Pool, n: number, ms: number): Operation<Answer> {
  return yield* group(function* (g): Operation<Answer> {
    const spans = sharedChannel<Span>(pool.size * 2, { name: "spans" });
    const found = sharedChannel<number>(pool.size, { name: "found" });
    const workers = g.go(function* workers(): Operation<void> {
      go(deal, n, spans);
      for (let i = 0; i < pool.size; i++) pool.go(searching.search, n, spans, found);
    });

    const first = yield* select({ found: found.receive(), late: sleep(ms), all: workers }, { priority: true });
    if (first.key === "all") return { is: "prime" };
    workers.cancel();
    return first.key === "late" ? { is: "late" } : { is: "divisor", divisor: first.value };
  });
}

/** All numbers that may be the smaller one of two divisors. */
function* deal(n: number, spans: Sender<Span>): Operation<void> {
  const end = Math.floor(Math.sqrt(n)) + 1;
  for (let from = 2; from < end; from += SPAN) yield* spans.send({ from, to: Math.min(from + SPAN, end) });
  spans.close();
}
