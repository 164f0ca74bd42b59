// The debrief: what would have been, asked of the server and shown beside what was.

const say = JSON.parse(document.body.dataset.say);
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

for (const row of document.querySelectorAll("#decisions tr")) {
  const place = row.querySelector(".what-if");
  const request = row.dataset.request;
  const button = (text, change) => {
    const one = made("button", text, { type: "button" });
    one.addEventListener("click", () => ask({ request, ...change }));
    place.append(one, " ");
  };
  const yes = Number(row.dataset.options) === 2;
  if (yes) button(say.fork_called, { choice: 1 });
  button(say.fork_not, { choice: null });
  if (yes) button(say.fork_later, { choice: 1, later: 20 });
  const choices = JSON.parse(row.dataset.choices);
  if (choices.length) {
    const which = made("select", "", { "aria-label": say.fork });
    which.append(...choices.map((text, at) => made("option", text, { value: at })));
    const one = made("button", say.fork, { type: "button" });
    one.addEventListener("click", () => ask({ request, choice: Number(which.value) }));
    place.append(which, one, " ");
  }
  if ("everywhere" in row.dataset) {
    const one = made("button", say.worth, { type: "button" });
    one.addEventListener("click", () => worth(request, row.dataset.choice === "" ? (yes ? 0 : 1) : Number(row.dataset.choice)));
    place.append(one);
  }
}

document.getElementById("down").addEventListener("submit", (event) => {
  event.preventDefault();
  const times = [...document.querySelectorAll("#decisions tr")].map((row) => Number(row.dataset.time));
  ask({ channel: document.getElementById("down-channel").value, at: Math.min(...times), minutes: 60 * 24 * 30 });
});
