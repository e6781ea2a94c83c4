import { conform } from "./suite.ts";

conform({ editor: "input", type: "text", oneLine: true });
