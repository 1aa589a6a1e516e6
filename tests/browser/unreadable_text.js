// The texts in charts whose contrast with what lies under them is below 4.5 : 1. axe does not look at SVG.
(part) => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const over = (top, share, under) => under.map((value, at) => top[at] * share + value * (1 - share));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const opacity = (element) => {
    let product = 1;
    for (let one = element; one.tagName !== 'svg'; one = one.parentElement) {
      product *= Number(getComputedStyle(one).opacity);
    }
    return product;
  };
  const filled = (element) => {
    const { fill, fillOpacity } = getComputedStyle(element);
    if (fill === 'none' || fill.startsWith('url')) return { share: 0 }; // a pattern has no one colour
    const [red, green, blue, alpha = 1] = channels(fill);
    return { colour: [red, green, blue], share: alpha * Number(fillOpacity) * opacity(element) };
  };
  const page = channels(getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor);
  const found = [];
  for (const svg of document.querySelectorAll('[data-testid="stVegaLiteChart"] svg, .kd-live-svg')) {
    if (!svg.closest(part)) continue;
    const shapes = [...svg.querySelectorAll('path, rect')].map((shape) => ({
      shape, place: shape.getBoundingClientRect(), ...filled(shape),
    }));
    for (const text of svg.querySelectorAll('text')) {
      const { x, y, width, height } = text.getBoundingClientRect();
      const { colour, share } = filled(text);
      if (!text.textContent.trim() || !width || share < 0.01) continue;
      let under = page;
      for (const { shape, place, colour: fill, share: cover } of shapes) {
        const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
        const across = x + width / 2 > place.left && x + width / 2 < place.right;
        const down = y + height / 2 > place.top && y + height / 2 < place.bottom;
        if (cover && before && across && down) under = over(fill, cover, under);
      }
      const seen = contrast(over(colour, share, under), under);
      if (seen < 4.5) found.push(`“${text.textContent}” ${seen.toFixed(2)} : 1`);
    }
  }
  return found;
}
