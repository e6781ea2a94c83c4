import { expect, onTestFinished, test } from "vitest";
import { Wire } from "../support/wire.ts";
import type { Seat } from "./seat.ts";
import type { Subject } from "./suite.ts";

/** How many changes there were in each message that had any. */
function changesIn({ received }: Seat): number[] {
  const messages = received.map((text) => JSON.parse(text) as { changes?: unknown[] });
  return messages.flatMap(({ changes = [] }) => (changes.length > 0 ? [changes.length] : []));
}

/** However many changes a message brings, the editor is changed once. */
export function frames(subject: Subject): void {
  test("shows all that it has missed in one update", async () => {
    const wire = await Wire.to(subject.on.server.port);
    onTestFinished(() => wire.remove());
    const scene = await subject.scene("one two", { server: wire.url });
    const { ann, bob } = scene;
    wire.cut();
    await ann.standing("offline");
    await bob.replace(0, 0, "> ");
    await bob.replace(6, 9, "2");
    await bob.replace(7, 7, "!");
    const before = await ann.updates();
    wire.mend();
    await subject.agreeOn(scene, "> one 2!");
    await expect.poll(() => changesIn(ann)).toEqual([3]);
    expect(await ann.updates()).toBe(before + 1);
  });

  if (subject.traits.type === "text") return;
  test("shows a newline that goes and comes back in one update", async () => {
    const scene = await subject.scene("one two");
    const { ann, bob, id } = scene;
    const before = await ann.updates();
    await subject.on.server.change(id, bob.doc.rev, [{ retain: 3 }, { delete: 5 }]);
    await subject.agreeOn(scene, "one");
    await expect.poll(() => changesIn(ann)).toEqual([2]);
    expect(await ann.updates()).toBe(before + 1);
  });
}
