// Makes the files of this folder from the npm package. In a folder elsewhere:
//
//     npm install pdfjs-dist@6.5.438 esbuild@0.28.2
//     node /path/to/this/folder/build.mjs
//
// It copies what the reader loads and changes two files: pdf_viewer.mjs, which is published
// unminified, is minified; pdf_viewer.css is cut down to the rules of pages, text and annotations,
// because the rest dresses the editors and sets the colour scheme of the whole page.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const needed = createRequire(join(process.cwd(), "package.json"));
const esbuild = needed("esbuild");
const from = join(process.cwd(), "node_modules/pdfjs-dist");
const to = import.meta.dirname;
const KEPT = /^(\.(textLayer|annotationLayer|canvasWrapper|pdfViewer)\b|\[data-main-rotation)/;

for (const folder of ["cmaps", "standard_fonts", "decoders", "images"]) {
  mkdirSync(join(to, folder), { recursive: true });
}
cpSync(join(from, "LICENSE"), join(to, "LICENSE"));
cpSync(join(from, "cmaps"), join(to, "cmaps"), { recursive: true });
cpSync(join(from, "standard_fonts"), join(to, "standard_fonts"), { recursive: true });
for (const name of ["jbig2_nowasm_fallback.js", "openjpeg_nowasm_fallback.js"]) {
  cpSync(join(from, "wasm", name), join(to, "decoders", name));
}
for (const name of ["JBIG2", "OPENJPEG", "PDFJS_JBIG2", "PDFJS_OPENJPEG"]) {
  cpSync(join(from, "wasm", `LICENSE_${name}`), join(to, "decoders", `LICENSE_${name}`));
}
for (const name of readdirSync(join(from, "web/images"))) {
  if (/^(annotation-|loading-icon)/.test(name)) {
    cpSync(join(from, "web/images", name), join(to, "images", name));
  }
}

for (const name of ["pdf.min.mjs", "pdf.worker.min.mjs"]) {
  const text = readFileSync(join(from, "legacy/build", name), "utf8");
  writeFileSync(join(to, name), text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n"));
}

const viewer = readFileSync(join(from, "legacy/web/pdf_viewer.mjs"), "utf8");
const licence = viewer.match(/\/\*\*\n \* @licstart[^]*?\*\//)[0];
const { code } = esbuild.transformSync(viewer.replace(/\/\/# sourceMappingURL=.*/, ""), {
  minify: true,
  format: "esm",
  legalComments: "none",
});
writeFileSync(join(to, "pdf_viewer.min.mjs"), `${licence}\n${code}`);

const sheet = readFileSync(join(from, "web/pdf_viewer.css"), "utf8");
const notice = sheet.match(/^\/\*[^]*?\*\//)[0];
const rules = sheet
  .slice(notice.length)
  .split(/(?<=^\})$/m) // a rule ends with a brace at the start of a line
  .map((rule) => rule.trim())
  .filter((rule) => KEPT.test(rule) && !rule.includes("url(images/"));
writeFileSync(
  join(to, "pdf_viewer.css"),
  `${notice}\n/* Changed: cut down by build.mjs to the rules of pages, text and annotations. */\n\n${rules.join("\n\n")}\n`,
);
