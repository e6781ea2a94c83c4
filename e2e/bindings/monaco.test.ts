import { conform } from "./suite.ts";

conform({ editor: "monaco", type: "text" });
