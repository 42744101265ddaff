// What textual-serve's own page leaves to be done. textual.js begins at window.onload, which is taken over here.
"use strict";
(() => {
  const start = window.onload;

  window.onload = async (event) => {
    // Relative to the page, so that it is right behind a tunnel or a proxy, whatever they call this server.
    const socket = new URL("ws", window.location.href);
    socket.protocol = socket.protocol.replace("http", "ws");
    socket.search = "";
    document.getElementById("terminal").dataset.sessionWebsocketUrl = socket.href;
    // The terminal measures a letter once: its font has to be there by then.
    await Promise.allSettled(["", "bold ", "italic "].map((kind) => document.fonts.load(`${kind}16px "Roboto Mono"`)));
    start.call(window, event);
    watch();
  };

  // A key that is typed goes to the app without a click before.
  function watch() {
    const body = document.body;
    const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
    const look = () => {
      if (body.classList.contains("-closed")) document.getElementById("again").focus();
      else if (body.classList.contains("-loaded")) focus();
    };
    new MutationObserver(look).observe(body, { attributes: true, attributeFilter: ["class"] });
    window.addEventListener("focus", look);
    document.getElementById("again").addEventListener("click", () => window.location.reload());
  }

  // The terminal would send Ctrl+V as a control character: left to the browser, it pastes.
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey && !event.altKey && !event.metaKey && event.code === "KeyV") event.stopPropagation();
    },
    true,
  );
})();
