// Prints the page of the benchmark: the widget, its peer and what measures them, in one file.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const built = await build({
  entryPoints: [join(HERE, "page.ts"), join(HERE, "..", "src", "entries", "graph.css")],
  outdir: HERE,
  bundle: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  write: false,
});
const [script, style] = [".js", ".css"].map(
  (end) => built.outputFiles.find(({ path }) => path.endsWith(end)).text,
);
process.stdout.write(`<!doctype html><meta charset="utf-8"><title>graph</title><style>${style}</style><body></body>
<script>${script.replaceAll("</script", "<\\/script")}</script>`);
