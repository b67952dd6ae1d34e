// A thread of the model: src/parallel/ as generators (generators.ts), with an event loop of its own, ports to the others, and tasks that perform one operation each.
//
// What is left out is the scheduler, which is another test's: in its place a thread performs what it is told, one operation after the other, and rests while it waits.

import assert from "node:assert/strict";
import { channel, type Operation, select } from "offshoot";
import * as errors from "../../../src/base/errors.ts";
import { List } from "../../../src/base/list.ts";
import { NOT_READY } from "../../../src/core/machine.ts";
import { READ, tellMade, touch, WRITE } from "../../../src/core/tracker.ts";
import { slotOf } from "../../../src/parallel/commons.ts";
import { accessesOf, lookAgain, type Memory, touchBytes } from "./access.ts";

type Generator = IterableIterator<never, Any>;
// biome-ignore lint/suspicious/noExplicitAny: the modules are made of text
type Any = any;

interface Waiting {
  readonly runner: null;
  payload: unknown;
  after: Waiting | null;
  before: Waiting | null;
  isDone: boolean;
  raw: unknown;
  error: unknown;
}

// Parts of a thread: what it has left for later, and who of those it has started has died.
const LATER = 0;
const CHILDREN = 1;

/** Thrown by whoever dies. */
const DEATH = Symbol("death");

export interface Port {
  readonly inbox: ReturnType<typeof channel<unknown>>;
  postMessage(message: unknown): void;
}

/** Two ends of a way. */
export function ports(): [Port, Port] {
  const [here, there] = [channel<unknown>(Infinity), channel<unknown>(Infinity)];
  return [portOf(here, there), portOf(there, here)];
}

function portOf(inbox: Port["inbox"], outbox: Port["inbox"]): Port {
  const idle = (): void => {};
  const postMessage = (message: unknown): void => {
    outbox.trySend(message);
  };
  return { inbox, postMessage, on: idle, unref: idle, close: idle } as Port;
}

export class Thread {
  readonly who: number;
  readonly channel: Any;
  /** What it has received, and what its operations have come to. */
  readonly log: unknown[] = [];
  /** How its sends were refused. */
  readonly refused: string[] = [];
  /** Values whose send has returned. */
  readonly sent: unknown[] = [];
  isDead = false;
  /** It was told that no more will come. */
  sawEnd = false;
  isBeingMade = false;
  /** Told when this one is between two operations. */
  goesOn: () => void = () => {};
  /** Threads that have died, of which it was told. */
  mourned = 0;
  private readonly links: readonly { readonly who: number; readonly port: Port }[];
  private readonly events = channel<{ died: number } | "stop" | "poke">(Infinity);
  private readonly parents: Thread[] = [];
  private readonly later: (() => Generator)[] = [];
  private readonly neighbours: Any;
  private readonly cargo: Any;
  private readonly diesAt: number;
  private accesses = 0;

  constructor(
    texts: ReadonlyMap<string, string>,
    family: { who: number; memory: Memory; links: Thread["links"] },
    ring: { memory: Memory; capacity: number; bytes: number; isNew: boolean },
    diesAt: number,
  ) {
    tellMade(this);
    this.who = family.who;
    this.links = family.links;
    this.diesAt = diesAt;
    const { memory, who, links } = family;
    const modules = modulesFor(texts, slotOf(who));
    modules.thread = this;
    this.neighbours = modules.byName.get("neighbours").joinFamily({ memory: memory.buffer, who, links });
    this.cargo = modules.byName.get("cargo");
    const { capacity, bytes, isNew } = ring;
    const { SharedChannel } = modules.byName.get("shared-channel");
    this.channel = new SharedChannel(ring.memory.buffer, "c", 1, isNew ? { capacity, bytes } : null);
  }

  /** Called before each access. */
  live(): void {
    if (this.accesses++ === this.diesAt) {
      this.isDead = true;
      for (const thread of this.parents) touch(thread, CHILDREN, WRITE);
      lookAgain();
    }
    if (this.isDead) throw DEATH;
  }

  /** It has started another one, and finds out when that has died. */
  bears(child: Thread): void {
    child.parents.push(this);
    this.neighbours.commons.feelPulse(child.who, () => {
      touch(this, CHILDREN, READ);
      return child.isDead;
    });
  }

  hasToBury(): boolean {
    for (const [who, hasEnded] of this.neighbours.commons.pulses)
      if (hasEnded() && this.atOnce(this.neighbours.commons.isAlive(who))) return true;
    return false;
  }

  /** Performs what it is told. With `done` it says when that is done, and lives on until it is told to stop. */
  *body(script: (thread: Thread) => Operation<unknown>, done: (() => void) | null): Operation<void> {
    try {
      yield* script(this);
      if (done === null) return;
      done();
      while (!(yield* this.turn()));
    } catch (error) {
      if (error !== DEATH) throw error;
    }
  }

  /** Something that comes in by the event loop. */
  tell(event: { died: number } | "stop"): void {
    this.events.trySend(event);
  }

  *send(value: unknown): Operation<void> {
    yield* this.perform(yield* wait(this.channel.send(value)));
    this.sent.push(value);
  }

  /** Receives, and says false at the end. */
  *receive(): Operation<boolean> {
    const raw = yield* this.perform(yield* wait(this.channel.next()));
    return this.takes(raw);
  }

  private takes(raw: unknown): boolean {
    const isEnd = raw === this.cargo.ENDED;
    if (isEnd) this.sawEnd = true;
    else {
      assert.ok(!this.sawEnd, "a value has come after the end");
      this.log.push(raw);
    }
    return !isEnd;
  }

  /** The same without waiting. Says whether there was a value. */
  *tryReceive(): Operation<boolean> {
    const got = (yield* wait(this.channel.tryReceive())) as Any;
    this.goesOn();
    if (got.ok || got.closed) this.takes(got.ok ? got.value : this.cargo.ENDED);
    return got.ok;
  }

  *trySend(value: unknown): Operation<boolean> {
    const isSent = (yield* wait(this.channel.trySend(value))) as boolean;
    this.goesOn();
    if (isSent) this.sent.push(value);
    return isSent;
  }

  *call(method: "close" | "cancel"): Operation<void> {
    yield* wait(this.channel[method]());
    this.goesOn();
  }

  /** Waits for a message, and does what it says. */
  *hear(): Operation<void> {
    yield* this.turn();
  }

  /** Begins to wait for a value, and leaves when it has looked once without finding one. */
  *receiveBriefly(): Operation<void> {
    const leaf = yield* wait(this.channel.next());
    const raw = yield* wait(leaf.poll());
    if (raw !== NOT_READY) {
      this.takes(raw);
      return;
    }
    const waiting = newWaiting();
    yield* wait(leaf.enlist(waiting));
    const sleeps = !(yield* wait(this.neighbours.rest()));
    if (!waiting.isDone) yield* wait(leaf.delist(waiting));
    else this.takes(waiting.raw);
    if (sleeps) yield* wait(this.neighbours.wake()); // by a timer
  }

  /** A method of the channel, or a getter, without steps: for when nobody else does anything. */
  ask(name: string, ...args: readonly unknown[]): Any {
    const member = this.channel[name];
    return this.atOnce(typeof member === "function" ? member.call(this.channel, ...args) : member);
  }

  /** Runs a generator to its end, without steps. */
  atOnce(value: unknown): unknown {
    if (!isGenerator(value)) return value;
    this.isBeingMade = true;
    try {
      const result = value.next();
      if (result.done !== true) throw new Error("it cannot wait here");
      return result.value;
    } finally {
      this.isBeingMade = false;
    }
  }

  /** Calls a function in a later turn. Not before another thread has gone on: until then it would come to the same. */
  after(f: () => Generator): void {
    touch(this, LATER, WRITE);
    this.later.push(f);
  }

  /** Another thread has gone on. */
  poke(): void {
    touch(this, LATER, READ);
    if (this.later.length > 0) this.events.trySend("poke");
  }

  private *laterOnes(): Operation<void> {
    touch(this, LATER, WRITE);
    for (const f of this.later.splice(0)) yield* wait(f());
  }

  private *perform(leaf: Any): Operation<unknown> {
    const raw = yield* wait(leaf.poll());
    this.goesOn();
    if (raw !== NOT_READY) return raw;
    const waiting = newWaiting();
    yield* wait(leaf.enlist(waiting));
    while (!waiting.isDone) {
      yield* this.turn();
      this.goesOn();
    }
    if (waiting.error !== undefined) throw waiting.error;
    return waiting.raw;
  }

  /** One turn of the loop with nothing to do: rests, and sleeps if nothing was found. True if it was told to stop. */
  private *turn(): Operation<boolean> {
    if (this.neighbours.watched.length > 0 && (yield* wait(this.neighbours.rest()))) return false;
    const cases: Any[] = this.links.map(({ port }) => port.inbox.receive());
    const { key, value } = yield* select([...cases, this.events.receive()]);
    if (key < this.links.length) {
      yield* wait(this.neighbours.take(value, this.links[key]?.who));
      if ((value as Any).about === "died") this.mourned++;
    } else if (value === "stop") {
      if (this.later.length > 0) yield* this.laterOnes();
      return true;
    } else if (value === "poke") yield* this.laterOnes();
    else {
      yield* wait(this.neighbours.died((value as Any).died, {}));
      this.mourned++;
    }
    yield* wait(this.neighbours.wake());
    return false;
  }
}

const newWaiting = (): Waiting => ({
  runner: null,
  payload: null,
  after: null,
  before: null,
  isDone: false,
  raw: undefined,
  error: undefined,
});

/** The modules of one thread. They are made once and used in one run after the other, since making them takes longer than a run. */
class Modules {
  readonly byName = new Map<string, Any>();
  /** Whose they are in this run. */
  thread: Thread | null = null;
  private readonly accesses = accessesOf(() => this.owner);

  constructor(texts: ReadonlyMap<string, string>) {
    for (const [name, text] of texts) {
      const make = new Function(...Object.keys(this.parts), `"use strict"; ${text}\n//# sourceURL=model/${name}.js`);
      this.byName.set(name, make(...Object.values(this.parts)));
    }
  }

  get owner(): Thread {
    return this.thread as Thread;
  }

  /** What the texts refer to: see generators.ts. */
  private get parts(): Readonly<Record<string, unknown>> {
    const { atomic, read, write, change } = this.accesses;
    return {
      imported: (path: string): unknown =>
        this.byName.get(path.replace("./", "").replace(".ts", "")) ?? this.around(path),
      $atomic: atomic,
      $read: read,
      $write: write,
      $wait: wait,
      $got: got,
      $getters: getters,
      $atOnce: (value: unknown): unknown => this.owner.atOnce(value),
      $unexplored: unexplored,
      $bytes: (to: Uint8Array, bytes: ArrayLike<number>, at: number): void => {
        touchBytes(to, at, bytes.length, WRITE);
        to.set(bytes, at);
      },
      Buffer: { from: (memory: SharedArrayBuffer) => new Text(memory) },
      $change: function* (places: Any, before: Any) {
        yield* change(places, before);
      },
      setImmediate: (f: () => Generator): void => this.owner.after(f),
      FinalizationRegistry: Registry,
      WeakRef: Reference,
    };
  }

  /** What the explored files import of others. */
  private around(path: string): unknown {
    const idle = (): void => {};
    const unwaited = { parking: unexplored, resume: unexplored, start: unexplored }; // here nobody iterates a leaf
    const scheduler = { turns: 0, visit: idle, visitSoon: idle, host: { now: () => 0 }, neighbours: null };
    switch (path) {
      case "../base/errors.ts":
        return errors;
      case "../base/list.ts":
        return { List };
      case "../base/inspect.ts":
        return { INSPECT: Symbol("inspect") };
      case "../channel/leaves.ts":
        return { iterate: unexplored, remembered: () => null, remember: (leaf: unknown) => leaf };
      case "../core/runtime.ts":
        return { installed: () => ({ scheduler }) };
      case "../core/machine.ts":
        return { NOT_READY, PARKED: {}, RESUME: {}, machine: { runner: null, errands: null }, runErrands: unexplored };
      case "../core/leaf.ts":
        return { Leaf: class {}, misuse: (message: string) => new errors.MisuseError(message), ...unwaited };
      case "../core/waiter.ts":
        return {
          VALUE: 0,
          complete: (waiting: Waiting, raw: unknown) => Object.assign(waiting, { isDone: true, raw }),
          fail: (waiting: Waiting, error: unknown) => {
            if (error === DEATH) throw error; // nothing catches that
            Object.assign(waiting, { isDone: true, error });
          },
        };
      case "node:worker_threads":
        return {
          MessageChannel: unexplored,
          receiveMessageOnPort: (port: Port) => {
            const got = port.inbox.tryReceive();
            return got.ok ? { message: got.value } : undefined;
          },
        };
      case "./life.ts":
        return {
          Life: class {
            hold(): void {}
            letGo(): void {}
            mourn(): void {}
            linked(): void {}
          },
        };
      case "node:os":
        return { availableParallelism: () => 2 };
      case "./codec.ts":
        return {
          encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
          decode: (bytes: Uint8Array) => JSON.parse(textOf(bytes)),
          decodeAt: (words: Int32Array, at: number, length: number) =>
            JSON.parse(textOf(new Uint8Array(words.buffer, words.byteOffset + at * 4, length))),
        };
      case "./error-codec.ts":
        return { encodeError: unexplored };
      case "./move.ts":
        return { detachMoved: unexplored };
      case "./patience.ts":
        return {
          Patience: class {
            readonly looks = 0;
            hasWoken(): void {}
            hasFound(): void {}
            sleeps(): void {}
            wakes(): void {}
          },
        };
      case "./relax.ts":
        return { relax: idle };
      case "./loaded.ts":
        return { loaded: unexplored };
      case "./copy.ts":
        return { copyBytes: unexplored };
      default:
        throw new Error(`${path} is not part of the model`);
    }
  }
}

const made = new Map<ReadonlyMap<string, string>, Modules[]>();

/** The modules of any thread, to look at. */
export const modulesOf = (texts: ReadonlyMap<string, string>): ReadonlyMap<string, Any> => modulesFor(texts, 0).byName;

function modulesFor(texts: ReadonlyMap<string, string>, n: number): Modules {
  const all = made.get(texts) ?? [];
  made.set(texts, all);
  all[n] ??= new Modules(texts);
  return all[n];
}

function textOf(bytes: Uint8Array): string {
  touchBytes(bytes, 0, bytes.length, READ);
  return new TextDecoder("latin1").decode(bytes.slice());
}

/** In place of a Buffer: only what is used of it. */
class Text {
  private readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.bytes = new Uint8Array(memory);
  }

  latin1Slice(start: number, end: number): string {
    return textOf(this.bytes.subarray(start, end));
  }
}

/** Nothing is collected here. */
class Registry {
  register(): void {}
}

class Reference {
  private readonly target: object;

  constructor(target: object) {
    this.target = target;
  }

  deref(): object {
    return this.target;
  }
}

function unexplored(): never {
  throw new Error("this is not part of the model");
}

/** The methods that were getters. */
const getters = new WeakSet<object>();

function got(object: Any, name: string): unknown {
  const value = object?.[name];
  return typeof value === "function" && getters.has(value) ? value.call(object) : value;
}

const isGenerator = (value: unknown): value is Generator => (value as Any)?.[Symbol.toStringTag] === "Generator";

/** What a call comes to, which may be a generator's. */
function* wait(value: unknown): Operation<Any> {
  return isGenerator(value) ? yield* value : value;
}
