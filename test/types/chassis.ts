// What chassis take and give: the messages of their boxes follow from their parts. Compile-only.

import type { Operation } from "offshoot";
import {
  backplane,
  box,
  type Component,
  carousel,
  component,
  graphline,
  type InOf,
  type OutOf,
  par,
  pipeline,
  publishTo,
  type Sink,
  seq,
  splitter,
  subscribeTo,
  tpipe,
} from "offshoot/component";
import { is, same } from "./expect.ts";

declare const numbers: Component<{ inbox: never }, { outbox: number }>;
declare const words: Component<{ inbox: never }, { outbox: string }>;
declare const takesNumbers: Component<{ inbox: number }, { outbox: never }>;
declare const takesEither: Component<{ inbox: number | string }, { outbox: never }>;
declare const takesAll: Component<{ inbox: unknown }, { outbox: never }>;
declare const doubles: Component<{ inbox: number }, { outbox: number }>;
declare const shows: Component<{ inbox: number }, { outbox: string }>;
declare const reads: Component<{ inbox: number | string }, { outbox: boolean }>;

export function sequences(): void {
  const both = seq(doubles, reads);
  same<InOf<typeof both>, { inbox: number }>();
  same<OutOf<typeof both>, { outbox: number | boolean }>();
  const sources = seq(numbers, words);
  same<OutOf<typeof sources>, { outbox: number | string }>();
  same<InOf<typeof sources>, { inbox: unknown }>();
  const withOptions = seq([numbers, shows], { failures: "isolate" });
  same<InOf<typeof withOptions>, { inbox: number }>(); // a source has no say
  pipeline(seq(numbers, words), takesEither);
  // @ts-expect-error a word is no number
  pipeline(seq(numbers, words), takesNumbers);
  // @ts-expect-error the second part takes numbers
  pipeline(words, seq(reads, doubles));
  // @ts-expect-error no part
  seq(numbers, 7);
}

export function parallels(): void {
  const both = par(doubles, shows);
  same<InOf<typeof both>, { inbox: number }>();
  same<OutOf<typeof both>, { outbox: number | string }>();
  const dealt = par([doubles, reads], { inbox: "round-robin" });
  same<InOf<typeof dealt>, { inbox: number }>();
  const deaf = par([doubles, reads], { inbox: "discard" });
  same<InOf<typeof deaf>, { inbox: unknown }>();
  same<OutOf<typeof deaf>, { outbox: number | boolean }>();
  pipeline(words, par([doubles, reads], { inbox: "discard" }), takesAll);
  // @ts-expect-error a part takes numbers
  pipeline(words, par(doubles, reads));
  // @ts-expect-error no such policy
  par([doubles], { inbox: "all" });
}

export function carousels(): void {
  const player = carousel((path: string) => (path === "" ? doubles : reads));
  same<InOf<typeof player>, { inbox: number; next: string }>();
  same<OutOf<typeof player>, { outbox: number | boolean; requestNext: "NEXT" }>();
  graphline({
    parts: { words, player, numbers, takesEither },
    links: {
      "words.outbox": "player.next",
      "numbers.outbox": "player.inbox",
      "player.requestNext": "takesEither.inbox",
    },
  });
  graphline({
    parts: { numbers, player },
    // @ts-expect-error a part is made for a word
    links: { "numbers.outbox": "player.next" },
  });
  graphline({
    parts: { player, takesNumbers },
    // @ts-expect-error "NEXT" is no number
    links: { "player.requestNext": "takesNumbers.inbox" },
  });
  // @ts-expect-error it makes no part
  carousel((n: number) => n);
  const mains = carousel(
    (n: number) =>
      function* (self: Component<{ inbox: Date }, { outbox: number }>): Operation<void> {
        yield* self.put(n);
      },
  );
  same<InOf<typeof mains>, { inbox: Date; next: number }>();
}

export function tpipes(): void {
  const isNumber = (value: number | string): value is number => typeof value === "number";
  const routed = tpipe(reads, { when: isNumber });
  same<InOf<typeof routed>, { inbox: number | string }>();
  same<OutOf<typeof routed>, { outbox: string | boolean }>();
  const split = tpipe(shows, { when: isNumber, mode: "split" });
  same<OutOf<typeof split>, { outbox: string | number }>();
  const apart = tpipe(doubles, { when: isNumber, results: "apart" });
  same<OutOf<typeof apart>, { outbox: string; results: number }>();
  const plain = tpipe(shows, { when: (n: number) => n > 1 });
  same<InOf<typeof plain>, { inbox: number }>();
  same<OutOf<typeof plain>, { outbox: number | string }>();
  pipeline(numbers, plain, takesEither);
  // @ts-expect-error what matches may be a word
  tpipe(doubles, { when: (value: number | string) => value !== "" });
  // @ts-expect-error what matches is a word
  tpipe(doubles, { when: (value: number | string): value is string => typeof value === "string" });
  // @ts-expect-error words are not asked about
  pipeline(words, plain);
  // @ts-expect-error no such mode
  tpipe(doubles, { when: (n: number) => n > 1, mode: "tee" });
}

export function splitters(): void {
  const lines = splitter<number, "log" | "store">({ outboxes: ["log", "store"] });
  same<InOf<typeof lines>, { inbox: number }>();
  is<readonly Sink[]>()(lines.sinks);
  graphline({
    parts: { numbers, lines, takesNumbers, takesEither },
    links: { "numbers.outbox": "lines.inbox", "lines.log": "takesNumbers.inbox", "lines.outbox": "takesEither.inbox" },
  });
  graphline({
    parts: { lines, takesNumbers },
    // @ts-expect-error no such outbox
    links: { "lines.lgo": "takesNumbers.inbox" },
  });
  lines.addSink(takesEither);
  lines.addSink(takesNumbers, "inbox", { slow: "drop", size: 3 });
  // @ts-expect-error takes no numbers
  lines.addSink(component({ inboxes: { inbox: box<string>() } }, () => {})());
  // @ts-expect-error no such box
  lines.addSink(takesNumbers, "letterbox");
  pipeline(numbers, splitter<number>(), takesNumbers);
  // @ts-expect-error gives words
  pipeline(words, splitter<string>(), takesNumbers);
}

export function backplanes(): void {
  const prices = backplane<number>("prices");
  pipeline(numbers, publishTo(prices));
  pipeline(subscribeTo(prices), takesNumbers);
  pipeline(subscribeTo<number>("prices", { slow: "drop", size: 10 }), takesNumbers);
  // @ts-expect-error words are no prices
  pipeline(words, publishTo(prices));
  // @ts-expect-error what is subscribed to by a name alone may be anything
  pipeline(subscribeTo("prices"), takesNumbers);
}
