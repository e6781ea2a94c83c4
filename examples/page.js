// What all pages show around their editor.

/** The others see this page under a name of its own. */
export const user = { name: `Guest ${Math.ceil(Math.random() * 99)}` };

/**
 * Shows how a document stands with the server, who else is here, and what
 * could not be saved, in the words of the client.
 */
export function showAround(doc, { appearance, statusText }) {
  const status = document.querySelector("#status");
  const others = document.querySelector("#others");
  const showStatus = () => {
    status.textContent = doc.isReady ? statusText(doc.status) : "opening";
  };
  doc.on("ready", showStatus);
  doc.on("status", showStatus);
  showStatus();
  doc.on("peers", (peers) => {
    const names = Object.entries(peers).map(([client, peer]) => {
      const { name, color } = appearance(client, peer);
      const item = Object.assign(document.createElement("li"), { textContent: name });
      item.style.borderColor = color;
      return item;
    });
    others.replaceChildren(...names);
  });
  doc.on("blocked", (draft) => {
    const text = draft?.content.map(({ insert }) => (typeof insert === "string" ? insert : "▢"));
    say(text ? `Not saved, copy what you need: ${text.join("")}` : "The document is closed.");
  });
}

/** Says what the person has to know. */
export function say(text) {
  const trouble = document.querySelector("#trouble");
  trouble.textContent = text;
  trouble.hidden = false;
}
