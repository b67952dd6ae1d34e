// The ends of ways between processes. All ways of a part share the one channel that Node has between a process and the one it was forked by; what was sent in one go goes in
// one message of it.
//
// The side that sends has a credit of as many messages as a way holds. It comes back as messages are taken out at the other end, so that there are never more of them anywhere in between.
//
// Invariant
//   credit + messages in the letter + messages under way + messages at the other end + credit under way = capacity

import { List } from "../../base/list.ts";
import { Ring } from "../../base/ring.ts";
import { NOT_READY } from "../../core/machine.ts";
import type { Waiter } from "../../core/waiter.ts";
import { decode, encode, type Loader, type Unloader } from "../../parallel/codec.ts";
import { detachMoved } from "../../parallel/move.ts";
import { refuseShared } from "../../parallel/pool/unshared.ts";
import { type InPort, type OutPort, serve } from "./port.ts";

/** What the two processes of a part send each other for their ways. */
export type Mail =
  /** Messages in the order in which they were sent: the way of each, where its bytes end, and the bytes, one after the other. */
  | {
      readonly mail: "letter";
      readonly ways: readonly number[];
      readonly ends: readonly number[];
      readonly bytes: Uint8Array;
    }
  | { readonly mail: "credit"; readonly way: number; readonly count: number };

const BARE: Unloader = { object: () => undefined, handed: () => undefined };

/** All ways of a part, in one of the two processes. */
export class MailRoom {
  declare private readonly send: (mail: Mail) => void;
  declare private readonly ins: Map<number, MailIn>;
  declare private readonly outs: Map<number, MailOut>;
  /** Messages that are to be sent, in order. */
  declare private letter: { readonly way: number; readonly bytes: Uint8Array }[];
  /** Those who owe credit. */
  declare private readonly owing: Set<MailIn>;
  declare private isOpen: boolean;
  declare private isDue: boolean;

  /** Nothing is sent before it is opened. */
  constructor(send: (mail: Mail) => void) {
    this.send = send;
    this.ins = new Map();
    this.outs = new Map();
    this.letter = [];
    this.owing = new Set();
    this.isOpen = false;
    this.isDue = false;
  }

  /** Messages may come on a way before anybody here knows of it. */
  in(way: number): MailIn {
    let port = this.ins.get(way);
    if (port === undefined) {
      port = new MailIn(way, this);
      this.ins.set(way, port);
    }
    return port;
  }

  out(way: number, capacity: number, label: string): MailOut {
    const port = new MailOut(way, capacity, label, this);
    this.outs.set(way, port);
    return port;
  }

  open(): void {
    this.isOpen = true;
    this.flush();
  }

  /** There is another process at the other end, or will be: what the last one had got is lost. */
  close(): void {
    this.isOpen = false;
    this.owing.clear();
    for (const port of this.ins.values()) port.renew();
    for (const [way, port] of this.outs) port.renew(this.letter.filter((message) => message.way === way).length);
  }

  receive(mail: Mail): void {
    if (mail.mail === "credit") {
      this.outs.get(mail.way)?.receive(mail.count);
      return;
    }
    const { ways, ends, bytes } = mail;
    let start = 0;
    for (const [i, way] of ways.entries()) {
      const end = ends[i] as number;
      this.in(way).receive(bytes.subarray(start, end));
      start = end;
    }
    // when all is there: what one of them holds may be about another
    for (const way of new Set(ways)) this.in(way).look();
  }

  /** All that is sent in one go is sent together. */
  post(way: number, bytes: Uint8Array): void {
    this.letter.push({ way, bytes });
    this.expect();
  }

  owe(port: MailIn): void {
    this.owing.add(port);
    this.expect();
  }

  flush(): void {
    this.isDue = false;
    for (const port of this.owing) this.send({ mail: "credit", way: port.way, count: port.collect() });
    this.owing.clear();
    const { letter } = this;
    if (letter.length === 0) return;
    this.letter = [];
    const ends: number[] = [];
    let length = 0;
    for (const { bytes } of letter) {
      length += bytes.length;
      ends.push(length);
    }
    const bytes = new Uint8Array(length);
    for (const [i, message] of letter.entries()) bytes.set(message.bytes, (ends[i] as number) - message.bytes.length);
    this.send({ mail: "letter", ways: letter.map(({ way }) => way), ends, bytes });
  }

  private expect(): void {
    if (this.isDue || !this.isOpen) return;
    this.isDue = true;
    process.nextTick(() => this.flush());
  }
}

export class MailOut implements OutPort {
  declare readonly waiting: List<Waiter>;
  declare readonly capacity: number;
  declare private readonly way: number;
  declare private readonly room: MailRoom;
  /** Who sends, in messages. */
  declare private readonly from: string;
  declare private credit: number;

  constructor(way: number, capacity: number, label: string, room: MailRoom) {
    this.waiting = new List();
    this.capacity = capacity;
    this.way = way;
    this.room = room;
    this.from = `Component.send: "${label}"`;
    this.credit = capacity;
  }

  get length(): number {
    return this.capacity - this.credit;
  }

  get hasRoom(): boolean {
    return this.credit > 0;
  }

  wait(waiter: Waiter): void {
    this.waiting.push(waiter);
  }

  look(): void {
    serve(this.waiting);
  }

  offer(message: unknown): boolean {
    return this.credit > 0 && this.offerPacked(this.pack(message));
  }

  pack(message: unknown): unknown {
    const moved: (ArrayBuffer | ArrayBufferView)[] = [];
    const loader: Loader = {
      refer: refuseShared,
      hand(value) {
        if (!(value instanceof SharedArrayBuffer)) moved.push(value as ArrayBuffer);
        return -1;
      },
    };
    const bytes = encode(message, loader, this.from).slice();
    if (moved.length > 0) detachMoved(moved);
    return bytes;
  }

  offerPacked(packed: unknown): boolean {
    if (this.credit === 0) return false;
    this.credit--;
    this.room.post(this.way, packed as Uint8Array);
    return true;
  }

  receive(count: number): void {
    this.credit += count;
    this.look();
  }

  /** So many of its messages have not been sent yet. */
  renew(unsent: number): void {
    this.credit = this.capacity - unsent;
    this.look();
  }
}

export class MailIn implements InPort {
  declare readonly waiting: List<Waiter>;
  declare taken: number;
  declare readonly way: number;
  declare private readonly room: MailRoom;
  declare private readonly messages: Ring<Uint8Array>;
  /** Messages that were taken out, which the other side does not know yet. */
  declare private owed: number;

  constructor(way: number, room: MailRoom) {
    this.waiting = new List();
    this.taken = 0;
    this.way = way;
    this.room = room;
    this.messages = new Ring();
    this.owed = 0;
  }

  get length(): number {
    return this.messages.size;
  }

  get hasNext(): boolean {
    return this.messages.size > 0;
  }

  wait(waiter: Waiter): void {
    this.waiting.push(waiter);
  }

  look(): void {
    serve(this.waiting);
  }

  take(): unknown {
    if (this.messages.size === 0) return NOT_READY;
    this.taken++;
    this.owed++;
    this.room.owe(this);
    return decode(this.messages.shift(), BARE);
  }

  /** The credit that it owes. */
  collect(): number {
    const { owed } = this;
    this.owed = 0;
    return owed;
  }

  renew(): void {
    this.owed = 0;
  }

  receive(bytes: Uint8Array): void {
    this.messages.push(bytes);
  }
}
