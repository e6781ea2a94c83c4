/** jsdom has no layout: every box is empty, at the same place. */
export function layOut(): void {
  const box = (): DOMRect => new DOMRect();
  const boxes = (): DOMRectList => [box()] as unknown as DOMRectList;
  for (const kind of [Range, Element]) {
    kind.prototype.getBoundingClientRect = box;
    kind.prototype.getClientRects = boxes;
  }
  document.elementFromPoint = () => null;
}
