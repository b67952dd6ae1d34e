// Who looks on: what is told of components, boxes and links. Costs one comparison where nobody does.

/** What has changed. The component, box or link is the one of the inside: `introspection.ts` makes of it what users see. */
export interface Change {
  readonly kind:
    | "component-added"
    | "component-started"
    | "component-ended"
    | "box-added"
    | "box-removed"
    | "link-added"
    | "link-removed";
  readonly component?: object;
  readonly box?: string;
  readonly link?: object;
}

class Observer {
  /** Told of each change, or null. */
  declare tell: ((change: Change) => void) | null;
  /** The components of each run that have been started and have not ended. */
  declare private readonly runs: WeakMap<object, Set<object>>;

  constructor() {
    this.tell = null;
    this.runs = new WeakMap();
  }

  started(component: object, run: object): void {
    let live = this.runs.get(run);
    if (live === undefined) {
      live = new Set();
      this.runs.set(run, live);
    }
    live.add(component);
    this.tell?.({ kind: "component-started", component });
  }

  ended(component: object, run: object): void {
    this.runs.get(run)?.delete(component);
    this.tell?.({ kind: "component-ended", component });
  }

  /** The components of a run that live. */
  living(run: object): ReadonlySet<object> {
    return this.runs.get(run) ?? NONE;
  }
}

const NONE: ReadonlySet<object> = new Set();

export const observer: Observer = new Observer();
