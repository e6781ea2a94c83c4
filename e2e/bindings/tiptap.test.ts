import { conform } from "./suite.ts";

conform({ editor: "tiptap", type: "rich-text", bold: true });
