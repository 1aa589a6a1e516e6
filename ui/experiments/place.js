// An experiment opens at its top, and the shelf comes back where it was left. Called with the experiment's name.
((name) => {
  const main = document.querySelector('[data-testid="stMain"]');
  window.kdShelf ??= { top: 0 };
  if (name) {
    if (window.kdShelf.open !== name) main.scrollTo(0, 0);
    window.kdShelf.open = name;
    return;
  }
  window.kdShelf.open = '';
  const until = performance.now() + 2000;
  const goBack = () => {
    main.scrollTo(0, window.kdShelf.top);
    if (main.scrollTop < window.kdShelf.top - 1 && performance.now() < until) requestAnimationFrame(goBack);
    else main.addEventListener('scroll', stay, { passive: true });
  };
  const stay = () => {
    if (document.querySelector('[class*="st-key-shelf_"]') && !window.kdShelf.open) window.kdShelf.top = main.scrollTop;
    else main.removeEventListener('scroll', stay);
  };
  goBack();
})