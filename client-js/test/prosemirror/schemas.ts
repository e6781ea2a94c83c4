import { getSchema } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import StarterKit from "@tiptap/starter-kit";
import { Schema } from "prosemirror-model";
import { schema as basic } from "prosemirror-schema-basic";
import { addListNodes } from "prosemirror-schema-list";
import { withCoscribe } from "../../src/prosemirror/index.ts";

/** Tiptap's StarterKit, with images as blocks. */
export const starterKit = withCoscribe(getSchema([StarterKit, Image]));
export const inlineImages = withCoscribe(
  getSchema([StarterKit, Image.configure({ inline: true })]),
);
/** What ProseMirror's own examples use. */
export const classic = withCoscribe(
  new Schema({
    nodes: addListNodes(basic.spec.nodes, "paragraph block*", "block"),
    marks: basic.spec.marks,
  }),
);
/** What ProseMirror's own examples begin with, as it comes. */
export const plain = basic;
/** As it comes, without anything to carry what it cannot show. */
export const bare = getSchema([StarterKit]);
export const schemas = { starterKit, inlineImages, classic };
