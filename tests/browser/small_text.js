// What of the text within a selector is drawn smaller than so many pixels.
([within, smallest]) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const element = text.parentElement;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!text.data.trim() || !seen || box.width < 2 || box.height < 2 || element.closest('.kd-unseen') || !element.closest(within)) continue;
    const scale = element.ownerSVGElement?.getScreenCTM().a ?? 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (size < smallest - 0.1) found.push(`${text.data.trim()}: ${size}`);
  }
  return found;
}
