// The one script. Every page works without it; doc.go lists the attributes it reads.
(() => {
  'use strict';
  const html = document.documentElement, body = document.body;
  html.classList.add('js');
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const say = (name) => body.getAttribute('data-say-' + name) || '';
  const store = (area, key, value) => { // private windows may refuse
    try { return value === undefined ? area().getItem(key) : area().setItem(key, value); } catch { return null; }
  };
  const local = () => localStorage;
  const aloud = (text) => { const box = document.getElementById('aloud'); box.textContent = ''; setTimeout(() => { box.textContent = text; }, 50); };
  let active = Date.now();
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart']) addEventListener(kind, () => { active = Date.now(); }, { passive: true });

  // Keys.
  let keys = {};
  try { keys = JSON.parse(store(local, 'fairlead-keys')) || {}; } catch { /* as they were */ }
  const off = () => store(local, 'fairlead-keys-off') === '1';
  const keyOf = (e) => { const k = e.getAttribute('data-key'); return Object.hasOwn(keys, k) ? keys[k] : k; };
  const nameOf = (e) => {
    const copy = e.cloneNode(true);
    all('kbd', copy).forEach((k) => k.remove());
    return e.getAttribute('data-key-name') || copy.textContent.replace(/\s+/g, ' ').trim();
  };
  const typing = (e) => e && (e.isContentEditable || /^(input|textarea|select)$/i.test(e.tagName) && !/^(checkbox|radio|button|submit|reset)$/i.test(e.type || ''));
  const shown = (e) => e.getClientRects().length > 0 && !e.disabled;
  const label = (from) => all('[data-key]', from).forEach((e) => { const k = e.querySelector('kbd'); if (k) k.textContent = off() ? '' : keyOf(e); });
  const element = (tag, text, set) => { const e = document.createElement(tag); if (text) e.textContent = text; return Object.assign(e, set); };

  let dialog = null;
  const help = () => {
    if (dialog) dialog.remove();
    dialog = element('dialog');
    const heading = element('h2', say('keys'), { id: 'keys-heading' });
    dialog.setAttribute('aria-labelledby', 'keys-heading');
    const table = element('table'), seen = new Set();
    const row = (name, cell) => { const r = table.insertRow(); r.append(element('th', name, { scope: 'row' })); r.insertCell().append(cell); };
    for (const e of all('[data-key]')) {
      const key = e.getAttribute('data-key');
      if (seen.has(key)) continue;
      seen.add(key);
      const name = nameOf(e);
      const input = element('input', '', { value: keyOf(e), maxLength: 1, autocomplete: 'off' });
      input.setAttribute('aria-label', name);
      input.addEventListener('change', () => {
        keys[key] = input.value.trim();
        for (const other of seen) if (other !== key && (keys[other] ?? other) === keys[key]) keys[other] = '';
        store(local, 'fairlead-keys', JSON.stringify(keys));
        label(); help();
      });
      row(name, input);
    }
    row(say('help'), element('span', '?'));
    const box = element('input', '', { type: 'checkbox', checked: off() });
    box.addEventListener('change', () => { store(local, 'fairlead-keys-off', box.checked ? '1' : '0'); label(); });
    const check = element('label', '', { className: 'check' });
    check.append(box, say('off'));
    const reset = element('button', say('reset'), { type: 'button', className: 'quiet' });
    reset.addEventListener('click', () => { keys = {}; store(local, 'fairlead-keys', '{}'); label(); help(); });
    const close = element('button', say('close'), { type: 'button', className: 'primary' });
    close.addEventListener('click', () => dialog.close());
    const buttons = element('div', '', { className: 'row ends' });
    buttons.append(close, reset);
    heading.className = 'lead';
    dialog.append(heading, element('p', say('keys-help'), { className: 'soft' }), table, check, buttons);
    body.append(dialog);
    dialog.showModal();
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || typing(event.target) || document.querySelector('dialog[open]')) return;
    if (off()) return; // ? as well: the button below the page is still there
    if (event.key === '?') { event.preventDefault(); help(); return; }
    const e = all('[data-key]').find((e) => keyOf(e) && keyOf(e) === event.key && shown(e));
    if (!e) return;
    event.preventDefault();
    if (typing(e) || e.tagName === 'SUMMARY') e.focus();
    if (!typing(e)) e.click();
  });
  if (document.querySelector('[data-key]')) {
    const button = element('button', say('keys'), { type: 'button', className: 'quiet small' });
    button.append(element('kbd', '?'));
    button.addEventListener('click', help);
    document.querySelector('footer.site > div').append(button);
  }
  label();

  // Small things.
  const sent = new Set();
  addEventListener('submit', (event) => {
    const asks = event.submitter?.getAttribute('data-confirm') || event.target.getAttribute('data-confirm');
    if (asks && !confirm(asks)) { event.preventDefault(); return; }
    const form = event.target; // a second click would only be told that the first one counted
    if (form.method !== 'post') return;
    if (sent.has(form)) { event.preventDefault(); return; }
    sent.add(form);
    setTimeout(() => sent.delete(form), 5000);
  });
  addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (!button) return;
    const from = document.querySelector(button.getAttribute('data-copy'));
    navigator.clipboard?.writeText(from.value ?? from.textContent).then(() => aloud(say('copied')), () => from.select?.());
  });
  addEventListener('change', (event) => {
    const e = event.target, names = e.getAttribute?.('data-check-all');
    if (names) all('input[type=checkbox]', e.form).forEach((box) => { if (box.name === names) box.checked = e.checked; });
    if (e.hasAttribute?.('data-submit')) e.form.requestSubmit();
  });

  // Leases: the time that is left, and asking for more while somebody is at work.
  const tick = () => all('time[data-until]').forEach((e) => {
    const seconds = Math.ceil((Date.parse(e.dateTime) - Date.now()) / 1000);
    const over = e.getAttribute('data-over');
    e.textContent = seconds > 0 ? Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0') + ' ' + say('left') : over || '0:00';
    if (seconds <= 0 && over && !e.hasAttribute('data-ended')) { e.setAttribute('data-ended', ''); aloud(over); }
  });
  all('time[data-until]').forEach((e) => { e.dateTime = e.getAttribute('data-until') || e.dateTime; });
  if (document.querySelector('time[data-until]')) { tick(); setInterval(tick, 1000); }
  all('form[data-renew]').forEach((form) => {
    const every = Math.max(5, Number(form.getAttribute('data-renew')) || 30) * 1000;
    let busy = false, lost = false;
    const renew = async () => {
      if (busy || lost || !document.hasFocus() || Date.now() - active > 5 * 60000) return;
      busy = true;
      try {
        const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' }, redirect: 'error' });
        if (!answer.ok) throw answer.status;
        const said = await answer.json();
        form.elements.token.value = said.token;
        all('time[data-until]').forEach((e) => { e.dateTime = said.until; });
        tick();
      } catch (status) {
        if (typeof status === 'number' && status < 500) { lost = true; form.after(element('p', form.getAttribute('data-lost'), { className: 'notice bad' })); aloud(form.getAttribute('data-lost')); }
      }
      busy = false;
    };
    setInterval(renew, every);
  });

  // Another tab has signed in or out: what stands here is somebody else's, and its forms are refused. Nothing of the next person's page may
  // be put among it, and what was typed stays to be copied.
  const whose = body.getAttribute('data-who'), root = new URL('../', document.currentScript.src).href;
  let gone = false;
  const ended = () => {
    if (gone) return;
    gone = true;
    const notice = element('p', say('other') + ' ', { className: 'notice bad' });
    notice.setAttribute('role', 'alert');
    const again = element('button', say('again'), { type: 'button', className: 'quiet' });
    again.addEventListener('click', () => location.reload());
    notice.append(again);
    document.getElementById('main').prepend(notice);
  };
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('fairlead ' + root) : null;
  if (tabs) {
    tabs.onmessage = (event) => { if (event.data !== whose) ended(); };
    if (whose) tabs.postMessage(whose); // a link from elsewhere may come without its session
  }

  // Live pages: one stream for all tabs in which the same person is signed in, else asking now and then.
  const url = body.getAttribute('data-stream');
  if (!url) return;
  const touched = new WeakSet();
  addEventListener('input', (event) => { const part = event.target.closest?.('[data-live]'); if (part) touched.add(part); });
  let state = body.getAttribute('data-state') || null, loading = false, again = false;
  const reload = async () => {
    if (gone) return;
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch(location.href, { headers: { 'X-Live': '1' } });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if ((answer.ok || answer.status === 401) && fresh.body.getAttribute('data-who') !== whose) {
        ended();
      } else if (answer.ok) {
        let changed = false;
        for (const old of all('[data-live][id]')) {
          const next = fresh.getElementById(old.id);
          if (!next || touched.has(old) || typing(document.activeElement) && old.contains(document.activeElement)) continue;
          const bare = (e) => e.outerHTML.replace(/name="token" value="[^"]*"/g, '');
          if (bare(old) === bare(next)) continue;
          const focus = old.contains(document.activeElement) && document.activeElement.id;
          const open = all('details[open][id]', old).map((e) => e.id);
          next.classList.add('fresh');
          old.replaceWith(next);
          open.forEach((id) => document.getElementById(id)?.setAttribute('open', ''));
          if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
          label(next);
          changed = true;
        }
        if (changed) aloud(say('changed'));
      }
    } catch { /* the next change tries again */ }
    loading = false;
    if (again) { again = false; reload(); }
  };
  const seen = (next) => { const first = state === null; if (next === state) return; state = next; if (!first) reload(); };
  const poll = async () => { try { const answer = await fetch(url + '?poll'); if (answer.ok) seen(await answer.text()); else if (answer.status === 401) reload(); } catch { /* later */ } };
  const address = new URL(url, location.href).href, name = 'fairlead ' + whose + ' ' + address; // another's stream says nothing about us
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(name) : null;
  let heard = 0;
  if (channel) channel.onmessage = (event) => { heard = Date.now(); seen(event.data); };
  const listen = () => new Promise((end) => {
    const source = new EventSource(address);
    source.addEventListener('change', (event) => { heard = Date.now(); seen(event.data); channel?.postMessage(event.data); });
    const beat = setInterval(() => { if (source.readyState === 1) { heard = Date.now(); channel?.postMessage(state); } }, 2000);
    const stop = () => { clearInterval(beat); removeEventListener('pagehide', stop); source.close(); end(); };
    source.onerror = () => { heard = 0; if (source.readyState === 2) stop(); };
    addEventListener('pagehide', stop);
  });
  const lead = async () => { await listen(); setTimeout(start, 10000); };
  // Whoever holds the lock has the stream; when that tab closes, the next one gets it.
  const start = () => { if (navigator.locks && channel) navigator.locks.request(name, listen).then(() => setTimeout(start, 10000), () => {}); else lead(); };
  if ('EventSource' in window) start();
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  setInterval(() => { if (!gone && !document.hidden && Date.now() - heard > 5000) poll(); }, 3000);
})();
