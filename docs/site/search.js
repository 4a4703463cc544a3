// Searches the index that stands in the page: no server, nothing fetched. All words must be found, in any order; titles count most.
const MOST = 60;
const index = JSON.parse(document.getElementById("index").textContent);
const text = index.map((entry) => `${entry[0]} ${entry[1]}`.toLowerCase());
const asked = document.getElementById("words");
const found = document.getElementById("found");
const answers = document.getElementById("answers");

function weight(at, words) {
  const title = index[at][0].toLowerCase();
  return words.reduce((sum, word) => sum + (title === word ? 9 : title.startsWith(word) ? 4 : title.includes(word) ? 2 : 0), 0);
}

function shown([title, says, kind, to]) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = to;
  link.textContent = title;
  item.append(link, ` ${kind}. ${says}`);
  return item;
}

function search() {
  const words = asked.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = [];
  if (words.length) text.forEach((one, at) => words.every((word) => one.includes(word)) && hits.push(at));
  const weights = new Map(hits.map((at) => [at, weight(at, words)]));
  hits.sort((one, other) => weights.get(other) - weights.get(one) || one - other);
  answers.replaceChildren(...hits.slice(0, MOST).map((at) => shown(index[at])));
  found.textContent = words.length ? `${hits.length} found${hits.length > MOST ? `, the first ${MOST} shown` : ""}` : "";
}

document.getElementById("without").hidden = true;
document.getElementById("ask").hidden = false;
document.getElementById("ask").addEventListener("submit", (event) => event.preventDefault());
asked.addEventListener("input", search);
