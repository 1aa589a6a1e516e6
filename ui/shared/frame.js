// On a phone the navigation covers the page: it closes once it has been used. Each page runs this anew, so nothing
// is declared outside of it.
(() => {
  const PHONE = '(max-width: 768px)';

  function closeNavigation({ target }) {
    const link = target.closest('[data-testid="stSidebar"] :is(a, .st-key-present_on button, .st-key-share button)');
    if (link && matchMedia(PHONE).matches) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }

  // While presenting, the keys of a remote control turn pages, unless what has the focus has a use for them.
  const TURNS = { ArrowLeft: 'previous', PageUp: 'previous', ArrowRight: 'next', PageDown: 'next' };
  function turnPage(event) {
    const link = document.querySelector(`.st-key-present_${TURNS[event.key]} a`);
    const used = document.activeElement.matches('input, select, textarea, canvas, [contenteditable], [role]');
    if (!link || used || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.click();
  }

  const MOST_MILLISECONDS = 30000;

  // Where there is no clipboard, as at an address without https, the browser copies what is selected.
  function copyLink({ target }) {
    const button = target.closest('.kd-copy');
    if (!button) return;
    const link = button.parentElement.querySelector('input');
    link.select();
    if (!document.execCommand('copy')) navigator.clipboard?.writeText(link.value);
    button.textContent = button.dataset.copied;
  }

  // Until a page that opens is there in all its parts, the stylesheet hides them: they come one by one.
  function showOnceDrawn() {
    const app = document.querySelector('[data-testid="stApp"]');
    const drawn = app?.dataset.testScriptState === 'notRunning' && !app.querySelector('[data-testid="stSkeleton"]');
    if (drawn || performance.now() > MOST_MILLISECONDS) document.documentElement.classList.add('kd-drawn');
    else requestAnimationFrame(showOnceDrawn);
  }

  function keepForAYear(cookie) {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `${cookie}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  // Streamlit tells browsers apart by a cookie that ends with the browser: once it is kept, one's runs stay one's own.
  function staySomebody() {
    const [cookie] = document.cookie.match(/_streamlit_xsrf=[^;]+/) || [];
    if (cookie) keepForAYear(cookie);
  }

  // Whatever a page adds to its address, each act is one step to go back from, and what comes without one is none.
  function oneStepAnAct() {
    const push = history.pushState.bind(history);
    let acted = false;
    for (const act of ['pointerdown', 'pointerup', 'click', 'keydown', 'keyup', 'input', 'change']) {
      addEventListener(act, () => { acted = true; }, { capture: true, passive: true });
    }
    history.pushState = (...entry) => {
      if (acted) push(...entry);
      else history.replaceState(...entry);
      acted = false;
    };
  }

  // Streamlit says in English what the page is: its language, and the link that skips the navigation. Its tables write
  // numbers as in the languages of the browser. What was chosen by hand is kept.
  function speak({ lang, dataset }) {
    document.documentElement.lang = lang;
    Object.defineProperty(navigator, 'languages', { value: [lang], configurable: true });
    if (dataset.chosen) keepForAYear(`kd_lang=${dataset.chosen}`);
    document.querySelector('[data-testid="stSkipToContent"]')?.replaceChildren(dataset.skip);
  }

  speak(document.querySelector('.kd-brand'));
  if (!window.kdFrame) {
    window.kdFrame = true;
    staySomebody();
    oneStepAnAct();
    document.addEventListener('click', closeNavigation);
    document.addEventListener('click', copyLink);
    document.addEventListener('keydown', turnPage);
    showOnceDrawn();
  }
})();
