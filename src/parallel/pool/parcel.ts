// What a call takes along where it goes by message.

import { decode } from "../codec.ts";
import { directory } from "../directory.ts";

export interface Parcel {
  readonly bytes: Uint8Array;
  readonly objects: readonly number[];
  readonly handed: readonly unknown[];
}

/** All objects in it must be known here. */
export function unpackParcel({ bytes, objects, handed }: Parcel): unknown {
  const known = new Map(objects.map((id) => [id, directory().arrive(id).face]));
  return decode(bytes, { object: (id) => known.get(id), handed: (index) => handed[index] });
}
