import { onTestFinished, test } from "vitest";
import { Wire } from "../support/wire.ts";
import type { Subject } from "./suite.ts";

/** The network and the server go and come back. */
export function outages(subject: Subject): void {
  test("goes on without a network and meets the others when it is back", async () => {
    const wire = await Wire.to(subject.on.server.port);
    onTestFinished(() => wire.remove());
    const scene = await subject.scene("one two", { server: wire.url });
    const { ann, bob } = scene;
    wire.cut();
    await ann.standing("offline");
    await ann.type(" offline");
    await ann.select(0, 3);
    await ann.type("1");
    await bob.replace(4, 4, "online ");
    wire.mend();
    await subject.agreeOn(scene, "1 online two offline");
  });

  test("loses and repeats nothing when the server is killed", async () => {
    const { server } = subject.on;
    const wire = await Wire.to(server.port);
    onTestFinished(() => wire.remove());
    const id = await subject.create("ann:");
    const ann = await subject.open(id, { server: wire.url });
    const bob = await subject.join(id, wire);
    await ann.select(4);
    const words = Array.from({ length: 40 }, (_, n) => ` ${n}`).join("");
    const typing = ann.page.keyboard.type(words, { delay: 10 });
    for (let n = 0; n < 10; n++) await bob.replace(0, 0, "b");
    await server.down();
    await ann.standing("offline");
    await server.up("127.0.0.1:0");
    wire.lead(server.port);
    await typing;
    await subject.agreeOn({ id, ann, bob }, `${"b".repeat(10)}ann:${words}`);
  });
}
