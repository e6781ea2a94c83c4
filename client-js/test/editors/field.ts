import { bindTextarea, type Field } from "../../src/bindings/textarea.ts";
import type { Adapter } from "./adapter.ts";

/** A textarea or an input: both have a value, a selection and no more. */
export function field(make: () => Field): Adapter["mount"] {
  return (parent, doc, options, clock) => {
    const field = make();
    field.style.cssText = "width: 40rem; font: 16px/20px sans-serif";
    parent.append(field);
    field.addEventListener("input", clock.begin);
    tellWritten(field, clock.begin);
    const end = bindTextarea(doc, field, options);
    field.addEventListener("input", clock.end);
    return {
      content: () => (field.value === "" ? [] : [{ insert: field.value }]),
      focus: () => field.focus(),
      select: (anchor, head) => {
        const direction = anchor > head ? "backward" : "forward";
        field.setSelectionRange(Math.min(anchor, head), Math.max(anchor, head), direction);
      },
      selection: () => {
        const { selectionStart: start, selectionEnd: end, selectionDirection } = field;
        const [from, to] = [start ?? 0, end ?? 0];
        return selectionDirection === "backward" ? [to, from] : [from, to];
      },
      replace: (from, to, text) => {
        field.setRangeText(text, from, to, "end");
        field.dispatchEvent(new Event("input"));
      },
      editable: () => !field.readOnly,
      at: (x, y) => {
        const place = document.caretPositionFromPoint(x, y);
        return place?.offsetNode === field ? place.offset : null;
      },
      end,
    };
  };
}

/** A field tells of what a person types, and of what a program writes it does not. */
function tellWritten(field: Field, written: () => void): void {
  const { get, set } = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(field),
    "value",
  ) as Required<Pick<PropertyDescriptor, "get" | "set">>;
  Object.defineProperty(field, "value", {
    get,
    set(value) {
      set.call(field, value);
      written();
    },
  });
}
