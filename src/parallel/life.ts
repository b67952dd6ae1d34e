// Keeps the process alive while somebody waits for other threads, and finds out when that is in vain.
//
// Neither ports nor workers keep the process alive. One port of this thread does, from the moment it sleeps while something is watched. When nothing has happened
// for a while, it lets go, to see whether the event loop runs dry; if it does, every other thread is asked to tell when its own has. A thread that answers says how
// often it has been busy. When all have answered, all sleep, and none has been busy since, no thread can wake another: that is exact, and the verdict is the scheduler's.
//
// Invariant
//   while a question is open, the process is kept alive

import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type Commons, slotOf } from "./commons.ts";
import type { Message } from "./message.ts";

/** Milliseconds without any activity after which it is looked whether the event loop is dry. */
const PATIENCE = 200;

/** This thread among the others, as this file sees it. */
interface Surroundings {
  readonly commons: Commons;
  readonly who: number;
  readonly slot: number;
  readonly scheduler: { readonly turns: number };
  /** Does anybody here wait for other threads? */
  readonly isWaiting: boolean;
  on<M>(about: string, handler: (message: M, from: number) => void): void;
  whisper(who: number, message: Message): void;
}

interface Question extends Message {
  readonly number: number;
}
interface Answer extends Question {
  readonly activity: number;
  /** What its tasks wait for, in words. */
  readonly waits: string;
}

export class Life {
  declare private readonly neighbours: Surroundings;
  /** A thread that was started by another is kept alive by that one. */
  declare private readonly isStarted: boolean;
  /** Messages that were taken, those left out that ask or tell who is dry. */
  declare heard: number;
  declare private readonly anchor: MessagePort;
  /** Its other end, without which it would close. */
  declare private readonly end: MessagePort;
  declare private isHeld: boolean;
  declare private isListening: boolean;
  declare private timer: NodeJS.Timeout | null;
  declare private turnsWhenSeen: number;
  /** Nothing has happened for a while: the loop may run dry. */
  declare private isTesting: boolean;
  declare private number: number;
  /** Who has not answered the question that is open; null when none is. */
  declare private unanswered: Set<number> | null;
  declare private answers: Map<number, Answer>;
  /** All threads were quiet when the activity of this one was that. */
  declare private quietAt: number;
  /** What the tasks of this thread wait for, in words. */
  declare describe: (() => string) | null;
  /** In a thread that was started: the question to be answered when it is dry, and who asks. */
  declare private asked: { readonly number: number; readonly by: number } | null;
  /** What keeps a thread alive that was started: its way to the one that did. */
  declare private parent: MessagePort | null;

  constructor(neighbours: Surroundings, isStarted: boolean) {
    this.neighbours = neighbours;
    this.isStarted = isStarted;
    this.heard = 0;
    const { port1, port2 } = new MessageChannel();
    this.anchor = port1;
    this.end = port2;
    this.end.unref();
    this.anchor.on("message", () => {});
    this.anchor.unref();
    this.isHeld = false;
    this.timer = null;
    this.turnsWhenSeen = -1;
    this.isTesting = false;
    this.number = 0;
    this.unanswered = null;
    this.answers = new Map();
    this.quietAt = -1;
    this.describe = null;
    this.asked = null;
    this.parent = null;
    neighbours.on("dry?", (question: Question, from) => this.hear(question, from));
    neighbours.on("dry", (answer: Answer, from) => this.note(answer, from));
    this.isListening = false;
    if (isStarted) this.listen();
  }

  /** Another number whenever this thread has done something: after a message it may still have something under way. */
  get activity(): number {
    return (this.neighbours.scheduler.turns + this.heard) | 0;
  }

  /** There is a new way to another thread. */
  linked(who: number, port: MessagePort): void {
    if (this.unanswered?.has(who) === true) this.question(who); // it could not be asked before
    if (!this.isStarted || this.parent !== null) return;
    this.parent = port;
    port.ref();
  }

  /** This thread sleeps, and waits for others. */
  hold(): void {
    const { neighbours } = this;
    if (this.isStarted) return;
    if (this.isTesting && neighbours.scheduler.turns === this.turnsWhenSeen) return; // the test goes on
    this.isTesting = false;
    this.listen();
    this.ref();
    this.timer ??= setTimeout(() => this.look(), PATIENCE).unref();
  }

  /** Nobody here waits for others any more. */
  letGo(): void {
    if (this.unanswered !== null) return;
    this.unref();
    if (this.isListening && !this.isStarted) process.off("beforeExit", this.dry);
    this.isListening = this.isStarted;
  }

  /** The event loop has nothing left to do by itself: may another thread still wake somebody here? */
  mayWake(): boolean {
    const { neighbours } = this;
    if (this.isStarted) return true; // the verdict is the first thread's
    if (!neighbours.isWaiting || neighbours.commons.living().length <= 1) return false;
    if (this.quietAt === this.activity && this.isQuiet()) return false;
    this.ask();
    return true;
  }

  /** What the tasks of the other threads wait for, as of when all were quiet. */
  elsewhere(): string {
    let text = "";
    for (const [who, { waits }] of this.answers)
      if (waits !== "") text += `\n  in thread ${slotOf(who)}:\n${waits.replace(/^/gm, "  ")}`;
    return text;
  }

  private ref(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.anchor.ref();
  }

  private unref(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.anchor.unref();
  }

  private look(): void {
    this.timer = null;
    const { turns } = this.neighbours.scheduler;
    if (!this.isHeld || this.unanswered !== null) return;
    if (turns === this.turnsWhenSeen) {
      this.isTesting = true;
      this.unref();
      return;
    }
    this.turnsWhenSeen = turns;
    this.timer = setTimeout(() => this.look(), PATIENCE).unref();
  }

  private readonly dry = (): void => {
    if (this.isStarted) this.answer();
    else if (this.neighbours.isWaiting) this.mayWake();
  };

  private listen(): void {
    if (!this.isListening) process.on("beforeExit", this.dry);
    this.isListening = true;
  }

  private ask(): void {
    if (this.unanswered !== null) return;
    this.ref();
    this.number++;
    this.answers = new Map();
    const { commons, who } = this.neighbours;
    this.unanswered = new Set(commons.living().filter((other) => other !== who));
    for (const other of this.unanswered) this.question(other);
  }

  private question(who: number): void {
    this.neighbours.whisper(who, { about: "dry?", number: this.number } as Question);
  }

  private hear({ number }: Question, from: number): void {
    this.asked = { number, by: from };
    this.parent?.unref();
  }

  /** The event loop of a thread that was asked has run dry. */
  private answer(): void {
    const { neighbours, asked } = this;
    this.parent?.ref();
    if (asked === null) return;
    this.asked = null;
    const { activity } = this;
    const waits = this.describe?.() ?? "";
    neighbours.whisper(asked.by, { about: "dry", number: asked.number, activity, waits } as Answer);
  }

  private note(answer: Answer, from: number): void {
    if (this.unanswered === null || answer.number !== this.number) return;
    this.answers.set(from, answer);
    this.unanswered.delete(from);
    this.judge();
  }

  /** A thread has died. */
  mourn(who: number): void {
    if (this.unanswered?.delete(who) === true) this.judge();
  }

  private judge(): void {
    if (this.unanswered === null || this.unanswered.size > 0) return;
    this.unanswered = null;
    if (!this.isQuiet()) {
      this.ask();
      return;
    }
    this.quietAt = this.activity;
    this.unref(); // the loop runs dry again, and the scheduler comes to its verdict
  }

  /**
   * Do all others sleep, and have they slept since they answered? Code that is no task may have roused one without a turn of the scheduler here. And is nothing on its way: a port of one that
   * was asked does not keep its loop from running dry.
   */
  private isQuiet(): boolean {
    const { commons, who, slot } = this.neighbours;
    if (commons.hasMessages(slot)) return false;
    return commons
      .living()
      .every(
        (other) =>
          other === who ||
          (this.answers.get(other)?.activity === commons.activityOf(slotOf(other)) &&
            commons.isAsleep(slotOf(other)) &&
            !commons.hasMessages(slotOf(other))),
      );
  }
}
