'use strict';
// Brings a page up to date as the server tells of it, while somebody looks.
const main = document.querySelector('main');
const lost = document.getElementById('lost');
let source;

const ids = (root) => Array.from(root.querySelectorAll('[id]'), (e) => e.id).join(' ');

// Where the page has the same parts as before, those that differ are changed, and the focus stays where it is.
function show(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html').body;
  if (ids(fresh) !== ids(main)) {
    main.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const part of fresh.querySelectorAll('[id]')) {
    const old = document.getElementById(part.id);
    if (old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
  }
}

function listen() {
  source = new EventSource(main.dataset.events);
  source.onopen = () => { lost.hidden = true; };
  source.onerror = () => { lost.hidden = false; };
  source.onmessage = (event) => show(event.data);
  source.addEventListener('end', () => { source.close(); location.reload(); });
}

// Nobody looks at a page that is hidden, and somebody may be measuring.
function attend() {
  source?.close();
  if (!document.hidden) listen();
}

document.addEventListener('visibilitychange', attend);
addEventListener('pagehide', () => source?.close());
addEventListener('pageshow', attend);
