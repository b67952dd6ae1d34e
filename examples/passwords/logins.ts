// Logins that are checked at once, while something else goes on in this thread.

import { all, type Operation, type Selectable } from "offshoot";
import { blocking, remote } from "offshoot/parallel";

const vault = remote<typeof import("./vault.ts")>(new URL("./vault.ts", import.meta.url));

export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Hashes of the passwords, by name. All at once, each on a thread of its own. */
export function* register(users: readonly Login[]): Operation<ReadonlyMap<string, string>> {
  const hashes = yield* all(users.map(({ password }): Selectable<string> => blocking(vault.hash, password)));
  return new Map(users.map(({ name }, i) => [name, hashes[i]!]));
}

/** Whether each of them may come in. */
export function* check(logins: readonly Login[], hashes: ReadonlyMap<string, string>): Operation<boolean[]> {
  return yield* all(logins.map((login) => checkOne(login, hashes.get(login.name))));
}

function* checkOne({ password }: Login, hashed: string | undefined): Operation<boolean> {
  return hashed !== undefined && (yield* blocking(vault.matches, password, hashed));
}
