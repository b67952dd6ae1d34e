// The office of the tutorial (docs/tutorial/mini-axon.md): three components in a row.
//
//   node --conditions=offshoot/source examples/office/main.ts            greets three
//   node --conditions=offshoot/source examples/office/main.ts NAME...    greets these

import { run } from "offshoot";
import { pipeline } from "offshoot/component";
import { greeter, printer, shouter } from "./office.ts";

const given = process.argv.slice(2);
const names = given.length > 0 ? given : ["Ada", "Grace", "Edsger"];

await run(() => pipeline(greeter(names), shouter, printer(console.log)));
