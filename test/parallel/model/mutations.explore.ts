// A model that cannot fail proves nothing. So each important line of what is explored is changed here as somebody might write it by mistake, and the explorer has to find a
// world in which that goes wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MisuseError } from "offshoot";
import type { Change } from "./generators.ts";
import { type DyingWorld, dyingWorlds, pageWorlds, ringWorlds, waitingWorlds } from "./scenarios.ts";
import { type Exploring, exploreWorld, type Scenario } from "./world.ts";

interface Mutation extends Exploring {
  readonly world: Scenario | DyingWorld | undefined;
  /** Deaths are tried from this access on, where it is known to go wrong, and then those before: to be quick. */
  readonly from?: number;
  readonly changes: readonly Change[];
}

const mutations: Readonly<Record<string, Mutation>> = {
  "a value is published before it is written": {
    world: ringWorlds["two threads that take what a third has put"],
    changes: [
      {
        file: "ring",
        from: "    words[at + KIND] = kind;\n    words[at + LENGTH] = length;\n    words[at + PAGE] = page;\n",
        to: "    Atomics.store(words, at + SEQUENCE, (ticket + 1) & TICKETS);\n    words[at + KIND] = kind;\n",
      },
    ],
  },
  "the tail is moved without looking whether it is still there": {
    world: ringWorlds["two threads that put and take, with two places"],
    changes: [
      {
        file: "ring",
        from: "Atomics.compareExchange(words, TAIL, tail, (tail + 2) | 0) === tail",
        to: "Atomics.exchange(words, TAIL, (tail + 2) | 0) >= 0",
      },
    ],
  },
  "the head is moved without looking whether it is still there": {
    world: ringWorlds["two threads that take what a third has put"],
    changes: [
      {
        file: "ring",
        from: "Atomics.compareExchange(words, HEAD, ticket, (ticket + 1) & TICKETS) !== ticket",
        to: "Atomics.exchange(words, HEAD, (ticket + 1) & TICKETS) < 0",
      },
    ],
  },
  "a value is read after its place has been given back": {
    world: ringWorlds["one puts where another one takes"],
    changes: [
      {
        file: "cargo",
        from: "    try {\n      return read(ring, ticket);\n    } finally {\n      ring.release(ticket);\n    }",
        to: "    ring.release(ticket);\n    return read(ring, ticket);",
      },
    ],
  },
  "there are as many places as slots": {
    world: ringWorlds["two threads that put, with one place"],
    changes: [{ file: "ring", from: "if (ahead < 0 || this.isFullAt(ticket))", to: "if (ahead < 0)" }],
  },
  "the head that was seen last counts for ever": {
    world: waitingWorlds["one waits for room"],
    changes: [
      { file: "ring", from: "    this.headSeen = Atomics.load(this.words, HEAD);\n    return", to: "    return" },
    ],
  },
  "the end comes before what is still being put": {
    world: ringWorlds["one takes to the end, another one puts, and a third closes"],
    changes: [{ file: "ring", from: "if ((tail & 1) === 0 || tail >>> 1 !== ticket) return EMPTY;", to: "" }],
  },
  "a put does not look whether the ring is closed": {
    world: ringWorlds["a cancel by one thread while another one puts"],
    changes: [
      { file: "ring", from: "if ((tail & 1) !== 0) return this.giveUp(missed, ticket, CLOSED);", to: "" },
      {
        file: "shared-channel",
        from: "if (this.ended.how >= GIVEN_UP) this.empty(); // nobody else may come by\n",
        to: "",
      },
    ],
  },
  "how it ended is written after the ring is closed": {
    world: ringWorlds["a cancel by one thread while another one puts"],
    changes: [
      {
        file: "channel-end",
        from: '    Atomics.store(words, HOW, how);\n    if (steps.at !== null) steps.at("how");\n    // 3\n    ring.close();',
        to: "    ring.close();\n    Atomics.store(words, HOW, how);",
      },
    ],
  },
  "who sends into what was given up leaves the value there": {
    world: ringWorlds["a cancel by one thread while another one puts"],
    changes: [
      {
        file: "shared-channel",
        from: "    if (this.ended.how >= GIVEN_UP) this.empty(); // nobody else may come by\n",
        to: "",
      },
    ],
  },
  "no second look before sleeping": {
    world: waitingWorlds["one waits for a value"],
    changes: [
      {
        file: "neighbours",
        from: "if (this.look() || this.hasHeard || !commons.isAsleep(slot)) {",
        to: "if (false) {",
      },
    ],
  },
  "announced before it is noted that the thread sleeps": {
    strategy: "random",
    world: waitingWorlds["one waits for a value, and the first that comes is taken back"],
    changes: [
      { file: "neighbours", from: "    commons.fallAsleep(slot, this.life.activity);\n", to: "" },
      {
        file: "neighbours",
        from: "for (const object of watched) object.announce();",
        to: "for (const object of watched) object.announce();\n    commons.fallAsleep(slot, this.life.activity);",
      },
    ],
  },
  "nobody is woken for a value": {
    world: waitingWorlds["one waits for a value"],
    changes: [
      {
        file: "shared-channel",
        from: "  private given(): undefined {\n    this.receivers.wakeOne();",
        to: "  private given(): undefined {",
      },
    ],
  },
  "nobody is woken for a place": {
    world: waitingWorlds["one waits for room"],
    changes: [
      { file: "shared-channel", from: "    ring.freed = 0;\n    this.senders.wakeOne();", to: "    ring.freed = 0;" },
    ],
  },
  "nobody is woken at the end": {
    world: waitingWorlds["one receives until the other has closed"],
    changes: [
      {
        file: "shared-channel",
        from: "    if (this.ended.put(SHUT, reason)) {\n      this.wakeAll();",
        to: "    if (this.ended.put(SHUT, reason)) {",
      },
    ],
  },
  "who was roused is not told": {
    world: waitingWorlds["one waits for a value"],
    changes: [{ file: "neighbours", from: "else if (slept) this.send(slot, ROUSE);", to: "" }],
  },
  "a hint is kept by who has left": {
    world: waitingWorlds["two wait for a value, and one of them leaves"],
    changes: [
      {
        file: "line",
        from: "if (!announced.leave() && !this.isWanted) announced.wakeOne();",
        to: "announced.leave();",
      },
    ],
  },
  "two who wake take the same bit": {
    strategy: "random",
    world: waitingWorlds["two wait, and two send to them"],
    changes: [
      {
        file: "wait-set",
        from: "if ((Atomics.and(words, at + word, ~lowest) & lowest) === 0) continue;",
        to: "Atomics.and(words, at + word, ~lowest);",
      },
    ],
  },
  "who waits for pages keeps the hint that there is a place": {
    strategy: "random",
    world: pageWorlds["a large value waits for pages, and leaves its place to a small one"],
    changes: [{ file: "line", from: "    this.place = place;\n    before.wakeOne();", to: "    this.place = place;" }],
  },
  "nobody is woken for pages": {
    world: pageWorlds["a large value waits for pages, and leaves its place to a small one"],
    changes: [{ file: "shared-channel", from: "if ((freed & PAGES_TOO) !== 0) this.starved.wakeAll();", to: "" }],
  },
  "pages are free before they have been read": {
    world: pageWorlds["two threads put large values, and there are pages for one of them"],
    changes: [
      {
        file: "cargo",
        from: "    try {\n      return read(ring, ticket);",
        to: "    try {\n      ring.pages.free(0, 1024);\n      return read(ring, ticket);",
      },
    ],
  },
  "pages are taken without looking whether they are free": {
    strategy: "random",
    world: pageWorlds["two threads put large values, and there are pages for one of them"],
    changes: [
      {
        file: "pages",
        from: "Atomics.compareExchange(this.words, this.table + first + own, 0, this.who) !== 0",
        to: "Atomics.exchange(this.words, this.table + first + own, this.who) < 0",
      },
    ],
  },
  "a ticket is claimed before it is written down": {
    from: 7,
    world: dyingWorlds["one puts"],
    changes: [
      { file: "ring", from: "      words[wanted + WANTED_PUT] = ticket;\n", to: "" },
      {
        file: "ring",
        from: '        if (steps.at !== null) steps.at("claim");\n',
        to: "        words[wanted + WANTED_PUT] = ticket;\n",
      },
    ],
  },
  "a tombstone although a living thread has the ticket": {
    from: 7,
    world: dyingWorlds["one puts while a third does"],
    changes: [
      {
        file: "ring-mending",
        from: "if (isWantedByLiving(ring, commons, WANTED_PUT, put, dead)) return false;",
        to: "",
      },
    ],
  },
  "a tombstone without looking again whether it has been published": {
    from: 7,
    world: dyingWorlds["one puts while a third does twice"],
    changes: [{ file: "ring-mending", from: "if (isBeingPut(ring, put)) bury(ring, put);", to: "bury(ring, put);" }],
  },
  "a take is finished although a living thread has it": {
    from: 7,
    world: dyingWorlds["one takes while a third does"],
    changes: [
      {
        file: "ring-mending",
        from: "if (isWantedByLiving(ring, commons, WANTED_TAKE, take, dead)) return false;",
        to: "",
      },
    ],
  },
  "a take is finished without looking again whether it has been": {
    from: 7,
    world: dyingWorlds["one takes while a third does twice"],
    changes: [
      {
        file: "ring-mending",
        from: "if (isBeingTaken(ring, take)) finish(ring, take, forget);",
        to: "finish(ring, take, forget);",
      },
    ],
  },
  "a lost value is not counted": {
    world: dyingWorlds["one takes, and a third that puts that in order"],
    changes: [
      {
        file: "ring-mending",
        from: "  if (kind !== TOMBSTONE) {\n    count(",
        to: "  if (kind !== TOMBSTONE) {\n    void (",
      },
    ],
  },
  "a tombstone is counted again by the next who mends": {
    from: 19,
    world: dyingWorlds["one puts, and a third that puts that in order"],
    changes: [{ file: "ring-mending", from: "if (words[COUNTING] !== mark) {", to: "{" }],
  },
  "pages of who has died are not freed": {
    from: 7,
    world: dyingWorlds["one puts a large value"],
    changes: [{ file: "ring-mending", from: "  ring.pages.sweep(dead);\n", to: "" }],
  },
  "a channel that was being given up stays open": {
    world: dyingWorlds["one cancels"],
    changes: [{ file: "channel-end", from: "if (this.how !== 0 && !this.ring.isClosed) this.ring.close();", to: "" }],
  },
  "the right to mend dies with who had it": {
    world: dyingWorlds["one puts, and a third that puts that in order"],
    changes: [{ file: "directory", from: "if (!commons.isAlive(holder) && ", to: "if (false && " }],
  },
};

/** Does anything go wrong, at whatever access one dies? */
async function goesWrong(world: Scenario | DyingWorld, from: number, exploring: Exploring): Promise<boolean> {
  if (!("dies" in world)) return fails(world, exploring);
  let dies = true;
  const dying = (at: number): Scenario => ({
    ...world,
    deaths: [...(world.deaths ?? []), { thread: world.dies, at }],
    holds(end) {
      if (end.threads[world.dies]?.isDead) dies = true;
      world.holds?.(end);
    },
  });
  for (let at = from; dies; at++) {
    dies = false;
    if (await fails(dying(at), exploring)) return true;
  }
  for (let at = 0; at < from; at++) if (await fails(dying(at), exploring)) return true;
  return false;
}

/** It also fails if it comes to no end. */
async function fails(world: Scenario, exploring: Exploring): Promise<boolean> {
  try {
    const { ok, spent } = await exploreWorld(world, { runs: 3_000, ...exploring });
    return !ok || spent > 0;
  } catch (error) {
    if (error instanceof MisuseError && error.message.includes("has not ended")) return true;
    throw error;
  }
}

for (const [name, { world, from = 0, ...exploring }] of Object.entries(mutations))
  test(`found: ${name}`, async () => {
    assert.ok(world !== undefined, "there is no such world");
    assert.ok(await goesWrong(world, from, exploring), "nothing went wrong in any order");
  });
