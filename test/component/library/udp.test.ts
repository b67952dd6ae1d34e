// udpPeer and multicastPeer: datagrams there and back, errors by name, loss that is counted, and sockets that are closed.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { go, MisuseError, type Operation, run, sleep } from "offshoot";
import {
  type Address,
  Component,
  type Datagram,
  graphline,
  multicastPeer,
  pipeline,
  ResourceError,
  sequence,
  transformer,
  udpPeer,
} from "offshoot/component";
import { caught, thrown } from "../../support/caught.ts";
import { Collector, through } from "../../support/feeding.ts";

const LOCAL = "127.0.0.1";
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "UDPWRAP").length;

/** Keeps what comes, and stops others when so many messages have come. */
class Enough<T> extends Component<{ inbox: T }, { outbox: T }> {
  readonly got: T[] = [];
  readonly #most: number;
  readonly #done: () => void;

  constructor(most: number, done: () => void) {
    super();
    this.#most = most;
    this.#done = done;
  }

  override *main(): Operation<void> {
    for (let item = yield* this.next(); !item.done; item = yield* this.next()) {
      this.got.push(item.value);
      if (this.got.length === this.#most) this.#done();
    }
  }
}

/** Starts a peer that sends back what it gets, and answers it and its address. */
function* echo(): Operation<{ address: Address; stop(): void }> {
  const peer = udpPeer({ bind: { address: LOCAL } });
  const shout = transformer(({ data, address, port }: Datagram) => ({ data: `${data}!`, address, port }));
  const told = new Collector<Address>();
  const server = graphline({
    parts: { peer, shout, told },
    links: { "peer.outbox": "shout.inbox", "shout.outbox": "peer.inbox", "peer.bound": "told.inbox" },
  });
  server.start();
  while (told.got.length === 0) yield* sleep(0);
  return { address: told.got[0] as Address, stop: () => server.stop() };
}

test("a connected peer sends data and gives the answers; the other one answers whoever asks", async () => {
  await run(function* () {
    const { address, stop } = yield* echo();
    assert.equal(address.address, LOCAL);
    const client = udpPeer({ to: address, lingerMs: Number.POSITIVE_INFINITY });
    const answers: Enough<Datagram> = new Enough(3, () => client.stop());
    yield* pipeline(sequence(["a", Buffer.from("b"), "ü"]), client, answers);
    assert.deepEqual(
      answers.got.map(({ data }) => String(data)),
      ["a!", "b!", "ü!"],
    );
    assert.deepEqual({ address: answers.got[0]?.address, port: answers.got[0]?.port }, { ...address });
    assert.deepEqual(client.stats(), { sent: 3, received: 3, dropped: 0 });
    stop();
  });
  assert.equal(sockets(), 0);
});

test("a peer that is not connected sends each datagram where it says", async () => {
  await run(function* () {
    const [one, two] = [yield* echo(), yield* echo()];
    const client = udpPeer({ bind: { address: LOCAL }, lingerMs: Number.POSITIVE_INFINITY });
    const answers: Enough<Datagram> = new Enough(2, () => client.stop());
    yield* pipeline(
      sequence([
        { data: "1", ...one.address },
        { data: "2", ...two.address },
      ]),
      client,
      answers,
    );
    const got = answers.got.map(({ data, port }) => `${data} ${port}`).sort();
    assert.deepEqual(got, [`1! ${one.address.port}`, `2! ${two.address.port}`]);
    one.stop();
    two.stop();
  });
  assert.equal(sockets(), 0);
});

const hasV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));

test("peers speak IPv6 where an address is one", { skip: hasV6 ? false : "there is no ::1" }, async () => {
  await run(function* () {
    const told = new Collector<Address>();
    const heard: Enough<Datagram> = new Enough(1, () => server.stop());
    const peer = udpPeer({ bind: { address: "::1" }, broadcast: true });
    const server = graphline({
      parts: { peer, heard, told },
      links: { "peer.outbox": "heard.inbox", "peer.bound": "told.inbox" },
    });
    const task = server.start();
    while (told.got.length === 0) yield* sleep(0);
    const client = udpPeer({ to: told.got[0] as Address });
    yield* pipeline(sequence(["six"]), client);
    yield* caught(Error, task);
    assert.deepEqual(
      heard.got.map(({ data, address }) => `${data} ${address}`),
      ["six ::1"],
    );
  });
});

test("a peer ends when there is nothing to send any more, after all of it has been sent", async () => {
  await run(function* () {
    const socket = createSocket("udp4");
    const got: string[] = [];
    socket.on("message", (data) => got.push(String(data)));
    yield* new Bound(socket).wait();
    const part = udpPeer({ to: { address: LOCAL, port: socket.address().port } });
    yield* pipeline(sequence(["a", "b", "c"]), part);
    assert.equal(part.status, "succeeded");
    assert.equal(part.stats().sent, 3);
    while (got.length < 3) yield* sleep(0);
    assert.deepEqual(got, ["a", "b", "c"]);
    socket.close();
  });
});

class Bound {
  readonly #socket: ReturnType<typeof createSocket>;
  #is = false;

  constructor(socket: ReturnType<typeof createSocket>) {
    this.#socket = socket;
    socket.bind(0, LOCAL, () => {
      this.#is = true;
    });
  }

  *wait(): Operation<void> {
    while (!this.#is) yield* sleep(0);
    assert.ok(this.#socket.address().port > 0);
  }
}

test("a port that is taken fails the component, by name", async () => {
  await run(function* () {
    const { address, stop } = yield* echo();
    const error = yield* caught(ResourceError, udpPeer({ bind: address, name: "dns" }));
    assert.match(
      error.message,
      new RegExp(`^udpPeer: "dns#\\d+" could not bind ${LOCAL}, port ${address.port}: .*EADDRINUSE`),
    );
    assert.equal((error.cause as NodeJS.ErrnoException).code, "EADDRINUSE");
    stop();
  });
  assert.equal(sockets(), 0);
});

test("a connected peer that nobody listens to fails, and so does what is too large", async () => {
  await run(function* () {
    const { address, stop } = yield* echo();
    const large = yield* caught(ResourceError, through([Buffer.alloc(70_000)], udpPeer({ to: address })));
    assert.match(large.message, /could not send 70000 bytes to 127\.0\.0\.1, port \d+: .*EMSGSIZE/);
    stop();
    while (sockets() > 0) yield* sleep(0);
    const refused = yield* caught(
      ResourceError,
      pipeline(sequence(["a", "b"]), udpPeer({ to: address, lingerMs: Number.POSITIVE_INFINITY })),
    );
    assert.match(refused.message, /^udpPeer: "UdpPeer#\d+" could not (receive|send 1 bytes to .*): .*ECONNREFUSED/);
  });
  assert.equal(sockets(), 0);
});

test("datagrams that wait beyond the queue are dropped and counted", async () => {
  await run(function* () {
    const told = new Collector<Address>();
    const server = udpPeer({ bind: { address: LOCAL }, queue: 2 });
    class Stuck extends Component<{ inbox: Datagram }, { outbox: never }> {
      override *main(): Operation<void> {
        yield* sleep(Number.POSITIVE_INFINITY);
      }
    }
    const whole = graphline({
      parts: { server, stuck: new Stuck(), told },
      links: { "server.outbox": "stuck.inbox", "server.bound": "told.inbox" },
      sizes: { "stuck.inbox": 1 },
    });
    whole.start();
    while (told.got.length === 0) yield* sleep(0);
    const messages = Array.from({ length: 20 }, (_, i) => `${i}`);
    yield* pipeline(sequence(messages), udpPeer({ to: told.got[0] as Address }));
    // one lies in the box, one waits for room, one or two are in the queue: whatever else has come was dropped
    while (server.stats().received + server.stats().dropped < 18) yield* sleep(0);
    const { received, dropped } = server.stats();
    assert.equal(received, 2);
    assert.ok(dropped === 16 || dropped === 17, `${dropped} dropped`);
    whole.stop();
  });
  assert.equal(sockets(), 0);
});

test("a peer ends when nobody takes what it gives any more", async () => {
  await run(function* () {
    class TakesOne extends Component<{ inbox: Datagram }, { outbox: never }> {
      override *main(): Operation<void> {
        yield* this.receive();
      }
    }
    const { address, stop } = yield* echo();
    const client = udpPeer({ to: address, lingerMs: Number.POSITIVE_INFINITY });
    yield* pipeline(sequence(["a", "b", "c"]), client, 1, new TakesOne());
    assert.equal(client.status, "cancelled");
    stop();
  });
  assert.equal(sockets(), 0);
});

test("a peer that is cancelled closes its socket, wherever it was", async () => {
  for (let steps = 0; steps < 8; steps++) {
    await run(function* () {
      const peer = udpPeer({ bind: { address: LOCAL } });
      const task = go(() => peer);
      for (let i = 0; i < steps; i++) yield* sleep(0);
      task.cancel();
      yield* caught(Error, task);
    });
    assert.equal(sockets(), 0);
  }
});

test("members of a multicast group hear each other", async () => {
  await run(function* () {
    const probe = createSocket({ type: "udp4", reuseAddr: true });
    yield* new Bound(probe).wait();
    const { port } = probe.address();
    probe.close();
    const options = { group: "239.255.77.7", port, interface: LOCAL, lingerMs: Number.POSITIVE_INFINITY };
    const [one, two] = [multicastPeer(options), multicastPeer(options)];
    const heard: Enough<Datagram> = new Enough(2, () => {
      one.stop();
      two.stop();
    });
    const bound = new Collector<Address>();
    const listening = graphline({
      parts: { one, bound, heard },
      links: { "one.outbox": "heard.inbox", "one.bound": "bound.inbox" },
    });
    listening.start();
    while (bound.got.length === 0) yield* sleep(0);
    yield* pipeline([sequence(["hello", "there"]), two], { failures: "isolate" });
    assert.deepEqual(
      heard.got.map(({ data }) => String(data)),
      ["hello", "there"],
    );
  });
  assert.equal(sockets(), 0);
});

test("a group that cannot be joined fails the component, by name", async () => {
  await run(function* () {
    const error = yield* caught(ResourceError, multicastPeer({ group: "10.0.0.1", port: 40_123 }));
    assert.match(error.message, /^multicastPeer: "MulticastPeer#\d+" could not .*: /);
  });
  assert.equal(sockets(), 0);
});

test("messages that are none, and options that make no sense, are misuse", async () => {
  await run(function* () {
    for (const wrong of [
      "text",
      { data: "x" },
      { data: "x", address: LOCAL, port: 0 },
      { data: 1, address: LOCAL, port: 9 },
    ])
      yield* caught(MisuseError, through([wrong], udpPeer()));
    yield* caught(MisuseError, through([{}], udpPeer({ to: { address: LOCAL, port: 9 } })));
  });
  const wrong: (() => unknown)[] = [
    () => udpPeer({ to: { address: "", port: 1 } }),
    () => udpPeer({ bind: { port: 70_000 } }),
    () => udpPeer({ queue: 0 }),
    () => udpPeer({ lingerMs: -1 }),
    () => udpPeer({ broadcast: 1 as never }),
    () => multicastPeer({ group: "239.0.0.1", port: 1, loopback: 1 as never }),
    () => multicastPeer({ group: "", port: 1 }),
    () => multicastPeer({ group: "239.0.0.1", port: 1, ttl: 1.5 }),
  ];
  for (const make of wrong) assert.match(thrown(MisuseError, make).message, /^(udp|multicast)Peer: /);
  assert.equal(sockets(), 0);
});
