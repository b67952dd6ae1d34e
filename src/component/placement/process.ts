// A process as the place where a part runs: one of its own. Messages go through the channel that Node has between the two.
//
//   the process is ready   the order goes there, and what was sent to the part meanwhile
//   the part has ended     its answer comes back; the process is told to leave, and is killed if it does not

import { oneLine } from "../../base/errors.ts";
import type { Selectable } from "../../core/types.ts";
import { decode, encode, type Loader, type Unloader } from "../../parallel/codec.ts";
import type { Origin } from "../../parallel/origin.ts";
import { type Call, type Employer, PoolRun } from "../../parallel/pool/call.ts";
import { Child } from "../../parallel/pool/child.ts";
import { refuseShared } from "../../parallel/pool/unshared.ts";
import { type Mail, type MailIn, type MailOut, MailRoom } from "./mail.ts";
import type { Ended, Order } from "./notes.ts";
import type { Stage } from "./stage.ts";

/** To the process of a part. */
export type ToPart =
  | Mail
  | { readonly mail: "begin"; readonly bytes: Uint8Array }
  | { readonly mail: "cancel"; readonly bytes: Uint8Array | null }
  | { readonly mail: "leave" };

/** From there. */
export type FromPart =
  | Mail
  | { readonly mail: "ready" }
  | { readonly mail: "answer"; readonly how: number; readonly bytes: Uint8Array };

/** What a way is made of, on the other side. */
export interface MailWay {
  readonly number: number;
  readonly capacity: number;
  readonly label: string;
}

/** Milliseconds a process gets to end by itself when its part has ended. */
const FAREWELL = 1_000;

const COPYING: Loader = { refer: refuseShared, hand: () => -1 };
const BARE: Unloader = { object: () => undefined, handed: () => undefined };

export class ProcessStage implements Stage, Employer {
  declare readonly name: string;
  declare readonly words: Employer["words"];
  declare readonly grace: number;
  readonly timeout: number = Number.POSITIVE_INFINITY;
  declare private readonly origin: Origin;
  declare private readonly site: { readonly stack?: string };
  declare private readonly mail: MailRoom;
  declare private ways: number;
  declare private child: Child | null;
  declare private call: Call | null;
  declare private begun: number | null;
  /** What is sent as soon as the process is ready. */
  declare private unsent: ToPart[] | null;

  constructor(label: string, part: Origin, site: { readonly stack?: string }, grace: number) {
    this.name = label;
    this.words = {
      verb: "inProcess",
      operation: "component",
      thread: `the process of "${label}"`,
      place: "in its process",
    };
    this.grace = grace;
    this.origin = part;
    this.site = site;
    this.mail = new MailRoom((mail) => this.send(mail));
    this.ways = 0;
    this.child = null;
    this.call = null;
    this.begun = null;
    this.unsent = null;
  }

  out(label: string, capacity: number): { readonly port: MailOut; readonly way: MailWay } {
    const way = { number: this.ways++, capacity, label };
    return { port: this.mail.out(way.number, capacity, label), way };
  }

  in(label: string, capacity: number): { readonly port: MailIn; readonly way: MailWay } {
    const way = { number: this.ways++, capacity, label };
    return { port: this.mail.in(way.number), way };
  }

  perform(order: Order): Selectable<Ended> {
    return new PoolRun<Ended>(this, this.origin, [order], 0, this.site);
  }

  close(): Promise<void> | null {
    const { child } = this;
    this.child = null;
    if (child === null) return null;
    child.send({ mail: "leave" } satisfies ToPart);
    const timer = setTimeout(() => child.kill(), FAREWELL);
    return child.exit.then(() => clearTimeout(timer));
  }

  // ---- the call that performs the part

  begin(call: Call): void {
    this.call = call;
    this.begun = null;
    this.mail.close();
    try {
      const bytes = encode(call.args[0], COPYING, "inProcess").slice();
      this.unsent = [{ mail: "begin", bytes }];
      const child: Child = new Child(
        0,
        (report) => this.hear(report as unknown as FromPart),
        (code, how) => this.died(child, code, how),
        ENTRY,
      );
      this.child = child;
    } catch (error) {
      this.call = null;
      call.lost({ why: `could not be started (${oneLine(error)})`, exitCode: undefined, cause: error });
    }
  }

  retract(): boolean {
    return false;
  }

  cancel(_call: Call, reason: unknown): void {
    let bytes: Uint8Array | null = null;
    try {
      bytes = encode(reason, COPYING, "").slice();
    } catch {
      // a reason that cannot travel: the part is cancelled without one
    }
    this.send({ mail: "cancel", bytes });
  }

  replace(_call: Call, why: string): void {
    const { child } = this;
    if (child === null) return;
    child.why ??= why;
    child.kill();
  }

  handOver(): void {}

  startOf(): number | null {
    return this.begun;
  }

  over(): void {
    this.call = null;
  }

  private hear(report: FromPart): void {
    switch (report.mail) {
      case "ready": {
        const unsent = this.unsent ?? [];
        this.unsent = null;
        this.begun = performance.timeOrigin + performance.now();
        for (const mail of unsent) this.send(mail);
        this.mail.open();
        return;
      }
      case "answer":
        this.call?.answered(report.how, decode(report.bytes, BARE));
        return;
      default:
        this.mail.receive(report);
    }
  }

  private send(mail: ToPart): void {
    if (this.unsent !== null) this.unsent.push(mail);
    else this.child?.send(mail);
  }

  private died(child: Child, code: number | null, how: string): void {
    this.call?.lost({ why: child.why ?? how, exitCode: code ?? undefined, cause: undefined });
  }
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./entry/process.ts" : "./entry/process.js", import.meta.url);
