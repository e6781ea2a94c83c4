import type Quill from "quill/core";
import { hint } from "./keys.ts";

/** What a button with data-do does. */
export type Actions = Readonly<Record<string, () => void>>;

/**
 * Joins the buttons of a toolbar to an editor: data-format (and data-value)
 * toggles a format, data-do names one of the actions. The bar is one stop of
 * the Tab key; the arrow keys go from button to button.
 */
export function attachToolbar(bar: HTMLElement, quill: Quill, actions: Actions): void {
  const buttons = [...bar.querySelectorAll("button")];
  rove(bar, buttons);
  // The editor keeps the focus where a mouse presses a button.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  for (const button of buttons) {
    button.title = hint(button.title);
    button.addEventListener("click", () => press(button, quill, actions));
  }
  quill.on("editor-change", () => show(buttons, quill));
}

function press(button: HTMLButtonElement, quill: Quill, actions: Actions): void {
  const { do: action, format, value } = button.dataset;
  if (action !== undefined) actions[action]?.();
  if (format === undefined) return;
  quill.focus();
  const on = isOn(button, quill.getFormat());
  quill.format(format, on ? false : typed(value), "user");
}

/** Makes plain what is selected, or the line that the caret is in. */
export function clearFormat(quill: Quill): void {
  const { index, length } = quill.getSelection(true);
  if (length > 0) {
    quill.removeFormat(index, length, "user");
    return;
  }
  for (const format of Object.keys(quill.getFormat(index))) quill.format(format, false, "user");
}

/** The value as documents hold it: `true` where the format has none, numbers as numbers. */
function typed(value: string | undefined): unknown {
  if (value === undefined) return true;
  return /^\d+$/.test(value) ? Number(value) : value;
}

function isOn(button: HTMLButtonElement, formats: Record<string, unknown>): boolean {
  const { format = "", value } = button.dataset;
  return value === undefined ? Boolean(formats[format]) : String(formats[format]) === value;
}

/** Presses the buttons of the formats that hold where the caret is. */
function show(buttons: readonly HTMLButtonElement[], quill: Quill): void {
  // Not getSelection, which would tell everyone of the selection before the text that moved it.
  const [range] = quill.selection.getRange();
  if (!range) return;
  const formats = quill.getFormat(range);
  for (const button of buttons) {
    if (button.dataset.format) button.ariaPressed = String(isOn(button, formats));
  }
}

const stepOf: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Moves the one tab stop among the buttons with the arrow keys, Home and End. */
function rove(bar: HTMLElement, buttons: readonly HTMLButtonElement[]): void {
  const settle = (stop: Element) => {
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  };
  if (buttons[0]) settle(buttons[0]);
  bar.addEventListener("focusin", ({ target }) => settle(target as Element));
  bar.addEventListener("keydown", (event) => {
    const step = stepOf[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[step(at, buttons.length)]?.focus();
  });
}
