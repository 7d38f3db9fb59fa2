// Marks words and quotes in a text on the page, whatever pieces the text is in.
//
// A PDF breaks words at line ends and sets ligatures, so only letters and digits are compared, in
// lower case and without accents. A quote is marked whole; where it is not found whole (the order
// of blocks differs, or it goes on overleaf), those halves of it are that are long enough to tell.

const SHORTEST = 16; // letters of a part of a quote that is marked by itself
const LETTER = /[\p{L}\p{N}]/u;

export function mark(root, { quote = "", words = [] }) {
  const text = read(root);
  const found = [...quoted(text, fold(quote)), ...words.flatMap((word) => whole(text, fold(word)))];
  return wrap(text, merged(found));
}

export function unmark(root) {
  for (const old of root.querySelectorAll("mark.pr-found-here")) {
    const parent = old.parentNode;
    old.replaceWith(...old.childNodes);
    parent.normalize();
  }
}

function fold(words) {
  return [...words].map(letters).join("");
}

function letters(character) {
  return [...character.normalize("NFKD").toLowerCase()].filter((c) => LETTER.test(c)).join("");
}

// The letters of all text nodes in one line, and for each its node, its place and whether a word
// can begin there.
function read(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const text = { line: "", nodes: [], starts: [], ends: [], begins: [] };
  while (walker.nextNode()) {
    const node = walker.currentNode;
    let begins = true;
    let at = 0;
    for (const character of node.data) {
      const folded = letters(character);
      for (const letter of folded) {
        text.line += letter;
        text.nodes.push(node);
        text.starts.push(at);
        text.ends.push(at + character.length);
        text.begins.push(begins);
        begins = false;
      }
      at += character.length;
      if (!folded && !/\p{M}/u.test(character)) begins = true;
    }
  }
  text.begins.push(true);
  return text;
}

function quoted(text, quote) {
  if (!quote) return [];
  const at = text.line.indexOf(quote);
  if (at >= 0) return [[at, at + quote.length]];
  const middle = Math.ceil(quote.length / 2);
  if (middle < SHORTEST) return [];
  return [...quoted(text, quote.slice(0, middle)), ...quoted(text, quote.slice(middle))];
}

function whole(text, word) {
  const found = [];
  for (let at = text.line.indexOf(word); word && at >= 0; at = text.line.indexOf(word, at + 1)) {
    if (text.begins[at] && text.begins[at + word.length]) found.push([at, at + word.length]);
  }
  return found;
}

function merged(spans) {
  const merged = [];
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

// Gives the marks in the order of the text. From the end, so that earlier places in a node hold.
function wrap(text, spans) {
  const marks = [];
  for (const [start, end] of spans.reverse()) {
    for (let last = end - 1; last >= start; ) {
      let first = last;
      while (first > start && text.nodes[first - 1] === text.nodes[last]) first -= 1;
      const range = document.createRange();
      range.setStart(text.nodes[first], text.starts[first]);
      range.setEnd(text.nodes[first], text.ends[last]);
      const mark = document.createElement("mark");
      mark.className = "pr-found-here";
      range.surroundContents(mark);
      marks.unshift(mark);
      last = first - 1;
    }
  }
  return marks;
}
