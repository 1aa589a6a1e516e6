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

  // Streamlit says in English what the page is: its language, its navigation, and the link that skips that. Its tables
  // write numbers as in the languages of the browser. What was chosen by hand is kept.
  function speak({ lang, dataset }) {
    document.documentElement.lang = lang;
    Object.defineProperty(navigator, 'languages', { value: [lang], configurable: true });
    if (dataset.chosen) keepForAYear(`kd_lang=${dataset.chosen}`);
    const navigation = document.querySelector('[data-testid="stSidebar"]');
    navigation?.setAttribute('role', 'navigation');
    navigation?.setAttribute('aria-label', dataset.pages);
    document.querySelector('[data-testid="stSkipToContent"]')?.replaceChildren(dataset.skip);
    const said = dataset.own === dataset.said ? [] : dataset.said.split('|');
    window.kdWords = dataset.own.split('|').flatMap((own, at) => (said[at] ? [[pattern(own), said[at]]] : []));
    window.kdSaid = new Map();
    window.kdOwn ??= new Map(); // what it is in English, of what has been said in other languages
    if (said.length || window.kdOwn.size) sayHere(document.body);
  }

  function pattern(own) {
    const parts = own.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('(.+?)')}(?![\\p{L}\\d])`, 'u');
  }

  // What of a page may be Streamlit's own: names of what is pressed or filled in, and words in these places.
  const NAMED = 'button, input, kbd, [role=menu], [role=grid], [role=listbox], [aria-label="Selected values"]';
  const SPOKEN = `:is([data-testid="stTooltipContent"], [data-testid="stFileUploader"] button) p,
    [data-testid$="Instructions"] span, :is([data-testid="stNumberInput"], [data-testid="stFileUploader"]) [role=alert],
    [role=option]:not([data-key]) > span, [data-testid="stDialog"] :is(h2, h2 + div *),
    [data-key="__select_all__"] *, [data-key="__creatable__"] *, [data-live-announcer] *, [role=menuitem], [role=menuitem] *,
    [data-testid="stDataFrameStatisticsMenu"] *`;

  function inTheirs(text) {
    for (const [own, said] of window.kdWords) {
      const found = own.exec(text);
      let next = 1;
      if (found) return said.replace(/\{\}/g, () => found[next++]) + text.slice(found[0].length);
    }
    return text;
  }

  // All of these are said in the reader's language, here and in what comes later. Vega's names for parts of a chart go.
  function sayHere(part) {
    const here = (text) => {
      if (!text) return text;
      if (!window.kdSaid.has(text)) {
        const own = window.kdOwn.get(text) ?? text;
        const said = inTheirs(own);
        window.kdSaid.set(text, said);
        if (said !== own) window.kdOwn.set(said, own);
      }
      return window.kdSaid.get(text);
    };
    const every = (selector) => [...(part.matches(selector) ? [part] : []), ...part.querySelectorAll(selector)];
    for (const each of every(NAMED)) {
      for (const name of ['aria-label', 'title', 'placeholder']) {
        const said = here(each.getAttribute(name));
        if (said && said !== each.getAttribute(name)) each.setAttribute(name, said);
      }
    }
    for (const words of every(SPOKEN)) {
      for (const text of [...words.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE)) {
        if (here(text.data) !== text.data) text.data = here(text.data);
      }
    }
    for (const each of every('.vega-embed, .vega-embed *')) each.removeAttribute('aria-roledescription');
  }

  function sayWhatCame(changes) {
    if (!window.kdWords.length) return;
    for (const { addedNodes, attributeName, target } of changes) {
      addedNodes.forEach((node) => node.querySelectorAll && sayHere(node));
      if (attributeName && target.closest('.vega-embed')) target.removeAttribute(attributeName);
    }
  }

  // Where what had the keyboard's focus is gone, the focus goes to what stands in its place: the same thing, or the same part
  // of the page, drawn anew; else what comes next in the part around it; else the page's title. Returns what looks after that.
  const REACHED = 'button:enabled, a[href], input:enabled, select, textarea, summary, [tabindex="0"]';
  const UNFOLDED = '[data-testid="stPopoverButton"][aria-expanded="true"]';
  function keepFocus() {
    let [last, around, byKey, waits] = [null, [], false, 0];
    const isThere = (element) => element.isConnected && element.checkVisibility({ visibilityProperty: true });
    const reached = (place) => [place, ...place.querySelectorAll(REACHED)].find((each) => each.matches(REACHED) && isThere(each));
    const isAgain = (element) => last.ariaLabel && element.ariaLabel === last.ariaLabel && isThere(element);
    const nextOf = ({ element, key, index }) => {
      const place = (key && document.querySelector(`.${CSS.escape(key)}`)) || element;
      if (!isThere(place)) return null;
      const again = key && [...place.querySelectorAll(last.localName)].find(isAgain);
      if (again) return again;
      const later = key ? [] : [...place.children].slice(index);
      return later.map(reached).find(Boolean) ?? reached(place);
    };
    const placesOf = (target) => {
      const found = [];
      for (let one = target; one.parentElement && !one.matches('[data-testid="stMain"], body'); one = one.parentElement) {
        const key = [...one.classList].find((name) => name.startsWith('st-key-'));
        if (key) found.push({ element: one, key });
        found.push({ element: one.parentElement, index: [...one.parentElement.children].indexOf(one) });
      }
      return found;
    };
    const remember = ({ target }) => {
      last = target;
      around = placesOf(target);
      // from what a button has unfolded, back to that: Streamlit draws it anew where nothing hovers
      const button = target.closest('[data-testid="stPopoverBody"]') && document.querySelector(UNFOLDED);
      if (button) around.push(...placesOf(button));
    };
    const look = () => {
      // a dialog that has not taken it, or has let it go again, as after a finger's touch
      if (document.activeElement === document.body) document.querySelector('.stDialog [role=dialog]')?.focus();
      if (!byKey || !last || document.activeElement !== document.body || isThere(last)) return;
      if (document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'running') {
        waits ||= setTimeout(() => { waits = 0; look(); }, 100);
        return;
      }
      const title = document.querySelector('h1');
      const to = around.filter(({ element }) => !element.matches('body, [data-testid="stMain"]')).map(nextOf).find(Boolean) ?? title;
      if (to === title) title?.setAttribute('tabindex', -1);
      to?.focus();
    };
    // What a button unfolds stands at the end of the page: Tab goes there from the button.
    const enter = (event) => {
      const opened = document.querySelector('[data-testid="stPopoverBody"]');
      const button = document.activeElement.matches(UNFOLDED);
      const first = event.key === 'Tab' && !event.shiftKey && button && opened && reached(opened);
      if (!first) return;
      event.preventDefault();
      first.focus();
    };
    document.addEventListener('keydown', enter);
    document.addEventListener('focusin', remember);
    document.addEventListener('focusout', () => setTimeout(look, 100), true);
    for (const act of ['pointerdown', 'keydown']) document.addEventListener(act, () => { byKey = act === 'keydown'; }, true);
    return look;
  }

  // Pictures of a chart that a click chooses: Tab leads to one of them, arrow keys from there to the others, and Enter or
  // Space chooses. Returns what offers those that have come; where they are drawn anew, Tab leads where it did.
  const PICTURES = '[data-testid="stVegaLiteChart"] image[aria-label]';
  const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
  function choosePictures() {
    let led = '';
    const besides = (picture) => [...picture.closest('svg').querySelectorAll(PICTURES)];
    const lead = (picture) => {
      for (const each of besides(picture)) {
        each.setAttribute('role', 'button');
        each.setAttribute('tabindex', each === picture ? 0 : -1);
      }
    };
    const offer = () => {
      for (let one; (one = document.querySelector(`${PICTURES}:not([tabindex])`));) {
        const all = besides(one);
        lead(all.find((each) => each.ariaLabel === led) ?? all[0]);
      }
    };
    document.addEventListener('keydown', (event) => {
      const { target, key } = event;
      if (!target.matches(PICTURES) || !(STEPS[key] || key === 'Enter' || key === ' ')) return;
      event.preventDefault();
      if (STEPS[key]) {
        const all = besides(target);
        const next = all[all.indexOf(target) + STEPS[key]] ?? target;
        lead(next);
        led = next.ariaLabel;
        next.focus();
      } else target.dispatchEvent(new MouseEvent('click', { bubbles: true, view: window }));
    });
    return offer;
  }

  // Words that come are said at once; what else there is to do follows a moment later, once for many changes.
  function watch(...then) {
    let waits = 0;
    const follow = () => {
      waits = 0;
      for (const each of then) each();
    };
    new MutationObserver((changes) => {
      sayWhatCame(changes);
      waits ||= setTimeout(follow, 100);
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-roledescription'] });
  }

  speak(document.querySelector('.kd-brand'));
  if (!window.kdFrame) {
    window.kdFrame = true;
    watch(choosePictures(), keepFocus());
    staySomebody();
    oneStepAnAct();
    document.addEventListener('click', closeNavigation);
    document.addEventListener('click', copyLink);
    document.addEventListener('keydown', turnPage);
    showOnceDrawn();
  }
})();
