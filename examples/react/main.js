import { Editor } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { appearance, statusText } from "coscribe";
import { useDoc, usePeers, useSession, useStatus } from "coscribe/react";
import { Coscribe } from "coscribe/tiptap";
import { StrictMode, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { user } from "../page.js";

function Page() {
  const session = useSession("http://127.0.0.1:8080");
  const doc = useDoc(session, "example-react");
  return (
    <>
      <header>
        <h1>Coscribe in React</h1>
        <Status doc={doc} />
        <Others doc={doc} />
      </header>
      {doc && <Text key={doc.id} doc={doc} />}
    </>
  );
}

function Status({ doc }) {
  const status = useStatus(doc);
  return <output id="status">{status && doc.isReady ? statusText(status) : "opening"}</output>;
}

function Others({ doc }) {
  const peers = Object.entries(usePeers(doc));
  const items = peers.map(([client, peer]) => {
    const { name, color } = appearance(client, peer);
    return (
      <li key={client} style={{ borderColor: color }}>
        {name}
      </li>
    );
  });
  return (
    <ul id="others" aria-label="Others here">
      {items}
    </ul>
  );
}

function Text({ doc }) {
  const place = useRef(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    const onFailed = ({ message }) => setTrouble(`Do not rely on what you see: ${message}.`);
    const onRefused = ({ message }) => setTrouble(`That was taken back: ${message}.`);
    const editor = new Editor({
      element: place.current,
      editorProps: { attributes: { "aria-label": "Text" } },
      extensions: [
        StarterKit.configure({ undoRedo: false, trailingNode: false }),
        Coscribe.configure({ document: doc, user, onFailed, onRefused }),
      ],
    });
    return () => editor.destroy();
  }, [doc]);
  return (
    <>
      {trouble && (
        <p id="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div id="editor" className="sheet" ref={place} />
    </>
  );
}

createRoot(document.querySelector("#page")).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
