// What the tests see of a page, and where it is. Evaluated in the page by the browser's own protocol, so that it works where the page
// has no script of its own.
({
  // text is what stands on an element, or what a screen reader calls it.
  text(e) {
    const label = e.getAttribute('aria-label');
    if (label) return label;
    const copy = e.cloneNode(true);
    for (const key of copy.querySelectorAll('kbd, .hidden')) key.remove();
    return (copy.innerText || copy.value || '').replace(/\s+/g, ' ').trim();
  },
  shown(e) {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility === 'visible' && !e.disabled;
  },
  // find is the first control with such a text: exactly, or else beginning with it; or the first element of a selector "css=...".
  find(what) {
    if (what.startsWith('css=')) return [...document.querySelectorAll(what.slice(4))].find(e => this.shown(e));
    const all = [...document.querySelectorAll('a[href], button, summary, input[type=submit], label, [role=button]')].filter(e => this.shown(e));
    return all.find(e => this.text(e) === what) || all.find(e => this.text(e).startsWith(what));
  },
  where(what) {
    const e = this.find(what);
    if (!e) return null;
    e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    const box = e.getClientRects()[0];
    const at = {x: box.x + box.width / 2, y: box.y + box.height / 2};
    const hit = document.elementFromPoint(at.x, at.y);
    return hit && (e.contains(hit) || hit.contains(e)) ? at : null;
  },
  focused(what) {
    const e = document.activeElement;
    if (!e || e === document.body) return false;
    if (what.startsWith('css=')) return e.matches(what.slice(4));
    return this.text(e) === what || this.text(e).startsWith(what) && this.find(what) === e;
  },
  // ring says that somebody who does not use a mouse can see where they are.
  ring() {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
  },
  body() { return document.body ? document.body.innerText.replace(/\s+/g, ' ') : ''; },
})
