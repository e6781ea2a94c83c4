import { expect, onTestFinished, test } from "vitest";
import { Wire } from "../support/wire.ts";
import type { Subject } from "./suite.ts";

/** The page is loaded again before everything was sent. */
export function reloads(subject: Subject): void {
  async function wired(): Promise<Wire> {
    const wire = await Wire.to(subject.on.server.port);
    onTestFinished(() => wire.remove());
    return wire;
  }

  test("goes on with what was not sent after a reload without a network", async () => {
    const wire = await wired();
    const scene = await subject.scene("one", { server: wire.url, keep: "ann" });
    const { ann, bob } = scene;
    wire.cut();
    await ann.standing("offline");
    await ann.type(" unsent");
    await ann.reload();
    expect(await ann.text()).toBe(`one unsent${subject.end}`);
    await ann.select(10);
    await ann.type(" and more");
    await ann.reload();
    expect(await ann.text()).toBe(`one unsent and more${subject.end}`);
    await bob.replace(0, 0, "zero ");
    wire.mend();
    await subject.agreeOn(scene, "zero one unsent and more");
  });

  test("sends what was not sent after a reload with a network", async () => {
    const wire = await wired();
    const scene = await subject.scene("one", { server: wire.url, keep: "ann" });
    const { ann, bob } = scene;
    wire.cut();
    await ann.standing("offline");
    await ann.type(" unsent");
    await bob.replace(0, 0, "zero ");
    wire.mend();
    await ann.reload();
    await subject.agreeOn(scene, "zero one unsent");
  });

  test("loses and repeats nothing when it is reloaded while typing", async () => {
    const scene = await subject.scene("", { keep: "ann" });
    let typed = "";
    for (const word of ["one ", "two ", "three"]) {
      await scene.ann.select(typed.length);
      await scene.ann.type(word);
      typed += word;
      await scene.ann.reload();
    }
    await subject.agreeOn(scene, typed);
  });
}
