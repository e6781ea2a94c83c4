/** The list of documents. */
import { type DocumentInfo, RestError } from "coscribe/rest";
import { byId, element } from "./dom.ts";
import { rest } from "./rest.ts";
import { withToken } from "./token.ts";
import { ago, characters, reason } from "./words.ts";

const main = byId("main", "main");
const list = byId("ul", "documents");
const more = byId("button", "more");
const problem = byId("p", "problem");
const createError = byId("p", "create-error");
let next: string | null = null;

/** Shows the list from its beginning, or what comes after `from`. */
async function show(from: string | null): Promise<void> {
  problem.replaceChildren();
  try {
    const options = from === null ? {} : { after: from };
    const page = await withToken(main, () => rest.listDocuments(options).page());
    if (from === null) list.replaceChildren();
    list.append(...page.items.map(row));
    next = page.next;
    more.hidden = next === null;
    byId("p", "empty").hidden = list.childElementCount > 0;
    byId("section", "list").hidden = false;
  } catch (error) {
    problem.textContent = `The documents cannot be listed: ${reason(error)}.`;
  }
}

function row(info: DocumentInfo): HTMLLIElement {
  const updated = new Date(info.updated);
  const time = element("time", { dateTime: info.updated, title: updated.toLocaleString() });
  time.textContent = ago(updated);
  const kind = info.type === "text" ? "plain text, " : "";
  return element(
    "li",
    {},
    element("a", { href: `/d/${info.id}` }, info.id),
    element("p", {}, `${kind}${characters(info.length)}, edited `, time),
  );
}

async function create(id: string): Promise<void> {
  createError.replaceChildren();
  try {
    const made = await withToken(main, () => rest.createDocument(id ? { id } : {}));
    location.assign(`/d/${made.id}`);
  } catch (error) {
    createError.replaceChildren(...explain(error, id));
  }
}

function explain(error: unknown, id: string): (Node | string)[] {
  const code = error instanceof RestError ? error.code : "";
  if (error instanceof RestError && error.status === 409) {
    return [
      "There is one of that name already: ",
      element("a", { href: `/d/${id}` }, `open ${id}`),
    ];
  }
  if (code === "bad_document_id") {
    return ["A name has letters, digits and . _ ~ : @ - only, and begins with a letter or digit."];
  }
  if (code === "forbidden") {
    return ["Your token does not allow to create a document of that name."];
  }
  return [`It could not be created: ${reason(error)}.`];
}

byId("form", "create").addEventListener("submit", (event) => {
  event.preventDefault();
  void create(byId("input", "name").value.trim());
});
more.addEventListener("click", () => void show(next));
// Back from a document, the browser may show the list as it was.
addEventListener("pageshow", (event) => {
  if (event.persisted) void show(null);
});
void show(null);
