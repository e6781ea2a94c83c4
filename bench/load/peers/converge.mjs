// Has Yjs itself put updates together: how long the text of the first one is,
// and whether the others lead to the same text.
// Reads the updates from standard input, each behind its length.

import { readFileSync } from "node:fs";
import * as decoding from "lib0/decoding";
import * as Y from "yjs";

const input = decoding.createDecoder(readFileSync(0));
const updates = [];
while (decoding.hasContent(input)) updates.push(decoding.readVarUint8Array(input));

const [fresh, ...others] = updates;
const text = textOf([fresh]);
const same = others.length > 0 && textOf(others) === text;
console.log(JSON.stringify({ fresh: text.length, same }));

function textOf(updates) {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText("text").toString();
}
