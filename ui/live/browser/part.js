// A part of a page, handed over to the program as soon as the page has it.

export default (part) => {
  if (window.kdLive) return window.kdLive(part);
  let close = null;
  let isGone = false;
  addEventListener('kd-live', () => {
    if (!isGone) close = window.kdLive(part);
  }, { once: true });
  return () => {
    isGone = true;
    close?.();
  };
};
