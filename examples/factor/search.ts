// What a worker does: it takes spans of numbers and looks for a divisor in each.

import type { Operation, Receiver, Sender } from "offshoot";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Puts each divisor it finds into `found`. Ends when there are no more spans, or when nobody wants a divisor any more. */
export function* search(n: number, spans: Receiver<Span>, found: Sender<number>): Operation<void> {
  for (;;) {
    const span = yield* spans.next(); // a cancellation arrives here
    if (span.done) return;
    const divisor = divisorIn(n, span.value);
    if (divisor !== null) yield* found.send(divisor);
  }
}

export function divisorIn(n: number, { from, to }: Span): number | null {
  for (let d = from; d < to; d++) if (n % d === 0) return d;
  return null;
}
