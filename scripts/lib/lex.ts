// A lexer for TypeScript, just good enough to tell code from comments, strings and regular expressions. TypeScript 7
// has no compiler API for scripts, and the checks here need identifiers and import specifiers only.
//
// A `/` starts a regular expression unless what stands before it ends an expression; the one case this gets wrong,
// a regular expression right after `)` or `}`, does not occur where formatted code is checked.

export interface Token {
  readonly kind: "word" | "string" | "template" | "number" | "regexp" | "punctuation";
  /** The text; of a string, what is between the quotes. */
  readonly text: string;
  readonly line: number;
}

const SPACE = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const WORD = /#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\.?\d[\w.]*/y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const REGEXP = /\/(?![/*])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const PUNCTUATION = /\.\.\.|=>|\?\.(?!\d)|\?\?|[^\s\w]/y;
const BEFORE_REGEXP = new Set(["return", "typeof", "case", "in", "of", "delete", "void", "throw", "yield", "await"]);

/** The tokens of a source text, without comments. The code inside `${}` of a template counts as code. */
export function lex(source: string): Token[] {
  const tokens: Token[] = [];
  const templates: number[] = []; // brace depth at which each open `${` ends
  let at = 0;
  let line = 1;
  let depth = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) return undefined;
    at += text.length;
    return text;
  };
  const push = (kind: Token["kind"], text: string, consumed: string): void => {
    tokens.push({ kind, text, line });
    line += newlines(consumed);
  };
  const template = (): void => {
    const start = at;
    while (at < source.length) {
      if (source[at] === "\\") at += 2;
      else if (source[at] === "`") break;
      else if (source.startsWith("${", at)) break;
      else at++;
    }
    const text = source.slice(start, at);
    if (source[at] === "`") {
      at++;
    } else {
      at += 2;
      templates.push(depth);
    }
    push("template", text, text);
  };

  while (at < source.length) {
    const skipped = take(SPACE) ?? take(COMMENT);
    if (skipped !== undefined) {
      line += newlines(skipped);
      continue;
    }
    if (source[at] === "`") {
      at++;
      template();
      continue;
    }
    if (source[at] === "}" && templates.at(-1) === depth) {
      templates.pop();
      at++;
      template();
      continue;
    }
    const string = take(STRING);
    if (string !== undefined) {
      push("string", string.slice(1, -1), string);
      continue;
    }
    const regexp = endsExpression(tokens.at(-1)) ? undefined : take(REGEXP);
    if (regexp !== undefined) {
      push("regexp", regexp, regexp);
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      push("word", word, word);
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      push("number", number, number);
      continue;
    }
    const mark = take(PUNCTUATION) ?? source[at++]!;
    if (mark === "{") depth++;
    if (mark === "}") depth--;
    push("punctuation", mark, mark);
  }
  return tokens;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

function endsExpression(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return !BEFORE_REGEXP.has(token.text);
  if (token.kind === "punctuation") return token.text === ")" || token.text === "]" || token.text === "}";
  return true;
}
