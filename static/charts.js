// Draws every chart of the page from the specification beside it, without eval.
import { expressionInterpreter } from "./vendor/vega-interpreter-2.3.2/vega-interpreter.min.js";

const { vega, vegaLite } = window; // classic scripts, loaded before this module

for (const place of document.querySelectorAll(".pr-chart__live")) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const runtime = vega.parse(vegaLite.compile(spec).spec, null, { ast: true });
  const canvas = document.createElement("div");
  canvas.ariaHidden = "true"; // the place itself says in words what the chart shows
  place.replaceChildren(canvas);
  new vega.View(runtime, {
    expr: expressionInterpreter,
    renderer: "svg",
    container: canvas,
    hover: true,
  }).runAsync();
}
