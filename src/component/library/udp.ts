// udpPeer and multicastPeer: datagrams as messages.

import { isIP } from "node:net";
import type { Component } from "../component.ts";
import { type Data, flag, milliseconds, optionsOf, type PartOptions, text, wholeNumber } from "./options.ts";
import {
  type Address,
  checkAddress,
  checkPort,
  type Datagram,
  type Out,
  UdpPeer,
  type UdpStats,
} from "./udp-socket.ts";

interface SocketOptions extends PartOptions {
  /** Datagrams that are kept while there is no room for them; those that come then are dropped and counted. Default: 1024. */
  readonly queue?: number | undefined;
  /** For how long it still receives when there is nothing to send any more: milliseconds, or Infinity until it is stopped. Default: 0. */
  readonly lingerMs?: number | undefined;
}

export interface UdpOptions extends SocketOptions {
  /** The address and the port of its own. Default: those that the system chooses. */
  readonly bind?: { readonly address?: string | undefined; readonly port?: number | undefined } | undefined;
  /** May it send to broadcast addresses? Default false. */
  readonly broadcast?: boolean | undefined;
}

export interface ConnectedUdpOptions extends UdpOptions {
  /** With whom alone it speaks. */
  readonly to: Address;
}

export interface MulticastOptions extends SocketOptions {
  /** The address of the group. */
  readonly group: string;
  readonly port: number;
  /** The address (IPv6: the name) of the interface that is used. Default: the one that the system chooses. */
  readonly interface?: string | undefined;
  /** How many routers a datagram passes. Default: 1, none. */
  readonly ttl?: number | undefined;
  /** Do members on this machine get what it sends, itself too? Default true. */
  readonly loopback?: boolean | undefined;
}

const familyOf = (address: string | undefined): 4 | 6 => (address !== undefined && isIP(address) === 6 ? 6 : 4);

/**
 * Sends datagrams and gives those that come, as `{ data, address, port }`. Connected (`to`) it speaks with one peer alone, and what it is given is data;
 * otherwise it is given datagrams, each with where it goes, as it gives them: what it gives can be answered.
 *
 * Its own address is given at its outbox `bound`. Ends when there is nothing to send any more, `lingerMs` later; one that nothing is linked to
 * receives until it is stopped. The socket is closed by then.
 *
 * **Loss.** Datagrams may be lost on the way; those for which there is no room, beyond `queue`, are dropped and counted in `stats()`.
 *
 * @throws {@link ResourceError} when it cannot bind, connect, send, or (connected) nobody listens there; {@link MisuseError} for messages that are none, and at the call for
 * options that make no sense
 * @example
 * const echo = pipeline([udpPeer({ bind: { port: 7 } })], { circular: true });
 * const asking = pipeline(oneShot("time?"), udpPeer({ to: { address: "192.0.2.1", port: 13 }, lingerMs: 1_000 }), show);
 */
export function udpPeer(
  options: ConnectedUdpOptions,
): Component<{ inbox: Data }, { outbox: Datagram; bound: Address }> & { stats(): UdpStats };
export function udpPeer(
  options?: UdpOptions,
): Component<{ inbox: Datagram<Data> }, { outbox: Datagram; bound: Address }> & { stats(): UdpStats };
export function udpPeer(
  options: UdpOptions | ConnectedUdpOptions = {},
): Component<{ inbox: never }, Out> & { stats(): UdpStats } {
  const { bind = {}, broadcast = false, name } = optionsOf(options, "udpPeer");
  const given = (options as Partial<ConnectedUdpOptions>).to;
  const to = given === undefined ? null : checkAddress(given, "udpPeer");
  const { address, port = 0 } = optionsOf(bind, "udpPeer: bind");
  flag(broadcast, "broadcast", "udpPeer");
  if (address !== undefined) text(address, "the address to bind", "udpPeer");
  return new UdpPeer({
    from: "udpPeer",
    name,
    address,
    port: checkPort(port, "udpPeer", 0),
    family: familyOf(address ?? to?.address),
    shared: false,
    ...common(options, "udpPeer"),
    to,
    connects: to !== null,
    prepare: (socket) => {
      if (broadcast) socket.setBroadcast(true);
    },
  }) as never;
}

/**
 * Joins a multicast group: sends what it is given to all its members, and gives what they send, as `{ data, address, port }`. Several may share the port on one
 * machine. Otherwise as `udpPeer`.
 *
 * @throws {@link ResourceError} when it cannot bind, join or send; {@link MisuseError} at the call for options that make no sense
 * @example
 * pipeline(announcements, multicastPeer({ group: "239.255.0.1", port: 5353, lingerMs: Infinity }), show);
 */
export function multicastPeer(
  options: MulticastOptions,
): Component<{ inbox: Data }, { outbox: Datagram; bound: Address }> & { stats(): UdpStats } {
  const { group, port, interface: via, ttl = 1, loopback = true, name } = optionsOf(options, "multicastPeer");
  text(group, "the group", "multicastPeer");
  if (via !== undefined) text(via, "the interface", "multicastPeer");
  wholeNumber(ttl, "ttl", "multicastPeer", 0, false);
  flag(loopback, "loopback", "multicastPeer");
  return new UdpPeer({
    from: "multicastPeer",
    name,
    address: undefined,
    port: checkPort(port, "multicastPeer", 1),
    family: familyOf(group),
    shared: true,
    ...common(options, "multicastPeer"),
    to: { address: group, port },
    connects: false,
    prepare: (socket) => {
      socket.addMembership(group, via);
      socket.setMulticastTTL(ttl);
      socket.setMulticastLoopback(loopback);
      if (via !== undefined) socket.setMulticastInterface(via);
    },
  }) as never;
}

function common({ queue = 1024, lingerMs = 0 }: SocketOptions, from: string): { queue: number; lingerMs: number } {
  return { queue: wholeNumber(queue, "queue", from, 1, false), lingerMs: milliseconds(lingerMs, "lingerMs", from) };
}
