// The server of y-websocket, in memory, as its own program starts it.
// Usage: node y-websocket.mjs

import { createServer } from "node:http";
import { setupWSConnection } from "@y/websocket-server/utils";
import { WebSocketServer } from "ws";
import { announce } from "./listen.mjs";

const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", setupWSConnection);
http.listen(0, "127.0.0.1", () => announce(http));
