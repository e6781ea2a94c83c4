import Quill from "quill";
import "quill/dist/quill.snow.css";
import { bindQuill } from "../../src/bindings/quill.ts";
import type { Delta } from "../../src/delta/index.ts";
import { play } from "./page.ts";

play({
  type: "rich-text",
  mount(parent, doc, options, clock) {
    const quill = new Quill(parent, { theme: "snow" });
    quill.on("text-change", clock.begin);
    const end = bindQuill(doc, quill, options);
    quill.on("text-change", clock.end);
    return {
      content: () => quill.getContents().ops as Delta,
      focus: () => quill.focus(),
      // Quill has no selection that was made backwards.
      select: (anchor, head) =>
        quill.setSelection(Math.min(anchor, head), Math.abs(head - anchor), "user"),
      selection: () => {
        const { index, length } = quill.getSelection() ?? { index: 0, length: 0 };
        return [index, index + length];
      },
      replace: (from, to, text) => {
        const ops = [{ retain: from }, { insert: text }, { delete: to - from }];
        const real = ops.filter((op) => op.retain !== 0 && op.insert !== "" && op.delete !== 0);
        quill.updateContents(real, "user");
      },
      editable: () => quill.isEnabled(),
      at: (x, y) => {
        const place = document.caretPositionFromPoint(x, y);
        const blot = place && Quill.find(place.offsetNode, true);
        if (!place || !blot || blot instanceof Quill) return null;
        return quill.getIndex(blot) + place.offset;
      },
      end,
    };
  },
});
