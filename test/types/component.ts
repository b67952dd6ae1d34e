// Wiring that the compiler accepts, and wiring that it refuses. Compiled only.

import { PassThrough, Readable, Writable } from "node:stream";
import type { Operation, Selectable } from "offshoot";
import {
  box,
  Component,
  component,
  graphline,
  type InOf,
  type OutOf,
  pipeline,
  producerFinished,
  type Signal,
} from "offshoot/component";
import { is, same } from "./expect.ts";

class Numbers extends Component<{ inbox: never }, { outbox: number; rest: string }> {
  constructor() {
    super({ outboxes: { rest: "what is left" } });
  }
  override *main(): Operation<void> {
    yield* this.put(1);
    yield* this.put("left", "rest");
    this.send(producerFinished(), "signal");
    // @ts-expect-error the outbox carries numbers
    this.send("text");
    // @ts-expect-error so does what is put there
    this.put("text");
    // @ts-expect-error the signal carries signals
    this.send(5, "signal");
    // @ts-expect-error there is no such outbox
    this.send(5, "results");
    // @ts-expect-error an inbox is no outbox
    this.send(5, "inbox");
  }
}

class Texts extends Component<{ inbox: number | string }, { outbox: string }> {
  override *main(): Operation<void> {
    is<number | string>()(yield* this.receive());
    is<number | string>()(this.recv());
    is<Signal>()(yield* this.receive("control"));
    const next = yield* this.next();
    if (!next.done) is<number | string>()(next.value);
    for (const message of this.drain()) is<number | string>()(message);
    is<Selectable<void>>()(this.pause());
    // @ts-expect-error there is no such inbox
    this.receive("jobs");
    // @ts-expect-error an outbox is no inbox
    this.receive("outbox");
  }
}

class Dates extends Component<{ inbox: Date }, { outbox: Date }> {
  override async main(): Promise<void> {}
}

class Anything extends Component {
  override main(): void {
    is<unknown>()(this.recv());
    this.send({ whatever: true });
  }
}

same<InOf<Texts>, { inbox: number | string }>();
same<OutOf<Numbers>, { outbox: number; rest: string }>();

export class Unlisted extends Component<{ jobs: number }> {
  constructor() {
    // @ts-expect-error a box beyond the standard ones has to be listed
    super({});
  }
  override main(): void {}
}

export class Misnamed extends Component<{ jobs: number }> {
  constructor() {
    // @ts-expect-error the box that is listed is not the one that is declared
    super({ inboxes: { work: "jobs" } });
  }
  override main(): void {}
}

export class Returns extends Component {
  // @ts-expect-error main may not return a value
  override main(): number {
    return 5;
  }
}

export function wiring(whole: Anything): void {
  const [numbers, texts, dates, anything] = [new Numbers(), new Texts(), new Dates(), new Anything()];
  whole.link([numbers, "outbox"], [texts, "inbox"]);
  whole.link([numbers, "rest"], [texts, "inbox"], { size: 10 });
  whole.link([numbers, "signal"], [texts, "control"]);
  whole.link([texts, "outbox"], [anything, "inbox"]);
  whole.link([whole, "inbox"], [anything, "inbox"], { passthrough: "inward" });
  whole.link([texts, "outbox"], [whole, "outbox"], { passthrough: "outward" });
  // @ts-expect-error numbers do not fit a box for dates
  whole.link([numbers, "outbox"], [dates, "inbox"]);
  // @ts-expect-error data does not fit where signals are taken
  whole.link([numbers, "outbox"], [texts, "control"]);
  // @ts-expect-error there is no such outbox
  whole.link([numbers, "results"], [texts, "inbox"]);
  // @ts-expect-error there is no such inbox
  whole.link([numbers, "outbox"], [texts, "jobs"]);
  // @ts-expect-error what may be anything does not fit a box for dates
  whole.link([anything, "outbox"], [dates, "inbox"]);
  // @ts-expect-error a size is a number
  whole.link([numbers, "outbox"], [texts, "inbox"], { size: "10" });
}

export function pipelines(): void {
  const line = pipeline(new Numbers(), 10, new Texts());
  same<OutOf<typeof line>, { outbox: string }>();
  pipeline(new Texts(), new Anything());
  pipeline([new Numbers(), new Texts()], { failures: "isolate" });
  pipeline(pipeline(new Numbers(), new Texts()), new Anything());
  // @ts-expect-error numbers do not fit a box for dates
  pipeline(new Numbers(), new Dates());
  // @ts-expect-error nor do they with a size in between
  pipeline(new Numbers(), 10, new Dates());
  // @ts-expect-error nor further on
  pipeline(new Texts(), new Anything(), new Dates());
  // @ts-expect-error nor when the whole is a part
  pipeline(pipeline(new Numbers(), new Texts()), new Dates());
  // @ts-expect-error nor in an array
  pipeline([new Numbers(), new Dates()], {});
  // @ts-expect-error the class, not a component
  pipeline(new Numbers(), Texts);
  // @ts-expect-error no such policy
  pipeline([new Numbers()], { failures: "ignore" });
}

export function graphlines(): void {
  const graph = graphline({
    parts: { numbers: new Numbers(), texts: new Texts() },
    links: { "numbers.outbox": "texts.inbox", "numbers.rest": "texts.inbox", "texts.outbox": "outbox" },
    sizes: { "texts.inbox": 10 },
  });
  same<OutOf<typeof graph>, { readonly outbox: string }>();
  graphline({
    parts: { texts: new Texts() },
    links: { jobs: "texts.inbox", "texts.outbox": "results" },
    inboxes: ["jobs"],
    outboxes: ["results"],
  });
  // @ts-expect-error there is no such part
  graphline({ parts: { numbers: new Numbers() }, links: { "number.outbox": "outbox" } });
  // @ts-expect-error the part has no such box
  graphline({ parts: { numbers: new Numbers() }, links: { "numbers.results": "outbox" } });
  // @ts-expect-error the whole has no such box
  graphline({ parts: { numbers: new Numbers() }, links: { "numbers.outbox": "results" } });
  // @ts-expect-error numbers do not fit a box for dates
  graphline({ parts: { numbers: new Numbers(), dates: new Dates() }, links: { "numbers.outbox": "dates.inbox" } });
  // @ts-expect-error a size for a box that there is not
  graphline({ parts: { numbers: new Numbers() }, links: {}, sizes: { "numbers.jobs": 5 } });
}

export function factories(): void {
  const Router = component(
    { inboxes: { inbox: box<number>() }, outboxes: { even: box<number>("even ones"), odd: box<string>() } },
    function* (self, from: number): Operation<void> {
      is<number>()(yield* self.receive());
      yield* self.put(from, "even");
      yield* self.put("odd", "odd");
      // @ts-expect-error the box carries strings
      yield* self.put(5, "odd");
      // @ts-expect-error there is no such box
      yield* self.put(5, "none");
    },
  );
  const router = Router(5);
  same<InOf<typeof router>, { readonly inbox: number }>();
  pipeline(new Numbers(), router);
  // @ts-expect-error the argument is a number
  Router("5");
  // @ts-expect-error it is missing
  Router();
  // @ts-expect-error a box is declared with box()
  component({ inboxes: { inbox: "numbers" } }, () => {});
  // @ts-expect-error the star forgotten
  component({}, function* (self) {
    yield self.receive();
  });
}

export async function streams(readable: ReadableStream<number>, writable: WritableStream<Date>): Promise<void> {
  pipeline(Readable.from([1]), new PassThrough(), process.stdout);
  pipeline(new Texts(), new Writable());
  pipeline([new Numbers(), new Writable()], {});
  pipeline(readable, new Texts());
  pipeline(new Dates(), writable);
  pipeline(readable, new TransformStream<number, Date>(), writable);
  // @ts-expect-error numbers do not fit a stream of dates
  pipeline(readable, writable);
  // @ts-expect-error the component takes dates
  pipeline(readable, new Dates());
  // @ts-expect-error performing a component needs a task
  await new Anything();
}
