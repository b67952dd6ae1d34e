// What a box knows of the component it belongs to.

export interface BoxOwner {
  /** As in `Reader#3`. */
  readonly label: string;
  readonly hasEnded: boolean;
  /** It has said that it is finished, though it has not ended. */
  readonly hasFinished: boolean;
  /** Its outboxes are fed by its children alone: with those, they have finished. */
  readonly relays: boolean;
  /** What came through its inboxes, and a child that ends has not collected, goes back there and waits for the next child. */
  readonly keeps: boolean;
  /** Something has happened to one of its boxes. */
  stir(): void;
  /** A message has come for its control box. Answers true if it has dealt with it. */
  hears(message: unknown): boolean;
}
