// The boxes of a whole that passes them to one part after the other: seq and carousel.

import { type AnyComponent, inside } from "../component.ts";

/** The outbox of a part is that of the whole, and the inbox of the whole leads to the part, with what lies there. */
export function passTo(whole: AnyComponent, part: AnyComponent): void {
  const [outer, inner] = [inside(whole, "Chassis"), inside(part, "Chassis")];
  outer.link(inner.box("outbox", "Chassis"), outer.box("outbox", "Chassis"), "outward", null);
  outer.link(outer.box("inbox", "Chassis"), inner.box("inbox", "Chassis"), "inward", null, true);
}

/** What passes through the inbox of a whole, and a part has not collected when it ends, waits there for the next. */
export function keepForTheNext(whole: AnyComponent): void {
  inside(whole, "Chassis").keeps = true;
}
