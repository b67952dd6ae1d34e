// What runs in other places in components.mjs.

import { Component } from "offshoot/component";

export class Doubler extends Component {
  *main() {
    for (let n = yield* this.next(); !n.done; n = yield* this.next()) yield* this.put(n.value * 2);
  }
}

export class Failing extends Component {
  *main() {
    yield* this.receive();
    throw new RangeError("in its place");
  }
}
