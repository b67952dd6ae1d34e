// Names of boxes with a space in them became ids in a flowchart, which Mermaid refuses; quotes in names ended the text they stand in; a "#" in the name of a box was
// taken for the number of its component; and an arrow from one frame to another had an empty text, which Mermaid refuses, too.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "offshoot";
import { Component, pipeline, toMermaid, topology } from "offshoot/component";

class Dealer extends Component<{ inbox: number }, { [way: `to ${string}`]: number }> {
  constructor(worker: Worker) {
    super({ name: 'the "dealer" #1' });
    this.addChildren(worker);
    this.addOutbox("to #1.a");
    this.link([this, "to #1.a"], [worker, "inbox"]);
  }

  override *main(): Operation<void> {}
}

class Worker extends Component<{ inbox: number }, { outbox: number }> {
  override *main(): Operation<void> {}
}

test("a flowchart has ids and texts that Mermaid takes, whatever components and boxes are called", () => {
  const lines = toMermaid(topology(new Dealer(new Worker({ name: "a worker" })))).split("\n");
  const [, dealer, way, worker, , arrow] = lines.map((line) => line.trim().replaceAll(/\bc\d+/g, "c"));
  assert.equal(dealer, 'subgraph c["the #quot;dealer#quot; #35;1"]');
  assert.equal(way, 'c_to_32__35_1_46_a(["to #35;1.a"])');
  assert.equal(worker, 'c["a worker"]');
  assert.equal(arrow, 'c_to_32__35_1_46_a -->|"inbox"| c');
});

test("an arrow between the boxes of two frames has no text", () => {
  const row = pipeline(pipeline(new Worker()), pipeline(new Worker()));
  const chart = toMermaid(topology(row));
  assert.doesNotMatch(chart, /""/);
  assert.match(chart, /^ {2}c\d+_outbox --> c\d+_inbox$/m);
});
