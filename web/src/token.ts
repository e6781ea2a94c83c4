import { RestError } from "coscribe/rest";
import { element } from "./dom.ts";

const key = "coscribe.token";

/** The token that was pasted in this tab. It lives as long as the tab and is never in an address. */
export function token(): string | undefined {
  return sessionStorage.getItem(key) ?? undefined;
}

/**
 * Runs an action that needs the server's leave. Where the server refuses the
 * token, or asks for one, the person is asked, and the action runs again.
 */
export async function withToken<T>(main: HTMLElement, action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== 401) throw error;
      await askForToken(main, token() === undefined ? "" : `Not accepted: ${error.message}.`);
    }
  }
}

/** Shows a form for a token in place of the page's content until one is given. */
export function askForToken(main: HTMLElement, refusal: string): Promise<void> {
  sessionStorage.removeItem(key);
  const { gate, form, field } = tokenForm(refusal);
  main.classList.add("gated");
  main.append(gate);
  field.focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sessionStorage.setItem(key, field.value.trim());
      gate.remove();
      main.classList.remove("gated");
      resolve();
    });
  });
}

function tokenForm(refusal: string) {
  const help =
    "A JSON Web Token from whoever runs this server. It stays in this tab until the tab is closed.";
  const field = element("textarea", {
    id: "token",
    rows: 4,
    required: true,
    spellcheck: false,
    autocomplete: "off",
    autocapitalize: "none",
  });
  field.setAttribute("aria-describedby", "token-help token-error");
  const form = element(
    "form",
    {},
    element("label", { htmlFor: "token" }, "Token"),
    field,
    element("p", { id: "token-help", className: "hint" }, help),
    element("p", { id: "token-error", className: "error", role: "alert" }, refusal),
    element("button", { type: "submit", className: "primary" }, "Use this token"),
  );
  const gate = element(
    "section",
    { className: "gate column" },
    element("h1", {}, "This server asks for a token"),
    element("p", {}, "It must know who you are and what you may do."),
    form,
  );
  return { gate, form, field };
}
