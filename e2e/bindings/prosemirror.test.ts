import { conform } from "./suite.ts";

conform({ editor: "prosemirror", type: "rich-text", bold: true });
