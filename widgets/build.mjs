// Builds every entry of src/entries (TypeScript and CSS) into simcash/view/static, which is committed.
// With --check nothing is written: it fails when what is committed is not the build of the source.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ENTRIES = join(HERE, "src", "entries");
const STATIC = join(HERE, "..", "simcash", "view", "static");
const LARGEST = 120_000; // a bundle's text is copied into every widget and every saved notebook

const built = await build({
  absWorkingDir: HERE,
  entryPoints: readdirSync(ENTRIES).map((name) => join(ENTRIES, name)),
  outdir: STATIC,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  write: false,
});
const files = new Map(built.outputFiles.map((file) => [relative(STATIC, file.path), file.text]));
const mistakes = [];
for (const [name, text] of files) {
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST) mistakes.push(`${name} has ${bytes} bytes, ${LARGEST} are allowed`);
}
if (process.argv.includes("--check")) compare();
else write();
for (const mistake of mistakes) console.error(mistake);
process.exitCode = mistakes.length ? 1 : 0;

function compare() {
  const kept = committed();
  for (const name of new Set([...files.keys(), ...kept])) {
    const same = kept.includes(name) && readFileSync(join(STATIC, name), "utf8") === files.get(name);
    if (!same) mistakes.push(`simcash/view/static/${name} is not the build of the source: npm run build`);
  }
}

function write() {
  mkdirSync(STATIC, { recursive: true });
  for (const name of committed()) if (!files.has(name)) rmSync(join(STATIC, name));
  for (const [name, text] of files) writeFileSync(join(STATIC, name), text);
  for (const [name, text] of files) console.log(`${name}: ${Buffer.byteLength(text)} bytes`);
}

function committed() {
  try {
    return readdirSync(STATIC);
  } catch {
    return []; // nothing was built yet
  }
}
