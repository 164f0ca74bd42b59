// The page of a chair: it draws what the server sends, and sends back what is pressed.
// All that it ever holds was made for this chair on the server.

import { drawGround, drawMoving } from "./map.js";

const setup = JSON.parse(document.body.dataset.setup);
const say = setup.say;
const byId = (id) => document.getElementById(id);
let seen = 0;
let socket = null;
let wait = 500;
let now = 0;
let heard = false;
let lastAsked = "";
const stands = {}; // how things stand; the server sends what has changed

function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function fill(text, values) {
  return text.replace(/\{([a-z_]+)\}/g, (all, name) => (name in values ? values[name] : all));
}

function send(kind, content = {}) {
  if (socket && socket.readyState === WebSocket.OPEN) {
    byId("refused").textContent = "";
    socket.send(JSON.stringify({ kind, ...content }));
  } else byId("lost").hidden = false;
}

function button(text, kind, content = {}, attributes = {}) {
  return made("button", { type: "button", "data-kind": kind, "data-content": JSON.stringify(content),
    onclick: () => send(kind, content), ...attributes }, text);
}

// Draw a place anew if what it shows has changed and nobody is writing in it. Whoever is at one of
// its buttons by keyboard stays there, also where the press has turned the button into its reverse.
function redraw(place, shown, make) {
  const key = JSON.stringify(shown);
  if (place.dataset.key === key || place.querySelector("input:focus, select:focus, textarea:focus")) return;
  place.dataset.key = key;
  const at = place.contains(document.activeElement) ? document.activeElement.dataset : {};
  const open = new Set([...place.querySelectorAll("details[open]")].map((one) => one.dataset.of));
  place.replaceChildren(...make());
  for (const one of place.querySelectorAll("details")) one.open = open.has(one.dataset.of);
  if (!at.content) return;
  const like = [...place.querySelectorAll("[data-content]")].filter((one) => one.dataset.content === at.content);
  (like.find((one) => one.dataset.kind === at.kind) || like[0])?.focus({ preventScroll: true });
}

function span(milliseconds) {
  const whole = Math.max(0, Math.round(milliseconds / 60000));
  const days = Math.floor(whole / 1440), hours = Math.floor((whole % 1440) / 60), minutes = whole % 60;
  return fill(days ? say.span_days : hours ? say.span_hours : say.span_minutes, { days, hours, minutes });
}

// What is asked.

function ring() {
  if (!heard) return;
  const context = new AudioContext(), tone = context.createOscillator(), loud = context.createGain();
  tone.frequency.value = 660;
  loud.gain.value = 0.08;
  tone.connect(loud).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.35);
}

function question(one) {
  const box = made("div", { class: `asked ${one.kind}`, "data-request": one.request });
  if (setup.leads) box.append(made("p", { class: "small" }, setup.chairs[one.chair] || one.chair));
  box.append(made("p", {}, one.question));
  if (one.knows) box.append(made("p", { class: "knows" }, one.knows));
  const limit = one.due === null ? say.no_limit
    : `${fill(say.due, { time: one.due_stamp })} · ${fill(say.left, { time: span(one.due - now) })}`;
  const left = one.due === null ? 1 : Math.max(0, (one.due - now) / Math.max(1, one.due - one.asked));
  box.append(made("p", { class: "small limit", "data-due": one.due ?? "" }, limit));
  if (one.due !== null) box.append(made("meter", { min: 0, max: 1, low: 0.25, value: left.toFixed(3), "aria-label": limit }));
  const row = made("div", { class: "options" });
  for (const option of one.options) {
    row.append(button(option.text, "reply", { request: one.request, choice: option.choice }));
  }
  box.append(row, made("p", { class: "small" }, one.lapse));
  return box;
}

function showAsked(list) {
  const place = byId("asked");
  if (!place) return;
  const key = JSON.stringify(list.map((one) => one.request));
  if (key === lastAsked) {
    for (const one of list) {
      const box = place.querySelector(`[data-request="${one.request}"]`);
      if (!box || one.due === null) continue;
      const limit = `${fill(say.due, { time: one.due_stamp })} · ${fill(say.left, { time: span(one.due - now) })}`;
      box.querySelector(".limit").textContent = limit;
      const meter = box.querySelector("meter"), left = (one.due - now) / Math.max(1, one.due - one.asked);
      if (meter) meter.value = Math.max(0, left);
      if (left < 0.25 && !box.dataset.warned) {
        box.dataset.warned = "yes"; // the clock runs out
        if (!setup.leads) ring();
      }
    }
    return;
  }
  const known = new Set(lastAsked ? JSON.parse(lastAsked) : []);
  if (!setup.leads && list.some((one) => !known.has(one.request))) ring();
  lastAsked = key;
  const focused = document.activeElement?.closest?.("[data-request]")?.dataset.request;
  place.replaceChildren(...(list.length ? list.map(question) : [made("p", {}, say.nothing_asked)]));
  if (focused) place.querySelector(`[data-request="${focused}"] button`)?.focus();
}

// Calls, cases, feed.

function showCalls(state) {
  const place = byId("calls");
  if (place) redraw(place, [state.calls, state.sayings, state.lines], () => callsOf(state));
}

function callsOf(state) {
  const rows = state.calls.map((one) => {
    const about = one.case ? ` (${fill(say.case, { number: one.case })})` : "";
    const row = made("div", { class: one.ringing ? "call ringing" : "call" },
      made("p", {}, `${one.channel}: ${one.from} → ${one.to}${about}. ${one.stage}.`));
    if (one.talking && setup.decides) {
      const field = made("input", { maxlength: 2000, "aria-label": say.say, "data-call": one.call });
      row.append(made("form", { onsubmit: (event) => {
        event.preventDefault();
        if (field.value.trim()) send("say", { call: one.call, text: field.value });
        field.value = "";
      } }, field, made("button", {}, say.say)));
    }
    return row;
  });
  for (const one of state.sayings) {
    rows.push(made("p", { class: "saying" }, made("b", {}, setup.chairs[one.chair] || one.chair), `: ${one.text}`));
  }
  for (const line of state.lines) {
    rows.push(button(`${say.concern}: ${line.name}`, "volunteer", { channel: line.channel }));
    if ("notify" in line) {
      const which = [say.notice_none, say.notice_every, say.notice_usual].map((text, choice) =>
        button(text, "notify", { channel: line.channel, choice }, { "aria-pressed": String(line.notify === choice) }));
      rows.push(made("p", { class: "options" }, fill(say.notices, { channel: line.name }), ...which));
    }
  }
  return rows;
}

function showCases(state) {
  const place = byId("cases");
  if (place) redraw(place, state.cases, () => state.cases.map(caseOf));
  for (const one of state.cases) {
    const left = place?.querySelector(`[data-case="${one.case}"]`);
    if (left) left.textContent = fill(say.left, { time: span(one.due - now) });
  }
}

function caseOf(one) {
  const box = made("div", { class: "case" },
    made("p", {}, made("b", {}, fill(say.case, { number: one.number })), `: ${one.what}. `,
      fill(say.against, { victim: one.victim, blamed: one.blamed }), `. ${one.severity}. `,
      `${fill(say.due, { time: one.due_stamp })} · `, made("span", { "data-case": one.case })));
  if (one.truth) box.append(made("p", { class: "truth" }, one.truth));
  if (one.belief) {
    box.append(made("p", { class: "small" }, `${say.belief}: `,
      one.belief.map((each) => `${each.cause} ${each.share} %`).join(", ")));
  }
  if (setup.decides && one.causes) box.append(beliefForm(one));
  return box;
}

function beliefForm(one) {
  const which = made("select", { "aria-label": say.write_belief },
    ...one.causes.map((text, at) => made("option", { value: at }, text)));
  const why = made("input", { maxlength: 2000, "aria-label": say.why, placeholder: say.why });
  return made("form", { onsubmit: (event) => {
    event.preventDefault();
    send("belief", { case: one.case, cause: Number(which.value), why: why.value });
    why.value = "";
    why.blur();
  } }, made("span", {}, say.write_belief), which, why, made("button", {}, say.send));
}

function addEvent(event) {
  if (event.n <= seen) return;
  seen = event.n;
  const feed = byId("feed");
  const item = made("li", { class: event.tone, "data-n": event.n },
    made("time", {}, event.stamp), " ", made("b", {}, `${event.kind}.`), ` ${event.text}`);
  if (setup.observes) item.append(" ", made("button", { type: "button", onclick: () => noteOn(event) }, say.note_this));
  feed.prepend(item);
  while (feed.children.length > 400) feed.lastChild.remove();
  if (event.loud && !event.first) byId("said").textContent = `${event.kind}. ${event.text}`;
}

// The map.

function showMap(state) {
  if (!byId("moving")) return;
  drawMoving(state.units, state.incidents.map((one) => one.at));
  const rows = state.incidents.map((one) => made("tr", {}, made("td", {}, one.stamp), made("td", {}, one.text)));
  if (state.units.length) {
    rows.push(made("tr", {}, made("td", {}, ""), made("td", {}, fill(say.own_units, { count: state.units.length }))));
  }
  byId("map-table").tBodies[0].replaceChildren(...rows);
}

// Whoever observes.

let about = null;
function noteOn(event) {
  about = event;
  byId("about").textContent = fill(say.about, { text: `${event.stamp}: ${event.text}` });
  byId("note").focus();
}

function showObserve(state) {
  const place = byId("observe"), key = JSON.stringify(state.objectives);
  if (!place || place.dataset.key === key) return;
  place.dataset.key = key;
  const note = made("input", { id: "note", maxlength: 2000, "aria-label": say.observe });
  const rating = made("select", { "aria-label": say.rating }, made("option", { value: "" }, `${say.rating} …`),
    made("option", { value: "strength" }, say.strength), made("option", { value: "improve" }, say.improve));
  const aim = made("select", { "aria-label": say.objectives }, made("option", { value: "" }, `${say.objectives} …`),
    ...state.objectives.map((text, at) => made("option", { value: at + 1 }, text)));
  place.replaceChildren(made("form", { onsubmit: (event) => {
    event.preventDefault();
    send("observe", { text: note.value, rating: rating.value, about: about?.n ?? null, objective: aim.value });
    note.value = "";
    about = null;
    byId("about").textContent = "";
  } }, note, rating, aim, made("button", {}, say.observe)), made("p", { id: "about", class: "small" }));
}

// Whoever runs the exercise.

function part(name, shown, make) {
  let place = byId(`lead-${name}`);
  if (!place) byId("lead-body").append(place = made("div", { id: `lead-${name}` }));
  redraw(place, shown, make);
}

function lead(state) {
  part("order", [state.running, state.locked, state.beliefs, state.ended, state.revealed], () => [
    made("div", { class: "options" },
      state.running ? button(say.pause, "pause") : button(say.start, "start"), button(say.leap, "leap"),
      button(state.locked ? say.unlock : say.lock, "lock", { on: !state.locked }),
      made("label", {}, made("input", { type: "checkbox", checked: state.beliefs,
        onchange: (event) => { send("beliefs", { on: event.target.checked }); event.target.blur(); } }), say.beliefs),
      button(say.reveal, "reveal"), button(say.end, "end"))]);
  part("pace", [state.speed, state.think], () => {
    const speed = made("input", { type: "number", min: 1, max: 86400, value: state.speed, id: "speed" });
    const think = made("input", { type: "number", min: 5, max: 3600, value: state.think, id: "think" });
    return [made("form", { onsubmit: (event) => {
      event.preventDefault();
      send("speed", { speed: Number(speed.value), think: Number(think.value) });
      document.activeElement?.blur?.();
    } }, made("label", { for: "speed" }, say.speed), speed, made("label", { for: "think" }, say.think), think,
    made("button", {}, say.send)),
    made("p", {}, made("a", { href: "/codes", target: "_blank" }, say.chairs), " · ",
      made("a", { href: "/report", target: "_blank" }, say.report), " · ",
      made("a", { href: "/replay", target: "_blank" }, say.replay))];
  });
  part("injects", state.injects, () => [injects(state)]);
  part("people", state.chairs, () => [people(state)]);
  part("words", state.channels, () => [words(state)]);
}

function injects(state) {
  const rows = state.injects.map((one) => {
    const minutes = made("input", { type: "number", value: 30, "aria-label": `${say.move}: ${one.title}` });
    const following = made("input", { type: "checkbox" });
    const text = made("input", { maxlength: 2000, value: one.title, "aria-label": `${say.edit}: ${one.title}` });
    const words = made("form", { onsubmit: (event) => {
      event.preventDefault();
      send("edit", { inject: one.inject, text: text.value });
      text.blur();
    } }, text, made("button", {}, say.send));
    const when = one.done ? say.done : one.at === null ? say.contingency : one.stamp;
    const acts = one.done ? [] : [button(say.play_now, "inject", { inject: one.inject }),
      button(say.skip, "skip", { inject: one.inject }), minutes,
      made("button", { type: "button", onclick: () => moveInjects(state, one, Number(minutes.value), following.checked) }, say.move),
      made("label", {}, following, say.following),
      made("details", { "data-of": one.inject }, made("summary", {}, say.edit), words)];
    const noted = one.room ? [made("br"), made("span", { class: "small" }, one.room)] : [];
    return made("tr", {}, made("td", {}, when), made("th", { scope: "row" }, one.title, ...noted), made("td", {}, ...acts));
  });
  return made("table", {}, made("caption", {}, say.injects), made("tbody", {}, ...rows));
}

function moveInjects(state, one, minutes, following) {
  const by = minutes * 60000;
  for (const each of state.injects) {
    if (each.done || each.at === null || one.at === null) continue;
    if (each.inject === one.inject || (following && each.at > one.at)) {
      send("inject", { inject: each.inject, at: each.at + by });
    }
  }
}

function people(state) {
  const rows = state.chairs.map((one) => made("tr", {}, made("th", { scope: "row" }, setup.chairs[one.chair] || one.chair),
    made("td", {}, [one.people, one.decides && !one.human ? say.model_sits : "",
      one.wrote ? fill(say.wrote, { count: one.wrote }) : ""].filter(Boolean).join(", ")),
    made("td", {}, ...(one.decides ? [button(one.human ? say.hand_to_model : say.hand_to_people,
      one.human ? "leave" : "sit", { chair: one.chair })] : []),
    made("a", { href: `/peek/${one.chair}`, target: "_blank" }, say.peek))));
  return made("table", {}, made("caption", {}, say.chairs), made("tbody", {}, ...rows));
}

function words(state) {
  const news = made("input", { maxlength: 2000, "aria-label": say.news });
  const aim = made("input", { maxlength: 2000, "aria-label": say.objective });
  const line = made("select", { "aria-label": say.cut },
    ...state.channels.map((name) => made("option", { value: name }, name)));
  const minutes = made("input", { type: "number", value: 60, min: 1, "aria-label": say.minutes });
  const actor = made("select", { "aria-label": say.overrule },
    ...setup.orders.actors.map((one) => made("option", { value: one.actor }, one.name)));
  const decision = made("select", { "aria-label": say.decided },
    ...setup.orders.decisions.map((one, at) => made("option", { value: at }, one.text)));
  const reason = made("input", { maxlength: 2000, "aria-label": say.reason, placeholder: say.reason });
  const form = (submit, ...children) => made("form", { onsubmit: (event) => {
    event.preventDefault();
    submit();
    document.activeElement?.blur?.();
  } }, ...children);
  return made("div", {},
    form(() => { send("news", { text: news.value, to: [] }); news.value = ""; }, news, made("button", {}, say.news)),
    form(() => { send("objective", { text: aim.value }); aim.value = ""; }, aim, made("button", {}, say.objective)),
    form(() => send("cut", { channel: line.value, lasting: Number(minutes.value) * 60000 }),
      line, minutes, made("button", {}, say.cut)),
    form(() => {
      const { asked, choice } = setup.orders.decisions[Number(decision.value)];
      send("overrule", { actor: actor.value, asked, choice, reason: reason.value });
      reason.value = "";
    }, actor, decision, reason, made("button", {}, say.overrule)));
}

// The line to the server. While a button is being pressed the page stands still, or the press would
// come to nothing; what is told meanwhile waits.

const LONGEST_PRESS = 2000; // milliseconds: a list that is open, or text that is being marked
const waiting = [];
let pressed = null;

function release(after) {
  clearTimeout(pressed);
  pressed = setTimeout(() => {
    pressed = null;
    waiting.splice(0).forEach(take);
  }, after);
}

document.addEventListener("pointerdown", () => release(LONGEST_PRESS), true);
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => { if (pressed !== null) release(50); }, true); // the click comes first
}

function take(found) {
  if (found.kind === "map") drawGround(byId("map"), found);
  else if (found.kind === "state") showState(Object.assign(stands, found));
  else if (found.kind === "refused") byId("refused").textContent = found.text;
  else if (found.kind === "past") found.events.forEach((one) => addEvent({ ...one, first: true }));
  else if (found.kind === "event") addEvent(found.event);
}

function showState(state) {
  now = state.now;
  byId("day").textContent = state.day;
  byId("hour").textContent = state.hour;
  byId("pace").textContent = state.ended || state.over ? say.ended : state.running ? say.running : say.paused;
  byId("rung").textContent = state.rung;
  byId("rung-words").textContent = state.rung_words;
  byId("locked").hidden = !state.locked;
  byId("over").hidden = !(state.ended || state.over);
  showAsked(state.asked);
  showCalls(state);
  showCases(state);
  showMap(state);
  showNews(state.news);
  if (setup.observes) showObserve(state);
  if (setup.leads) lead(state);
  byId("again").hidden = !state.revealed;
  if (state.ended && !setup.leads) feedback();
}

let told = 0;
function showNews(news) {
  for (const one of news) {
    if (one.n <= told) continue;
    told = one.n;
    byId("feed").prepend(made("li", { class: "news" }, one.text));
    byId("said").textContent = one.text;
  }
}

function feedback() {
  if (byId("feedback") || setup.leads) return;
  const fields = ["learned", "missing", "change"].map((name) => made("textarea", { id: `say-${name}`, maxlength: 2000 }));
  const form = made("form", { id: "feedback", onsubmit: (event) => {
    event.preventDefault();
    send("feedback", { learned: fields[0].value, missing: fields[1].value, change: fields[2].value });
    form.replaceChildren(made("p", {}, say.thanks));
  } }, made("h2", {}, say.feedback));
  ["learned", "missing", "change"].forEach((name, at) =>
    form.append(made("label", { for: `say-${name}` }, say[name]), fields[at]));
  form.append(made("button", {}, say.send));
  document.querySelector("main").prepend(form);
}

function connect() {
  const address = new URL(`/live?since=${seen}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.onopen = () => { byId("lost").hidden = true; wait = 500; };
  socket.onmessage = (message) => {
    const found = JSON.parse(message.data);
    if (pressed === null) take(found);
    else waiting.push(found);
  };
  socket.onclose = (event) => {
    if (event.code === 4403) { location.href = "/"; return; }
    byId("lost").hidden = false;
    setTimeout(connect, wait);
    wait = Math.min(5000, wait * 1.6);
  };
}

document.addEventListener("click", () => { heard = true; }, { once: true });
document.addEventListener("keydown", () => { heard = true; }, { once: true });
byId("feed").replaceChildren();
connect();
