// The side of a placement where the part runs: makes the part, ties the ways to its boxes, and performs it.
//
//   1 make the part   2 tie its boxes to the ways   3 perform it, and heed what the other side tells meanwhile   4 wait until all it has sent is on its way

import { OffshootError, oneLine } from "../../base/errors.ts";
import { named } from "../../core/body.ts";
import { type Keeper, spawn } from "../../core/lifecycle.ts";
import { NOT_READY } from "../../core/machine.ts";
import { runningTask } from "../../core/run.ts";
import { DAEMON, owningScope, type Scope } from "../../core/task.ts";
import type { Operation } from "../../core/types.ts";
import { group } from "../../flow/group.ts";
import { ENDED } from "../../parallel/cargo.ts";
import { Box, INBOX, OUTBOX } from "../box.ts";
import type { BoxOwner } from "../box-owner.ts";
import { type AnyComponent, inside } from "../component.ts";
import { UnknownBoxError } from "../errors.ts";
import type { Outlook } from "../leaves.ts";
import { join } from "../linkage.ts";
import { services } from "../services.ts";
import { isShutdown, shutdown } from "../signal.ts";
import type { Workings } from "../workings.ts";
import { Entrance, type EntranceKeeper } from "./entrance.ts";
import { Exit } from "./exit.ts";
import { makePart } from "./making.ts";
import type { DownNote, Ended, Order, UpNote, WayOrder } from "./notes.ts";
import type { InPort, OutPort } from "./port.ts";
import { Pump } from "./pump.ts";
import { Reader } from "./reader.ts";

/** Makes the ends of ways of what has come with an order. */
export interface Ways {
  in(way: unknown): InPort;
  out(way: unknown): OutPort;
}

/** Performs a part from its start to its end. */
export function* performPart(order: Order, ways: Ways): Operation<Ended> {
  if (order.services !== undefined) services.adopt(order.services);
  const part = yield* makePart(order.recipe, order.args);
  const performer = new Performer(part, order, ways);
  yield* group(function* (g): Operation<void> {
    performer.begin();
    g.daemon(function* (): Operation<void> {
      yield* performer.heedNotes();
    });
    yield* part;
    yield* performer.emptied();
  });
  return performer.ended();
}

/** Whoever is at the other end of a way. */
class Beyond implements BoxOwner {
  declare readonly label: string;
  declare hasEnded: boolean;
  declare hasFinished: boolean;
  readonly relays = false;
  readonly keeps = false;

  constructor(label: string) {
    this.label = label;
    this.hasEnded = false;
    this.hasFinished = false;
  }

  stir(): void {}

  hears(): boolean {
    return false;
  }
}

/** Takes the signals of the part. */
class SignalBox extends Box {
  declare private readonly tell: (message: unknown) => void;

  constructor(owner: BoxOwner, tell: (message: unknown) => void) {
    super(owner, "signal", INBOX, Number.POSITIVE_INFINITY, false);
    this.tell = tell;
  }

  override accept(message: unknown): boolean {
    this.tell(message);
    return true;
  }

  override store(message: unknown): void {
    this.tell(message);
  }
}

class Performer implements EntranceKeeper, Outlook {
  declare private readonly part: AnyComponent;
  declare private readonly workings: Workings;
  declare private readonly order: Order;
  declare private readonly ways: Ways;
  declare private readonly notes: Reader<DownNote>;
  declare private readonly up: Exit;
  declare private readonly entrances: Map<string, Entrance>;
  /** Outboxes outside the part, that lead into boxes which it had passed on before it began. */
  declare private readonly sources: Map<string, { readonly owner: Beyond; readonly box: Box }>;
  /** For inboxes that the part has passed on. */
  declare private readonly pumps: Map<string, Pump>;
  declare private readonly exits: Map<string, { readonly exit: Exit; readonly owner: Beyond }>;
  declare private scope: Scope | null;
  /** A note that is yet to be heeded, before those that come after it. */
  declare private deferred: DownNote | null;

  constructor(part: AnyComponent, order: Order, ways: Ways) {
    this.part = part;
    this.workings = inside(part, "inThread");
    this.order = order;
    this.ways = ways;
    this.notes = new Reader(ways.in(order.down), order.label);
    this.up = new Exit(new Beyond(order.label), "notes", INBOX, Number.POSITIVE_INFINITY, ways.out(order.up), null);
    this.entrances = new Map();
    this.sources = new Map();
    this.exits = new Map();
    this.pumps = new Map();
    this.scope = null;
    this.deferred = null;
    this.prepare();
    for (const way of order.ways) this.tie(way);
    this.tellSizes();
  }

  /** The task that performs the part is the current one. */
  begin(): void {
    this.scope = owningScope(runningTask("Component.start"));
    for (const [name, pump] of this.pumps) this.start(name, pump);
    for (const entrance of this.entrances.values()) this.led(entrance);
  }

  heedNotes(): Operation<void> {
    return this.notes.run((note) => this.heed(note));
  }

  /** Waits until all that was sent is on its way. */
  *emptied(): Operation<void> {
    for (const { exit } of this.exits.values()) yield* exit.emptied();
    yield* this.up.emptied();
  }

  ended(): Ended {
    const wasCancelled = this.part.status === "cancelled";
    const reason = wasCancelled ? this.workings.task?.result : undefined;
    // one of ours can travel; what users have given need not
    return { wasCancelled, reason: reason === undefined || reason instanceof OffshootError ? reason : oneLine(reason) };
  }

  // ---- told by the boxes

  heedFirst(): void {
    const { notes } = this;
    while (this.deferred === null && notes.port.hasNext) {
      const note = notes.take();
      if (note === NOT_READY || note === ENDED) return;
      const { about } = note as DownNote;
      if (about !== "control" && about !== "over") {
        this.apply(note as DownNote);
        continue;
      }
      // it may cancel the very task that is taking a message, or tell it of an end: not in the midst of that
      this.deferred = note as DownNote;
      this.spawn("notes", () => this.heedDeferred());
    }
  }

  private heedDeferred(): void {
    const note = this.deferred;
    this.deferred = null;
    if (note !== null) this.apply(note);
  }

  led(entrance: Entrance): void {
    const { port, sink, name } = entrance;
    if (port === null || sink === entrance || this.scope === null || this.pumps.has(name)) return;
    const pump = new Pump(entrance, port, null);
    this.pumps.set(name, pump);
    this.start(name, pump);
    if (!entrance.told) return;
    entrance.told = false; // what has come is yet to be moved
    this.over(name, true);
  }

  ends({ name, port }: Entrance): boolean {
    const pump = this.pumps.get(name);
    if (pump === undefined || port === null || pump.delivered >= port.taken + port.length) return true;
    this.over(name, true);
    return false;
  }

  sized({ name, limit }: Entrance): void {
    this.tell({ about: "size", box: name, limit });
  }

  // ---- the outlook of a component that pauses

  look(): void {
    for (const entrance of this.entrances.values()) if (entrance.hasNews) this.workings.isStirred = true;
  }

  watch(): void {
    for (const entrance of this.entrances.values()) entrance.watch();
  }

  // ---- boxes

  /** The boxes of the part are entrances from now on; those too that it has made and not passed on. */
  private prepare(): void {
    const { workings } = this;
    const make = (name: string, kind: number, limit: number): Box | null => {
      if (kind !== INBOX) return null;
      const entrance = new Entrance(workings, name, kind, limit, this);
      this.entrances.set(name, entrance);
      return entrance;
    };
    workings.makes = make;
    workings.outlook = this;
    workings.remakeInboxes((box) => {
      const isUntouched = !box.isLinked && box.messages.size === 0;
      return isUntouched ? (make(box.name, box.kind, box.limit) as Box) : box;
    });
    const signal = workings.box("signal", "Component.start");
    if (signal.onward === null)
      join(signal, new SignalBox(new Beyond(this.order.label), (message) => this.signal(message)), this, null, false);
  }

  private tie(way: WayOrder): void {
    const { name, kind } = way;
    if (this.exits.has(name) || this.sources.has(name) || this.entrances.get(name)?.port != null) return; // told twice
    const { workings, order } = this;
    const box = workings.hasBox(name) ? workings.box(name, "Component.link") : null;
    if (box === null || (box.kind === OUTBOX) !== (kind === OUTBOX))
      throw new UnknownBoxError(
        `Component.link: "${order.label}" (${order.recipe.label}) has no ${kind === OUTBOX ? "outbox" : "inbox"} ${JSON.stringify(name)}. It has ${workings.boxNames().join(", ")}. Declare the box, or mend the name in the link.`,
      );
    if (kind === OUTBOX) this.tieOutbox(box, way);
    else if (box instanceof Entrance) box.attach(this.ways.in(way.way), way.before);
    else this.tieSource(box, way);
  }

  private tieOutbox(box: Box, way: WayOrder): void {
    const owner = new Beyond(this.order.label);
    const exit = new Exit(
      owner,
      box.name,
      INBOX,
      way.isSized ? 0 : Number.POSITIVE_INFINITY,
      this.ways.out(way.way),
      null,
    );
    this.exits.set(box.name, { exit, owner });
    join(box, exit, this, null, false);
  }

  private tieSource(box: Box, way: WayOrder): void {
    const owner = new Beyond(this.order.label);
    const source = new Box(owner, box.name, OUTBOX, Number.POSITIVE_INFINITY, false);
    join(source, box, this, null, false);
    const pump = new Pump(source, this.ways.in(way.way), null);
    this.sources.set(box.name, { owner, box: source });
    this.pumps.set(box.name, pump);
    if (this.scope !== null) this.start(box.name, pump);
  }

  private start(name: string, pump: Pump): void {
    const { pumps } = this;
    this.spawn(name, function* (): Operation<void> {
      yield* pump.run();
      pumps.delete(name);
    });
  }

  private spawn(name: string, body: () => Operation<void> | void): void {
    const scope = this.scope as Scope;
    spawn(scope.task.program as Keeper, scope, named(name, body) as never, null, DAEMON);
  }

  // ---- notes

  private heed(note: DownNote): void {
    this.heedDeferred();
    this.apply(note);
  }

  private apply(note: DownNote): void {
    switch (note.about) {
      case "way":
        this.tie(note.way);
        return;
      case "control":
        this.workings.box("control", "Component.send").accept(note.message);
        return;
      case "over":
        this.over(note.box, note.isOver);
        return;
      case "sized":
        this.exits.get(note.box)?.exit.adoptLimit(note.isSized ? 0 : Number.POSITIVE_INFINITY);
        return;
      case "hurry":
        this.entrances.get(note.box)?.hurry(note.count);
        this.hurrySource(note.box, note.count);
        return;
      case "closed":
        this.close(note.box, note.isClosed);
    }
  }

  /** All that led to an inbox has finished, on the other side; or something comes there again. */
  private over(name: string, isOver: boolean): void {
    const source = this.sources.get(name);
    const inbox = source?.box ?? this.entrances.get(name);
    const box = name === "control" ? this.workings.box(name, "Component.send") : inbox;
    if (box === undefined) return;
    box.told = false;
    if (source !== undefined) {
      source.owner.hasFinished = false;
      source.box.refresh();
    }
    if (!isOver) {
      this.workings.stir();
      return;
    }
    const finish = (): void => {
      if (source !== undefined) {
        source.owner.hasFinished = true;
        source.box.refresh();
      }
      box.finish();
    };
    const pump = this.pumps.get(name);
    if (pump === undefined) {
      finish();
      return;
    }
    const { port } = pump;
    const count = port.taken + port.length;
    this.spawn(name, function* (): Operation<void> {
      yield* pump.reach(count);
      if (port.taken + port.length === count) finish();
    });
  }

  /** The component that an outbox leads to has ended, or there is another one now. */
  private close(name: string, isClosed: boolean): void {
    const way = this.exits.get(name);
    if (way === undefined) return;
    way.owner.hasEnded = isClosed;
    if (isClosed) way.exit.endPutters();
  }

  private hurrySource(name: string, count: number): void {
    const before = this.order.ways.find((way) => way.name === name)?.before ?? 0;
    this.pumps.get(name)?.hurry(count - before);
  }

  /** What main has sent. The last word of a component that has ended is the other side's. */
  private signal(message: unknown): void {
    if (this.workings.hasEnded) return;
    const after = [...this.exits].map(([box, { exit }]) => [box, exit.accepted] as const);
    try {
      this.tell({ about: "signal", message, after });
    } catch (error) {
      if (!isShutdown(message)) throw error;
      this.tell({ about: "signal", message: shutdown(new Error(oneLine(message.reason))), after });
    }
  }

  /** The sizes that the part has given its inboxes are those of the boxes on the other side. */
  private tellSizes(): void {
    const { workings } = this;
    for (const [name, { kind, limit }] of workings.declaration.boxes ?? [])
      if (kind === INBOX && limit !== Number.POSITIVE_INFINITY) this.tell({ about: "size", box: name, limit });
    for (const { name, limit } of this.entrances.values())
      if (limit !== Number.POSITIVE_INFINITY && workings.declaration.boxes?.has(name) !== true)
        this.tell({ about: "size", box: name, limit });
  }

  private tell(note: UpNote): void {
    this.up.accept(note);
  }
}
