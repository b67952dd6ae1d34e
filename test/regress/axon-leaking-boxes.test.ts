// Kamaelia: a graphline wrote the boxes it was given into its class, so that every later graphline had them too.

import { test } from "node:test";
import { type AnyComponent, graphline, UnknownBoxError } from "offshoot/component";
import { thrown } from "../support/caught.ts";
import { Idle } from "../support/components.ts";

test("the boxes of one graphline are unknown to the next, also under a name that is written wrongly", () => {
  graphline({
    parts: { a: new Idle() },
    links: { extra: "a.inbox", "a.outbox": "more" },
    inboxes: ["extra"],
    outboxes: ["more"],
  });
  const next = graphline({ parts: { a: new Idle() }, links: {} }) as unknown as AnyComponent;
  for (const call of [
    () => next.dataReady("extra"),
    () => next.isFull("more"),
    () => graphline({ parts: { a: new Idle() }, links: { extra: "a.inbox" } as never }),
    () => graphline({ parts: { a: new Idle() }, links: { "a.outbox": "more" } as never }),
  ])
    thrown(UnknownBoxError, call);
});
