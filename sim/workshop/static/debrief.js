// The debrief: what would have been, asked of the server and shown beside what was.

const say = JSON.parse(document.body.dataset.say);
const LONG = 60 * 24 * 400; // minutes an outage may last: to the end of any period
const forked = document.getElementById("forked");

function made(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

async function ask(change) {
  const content = { ...change, keep: document.getElementById("keep").checked };
  const answer = await fetch("/fork", { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(content) });
  const found = await answer.json();
  if (found.error) { forked.replaceChildren(made("p", found.error, { class: "refused" })); return; }
  const table = made("table");
  for (const row of found.rows) {
    const line = made("tr");
    line.append(made("th", row.stamp, { scope: "row" }), made("td", row.was || "–"), made("td", row.would || "–"));
    table.append(line);
  }
  forked.replaceChildren(made("p", found.peak, { class: "knows" }),
    made("p", found.differs === null ? found.first : `${say.fork_first}: ${found.first}`), table, made("p", found.note, { class: "small" }));
  forked.scrollIntoView({ block: "nearest" });
}

async function worth(request, choice) {
  forked.replaceChildren(made("p", "…"));
  const answer = await fetch("/worth", { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ request, choice }) });
  const found = await answer.json();
  forked.replaceChildren(made("p", found.error ?? found.text, { class: found.error ? "refused" : "knows" }));
}

for (const row of document.querySelectorAll("#decisions tbody tr")) {
  const place = row.querySelector(".what-if"), { request, channel, time, choice } = row.dataset;
  const yes = Number(row.dataset.options) === 2, acts = JSON.parse(row.dataset.choices);
  const changes = acts.map((text, at) => [text, { request, choice: at }]);
  if (yes) changes.push([say.fork_called, { request, choice: 1 }]);
  changes.push([say.fork_not, { request, choice: null }]);
  if (yes) changes.push([say.fork_later, { request, choice: 1, later: 20 }]);
  if (channel) changes.push([say.fork_down_then, { channel, at: Number(time), minutes: LONG }]);
  const which = made("select", "", { "aria-label": say.fork });
  which.append(...changes.map(([text], at) => made("option", text, { value: at })));
  const go = made("button", say.fork, { type: "button" });
  go.addEventListener("click", () => ask(changes[Number(which.value)][1]));
  place.append(which, " ", go);
  if ("everywhere" in row.dataset) {
    const one = made("button", say.worth, { type: "button" });
    one.addEventListener("click", () => worth(request, choice === "" ? (yes ? 0 : 1) : Number(choice)));
    place.append(" ", one);
  }
}

document.getElementById("down").addEventListener("submit", (event) => {
  event.preventDefault();
  const times = [...document.querySelectorAll("#decisions tbody tr")].map((row) => Number(row.dataset.time));
  ask({ channel: document.getElementById("down-channel").value, at: Math.min(...times), minutes: LONG });
});

document.getElementById("draw-fan").addEventListener("click", (event) => {
  const fan = document.getElementById("fan");
  event.target.disabled = true;
  fan.addEventListener("load", () => { fan.hidden = false; event.target.parentElement.remove(); });
  fan.src = "/fan.svg";
});
