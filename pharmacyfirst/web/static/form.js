// The keys of the form, the live panel, and the patient hidden after quiet minutes. The form works without it.
"use strict";
(() => {
  const $ = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const form = $("#answers");
  const typing = (one) => one.matches("input[type=text],input[type=search],input[type=password],textarea,select");
  const visible = (one) => one.checkVisibility();
  const rows = () => all("[data-row]").filter(visible);
  const rowOf = (one) => one.closest("[data-row]");
  const goTo = (row) => { const one = row && (all("input:checked", row)[0] || $("input,select,textarea", row)); if (one) one.focus(); return !!one; };
  let asked = 0, busy = null, waiting = [];

  // Live: how things would stand. One call at a time answers what was asked last; a call that fails never stops the keys.
  function live() {
    if (!form || !form.dataset.live) return Promise.resolve();
    const number = ++asked;
    const call = fetch(form.dataset.live, { method: "POST", body: new URLSearchParams(new FormData(form)) })
      .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(reply.status))))
      .then((now) => { if (number === asked) show(now); })
      .catch(() => { $("#saved").textContent = "Not checked: continue to save"; });
    return Promise.race([call, new Promise((done) => setTimeout(done, 400))]);
  }
  function show(now) {
    $("#panel").innerHTML = now.panel;
    $("#score").textContent = now.score;
    const stop = $("#stop");
    if (stop.textContent !== now.stop) { stop.textContent = now.stop; stop.className = now.stop ? "pf-stop" : ""; }
    const here = rowOf(document.activeElement);
    all(".pf-row[id^=row-]", $(".pf-rows:last-of-type", form) || form).forEach((row) => {
      if (row !== here && !row.dataset.own) row.hidden = !now.shown.includes(row.dataset.row);
    });
  }
  function moveOn(row) {
    const next = () => { const list = rows(); if (!goTo(list[list.indexOf(row) + 1])) ($("#continue") || row).focus(); };
    if (!("waits" in row.dataset)) { live(); next(); return; }
    busy = live().then(() => { next(); busy = null; const keys = waiting; waiting = []; keys.forEach((key) => press(key, document.activeElement)); });
  }
  function press(key, at) {
    const row = rowOf(at);
    const choice = row && all("[data-key]", row).find((one) => one.dataset.key === key.toUpperCase());
    const notKnown = row && key.toUpperCase() === "U" && $("input[id$='-nk']", row);
    const one = choice || notKnown;
    if (one) {
      if (one === notKnown) { all("input[type=text]", row).forEach((box) => { box.value = ""; }); one.checked = true; } else if (one.type === "checkbox") alone(one); else one.checked = true;
      const box = one.value === "earlier" && $("input[id$='-on']", row);
      if (box) box.focus(); else moveOn(row);
      return true;
    }
    if (key === "Backspace" && row && !typing(at)) { const list = rows(); goTo(list[list.indexOf(row) - 1]); return true; }
    if (key === "/" && row && $("[data-find]", row)) { $("[data-find]", row).focus(); return true; }
    if (key === "Enter" && at.matches("input[type=radio],input[type=checkbox]") && at.form) { at.form.requestSubmit($("#continue") || undefined); return true; }
    const begin = !row && all("button[data-key]").find((button) => button.dataset.key === key);
    if (begin && at === document.body) { begin.click(); return true; }
    return false;
  }
  function alone(box) {
    const was = box.checked;
    all("input[type=checkbox]", rowOf(box)).forEach((one) => { one.checked = false; });
    box.checked = !was || document.activeElement !== box;
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.body.classList.contains("pf-away")) return;
    const at = event.target, key = event.key;
    if (typing(at) && !(key.toUpperCase() === "U" && at.inputMode === "decimal")) return;
    const mine = /^[ynu1-9/]$/i.test(key) || key === "Backspace" || key === "Enter";
    if (!mine || (event.repeat && rowOf(at))) { if (mine && rowOf(at) && key !== "Enter") event.preventDefault(); return; }
    if (busy) { waiting.push(key); event.preventDefault(); return; }
    if (press(key, at)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const box = event.target, row = rowOf(box);
    if (row && box.type === "checkbox" && box.checked) all("input[type=checkbox]", row).forEach((one) => {
      const apart = (it) => "alone" in it.dataset;
      if (one !== box && row.querySelector("[data-alone]") && (apart(box) || apart(one))) one.checked = false;
    });
    if (row && box.type === "text" && box.value) { const not = $("input[id$='-nk']", row); if (not) not.checked = false; }
    if (row && box.id.endsWith("-nk") && box.checked) all("input[type=text]", row).forEach((one) => { one.value = ""; });
    live();
  });
  document.addEventListener("input", (event) => {
    if (!("find" in event.target.dataset)) return;
    const words = event.target.value.toLowerCase();
    all(".pf-columns .pf-choice", rowOf(event.target)).forEach((one) => { one.hidden = !one.textContent.toLowerCase().includes(words) && !$("input", one).checked; });
  });
  all(".pf-find,#keys,#paste-box,[data-copy]").forEach((one) => { one.hidden = false; });
  all(".pf-row").forEach((row) => { if (row.closest(".pf-rows") && !row.closest("#answers > .pf-rows")) row.dataset.own = "yes"; });
  all("[data-copy]").forEach((button) => button.addEventListener("click", () => navigator.clipboard.writeText($("#" + button.dataset.copy).value).then(() => { button.textContent = "Copied"; })));
  const first = $("#errors") && all("#errors a").map((link) => $(link.getAttribute("href"))).find((one) => one && visible(one));
  if (first) goTo(first.matches("input,select") ? null : first) || first.focus();
  else if (form && !location.hash) goTo(rows().find((row) => !$("input:checked", row) && !all("input[type=text]", row).some((one) => one.value)));
  else if (location.hash) goTo($(location.hash));

  // Paste: the server reads it. It fills blank fields alone, and answers nothing.
  const paste = $("#paste");
  if (paste) paste.addEventListener("change", () => {
    const token = $("input[name=token]").value;
    fetch(form.dataset.paste, { method: "POST", body: new URLSearchParams({ token, paste: paste.value }) }).then((reply) => reply.json()).then((taken) => {
      Object.entries(taken.fields).forEach(([name, value]) => { const one = document.getElementById(name); if (one && !one.value) one.value = value; });
      $("#paste-hint").textContent = taken.says; paste.value = ""; live();
    }).catch(() => { $("#paste-hint").textContent = "It could not be read: type the details"; });
  });
  if (paste) paste.addEventListener("paste", () => setTimeout(() => paste.dispatchEvent(new Event("change"))));

  // Quiet: the patient is hidden, and the PIN shows the page again as it was left.
  const quiet = Number(document.body.dataset.quiet || 0) * 1000;
  let timer = 0;
  const stir = () => { clearTimeout(timer); timer = setTimeout(away, quiet); };
  function away() {
    const veil = document.createElement("form");
    veil.className = "pf-veil";
    veil.innerHTML = '<h1>Your PIN again</h1><p role="status"></p><label for="veil">PIN</label><input class="nhsuk-input" id="veil" type="password" autocomplete="off"><button class="nhsuk-button">Show the patient</button>';
    document.body.classList.add("pf-away"); document.body.append(veil); $("input", veil).focus();
    const token = $("input[name=token]").value;
    fetch("/hide").catch(() => {});
    veil.addEventListener("submit", (event) => {
      event.preventDefault();
      fetch("/show", { method: "POST", body: new URLSearchParams({ token, pin: $("input", veil).value }) }).then((reply) => {
        if (reply.url.endsWith("/who")) { location.replace("/who"); return; }
        if (!reply.ok) { $("p", veil).textContent = "This is not the PIN, or wait a minute"; return; }
        veil.remove(); document.body.classList.remove("pf-away"); stir();
      }, () => { $("p", veil).textContent = "The form cannot be reached"; });
    });
  }
  if (quiet) { ["keydown", "pointerdown", "pointermove"].forEach((one) => document.addEventListener(one, () => { if (!document.body.classList.contains("pf-away")) stir(); })); stir(); }
})();
