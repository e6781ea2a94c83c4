// Reads what the Go engine answered, one case in a line, and asks quill-delta
// the same: go run ./bench/deltas | node client-js/scripts/ask-quill-delta.mjs
// Fails, and shows the case, where the two do not agree.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";

const { default: Delta } = createRequire(import.meta.url)("quill-delta");

const wrap = (ops) => new Delta(ops);

/** In normal form, which quill-delta gives to what is built with it. */
function built(ops) {
  const out = new Delta();
  for (const op of ops) {
    if (op.insert !== undefined) out.insert(op.insert, op.attributes);
    else if (op.retain !== undefined) out.retain(op.retain, op.attributes);
    else out.delete(op.delete);
  }
  return out.chop().ops;
}

/** What the engine answers by name, as quill-delta answers it. */
const questions = {
  after: ({ doc, a }) => wrap(doc).compose(wrap(a)).ops,
  both: ({ a, next }) => wrap(a).compose(wrap(next)).ops,
  first: ({ a, b }) => wrap(a).transform(wrap(b), true).ops,
  second: ({ a, b }) => wrap(a).transform(wrap(b), false).ops,
  // It compares values by identity: here no two are the same object.
  back: ({ doc, a }) => built(wrap(a).invert(wrap(doc)).ops),
  normal: ({ raw }) => built(raw),
  moved: ({ a, at }) => [false, true].map((first) => wrap(a).transformPosition(at, first)),
};

let cases = 0;
let answers = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  for (const [name, ask] of Object.entries(questions)) {
    const answer = ask(asked);
    answers++;
    if (isDeepStrictEqual(answer, asked[name])) continue;
    console.error(`${name} differs: quill-delta has ${JSON.stringify(answer)} in\n${line}`);
    process.exit(1);
  }
  cases++;
}
console.log(`the Go engine and quill-delta agree on ${answers} answers about ${cases} cases`);
if (cases === 0) process.exit(1);
