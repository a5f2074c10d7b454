// Builds static/vendor/ from the lock file: one style sheet, three libraries, their licences and
// SHA256SUMS. Run it through script/frontend.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const source = join(here, "..", "static", "scss");
const target = join(here, "..", "static", "vendor");
const browsers = ["chrome109", "firefox115", "safari15.4"];

async function minifiedCss(css) {
  const { code } = await transform(css, { loader: "css", minify: true, target: browsers });
  return code;
}

async function appCss() {
  const { css } = compile(join(source, "app.scss"), {
    loadPaths: [modules],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  const code = await minifiedCss(css);
  if (code.includes("://")) throw new Error("app.css names a host or a data URI namespace");
  await writeFile(join(target, "app.css"), code);
}

async function library(name, entry) {
  await build({
    entryPoints: [entry],
    outfile: join(target, `${name}.js`),
    bundle: true,
    format: "esm",
    legalComments: "none",
    minify: true,
    nodePaths: [modules],
    target: browsers,
  });
}

async function leafletCss() {
  const css = await readFile(join(modules, "leaflet/dist/leaflet.css"), "utf8");
  await writeFile(join(target, "leaflet.css"), await minifiedCss(css));
  await cp(join(modules, "leaflet/dist/images"), join(target, "images"), { recursive: true });
}

async function licences() {
  const packages = ["bootstrap", "echarts", "htmx.org", "leaflet", "tslib", "zrender"];
  const texts = await Promise.all(
    packages.map(async (name) => {
      const { version } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
      const file = (await readdir(join(modules, name))).find((f) => /^licen[cs]e/i.test(f));
      const text = await readFile(join(modules, name, file), "utf8");
      return `==== ${name} ${version} ====\n\n${text.trim()}\n`;
    }),
  );
  await writeFile(join(target, "LICENSES.txt"), texts.join("\n"));
}

async function checksums() {
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(target, join(entry.parentPath, entry.name)))
    .sort();
  const lines = await Promise.all(
    files.map(async (file) => {
      const digest = createHash("sha256").update(await readFile(join(target, file)));
      return `${digest.digest("hex")}  ${file}\n`;
    }),
  );
  await writeFile(join(target, "SHA256SUMS"), lines.join(""));
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await Promise.all([
  appCss(),
  leafletCss(),
  library("echarts", join(here, "echarts.entry.mjs")),
  library("leaflet", join(modules, "leaflet/dist/leaflet-src.esm.js")),
  cp(join(modules, "htmx.org/dist/htmx.min.js"), join(target, "htmx.min.js")),
  licences(),
]);
await checksums();
