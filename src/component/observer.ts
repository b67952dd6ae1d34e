// Who looks on: what is told of components, boxes and links. Costs one comparison where nobody does.

/** What has changed. Components and links are those of the inside: introspection.ts makes of them what users see. */
export interface Change {
  readonly kind:
    | "component-added"
    | "component-started"
    | "component-ended"
    | "box-added"
    | "box-removed"
    | "link-added"
    | "link-removed"
    | "length"
    | "waits";
  readonly component?: object;
  readonly box?: string;
  readonly link?: object;
  readonly length?: number;
  /** What is waited for, in words. */
  readonly on?: string;
}

type Listener = (change: Change) => void;

class Observer {
  /** Told of each change of the structure, or null. */
  declare tell: Listener | null;
  /** Told of messages and waits, or null. */
  declare tellQueues: Listener | null;
  declare private readonly listeners: Map<Listener, boolean>;
  /** The components of each run that have been started and have not ended. */
  declare private readonly runs: WeakMap<object, Set<object>>;

  constructor() {
    this.tell = null;
    this.tellQueues = null;
    this.listeners = new Map();
    this.runs = new WeakMap();
  }

  add(listener: Listener, queues: boolean): void {
    this.listeners.set(listener, queues);
    this.listen();
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    this.listen();
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

  private listen(): void {
    this.tell = toAll([...this.listeners.keys()]);
    this.tellQueues = toAll([...this.listeners].flatMap(([listener, queues]) => (queues ? [listener] : [])));
  }
}

function toAll(listeners: readonly Listener[]): Listener | null {
  if (listeners.length === 0) return null;
  return (change) => {
    for (const listener of listeners) listener(change);
  };
}

const NONE: ReadonlySet<object> = new Set();

export const observer: Observer = new Observer();
