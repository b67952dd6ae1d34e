// Intrusive doubly linked list: the nodes carry the links, so that linking allocates nothing and removal is O(1).
//
// Invariants
//   a node is linked in at most one list, the one its `list` names, and in none when that is null
//   size is the number of nodes from head to tail
//
// Used for whoever waits at a channel, a lock or a task (first come, first served) and for the children of a scope.

/** What a node must carry. Only the list writes these three. */
export interface Link<N> {
  after: N | null;
  before: N | null;
  list: unknown;
}

export class List<N extends Link<N>> {
  declare head: N | null;
  declare tail: N | null;
  declare size: number;

  constructor() {
    this.head = null;
    this.tail = null;
    this.size = 0;
  }

  /** Links the node at the tail. It must be linked nowhere. */
  push(node: N): void {
    const tail = this.tail;
    node.list = this;
    node.before = tail;
    if (tail === null) this.head = node;
    else tail.after = node;
    this.tail = node;
    this.size++;
  }

  /** Unlinks and returns the head, or null when the list is empty. */
  shift(): N | null {
    const node = this.head;
    if (node !== null) this.remove(node);
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
    node.list = null;
    this.size--;
  }

  /** Throws when an invariant does not hold. */
  check(): void {
    let seen = 0;
    let last: N | null = null;
    for (let node = this.head; node !== null; node = node.after) {
      if (node.list !== this) throw new Error("List: a node is linked here but names another list");
      if (node.before !== last) throw new Error("List: before and after disagree");
      last = node;
      seen++;
    }
    if (this.tail !== last) throw new Error("List: tail is not the last node");
    if (this.size !== seen) throw new Error(`List: size is ${this.size}, but ${seen} nodes are linked`);
  }
}
