// What the parts of the library carry: what fits compiles, what does not fit does not. Compile-only.

import { createReadStream, createWriteStream } from "node:fs";
import { createGzip } from "node:zlib";
import type { Operation } from "offshoot";
import {
  batcher,
  type Component,
  chooser,
  clock,
  comparator,
  consoleEchoer,
  type Data,
  deframer,
  expectation,
  fileReader,
  fileWriter,
  filter,
  framer,
  graphline,
  lines,
  lossyConnector,
  type ProcessFinished,
  pipeline,
  rateLimiter,
  sequence,
  transformer,
  turnstile,
  udpPeer,
  unixProcess,
  type WholeFile,
  wholeFileReader,
  wholeFileWriter,
} from "offshoot/component";
import { is } from "./expect.ts";

// the types of functions become those of boxes
is<Component<{ inbox: string }, { outbox: number }>>()(
  transformer((text: string) => (text === "" ? null : text.length)),
);
is<Component<{ inbox: string }, { outbox: number }>>()(transformer(async (text: string) => text.length || undefined));
is<Component<{ inbox: number }, { outbox: boolean }>>()(
  transformer(function* (n: number): Operation<boolean | null> {
    return n > 1 ? true : null;
  }),
);
is<Component<{ inbox: string }, { outbox: string }>>()(filter((text: string) => text !== ""));
is<Component<{ inbox: string }, { outbox: string }>>()(filter(async (text: string) => text !== ""));
is<Component<{ inbox: string | number }, { outbox: string }>>()(
  filter((value: string | number): value is string => typeof value === "string"),
);
is<Component<{ inbox: number }, { outbox: readonly number[] }>>()(batcher<number>({ count: 2 }));
is<Component<{ inbox: number }, { outbox: string }>>()(fileReader("x", { by: "line" }));
is<Component<{ inbox: number }, { outbox: Uint8Array }>>()(fileReader("x"));
is<Component<{ inbox: Data }, { outbox: Uint8Array; stderr: Uint8Array; signal: ProcessFinished }>>()(unixProcess("x"));

// a generator that is none of ours
transformer(
  // @ts-expect-error: it yields numbers
  function* (n: number) {
    yield n;
    return n;
  },
);

// pipelines of parts, and of streams of Node
pipeline(
  createReadStream("x"),
  lines(),
  100,
  filter((line: string) => line !== ""),
  process.stdout,
);
pipeline(createReadStream("x"), createGzip(), createWriteStream("y"));
pipeline(
  fileReader("x", { by: "line" }),
  filter((line: string) => line !== ""),
  fileWriter("y", { terminator: "\n" }),
);
pipeline(fileReader("x"), deframer(), framer(), unixProcess("cat"), lines(), consoleEchoer());
pipeline(clock(100), batcher<number>({ ms: 1 }), lossyConnector<readonly number[]>(), consoleEchoer());
pipeline(sequence(["x"]), wholeFileReader(), wholeFileWriter(), consoleEchoer());
pipeline(
  wholeFileReader(),
  transformer(({ content }: WholeFile) => content.length),
  rateLimiter<number>({ messagesPerSecond: 1 }),
);
pipeline([udpPeer({ bind: { port: 7 } })], { circular: true });
pipeline(sequence(["a"]), udpPeer({ to: { address: "::1", port: 9 } }));

graphline({
  parts: {
    source: sequence([1, 2]),
    asks: sequence(["now"]),
    gate: turnstile<number>(),
    same: comparator<number>(),
    end: expectation([1, 2]),
  },
  links: {
    "source.outbox": "gate.inbox",
    "asks.outbox": "gate.next",
    "gate.outbox": "same.inbox",
    "same.outbox": "end.inbox",
  },
});

const numbers = transformer((n: number) => n);
// @ts-expect-error: lines are not numbers
pipeline(fileReader("x", { by: "line" }), numbers);
// @ts-expect-error: not one of the words
pipeline(sequence(["NEXT", "BACK"] as const), chooser([1, 2]));
// @ts-expect-error: a peer that is not connected is told where each datagram goes
pipeline(sequence(["a"]), udpPeer());
// @ts-expect-error: numbers are neither text nor bytes
pipeline(sequence([1]), fileWriter("x"));
// @ts-expect-error: chunks have no lines
fileReader("x", { maxLength: 1 });
