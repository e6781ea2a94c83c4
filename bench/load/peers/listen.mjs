// How the peers say where they listen, as Coscribe's own server does.

/** Prints the line that the load waits for. */
export function announce(server) {
  const { address, port } = server.address();
  console.log(`listens on http://${address}:${port}, process ${process.pid}`);
}
