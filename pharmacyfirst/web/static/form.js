// The keys of the form, the live panel, and the patient hidden after quiet minutes. The form works without it.
"use strict";
(() => {
  const $ = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const form = $("#answers");
  const typing = (one) => one.matches("input[type=text],input[type=search],input[type=password],textarea,select");
  const visible = (one) => one.checkVisibility(), rowOf = (one) => one.closest("[data-row]");
  const rows = () => all("[data-row]:not(.pf-more *)").filter(visible);
  const goTo = (row) => { const one = row && (all("input:checked", row)[0] || $("input:not([type=hidden]),select,textarea", row)); if (one) one.focus(); return !!one; };
  const post = (where, body, more) => fetch(where, { method: "POST", body: new URLSearchParams(body), ...more })
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(reply.status))));
  const away = () => document.body.classList.contains("pf-away");
  let asked = 0, busy = null, waiting = [], typed = false, timer = 0;
  // Live: how things would stand. One call at a time answers what was asked last; a call that fails never stops the keys.
  function live() {
    if (!form || !form.dataset.live) return Promise.resolve();
    const number = ++asked;
    const call = post(form.dataset.live, new FormData(form)).then((now) => { if (number === asked) show(now); }).catch(() => { $("#saved").textContent = "Not checked: continue to save"; });
    return Promise.race([call, new Promise((done) => setTimeout(done, 400))]);
  }
  function show(now) {
    $("#panel").innerHTML = now.panel; $("#score").textContent = now.score;
    const stop = $("#stop"), here = rowOf(document.activeElement);
    if (stop.textContent !== now.stop) { stop.textContent = now.stop; stop.className = now.stop ? "pf-stop" : ""; }
    all("[data-time]").forEach((one) => { one.hidden = !now.times.includes(one.dataset.time) && !$("input", one).value; });
    all(".pf-row", form).forEach((row) => {  // of the patient's own fields none is hidden
      if (row !== here && $("[name^=q-]", row)) row.hidden = !now.shown.includes(row.dataset.row);
    });
    if (here) here.scrollIntoView({ block: "nearest" }); // a stop that has just appeared above pushes it down
  }
  function moveOn(row) {
    typed = true;
    const time = $("[data-time]", row);
    const after = () => { const list = rows(); return list[list.indexOf(row) + 1]; }, end = () => $("#continue") || $("button.nhsuk-button", row.closest("form")) || row;
    const next = () => { if (time && !time.hidden) $("input", time).focus(); else if (!goTo(after())) end().focus(); };
    if (!("waits" in row.dataset) && !time) { live(); next(); return; }
    busy = live().then(() => { next(); busy = null; const keys = waiting; waiting = []; keys.forEach((key) => press(key, document.activeElement)); });
  }
  // A suggestion is confirmed by its box or its key; an answer otherwise takes the tick away.
  const ticks = (row) => all("input[type=checkbox]:not([data-confirms])", row);
  const answersTo = (box) => box.value.split(",").map((value) => $(`[name="${box.name.replace("b-", "q-")}"][value="${value}"]`, rowOf(box)));
  const settle = (row) => all("[data-confirms]:checked", row).forEach((box) => { box.checked = answersTo(box).every((one) => one && one.checked); });
  const confirm = (box) => { box.checked = true; ticks(rowOf(box)).forEach((one) => { if ("alone" in one.dataset) one.checked = false; }); answersTo(box).forEach((one) => { if (one) one.checked = true; }); settle(rowOf(box)); };
  function press(key, at) {
    const row = rowOf(at), boxes = row && key.toUpperCase() === "C" ? all("[data-confirms]", row) : [], list = boxes.length && ticks(row).length;
    if (list || boxes.length === 1) { boxes.forEach(confirm); if (list) live(); else moveOn(row); return true; }
    if (boxes.length) { boxes[0].focus(); return true; }
    const notKnown = row && key.toUpperCase() === "U" && $("input[id$='-nk']", row);
    const one = (row && all("[data-key]", row).find((choice) => choice.dataset.key.split(" ").includes(key.toUpperCase()))) || notKnown;
    if (one) {
      if (one === notKnown) { all("input[type=text]", row).forEach((box) => { box.value = ""; }); one.checked = true; } else if (one.type === "checkbox") alone(one); else one.checked = true;
      settle(row);
      const box = one.value === "earlier" && $("input[id$='-on']", row);
      if (box) box.focus(); else moveOn(row);
      return true;
    }
    if (key === "Backspace" && row && !typing(at)) { const list = rows(); goTo(list[list.indexOf(row) - 1]); return true; }
    if (key === "/" && row && $("[data-find]", row)) { $("[data-find]", row).focus(); return true; }
    if (key === "Enter" && at.matches("input[type=radio],input[type=checkbox]") && at.form) { at.form.requestSubmit($("#continue") || undefined); return true; }
    const begin = at.closest(".pf-conditions") && $(`.pf-conditions [data-key="${CSS.escape(key)}"]`);
    if (begin) begin.click();
    return !!begin;
  }
  const alone = (box) => { const was = box.checked; ticks(rowOf(box)).forEach((one) => { one.checked = false; }); box.checked = !was || document.activeElement !== box; };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || away()) return;
    const at = event.target, key = event.key;
    if (typing(at) && !(key.toUpperCase() === "U" && at.inputMode === "decimal")) return;
    const mine = /^[yncu1-9/]$/i.test(key) || key === "Backspace" || key === "Enter";
    if (!mine || (event.repeat && rowOf(at))) { if (mine && rowOf(at) && key !== "Enter") event.preventDefault(); return; }
    if (busy) { waiting.push(key); event.preventDefault(); return; }
    if (press(key, at)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const box = event.target, row = rowOf(box);
    if ("confirms" in box.dataset) { if (box.checked) confirm(box); live(); return; }
    if (row && box.type === "checkbox" && box.checked) ticks(row).forEach((one) => {
      if (one !== box && ("alone" in box.dataset || "alone" in one.dataset)) one.checked = false;
    });
    if (row && box.type === "text" && box.value) all("input[id$='-nk']", row).forEach((not) => { not.checked = false; });
    if (row && box.id.endsWith("-nk") && box.checked) all("input[type=text]", row).forEach((one) => { one.value = ""; });
    if (row) settle(row); live();
  });
  document.addEventListener("input", (event) => {
    if (!("find" in event.target.dataset)) return;
    const words = event.target.value.toLowerCase(), has = (one) => one.textContent.toLowerCase().includes(words) || $("input", one).checked;
    all(".pf-columns .pf-choice", rowOf(event.target)).forEach((one) => { one.hidden = !has(one); });
  });
  all("[data-time]").forEach((one) => { one.hidden = !("matters" in one.dataset); });
  all(".pf-find,#keys,#paste-box,[data-copy],.pf-choice kbd").forEach((one) => { one.hidden = false; });
  all("[data-copy]").forEach((button) => button.addEventListener("click", () => navigator.clipboard.writeText($("#" + button.dataset.copy).value).then(() => { button.textContent = "Copied"; })));
  const blank = (row) => !$("input:checked", row) && !all("input[type=text],select", row).some((one) => one.value);
  const goToBlank = () => goTo(rows().find(blank)) || ($("#continue") || document.body).focus();
  // A link to a question: the browser by itself would leave the focus nowhere.
  function follow() {
    const there = location.hash && $(location.hash), folded = there && there.closest("details");
    if (folded) folded.open = true;
    if (there) { history.replaceState(null, "", location.pathname); if (!goTo(rowOf(there) || there)) there.focus(); }
  }
  window.addEventListener("hashchange", follow);
  const first = $("#errors") && all("#errors a[href^='#']").map((link) => $(link.getAttribute("href"))).find((one) => one && visible(one));
  if (first) goTo(first.matches("input,select") ? null : first) || first.focus();
  else if (location.hash && !$("#handed-over")) follow();
  else if (form || $("#supply")) goToBlank();
  else if ($("#outcome,.pf-conditions button")) $("#outcome,.pf-conditions button").focus();
  // Paste: the server reads it. It fills blank fields alone, and answers nothing.
  const paste = $("#paste"), token = ($("input[name=token]") || {}).value;
  if (paste) paste.addEventListener("change", () => {
    post(form.dataset.paste, { token, paste: paste.value }).then((taken) => {
      Object.entries(taken.fields).forEach(([name, value]) => { const one = document.getElementById(name); if (one && !one.value) one.value = value; });
      $("#paste-hint").textContent = taken.says; paste.value = ""; typed = true; live(); goToBlank();
    }).catch(() => { $("#paste-hint").textContent = "It could not be read: type the details"; });
  });
  if (paste) paste.addEventListener("paste", () => setTimeout(() => paste.dispatchEvent(new Event("change"))));
  // Typed and not continued: kept every half minute, and when the page is left, so that a crash loses little. It answers nothing.
  function keep() {
    if (typed && !away()) typed = false; else return;
    post(form.dataset.keep, new FormData(form), { keepalive: true }).then((now) => now.says, () => "Not saved: continue to save").then((says) => { $("#saved").textContent = says; });
  }
  if (form && form.dataset.keep) {
    form.addEventListener("input", (event) => { typed = typed || event.target.id !== "paste"; });
    form.addEventListener("submit", () => { typed = false; }); addEventListener("pagehide", keep); setInterval(keep, 30000);
  }
  // Handed over: the code behind # is sent from here, and stays in no address.
  if ($("#handed-over") && location.hash) { $("#link").value = location.hash.slice(1); history.replaceState(null, "", location.pathname); $("#handed-over").submit(); }
  // Quiet: the patient is hidden, and the PIN shows the page again as it was left.
  const quiet = Number(document.body.dataset.quiet || 0) * 1000, stir = () => { if (!away()) { clearTimeout(timer); timer = setTimeout(hide, quiet); } };
  function hide() {
    document.body.classList.add("pf-away"); document.body.append($("#cover").content.cloneNode(true));
    const cover = $(".pf-veil"), veil = $("form", cover);
    $("input", veil).focus(); fetch("/hide").catch(() => {});
    veil.addEventListener("submit", (event) => {
      event.preventDefault();
      fetch("/show", { method: "POST", body: new URLSearchParams({ token, pin: $("input", veil).value }) }).then((reply) => {
        if (reply.url.endsWith("/who")) { location.replace("/who"); return; } // nobody is at the desk any more, so no PIN shows anything
        if (!reply.ok) { $("p", veil).textContent = "This is not the PIN, or wait a minute"; return; }
        cover.remove(); document.body.classList.remove("pf-away"); stir();
      }, () => { $("p", veil).textContent = "The form cannot be reached"; });
    });
  }
  if (quiet) { ["keydown", "pointerdown", "pointermove"].forEach((one) => document.addEventListener(one, stir)); stir(); }
})();
