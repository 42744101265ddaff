// The search runs in a worker. A page that was opened from a folder (file:) may not start one, so there it runs in a
// hidden frame that behaves as one: it posts messages, receives them, and loads further scripts.
if (location.protocol === "file:") {
  window.IFrameWorker = class IFrameWorker extends EventTarget {
    constructor(address) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      // A frame without an address shares this page's origin; its parent finds it by what it asks for.
      this.frame.srcdoc =
        "<script>" +
        "var importScripts = function () {" +
        "  return Array.from(arguments).reduce(function (before, address) {" +
        "    return before.then(function () { return new Promise(function (done, failed) {" +
        "      var script = document.createElement('script');" +
        "      script.src = address; script.onload = done; script.onerror = failed;" +
        "      document.body.appendChild(script); }); }); }, Promise.resolve()); };" +
        "var postMessage = function (data) { parent.dispatchEvent(new MessageEvent('iframe-worker', { data: data })); };" +
        "<\/script><body><script src='" + String(new URL(address, document.baseURI)).replace(/'/g, "%27") + "'><\/script></body>";
      window.addEventListener("iframe-worker", (event) => {
        this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      });
      this.frame.addEventListener("load", () => {
        this.ready = true;
        this.waiting.splice(0).forEach((data) => this.postMessage(data));
      });
      document.body.appendChild(this.frame);
    }

    postMessage(data) {
      if (!this.ready) {
        this.waiting.push(data);
        return;
      }
      this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
    }

    terminate() {
      this.frame.remove();
    }
  };
  window.Worker = window.IFrameWorker;
}
