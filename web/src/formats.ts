/** Registers with Quill the formats that a document may have. */
import Quill from "quill/core";
import { AlignClass } from "quill/formats/align";
import { BackgroundStyle } from "quill/formats/background";
import Blockquote from "quill/formats/blockquote";
import Bold from "quill/formats/bold";
import CodeBlock, { Code } from "quill/formats/code";
import { ColorStyle } from "quill/formats/color";
import { DirectionClass } from "quill/formats/direction";
import { FontClass } from "quill/formats/font";
import Header from "quill/formats/header";
import Image from "quill/formats/image";
import Indent from "quill/formats/indent";
import Italic from "quill/formats/italic";
import Link from "quill/formats/link";
import List from "quill/formats/list";
import Script from "quill/formats/script";
import { SizeClass } from "quill/formats/size";
import Strike from "quill/formats/strike";
import Underline from "quill/formats/underline";

Quill.register({
  "formats/align": AlignClass,
  "formats/background": BackgroundStyle,
  "formats/blockquote": Blockquote,
  "formats/bold": Bold,
  "formats/code": Code,
  "formats/code-block": CodeBlock,
  "formats/color": ColorStyle,
  "formats/direction": DirectionClass,
  "formats/font": FontClass,
  "formats/header": Header,
  "formats/image": Image,
  "formats/indent": Indent,
  "formats/italic": Italic,
  "formats/link": Link,
  "formats/list": List,
  "formats/script": Script,
  "formats/size": SizeClass,
  "formats/strike": Strike,
  "formats/underline": Underline,
});
