// Bundles GraphiQL into two files and writes down the licence of every package that went in.
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const out = path.resolve(process.argv[2]);

// Two packages carry no licence file; these are the holders their repositories name.
const HOLDERS = {
  "@headlessui/react": "Copyright (c) 2020 Tailwind Labs",
  "react-compiler-runtime": "Copyright (c) Meta Platforms, Inc. and affiliates.",
};

const withoutDataImages = {
  name: "without-data-images",
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/url\("data:[^"]*"\)/g, "none"),
      loader: "css",
    }));
  },
};

async function bundle() {
  const { metafile, warnings } = await build({
    absWorkingDir: here,
    entryPoints: { graphiql: "entry.jsx" },
    outdir: out,
    bundle: true,
    minify: true,
    metafile: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    banner: { js: "/* Licences: LICENSES.txt */", css: "/* Licences: LICENSES.txt */" },
    define: { "process.env.NODE_ENV": '"production"' },
    alias: { "react-style-singleton": "./no-style-tags.js" },
    plugins: [withoutDataImages],
  });
  if (warnings.length) throw new Error("esbuild warned");
  return metafile;
}

function packagesIn(metafile) {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file),
  );
  const folders = used.map((file) => file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
  return [...new Set(folders)].sort();
}

async function licenceOf(folder) {
  const about = JSON.parse(await readFile(path.join(here, folder, "package.json"), "utf8"));
  const file = (await readdir(path.join(here, folder))).find((name) => /^licen[cs]e/i.test(name));
  const words = file ? await readFile(path.join(here, folder, file), "utf8") : "";
  const lines = words.split("\n").map((line) => line.trim());
  const copyright = lines.filter((line) => /^copyright\b(?! (notice|holder))/i.test(line));
  const author = about.author?.name ?? about.author;
  const holders = copyright.length ? copyright : [HOLDERS[about.name] ?? (author && `Copyright (c) ${author}`)];
  if (!holders[0]) throw new Error(`no copyright holder for ${about.name}`);
  return { name: `${about.name} ${about.version}`, kind: about.license, words, holders };
}

function textOf(words) {
  return words.slice(Math.max(0, words.search(/Permission (is hereby granted|to use)|Redistribution and use/))).trim();
}

function section(kind, members) {
  const holder = members.find(({ words }) => words);
  if (!holder) throw new Error(`no ${kind} text found`);
  const lines = members.map(({ name, holders }) => [name, ...holders.map((line) => `    ${line}`)].join("\n"));
  return `== ${kind} ==\n\n${lines.join("\n")}\n\n${textOf(holder.words)}\n`;
}

const parts = await Promise.all(packagesIn(await bundle()).map(licenceOf));
const kinds = [...new Set(parts.map(({ kind }) => kind))].sort();
const sections = kinds.map((kind) => section(kind, parts.filter((part) => part.kind === kind)));
const heading = "What graphiql.js and graphiql.css contain, and its licences.\n\n";
await writeFile(path.join(out, "LICENSES.txt"), heading + sections.join("\n"));
