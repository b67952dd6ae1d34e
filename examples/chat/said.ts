// What is said in a room, as data and as text.

export type Said =
  | { readonly kind: "joined" | "left"; readonly name: string }
  | { readonly kind: "line"; readonly name: string; readonly text: string }
  | { readonly kind: "closing" };

export function formatSaid(said: Said): string {
  switch (said.kind) {
    case "line":
      return `${said.name}: ${said.text}\n`;
    case "closing":
      return "* the room is closing\n";
    default:
      return `* ${said.name} has ${said.kind}\n`;
  }
}
