// A socket for datagrams as a component: what `udpPeer` and `multicastPeer` have in common.
//
// A datagram that comes is given as soon as there is room; the network cannot be held up, so that of those that wait only so many are kept. What is sent is
// handed to the system before the next message is taken.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { ClosedError, describeValue } from "../../base/errors.ts";
import { BufferedChannel } from "../../channel/channel.ts";
import { dropping } from "../../channel/policy.ts";
import { shield } from "../../core/extent.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation, Receiver } from "../../core/types.ts";
import { callback } from "../../flow/callback.ts";
import { events } from "../../flow/events.ts";
import { race } from "../../flow/race.ts";
import { sleep } from "../../time/sleep.ts";
import { Component } from "../component.ts";
import { bytesOf, labelOf, text } from "./options.ts";
import { type Caller, resourceError } from "./system.ts";

/** Where a socket is. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

/** What goes to an address, or has come from there. */
export interface Datagram<D = Uint8Array> extends Address {
  readonly data: D;
}

export interface UdpStats {
  /** Datagrams that the system has taken. */
  readonly sent: number;
  /** Datagrams that have come, those that are dropped or still wait not counted. */
  readonly received: number;
  /** Datagrams that came while too many were waiting. */
  readonly dropped: number;
}

/** What the factories in udp.ts make of their options. */
export interface Settings {
  readonly from: string;
  readonly name: string | undefined;
  readonly address: string | undefined;
  readonly port: number;
  readonly family: 4 | 6;
  readonly shared: boolean;
  readonly queue: number;
  readonly lingerMs: number;
  /** Who gets all that is sent; null if each message says so. */
  readonly to: Address | null;
  readonly connects: boolean;
  /** Called when it is bound. */
  readonly prepare: (socket: Socket) => void;
}

type Arrival = readonly [data: Buffer, from: RemoteInfo];
export type Out = { outbox: Datagram; bound: Address };

export class UdpPeer extends Component<{ inbox: unknown }, Out> {
  readonly #settings: Settings;
  #sent: number;
  #received: number;
  #dropped: number;
  #arrivals: Receiver<Arrival> | null;

  constructor(settings: Settings) {
    super({
      name: settings.name ?? (settings.from === "udpPeer" ? "UdpPeer" : "MulticastPeer"),
      outboxes: { bound: "the address of its own, when it has one" },
    });
    this.#settings = settings;
    this.#sent = 0;
    this.#received = 0;
    this.#dropped = 0;
    this.#arrivals = null;
  }

  override *main(): Operation<void> {
    const { family, shared, queue, from } = this.#settings;
    const caller: Caller = { from, label: labelOf(this) };
    const socket = createSocket({ type: family === 6 ? "udp6" : "udp4", reuseAddr: shared });
    socket.on("error", ignore); // the first is told below; there may be others
    const arrivals = events<Arrival>(socket, "message", { buffer: dropping(queue), name: caller.label });
    this.#arrivals = arrivals;
    try {
      yield* this.#open(socket, caller);
      const { address, port } = socket.address();
      yield* this.put({ address, port }, "bound");
      const closed = yield* race([this.#giveAll(arrivals, caller), this.#sendAll(socket, caller)]);
      if (closed !== null) throw closed;
    } finally {
      this.#dropped = this.stats().dropped;
      this.#arrivals = null;
      arrivals.cancel();
      yield* shield(callback<void>((resolve) => void socket.close(resolve)));
    }
  }

  stats(): UdpStats {
    const waiting = this.#arrivals;
    const dropped = waiting instanceof BufferedChannel ? waiting.stats().dropped : this.#dropped;
    return Object.freeze({ sent: this.#sent, received: this.#received, dropped });
  }

  *#open(socket: Socket, caller: Caller): Operation<void> {
    const { address, port, to, connects, prepare } = this.#settings;
    const place = `${address ?? "any address"}, port ${port}`;
    try {
      yield* callback<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.bind({ port, ...(address === undefined ? {} : { address }) }, resolve);
        return () => socket.off("error", reject);
      });
      prepare(socket);
    } catch (error) {
      if (error instanceof Error && "syscall" in error)
        throw resourceError(caller, `could not bind ${place}`, error, "Choose another port, or end what uses it.");
      throw error;
    }
    if (!connects || to === null) return;
    const connected = callback<void>((resolve, reject) => {
      socket.connect(to.port, to.address, ((error?: Error) => (error ? reject(error) : resolve())) as () => void);
    });
    yield* told(caller, `could not connect to ${said(to)}`, "Check the address.", connected);
  }

  /** Answers the error that says that nobody takes what comes any more. */
  *#giveAll(arrivals: Receiver<Arrival>, caller: Caller): Operation<ClosedError | null> {
    for (;;) {
      const item = yield* told(caller, "could not receive", "Look at the cause.", arrivals.next());
      if (item.done) return null;
      const [data, { address, port }] = item.value;
      this.#received++;
      try {
        yield* this.put({ data, address, port });
      } catch (error) {
        if (error instanceof ClosedError) return error;
        throw error;
      }
    }
  }

  *#sendAll(socket: Socket, caller: Caller): Operation<null> {
    const { to, connects, from, lingerMs } = this.#settings;
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      const target = to ?? addressed(item.value, from);
      const data = bytesOf(to === null ? (item.value as Datagram).data : item.value, from);
      const sent = callback<void>((resolve, reject) => {
        const done = (error: Error | null): void => (error ? reject(error) : resolve());
        if (connects) socket.send(data, done);
        else socket.send(data, target.port, target.address, done);
      });
      yield* told(
        caller,
        `could not send ${data.length} bytes to ${said(target)}`,
        "Check the address and the size.",
        sent,
      );
      this.#sent++;
    }
    if (lingerMs > 0) yield* sleep(lingerMs);
    return null;
  }
}

/** An operation whose errors, which are those of the system, are told by one of ours. */
function* told<T>(caller: Caller, what: string, remedy: string, operation: Operation<T>): Operation<T> {
  try {
    return yield* operation;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw resourceError(caller, what, error, remedy);
    throw error;
  }
}

const ignore = (): void => {};
const said = ({ address, port }: Address): string => `${address}, port ${port}`;

function addressed(message: unknown, from: string): Address {
  if (typeof message === "object" && message !== null && "data" in message) return checkAddress(message, from);
  throw misuse(
    `${from}: a message must be { data, address, port }, got ${describeValue(message)}. Or connect it: { to }.`,
  );
}

export function checkAddress(value: unknown, from: string): Address {
  const { address, port } = (value ?? {}) as { address?: unknown; port?: unknown };
  return { address: text(address, "the address", from), port: checkPort(port, from, 1) };
}

export function checkPort(port: unknown, from: string, least: number): number {
  if (Number.isInteger(port) && (port as number) >= least && (port as number) < 65_536) return port as number;
  throw misuse(`${from}: the port must be a whole number from ${least} to 65535, got ${describeValue(port)}.`);
}
