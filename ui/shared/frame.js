// On a phone the navigation covers the page: it closes once it has been used. Each page runs this anew, so nothing
// is declared outside of it.
(() => {
  const PHONE = '(max-width: 768px)';

  function closeNavigation({ target }) {
    const link = target.closest('[data-testid="stSidebar"] :is(a, .st-key-present_on button)');
    if (link && matchMedia(PHONE).matches) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }

  if (!window.kdClosesNavigation) {
    window.kdClosesNavigation = true;
    document.addEventListener('click', closeNavigation);
  }
})();
