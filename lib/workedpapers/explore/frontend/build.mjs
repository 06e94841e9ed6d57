// Bundles src/ and uPlot into ../static: explorer.js and figures.js, and explorer.css, with a banner that
// names the sha256 of the sources: a test compares it, so that a stale bundle is noticed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url);
const out = new URL('../static/', here);
const files = readdirSync(new URL('src/', here), { recursive: true }).map((name) => name.replaceAll('\\', '/'));
const sources = [
  ...files.filter((name) => /\.(js|css)$/.test(name)).sort().map((name) => `src/${name}`),
  'build.mjs', 'package.json', '../../plotting/palette.json',
];
const hash = createHash('sha256');
for (const name of sources) hash.update(`${name}\n`).update(readFileSync(new URL(name, here)));
const banner = `/* workedpapers explorer, sources sha256 ${hash.digest('hex')}; licences in LICENSES.txt */`;

// The same source twice: a module for kernels, and a plain script for pages, since browsers load
// no modules on pages that are opened from disk.
for (const [entry, outfile, format] of [['index', 'explorer', 'esm'], ['page', 'figures', 'iife']]) {
  await build({
    entryPoints: [new URL(`src/${entry}.js`, here).pathname],
    outfile: new URL(`${outfile}.js`, out).pathname,
    bundle: true, format, minify: true, target: 'es2022', charset: 'utf8', legalComments: 'none',
    banner: { js: banner },
  });
}
await build({
  entryPoints: [new URL('src/explorer.css', here).pathname],
  outfile: new URL('explorer.css', out).pathname,
  bundle: true, minify: true, charset: 'utf8', legalComments: 'none', banner: { css: banner },
});
const licence = readFileSync(new URL('node_modules/uplot/LICENSE', here), 'utf8').trim();
writeFileSync(new URL('LICENSES.txt', out), `explorer.js, figures.js and explorer.css contain uPlot 1.6.32.\n\n${licence}\n`);
