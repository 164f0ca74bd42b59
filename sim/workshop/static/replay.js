// The replay: all of it stands in the page, and a slider says how much of it has happened.

import { drawGround, drawMoving } from "./map.js";

const found = JSON.parse(document.getElementById("data").textContent);
const words = JSON.parse(document.body.dataset.say);
const part = (id) => document.getElementById(id);
const slider = part("moment"), which = part("view"), go = part("go");
let playing = null;

function element(tag, text = "", attributes = {}) {
  const one = document.createElement(tag);
  one.textContent = text;
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

function row(head, ...cells) {
  const line = element("tr");
  line.append(element("th", head, { scope: "row" }), ...cells.map((text) => element("td", text)));
  return line;
}

function show() {
  const at = Number(slider.value), time = found.times[at], view = found.views[Number(which.value)];
  part("stamp").textContent = found.stamps[at];
  slider.setAttribute("aria-valuetext", found.stamps[at]);
  const [, level] = found.levels.findLast(([since]) => since <= time);
  part("rung").textContent = level;
  part("rung-words").textContent = found.rungs[level];
  const units = found.units[at].flatMap((places, bloc) =>
    view.bloc === null || view.bloc === bloc ? places.map((spot) => ({ bloc, at: spot })) : []);
  drawMoving(units, view.spots.filter(([since]) => since <= time).map(([, x, y]) => [x, y]));
  const told = [...view.events, ...view.said].filter((one) => one.time <= time)
    .sort((a, b) => b.time - a.time);
  part("feed").replaceChildren(...told.slice(0, 200).map((one) => {
    const item = element("li", "", { class: one.tone });
    item.append(element("time", one.stamp), " ", element("b", `${one.kind}.`), ` ${one.text}`);
    return item;
  }));
  part("asked").tBodies[0].replaceChildren(...view.asked.filter((one) => one.time <= time)
    .map((one) => row(one.stamp, one.text, one.reply ? `${one.replied}: ${one.reply}` : "–")));
  part("beliefs").tBodies[0].replaceChildren(...view.beliefs.filter((one) => one.time <= time)
    .map((one) => row(`${one.stamp} · ${titles[one.chair]}`, String(one.case),
      one.why ? `${one.believed}: ${one.why}` : one.believed, one.true ? `${one.right ? "✓" : "✗"} ${one.true}` : "–")));
}

function halt() {
  clearInterval(playing);
  playing = null;
  go.textContent = words.play;
}

go.addEventListener("click", () => {
  if (playing !== null) { halt(); return; }
  if (Number(slider.value) === found.times.length - 1) slider.value = 0;
  go.textContent = words.pause;
  playing = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    show();
    if (Number(slider.value) === found.times.length - 1) halt();
  }, 120);
});

const titles = Object.fromEntries(found.views.map((view) => [view.chair, view.title]));
found.views.forEach((view, at) => which.append(element("option",
  view.bloc === null ? words.truth : view.title, { value: at })));
slider.max = found.times.length - 1;
slider.addEventListener("input", show);
which.addEventListener("change", show);
drawGround(part("map"), found.ground);
show();
