// The map, as the server has projected it: what never moves, and what does.

const drawn = "http://www.w3.org/2000/svg";
function shape(tag, attributes) {
  const element = document.createElementNS(drawn, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function drawGround(map, ground) {
  map.setAttribute("viewBox", `0 0 ${ground.width} ${ground.height}`);
  const still = shape("g", { id: "ground" });
  still.append(shape("rect", { class: "sea", width: ground.width, height: ground.height }));
  for (const path of ground.land) still.append(shape("path", { class: "land", d: path }));
  for (const area of ground.areas) still.append(shape("path", { class: "area", d: area.path }));
  for (const one of ground.names) {
    const name = shape("text", { class: "country", x: one.at[0], y: one.at[1] });
    name.textContent = one.name;
    still.append(name);
  }
  for (const site of ground.sites) {
    still.append(shape("rect", { class: "site", x: site.at[0] - 5, y: site.at[1] - 5, width: 10, height: 10 }));
    const name = shape("text", { x: site.at[0] + 10, y: site.at[1] + 6 });
    name.textContent = site.name;
    still.append(name);
  }
  const credit = shape("text", { class: "credit", x: 8, y: ground.height - 8 });
  credit.textContent = ground.credit;
  still.append(credit);
  map.replaceChildren(still, shape("g", { id: "moving" }));
}

export function drawMoving(units, incidents) {
  const marks = units.map((one) => one.bloc
    ? shape("path", { class: "unit other", d: `M${one.at[0]} ${one.at[1] - 7}l7 12h-14z` })
    : shape("circle", { class: "unit", cx: one.at[0], cy: one.at[1], r: 6 }));
  for (const [x, y] of incidents) {
    marks.push(shape("path", { class: "incident", d: `M${x} ${y - 11}l11 11-11 11-11-11z` }));
  }
  document.getElementById("moving").replaceChildren(...marks);
}
