// Bundles src/ and uPlot into ../static/explorer.js and ../static/explorer.css, with a banner that
// names the sha256 of the sources: a test compares it, so that a stale bundle is noticed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url);
const out = new URL('../static/', here);
const sources = [
  ...readdirSync(new URL('src/', here)).sort().map((name) => `src/${name}`),
  'build.mjs', 'package.json', '../../plotting/palette.json',
];
const hash = createHash('sha256');
for (const name of sources) hash.update(`${name}\n`).update(readFileSync(new URL(name, here)));
const banner = `/* workedpapers explorer, sources sha256 ${hash.digest('hex')}; licences in LICENSES.txt */`;

await build({
  entryPoints: [new URL('src/index.js', here).pathname],
  outfile: new URL('explorer.js', out).pathname,
  bundle: true, format: 'esm', minify: true, target: 'es2022', charset: 'utf8', legalComments: 'none',
  banner: { js: banner },
});
await build({
  entryPoints: [new URL('src/explorer.css', here).pathname],
  outfile: new URL('explorer.css', out).pathname,
  bundle: true, minify: true, charset: 'utf8', legalComments: 'none', banner: { css: banner },
});
const licence = readFileSync(new URL('node_modules/uplot/LICENSE', here), 'utf8').trim();
writeFileSync(new URL('LICENSES.txt', out), `explorer.js and explorer.css contain uPlot 1.6.32.\n\n${licence}\n`);
