// The world of a simulated run: while one is under way, chance, dates and timers are the run's. The same run has the same of them, and time is virtual.
//
// What has captured one of these functions before, or imports it from a module of Node, is out of reach: an exploration tells where a body is not repeatable.
//
// Invariants
//   the globals are replaced exactly while a world is entered; the one whose turn it is is asked
//   a timer of a world is in the heap of its scheduler until it goes off or is taken back

import { MisuseError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { Alarm } from "../core/alarm.ts";
import { afterwards } from "../core/machine.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { CHANCE, CLOCK, READ, touch, WRITE } from "../core/tracker.ts";

const EPOCH = Date.UTC(2000, 0, 1);
/** So often may timers go off while no task runs: an interval that was forgotten would keep the run going for ever. */
const MOST_IN_VAIN = 10_000;

const real = {
  Date,
  performance,
  random: Math.random,
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
};

type Callback = (...args: unknown[]) => void;

/** What setTimeout and its kin answer: has the face of a timer of Node. */
class VirtualTimer extends Alarm {
  declare private readonly world: World;
  declare readonly id: number;
  declare private readonly call: () => void;
  declare private readonly ms: number;
  declare private readonly repeats: boolean;

  constructor(world: World, id: number, call: () => void, ms: number, repeats: boolean) {
    super();
    this.world = world;
    this.id = id;
    this.call = call;
    this.ms = ms;
    this.repeats = repeats;
  }

  fire(): void {
    afterwards(this.call);
    if (this.repeats && this.world.inVain() < MOST_IN_VAIN) this.world.scheduler.arm(this, this.ms);
    else this.world.timers.delete(this.id);
  }

  start(): this {
    this.world.scheduler.arm(this, this.ms);
    this.world.timers.set(this.id, this);
    return this;
  }

  close(): this {
    this.world.scheduler.disarm(this);
    this.world.timers.delete(this.id);
    return this;
  }

  refresh(): this {
    return this.close().start();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What setImmediate answers. */
class Immediate {
  cleared = false;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose](): void {
    this.cleared = true;
  }
}

export class World {
  declare readonly scheduler: Scheduler;
  declare readonly timers: Map<number, VirtualTimer>;
  declare private readonly chance: Random;
  declare private lastId: number;
  declare private ran: number;
  declare private vain: number;

  constructor(scheduler: Scheduler, seed: number) {
    this.scheduler = scheduler;
    this.timers = new Map();
    this.chance = new Random(seed);
    this.lastId = 0;
    this.ran = 0;
    this.vain = 0;
  }

  now(): number {
    touch(this.scheduler, CLOCK, READ);
    return this.scheduler.host.now();
  }

  random(): number {
    touch(this, CHANCE, WRITE);
    return this.chance.next() / 2 ** 32;
  }

  timer(call: Callback, ms: unknown, args: readonly unknown[], repeats: boolean): VirtualTimer {
    if (typeof call !== "function") throw new TypeError("The callback of a timer must be a function.");
    const delay = Number(ms);
    return new VirtualTimer(this, ++this.lastId, () => call(...args), delay > 1 ? delay : 1, repeats).start(); // as in Node
  }

  /** After the event loop has turned, so that all microtasks have run. */
  immediate(call: Callback, args: readonly unknown[]): Immediate {
    if (typeof call !== "function") throw new TypeError("The callback of setImmediate must be a function.");
    const immediate = new Immediate();
    this.scheduler.host.turn(() => {
      if (!immediate.cleared) call(...args);
    });
    return immediate;
  }

  /** How many timers have gone off since a task last ran. */
  inVain(): number {
    const { turnsOfTasks } = this.scheduler;
    if (turnsOfTasks !== this.ran) this.vain = 0;
    this.ran = turnsOfTasks;
    return ++this.vain;
  }
}

const worlds: World[] = [];

const inside = (): World => worlds.at(-1) as World;

/** From now on the globals are this world's. */
export function enterWorld(world: World): void {
  worlds.push(world);
  if (worlds.length === 1) Object.assign(globalThis, virtual);
  if (worlds.length === 1) Math.random = () => inside().random();
}

/** From now on it is the one that is meant. */
export function makeCurrentWorld(world: World): void {
  if (worlds.at(-1) === world) return;
  worlds.splice(worlds.indexOf(world), 1);
  worlds.push(world);
}

export function leaveWorld(world: World): void {
  worlds.splice(worlds.indexOf(world), 1);
  if (worlds.length > 0) return;
  const { random, ...globals } = real;
  Object.assign(globalThis, globals);
  Math.random = random;
}

/** What test frameworks replace. After a run there is again what was there when this was loaded, so a replacement would be lost. */
const FAKED = ["setTimeout", "setInterval", "setImmediate", "Date"] as const;

/** Fake timers of a test framework and a simulation would each move a time of their own. */
export function refuseFakeTimers(from: string): void {
  const { setTimeout } = globalThis;
  // Replaced since this was loaded, or before by one that is known: those of sinon and vitest have a clock, those of node:test are bound.
  const isFake = "clock" in setTimeout || setTimeout.name.startsWith("bound ");
  if (worlds.length > 0 || !(isFake || FAKED.some((name) => globalThis[name] !== real[name]))) return;
  throw new MisuseError(
    `${from}: fake timers of a test framework are installed. Restore the real ones first: time is virtual here anyway.`,
  );
}

function VirtualDate(this: unknown, ...args: unknown[]): unknown {
  const now = EPOCH + inside().now();
  if (new.target === undefined) return new real.Date(now).toString();
  return Reflect.construct(real.Date, args.length === 0 ? [now] : args, new.target);
}
VirtualDate.prototype = real.Date.prototype;
VirtualDate.now = (): number => Math.floor(EPOCH + inside().now());
VirtualDate.parse = real.Date.parse;
VirtualDate.UTC = real.Date.UTC;

const take = (timer: unknown, otherwise: (timer: never) => void): void => {
  if (timer instanceof VirtualTimer) timer.close();
  else if (timer instanceof Immediate) timer.cleared = true;
  else if (typeof timer === "number" || typeof timer === "string") inside().timers.get(Number(timer))?.close();
  else otherwise(timer as never);
};

const after = (call: Callback, ms?: unknown, ...args: unknown[]): unknown => inside().timer(call, ms, args, false);
const soon = (call: Callback, ...args: unknown[]): unknown => inside().immediate(call, args);

/** What `util.promisify` makes of these functions. */
const PROMISIFY = Symbol.for("nodejs.util.promisify.custom");

const virtual = {
  Date: VirtualDate,
  performance: Object.create(real.performance, { now: { value: () => inside().now() } }),
  setTimeout: Object.assign(after, {
    [PROMISIFY]: (ms: number, value: unknown) => new Promise((resolve) => after(() => resolve(value), ms)),
  }),
  clearTimeout: (timer: unknown) => take(timer, real.clearTimeout),
  setInterval: (call: Callback, ms?: unknown, ...args: unknown[]) => inside().timer(call, ms, args, true),
  clearInterval: (timer: unknown) => take(timer, real.clearInterval),
  setImmediate: Object.assign(soon, {
    [PROMISIFY]: (value: unknown) => new Promise((resolve) => soon(() => resolve(value))),
  }),
  clearImmediate: (timer: unknown) => take(timer, real.clearImmediate),
};
