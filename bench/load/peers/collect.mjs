// Lets the load ask for a garbage collection, before it looks at the memory.

process.on("SIGUSR2", () => globalThis.gc());
