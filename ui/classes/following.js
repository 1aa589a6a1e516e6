// A page of a class asks for news every second, over plain HTTP. What it has missed it hears with the next question:
// the fragment is asked for until the tag that it was drawn with is the one of the news.

const SECOND = 1000;
const [HIDDEN, FAILING, ANSWER, AGAIN, HOPELESS] = [2 * SECOND, 3 * SECOND, 5 * SECOND, 3 * SECOND, 15 * SECOND];
const asking = new WeakMap();

// The class is a folder beside its page, whatever the path of the app.
const beside = (address) => `${location.pathname.replace(/\/?[^/]*\/?$/, '')}/${address}`;

// Streamlit's own connection, over which answers are sent.
const isJoined = () => document.querySelector('[data-testid="stApp"]')?.dataset.testConnectionState === 'CONNECTED';

const begin = (line) => {
  const me = { timer: 0, failures: 0, wanted: '', since: 0, triggered: 0, isGone: false };

  const say = (what) => {
    const text = me.data.says[what] ?? what;
    if (line.textContent === text) return;
    line.textContent = text;
    line.dataset.says = what;
  };

  // Streamlit asks whoever has lost the server to start it again, and lays that over everything.
  const dismiss = () => {
    if (line.dataset.says === 'lost') document.querySelector('[data-testid="stDialog"] button[aria-label="Close"]')?.click();
  };
  const dialogs = new MutationObserver(dismiss);
  dialogs.observe(document.body, { childList: true });

  const redraw = (tag) => {
    const now = performance.now();
    if (tag === me.data.tag) {
      [me.wanted, me.since] = ['', now];
      return;
    }
    // Streamlit may take a connection for alive that has died, as when a phone changes networks.
    if (now - me.since > HOPELESS) location.reload();
    if (tag === me.wanted && now - me.triggered < AGAIN) return;
    [me.wanted, me.triggered] = [tag, now];
    me.trigger('news', tag);
  };

  const ask = async () => {
    clearTimeout(me.timer);
    me.asked?.abort();
    const asked = new AbortController();
    me.asked = asked;
    const limit = setTimeout(() => asked.abort(), ANSWER);
    let [answer, news] = [null, null];
    try {
      answer = await fetch(beside(me.data.address), { cache: 'no-store', signal: asked.signal });
      if (answer.ok || [403, 404].includes(answer.status)) news = await answer.json();
    } catch {
      // there is no connection, or what answers is not the app
    }
    clearTimeout(limit);
    if (me.isGone || me.asked !== asked) return;
    const isOn = news !== null && isJoined();
    if (!isOn) {
      me.failures += 1;
      me.since = performance.now();
      say('lost');
    } else {
      me.failures = 0;
      say(news.sentence ?? (news.waits ? 'waits' : 'watch'));
      if (answer.status !== 403) redraw(news[me.data.of] ?? 'ended');
    }
    const wait = Math.min(FAILING, (document.hidden ? HIDDEN : SECOND) * 1.3 ** me.failures);
    me.timer = setTimeout(ask, wait * (0.7 + 0.3 * Math.random())); // so that phones do not ask together
  };

  const atOnce = () => !document.hidden && ask();
  const lose = () => say('lost');
  document.addEventListener('visibilitychange', atOnce);
  addEventListener('online', atOnce);
  addEventListener('offline', lose);
  me.ask = () => {
    say('begins');
    ask();
  };
  me.end = () => {
    me.isGone = true;
    clearTimeout(me.timer);
    dialogs.disconnect();
    document.removeEventListener('visibilitychange', atOnce);
    removeEventListener('online', atOnce);
    removeEventListener('offline', lose);
    asking.delete(line);
  };
  return me;
};

export default ({ data, parentElement, setTriggerValue }) => {
  const line = parentElement.querySelector('.kd-following');
  const isNew = !asking.has(line);
  if (isNew) asking.set(line, begin(line));
  const me = asking.get(line);
  if (me.data?.tag !== data.tag) me.since = performance.now(); // when it was drawn last
  me.data = data;
  me.trigger = setTriggerValue;
  const call = {};
  me.call = call;
  if (isNew) me.ask();
  return () => me.call === call && me.end(); // Streamlit may close an earlier call after a later one has begun
};
