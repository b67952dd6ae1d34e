// This thread among the others: what it watches in shared memory, how it sleeps and is roused, and what threads tell each other.
//
// Data goes through shared memory. A thread looks at what it watches when its run queue is empty, goes on looking for a moment, and then sleeps: in its event loop,
// where a message wakes it. Who changes something that a sleeping thread watches sends that message, and nobody else does.
//
//   rest()   1 look at all that is watched   2 look again for a while   3 note that this thread sleeps   4 announce it on each object   5 look once more   6 sleep
//
// Step 3 comes before step 4: who finds the announcement finds the sleeper, and sends the message. It may come in during step 5, when a look takes messages out by itself:
// so whoever was roused meanwhile does not sleep.
//
// Every thread has a port to every other. A message is the number ROUSE, or a record with the name of what it is about.
//
// Invariants
//   an object is watched while somebody here waits for it, and a few are a little longer
//   while this thread is not asleep, it will look at what it watches before it sleeps
//   a hint that this thread is given has either been followed by a look, or its message is under way

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { machine, runErrands } from "../core/machine.ts";
import { installed } from "../core/runtime.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { Commons, MOST_THREADS, slotOf } from "./commons.ts";
import { Life } from "./life.ts";
import type { Birth, Death, Handler, Mended, Message, Unsent, Watched } from "./message.ts";
import { Patience } from "./patience.ts";
import { relax } from "./relax.ts";

const ROUSE = 0;
const FIRST_SLOT = 0;
/** Objects that are watched although nobody waits for them at the moment: those waited for again and again need not be entered each time. */
const FEW_IDLE = 8;

export class Neighbours {
  declare readonly commons: Commons;
  declare readonly who: number;
  declare readonly slot: number;
  declare readonly scheduler: Scheduler;
  declare readonly life: Life;
  declare private readonly links: (MessagePort | null)[];
  declare private readonly linkedTo: number[];
  declare private watched: Watched[];
  declare private readonly isWatched: Set<Watched>;
  declare private readonly handlers: Map<string, Handler>;
  declare private readonly mended: Mended[];
  declare private readonly mourners: ((who: number, death: Death) => void)[];
  /** What is to be said to threads to which there is no way yet. */
  declare private readonly unsent: Map<number, Unsent[]>;
  /** Pairs of threads that the first of all threads has given a way to each other. */
  declare private readonly connected: Set<string>;
  /** Who has died last in each slot, as far as this thread knows. */
  declare private readonly mourned: number[];
  /** This thread has announced that it sleeps. */
  declare private isAsleep: boolean;
  /** A message has been taken since this was last set back. */
  declare private hasHeard: boolean;
  /** It has nothing to do, and does not sleep yet. Who may wait for more than is there now is to wait. */
  declare isPatient: boolean;
  declare private readonly patience: Patience;

  constructor(birth: Birth | null) {
    this.commons = new Commons(birth?.memory);
    this.who = birth?.who ?? this.commons.enter(0);
    this.slot = slotOf(this.who);
    this.scheduler = installed().scheduler;
    this.links = new Array(MOST_THREADS).fill(null);
    this.linkedTo = new Array(MOST_THREADS).fill(0);
    this.watched = [];
    this.isWatched = new Set();
    this.handlers = new Map();
    this.mended = [];
    this.mourners = [];
    this.unsent = new Map();
    this.connected = new Set();
    this.mourned = new Array(MOST_THREADS).fill(0);
    this.isAsleep = false;
    this.hasHeard = false;
    this.isPatient = false;
    this.patience = new Patience();
    this.life = new Life(this, birth !== null);
    this.on("link", ({ who, port }: { who: number; port: MessagePort }) => this.link(who, port));
    this.on("connect", ({ who }: { who: number }, from) => this.connect(from, who));
    this.on("relay", ({ slot }: { slot: number }) => this.send(slot, ROUSE));
    this.on("died", (message: { who: number } & Death & Message, from) => {
      const { who, why, exitCode } = message;
      if (this.slot === FIRST_SLOT) for (const other of this.linkedTo) if (other !== from) this.tell(other, message); // some may have no way to who told it
      this.mourn(who, { why, exitCode, cause: undefined });
    });
    for (const { who, port } of birth?.links ?? []) this.link(who, port);
    this.scheduler.neighbours = this;
    if (birth !== null) this.scheduler.visitSoon(); // so that it is known to sleep, if it has nothing to do
  }

  /** What is to be done with the messages about something. */
  on<M>(about: string, handler: (message: M, from: number) => void): void {
    this.handlers.set(about, handler as Handler);
  }

  /** Somebody here waits for something: it is looked at from now on. */
  watch(object: Watched): void {
    if (!this.isWatched.has(object)) {
      this.isWatched.add(object);
      this.watched.push(object);
    }
    this.scheduler.visitSoon();
  }

  /** What has to be mended when threads die, before those are told who asked to be. */
  mendAtDeath(object: Mended): void {
    this.mended.push(object);
  }

  /** Tells a thread that there may be something for it, if it sleeps. */
  rouse(slot: number): void {
    const slept = this.commons.stir(slot);
    if (slot === this.slot) this.scheduler.visitSoon();
    else if (slept) this.send(slot, ROUSE);
  }

  /** Sends a record to one thread. Where there is no way to it yet, as soon as there is one. False if it has ended. */
  tell(who: number, message: Message, transfer?: readonly (ArrayBuffer | MessagePort)[]): boolean {
    if (who === this.who) {
      // A worker may take a call that it has made itself.
      const copy = structuredClone(message, transfer === undefined ? {} : { transfer: transfer as ArrayBuffer[] });
      setImmediate(() => this.take(copy, who));
      return true;
    }
    const port = this.links[slotOf(who)];
    if (port === null || port === undefined || this.linkedTo[slotOf(who)] !== who)
      return this.tellLater(who, message, transfer);
    this.commons.stir(slotOf(who)); // something is on its way, and those who ask whether it sleeps must know
    this.patience.hasWoken();
    port.postMessage(message, transfer as ArrayBuffer[]);
    this.commons.messageSent(who); // it may just have been about to sleep
    return true;
  }

  private tellLater(who: number, message: Message, transfer: readonly (ArrayBuffer | MessagePort)[] = []): boolean {
    if (!this.commons.isAlive(who)) return false;
    const known = this.unsent.get(who);
    if (known !== undefined) known.push({ message, transfer });
    else {
      this.unsent.set(who, [{ message, transfer }]);
      if (this.slot !== FIRST_SLOT) this.links[FIRST_SLOT]?.postMessage({ about: "connect", who }); // the first is told of all by those who start them
    }
    return true;
  }

  /** The same for a message that asks or tells whether a thread is busy, and makes it no busier. */
  whisper(who: number, message: Message): void {
    if (this.isLinked(who)) this.links[slotOf(who)]?.postMessage(message);
  }

  /** Calls back when a thread has died, after all that it may have left half done has been mended. */
  atDeath(tell: (who: number, death: Death) => void): void {
    this.mourners.push(tell);
  }

  /** Sends a record to all threads there is a way to. */
  tellAll(message: Message): void {
    for (const who of this.linkedTo) if (who !== 0) this.tell(who, message);
  }

  isLinked(who: number): boolean {
    return this.linkedTo[slotOf(who)] === who;
  }

  /** Prepares a new thread: it gets a number, and a way to every other. What is answered goes into its `workerData`, with its ports handed over. */
  beget(): Birth {
    const who = this.commons.enter(this.who);
    const links: { who: number; port: MessagePort }[] = [];
    for (const other of this.commons.living()) {
      if (other === who || (other !== this.who && !this.isLinked(other))) continue;
      const { port1, port2 } = new MessageChannel();
      links.push({ who: other, port: port2 });
      if (other === this.who) this.link(who, port1);
      else this.tell(other, { about: "link", who, port: port1 } as Message, [port1]);
    }
    return { memory: this.commons.memory, who, links };
  }

  /** This thread ends when its event loop has nothing else to do. */
  depart(): void {
    for (const port of this.links) port?.close();
  }

  /** A thread that was started here can run no more. */
  died(who: number, death: Death): void {
    this.commons.bury(who);
    // Those it has started itself have ended with it.
    for (const other of this.commons.living()) if (this.commons.parentOf(other) === who) this.died(other, death);
    this.tellAll({ about: "died", who, why: death.why, exitCode: death.exitCode } as Message);
    this.mourn(who, death);
  }

  /** Takes what messages have already come, without waiting for the event loop. */
  takeMessages(): void {
    for (let slot = 0; slot < MOST_THREADS; slot++) this.takeFrom(slot);
  }

  /** What is taken may lead to another thread in the same slot. */
  private takeFrom(slot: number): void {
    const port = this.links[slot];
    if (port === null || port === undefined) return;
    const from = this.linkedTo[slot] as number;
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
      if (got.message !== ROUSE) this.take(got.message, from);
      else this.scheduler.visitSoon();
  }

  /** The run queue is empty. True if that may have changed; false if this thread sleeps now. */
  rest(): boolean {
    const { commons, slot } = this;
    // 1 and 2
    this.isPatient = true;
    const hasFound = this.look() || (this.isWaiting && this.spin());
    this.isPatient = false;
    if (hasFound) {
      this.patience.hasFound();
      return true;
    }
    this.tidy();
    const { watched } = this;
    // 3
    this.isAsleep = true;
    commons.fallAsleep(slot, this.life.activity);
    // 4
    for (const object of watched) object.announce();
    // 5: who has been roused meanwhile, or has taken another message (see takeMessages), looks again: nothing else would wake it
    this.hasHeard = false;
    if (this.look() || this.hasHeard || !commons.isAsleep(slot)) {
      this.wake();
      return true;
    }
    // 6
    if (watched.length > 0) this.life.hold();
    else if (!this.scheduler.hasTimers) this.life.letGo(); // else the timer keeps the process alive anyway
    this.patience.sleeps(this.scheduler.host.now());
    return false;
  }

  /** Looks less and less often, since each look slows those down who change what is looked at. */
  private spin(): boolean {
    const { looks } = this.patience;
    for (let i = 1; i <= looks && this.commons.maySpin; i++) {
      relax(i);
      if (this.look()) return true;
    }
    return false;
  }

  /** This thread has woken up, by whatever: it looks by itself from now on. */
  wake(): void {
    if (!this.isAsleep) return;
    this.isAsleep = false;
    this.commons.stir(this.slot);
    for (const object of this.watched) object.awake?.();
    this.look();
  }

  /** Looks at what is watched, without sleeping. */
  look(): boolean {
    const { watched } = this;
    let done = false;
    let idle = 0;
    for (let i = 0; i < watched.length; i++) {
      const object = watched[i] as Watched;
      if (!object.isWanted) idle++;
      else if (object.look()) done = true;
    }
    if (idle > FEW_IDLE) this.tidy();
    if (machine.errands !== null) runErrands(); // before those go on who were let go on
    return done;
  }

  /** Watches no more what nobody waits for. */
  private tidy(): void {
    const { watched } = this;
    let kept = 0;
    for (const object of watched) {
      if (object.isWanted) watched[kept++] = object;
      else {
        this.isWatched.delete(object);
        object.withdraw();
      }
    }
    watched.length = kept;
  }

  mayWake(): boolean {
    return this.life.mayWake();
  }

  elsewhere(): string {
    return this.life.elsewhere();
  }

  /** Does anybody here wait for other threads? */
  get isWaiting(): boolean {
    return this.watched.some((object) => object.isWanted);
  }

  private link(who: number, port: MessagePort): void {
    const slot = slotOf(who);
    this.unlink(slot);
    this.links[slot] = port;
    this.linkedTo[slot] = who;
    port.on("message", (message: unknown) => this.take(message, who));
    port.unref();
    this.life.linked(who, port);
    const unsent = this.unsent.get(who);
    if (unsent === undefined) return;
    this.unsent.delete(who);
    for (const { message, transfer } of unsent) this.tell(who, message, transfer);
  }

  /** The thread in a slot has died. What it has said before counts: answers, and introductions of what they hold. */
  private unlink(slot: number): void {
    const port = this.links[slot];
    this.takeFrom(slot);
    port?.close();
    if (this.links[slot] !== port) return;
    this.links[slot] = null;
    this.linkedTo[slot] = 0;
  }

  private take(message: unknown, from: number): void {
    this.hasHeard = true;
    if (message !== ROUSE) {
      const { about } = message as Message;
      this.handlers.get(about)?.(message as never, from);
      if (about.startsWith("dry")) return; // whispers make nobody busy
      this.life.heard++;
      if (from !== this.who && about !== "connect" && about !== "relay") this.commons.messageTaken(this.slot);
      this.scheduler.visitSoon();
      return;
    }
    this.life.heard++;
    this.patience.wakes(this.scheduler.host.now());
    this.scheduler.visit();
  }

  private send(slot: number, message: number): void {
    const who = this.commons.at(slot);
    if (who === 0) return;
    this.patience.hasWoken();
    if (this.slot === FIRST_SLOT && !this.isLinked(who)) this.takeMessages(); // the way to it has been sent
    if (this.isLinked(who)) {
      this.links[slot]?.postMessage(message);
      return;
    }
    // Two threads that were started at the same time by different ones: the first of all threads knows both.
    if (this.slot === FIRST_SLOT) return;
    this.links[FIRST_SLOT]?.postMessage({ about: "relay", slot });
    this.links[FIRST_SLOT]?.postMessage({ about: "connect", who });
  }

  private connect(one: number, other: number): void {
    if (!this.commons.isAlive(one) || !this.commons.isAlive(other)) return;
    const pair = one < other ? `${one} ${other}` : `${other} ${one}`;
    if (this.connected.has(pair)) return;
    this.connected.add(pair);
    const { port1, port2 } = new MessageChannel();
    this.tell(one, { about: "link", who: other, port: port1 } as Message, [port1]);
    this.tell(other, { about: "link", who: one, port: port2 } as Message, [port2]);
  }

  /** A thread has died: what it may have left half done is mended, and hints it may have been given are given again, by looking at everything. */
  private mourn(who: number, death: Death): void {
    const slot = slotOf(who);
    this.unsent.delete(who);
    if (this.mourned[slot] === who) return;
    this.mourned[slot] = who;
    for (const pair of this.connected) if (pair.split(" ").includes(`${who}`)) this.connected.delete(pair);
    if (this.linkedTo[slot] === who) this.unlink(slot);
    for (const object of this.mended) object.mend(who);
    this.life.mourn(who);
    for (const tell of this.mourners) tell(who, death);
    this.scheduler.visitSoon();
  }
}

let neighbours: Neighbours | null = null;

/** This thread among the others. */
export function here(): Neighbours {
  neighbours ??= new Neighbours(null);
  return neighbours;
}

/** The same for a thread that was started by another one: called once, before anything else. */
export function joinFamily(birth: Birth): Neighbours {
  neighbours = new Neighbours(birth);
  return neighbours;
}
