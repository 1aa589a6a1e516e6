// Once `oneByOne` is set, draws what the server sends one message after the other, as on a slow machine: to be put
// into a page before it loads.
window.oneByOne = false;
{
  const { addEventListener } = WebSocket.prototype;
  const drawn = () => window.oneByOne && new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  WebSocket.prototype.addEventListener = function (kind, listener) {
    if (kind !== 'message') return addEventListener.call(this, kind, listener);
    let before = Promise.resolve();
    addEventListener.call(this, kind, (event) => {
      before = before.then(drawn).then(() => listener(event));
    });
  };
}
