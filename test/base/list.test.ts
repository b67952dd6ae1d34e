// The intrusive list, against an array that does the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Link, List } from "../../src/base/list.ts";
import { Random } from "../../src/base/random.ts";

class Node implements Link<Node> {
  after: Node | null = null;
  before: Node | null = null;
  readonly n: number;

  constructor(n: number) {
    this.n = n;
  }
}

const inside = (list: List<Node>): Node[] => {
  const nodes: Node[] = [];
  for (let node = list.head; node !== null; node = node.after) nodes.push(node);
  return nodes;
};

test("a list does what an array does, under random pushes, shifts and removals", () => {
  const random = new Random(7);
  const list = new List<Node>();
  const model: Node[] = [];
  for (let i = 0; i < 20_000; i++) {
    const what = random.below(5);
    if (what < 2 || model.length === 0) {
      const node = new Node(i);
      list.push(node);
      model.push(node);
    } else if (what < 4) {
      const [node] = model.splice(random.below(model.length), 1);
      list.remove(node as Node);
      assert.equal(node?.after, null);
      assert.equal(node?.before, null);
    } else {
      assert.equal(list.shift(), model.shift());
    }
    list.check();
    assert.equal(list.size, model.length);
    if (i % 100 === 0) assert.deepEqual(inside(list), model);
  }
});

test("an empty list gives null, and has no ends", () => {
  const list = new List<Node>();
  assert.equal(list.shift(), null);
  const node = new Node(1);
  list.push(node);
  assert.equal(list.head, node);
  assert.equal(list.tail, node);
  list.remove(node);
  assert.equal(list.head, null);
  assert.equal(list.tail, null);
  assert.equal(list.shift(), null);
});

test("a node that was shifted can be linked again, in another list", () => {
  const one = new List<Node>();
  const other = new List<Node>();
  const nodes = [new Node(1), new Node(2)] as const;
  for (const node of nodes) one.push(node);
  other.push(one.shift() as Node);
  one.check();
  other.check();
  assert.deepEqual(inside(one), [nodes[1]]);
  assert.deepEqual(inside(other), [nodes[0]]);
});

test("the check finds links that disagree", () => {
  const list = new List<Node>();
  const nodes = [new Node(1), new Node(2)] as const;
  for (const node of nodes) list.push(node);
  nodes[1].before = null;
  assert.throws(() => list.check(), /before and after disagree/);
});
