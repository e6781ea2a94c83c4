import type { Document } from "../../src/document.ts";

/** Resolves as soon as something is true of a document. */
export function until(document: Document, what: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!what()) return;
      for (const off of offs) off();
      resolve();
    };
    const names = ["change", "status", "peers", "ready"] as const;
    const offs = names.map((name) => document.on(name, look));
    look();
  });
}

export const text = (document: Document): string =>
  document.content.map(({ insert }) => insert).join("");
