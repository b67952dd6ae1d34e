// Worlds of a few threads that share a channel, each with a script, explored in every order; some of them may die at any access.
//
// Large worlds are explored in some orders only, as that would take minutes. With the variable OFFSHOOT_MODEL=all they are explored in every order.

import assert from "node:assert/strict";
import { group, named, type Operation } from "offshoot";
import { type ExploreResult, explore, type Strategy } from "offshoot/testing";
import { Commons } from "../../../src/parallel/commons.ts";
import { ringSize } from "../../../src/parallel/ring-layout.ts";
import type { SharedChannelStats } from "../../../src/parallel/shared-channel.ts";
import { Memory } from "./access.ts";
import { type Change, generatorsOf } from "./generators.ts";
import { modulesOf, type Port, ports, Thread } from "./thread.ts";

/** What is explored, each file after those it needs. */
const FILES = [
  "steps",
  "shareable",
  "wait-set",
  "commons",
  "neighbours",
  "sleepers",
  "directory",
  "line",
  "pages",
  "ring-layout",
  "ring-mending",
  "ring",
  "cargo",
  "channel-end",
  "channel-leaves",
  "room",
  "shared-channel",
];

/** Fewer threads, and none of them goes on looking before it sleeps: all that is the same again. */
const SMALL: readonly Change[] = [
  { file: "wait-set", from: "WAIT_SET = 4;", to: "WAIT_SET = 1;" },
  {
    file: "wait-set",
    from: " || loaded(words, at + 1) !== 0 || loaded(words, at + 2) !== 0 || loaded(words, at + 3) !== 0",
    to: "",
  },
  { file: "ring-mending", from: "slot < MOST_THREADS", to: "slot < 3" },
  { file: "ring", from: "slot < MOST_THREADS", to: "slot < 3" },
  {
    file: "commons",
    from: "slot < MOST_THREADS; slot++) {\n      const who = this.at",
    to: "slot < 3; slot++) {\n      const who = this.at",
  },
  // who waits for another one to go on looks again only when that has
  {
    file: "directory",
    from: "Atomics.compareExchange(words, MENDER, holder, who) === holder) break;",
    to: "Atomics.compareExchange(words, MENDER, holder, who) === holder) break;\n$change([[words, MENDER], [commons.words, 16 + slotOf(holder) * 4]], [holder, holder]);",
  },
  {
    file: "channel-end",
    from: "Atomics.compareExchange(words, ENDER, ender, who) === ender) break;",
    to: "Atomics.compareExchange(words, ENDER, ender, who) === ender) break;\n$change([[words, 64], [commons.words, 16 + (ender & 127) * 4]], [words[64] & ~1, ender]);",
  },
  // its modules are used in one run after the other
  {
    file: "directory",
    from: "instance ??= new Directory();",
    to: "if (instance?.neighbours !== here()) instance = new Directory();",
  },
];

const FAMILY = new Commons().memory.byteLength;

export interface Scenario {
  readonly capacity: number;
  readonly bytes?: number;
  /** What the first thread does before the others begin. */
  readonly prologue?: Script;
  /** What each thread does. The first of them never dies. */
  readonly scripts: readonly Script[];
  /** What the first of them does when all others are done, and those who have died are mourned. */
  readonly epilogue?: Script;
  /** Which of them die, each before its n-th access. */
  readonly deaths?: readonly { readonly thread: number; readonly at: number }[];
  /** What must hold in the end, beside what always does. */
  readonly holds?: (end: End) => void;
}

export type Script = (thread: Thread) => Operation<unknown>;

/** What a world has come to. */
export interface End {
  readonly threads: readonly Thread[];
  readonly stats: SharedChannelStats;
  readonly received: readonly unknown[];
}

/** How a world is explored. */
export interface Exploring {
  readonly strategy?: Strategy;
  readonly bound?: number;
  readonly runs?: number;
  /** How the text differs from that of src/parallel/. */
  readonly changes?: readonly Change[];
}

const texts = new Map<string, ReadonlyMap<string, string>>();

function textsWith(changes: readonly Change[]): ReadonlyMap<string, string> {
  const key = JSON.stringify(changes);
  let found = texts.get(key);
  if (found === undefined) {
    found = generatorsOf(FILES, [...SMALL, ...changes]);
    texts.set(key, found);
  }
  return found;
}

export async function exploreWorld(
  scenario: Scenario,
  { strategy = "dpor", bound, runs, changes = [] }: Exploring = {},
): Promise<ExploreResult<unknown>> {
  const sources = textsWith(changes);
  return explore(() => world(scenario, sources), {
    name: "world",
    strategy,
    bound,
    runs,
    races: "ignore",
    time: "idle",
    keep: false,
    recheck: 0,
    maxSteps: 3_000,
    timeMs: 300_000,
  });
}

/** Everything goes well in all orders, or in as many as were asked for. Answers in how many. */
export async function allGoWell(scenario: Scenario, some: Exploring = {}): Promise<number> {
  const exploring = process.env["OFFSHOOT_MODEL"] === "all" ? {} : some;
  const { failure, exhausted, runs, spent } = await exploreWorld(scenario, exploring);
  if (failure !== undefined) throw new Error(failure.report, { cause: failure.error });
  assert.equal(spent, 0, "some runs have not come to their end");
  if (exploring.runs === undefined) assert.ok(exhausted, `only ${runs} runs, and there are more orders`);
  return runs;
}

/** The same for each access before which a thread may die, until it dies before none. */
export async function allGoWellWhenDying(
  thread: number,
  scenario: Scenario,
  exploring: Exploring = {},
): Promise<number> {
  const { deaths: others = [], holds } = scenario;
  let all = 0;
  for (let at = 0; ; at++) {
    let deaths = 0;
    const dying: Scenario = {
      ...scenario,
      deaths: [...others, { thread, at }],
      holds: (end) => {
        if (end.threads[thread]?.isDead) deaths++;
        holds?.(end);
      },
    };
    try {
      all += await allGoWell(dying, exploring);
    } catch (error) {
      throw new Error(`thread ${thread} dies before its access ${at}`, { cause: error });
    }
    if (deaths === 0) return all;
  }
}

function* world(scenario: Scenario, sources: ReadonlyMap<string, string>): Operation<void> {
  const { capacity, bytes = 0, prologue, scripts, epilogue, deaths = [], holds } = scenario;
  const family = new Memory(FAMILY, "family", nameInFamily);
  const commons = new Commons(family.buffer);
  const memory = new Memory(ringSize(capacity, bytes), "ring", (word) => nameInRing(sources, word));
  // 1 the threads, with ways between them
  const whos: number[] = [];
  for (let i = 0; i < scripts.length; i++) whos.push(commons.enter(whos[0] ?? 0));
  const links: { who: number; port: Port }[][] = scripts.map(() => []);
  for (let i = 0; i < scripts.length; i++)
    for (let j = i + 1; j < scripts.length; j++) {
      const [one, other] = ports();
      links[i]?.push({ who: whos[j] as number, port: one });
      links[j]?.push({ who: whos[i] as number, port: other });
    }
  const threads = scripts.map((_, i) => {
    const person = { who: whos[i] as number, memory: family, links: links[i] ?? [] };
    const diesAt = deaths.find(({ thread }) => thread === i)?.at ?? -1;
    return new Thread(sources, person, { memory, capacity, bytes, isNew: i === 0 }, diesAt);
  });
  const [first] = threads as [Thread];
  for (const thread of threads) if (thread !== first) first.bears(thread);
  if (deaths.length > 0)
    for (const thread of threads)
      thread.goesOn = () => {
        for (const other of threads) if (other !== thread) other.poke();
      };
  if (prologue !== undefined) yield* prologue(first);
  // 2 their lives, and the end of those who have not died when all are done
  let busy = threads.length;
  const done = (): void => {
    if (--busy === 0) first.tell("stop");
  };
  yield* group((g) => {
    for (const [i, thread] of threads.entries())
      g.go(
        named(`thread ${i}`, function* () {
          const livesOn = deaths.length > 0 && thread === first; // as the one who has started the others
          yield* thread.body(scripts[i] as Script, livesOn ? done : null);
          if (thread.isDead) first.tell({ died: thread.who });
          if (!livesOn) done();
        }),
      );
  });
  // 3 what they have come to
  if (epilogue !== undefined) yield* epilogue(first);
  first.ask("check");
  const end: End = { threads, stats: first.ask("stats"), received: threads.flatMap(({ log }) => log) };
  accountedFor(end, first.ask("length"));
  holds?.(end);
}

/** A thread that has a channel for itself, outside any exploration. */
export function alone({ capacity, bytes }: { readonly capacity: number; readonly bytes: number }): Thread {
  const family = new Memory(FAMILY, "family", nameInFamily);
  const sources = textsWith([]);
  const memory = new Memory(ringSize(capacity, bytes), "ring", (word) => nameInRing(sources, word));
  const person = { who: new Commons(family.buffer).enter(0), memory: family, links: [] };
  return new Thread(sources, person, { memory, capacity, bytes, isNew: true }, -1);
}

/** Nothing was received twice, nor out of the order in which one thread has sent it; and every value is somewhere. */
function accountedFor({ threads, stats, received }: End, length: number): void {
  const { sent, dropped, lostWithThread } = stats;
  assert.equal(new Set(received).size, received.length, `received twice: ${received}`);
  assert.equal(sent, stats.received + dropped + lostWithThread + length, JSON.stringify(stats));
  if (threads.some(({ sawEnd }) => sawEnd)) assert.equal(length, 0, "something is left after the end");
  const taken = stats.received - received.length; // and not handed on
  const dead = threads.filter(({ isDead }) => isDead).length;
  assert.ok(
    taken >= 0 && taken + lostWithThread <= dead,
    `${taken} values taken by the dead, and ${lostWithThread} lost`,
  );
  for (const { sent: values } of threads)
    for (const { log } of threads) {
      const order = log.filter((value) => values.includes(value)).map((value) => values.indexOf(value));
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
        `out of order: ${log}`,
      );
    }
  if (dead === 0) assert.equal(sent, threads.flatMap((thread) => thread.sent).length);
}

/** Words by their names, for reports. */
function nameInFamily(word: number): string {
  const slot = (word - 16) >> 2;
  if (slot < 0) return word === 4 ? "SLEEPERS" : `word ${word}`;
  return `${["WHO", "PARENT", "ACTIVITY"][word & 3]} of thread ${slot}`;
}

function nameInRing(sources: ReadonlyMap<string, string>, word: number): string {
  const layout = modulesOf(sources).get("ring-layout") as Readonly<Record<string, number>>;
  const named = (from: readonly string[], index: number): string =>
    from.find((name) => layout[name] === index) ?? `word ${index}`;
  const first = layout["FIRST"] as number;
  if (word < first) return named(WORDS, word);
  const slot = (word - first) >> 5;
  return `${named(SLOT, (word - first) & 31)} of slot ${slot}`;
}

const WORDS = [
  "CAPACITY",
  "ENDS",
  "LOST",
  "DROPPED",
  "TOMBS",
  "SPARE",
  "RECEIVERS",
  "SENDERS",
  "STARVED",
  "TAIL",
  "HEAD",
];
const SLOT = ["SEQUENCE", "KIND", "LENGTH", "PAGE", "PAYLOAD"];
