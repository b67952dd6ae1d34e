// Intrusive doubly linked list: the nodes carry the links, so that linking allocates nothing and removal is O(1).
//
// Invariants
//   a node is linked in at most one list; who unlinks it knows which
//   head and tail are both null or both not
//
// Used for whoever waits at a channel, a lock or a task (first come, first served) and for the children of a scope.

/** What a node must carry. Only the list writes these two. */
export interface Link<N> {
  after: N | null;
  before: N | null;
}

export class List<N extends Link<N>> {
  declare head: N | null;
  declare tail: N | null;

  constructor() {
    this.head = null;
    this.tail = null;
  }

  /** Links the node at the tail. It must be linked nowhere. */
  push(node: N): void {
    const tail = this.tail;
    node.before = tail;
    if (tail === null) this.head = node;
    else tail.after = node;
    this.tail = node;
  }

  /** Unlinks and returns the head, or null when the list is empty. */
  shift(): N | null {
    const node = this.head;
    if (node === null) return null;
    const { after } = node;
    this.head = after;
    if (after === null) this.tail = null;
    else after.before = null;
    node.after = null;
    return node;
  }

  /** Unlinks a node that is linked here. */
  remove(node: N): void {
    const { after, before } = node;
    if (before === null) this.head = after;
    else before.after = after;
    if (after === null) this.tail = before;
    else after.before = before;
    node.after = null;
    node.before = null;
  }

  /** How many are linked. O(n): a count kept at every link and unlink would cost each hand-over. */
  get size(): number {
    let n = 0;
    for (let node = this.head; node !== null; node = node.after) n++;
    return n;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    let last: N | null = null;
    for (let node = this.head; node !== null; node = node.after) {
      if (node.before !== last) throw new Error("List: before and after disagree");
      last = node;
    }
    if (this.tail !== last) throw new Error("List: tail is not the last node");
  }
}
