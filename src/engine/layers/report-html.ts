// The report as one HTML page that needs nothing else: no script from elsewhere, no font, no image. Shareable as a file.
// Everything that came from the image (paths, instructions, names) is escaped; the page runs no script at all.
import { bytesText } from './advice-item.ts';
import type { LayersReport, ReportLayer } from './report.ts';

const MAX_ROWS = 2000;
const CAUSES = { overwritten: 'overwritten', deletedLater: 'deleted later', metadataOnly: 'metadata-only copy' } as const;

const STYLE = `
:root{color-scheme:light dark;--bg:light-dark(#fbfbfd,#14161a);--card:light-dark(#fff,#1c1f25);--line:light-dark(#e3e5ea,#2d323b);--text:light-dark(#1b1e24,#e7e9ee);--dim:light-dark(#667,#99a);--blue:light-dark(#2f6fed,#6ea0ff);--red:light-dark(#d6453d,#ff7b72);--green:light-dark(#2a9d5c,#58c98b)}
*{box-sizing:border-box}body{margin:0 auto;max-width:1100px;padding:32px 20px;background:var(--bg);color:var(--text);font:14px/1.5 system-ui,sans-serif}
h1{font-size:22px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:16px;margin:32px 0 10px}.dim{color:var(--dim)}code,pre{font:12px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:20px 0}.card,.item{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}.card b{display:block;font-size:20px}
.strip{display:flex;height:34px;border-radius:8px;overflow:hidden;border:1px solid var(--line);margin:14px 0}.strip i{display:block;background:var(--blue);border-right:1px solid var(--bg);min-width:2px;position:relative}.strip i u{position:absolute;inset:auto 0 0 0;background:var(--red)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--dim)}td,th{padding:6px 8px;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.item{margin:10px 0}.item h3{margin:0 0 4px;font-size:14px}.item pre{margin:8px 0 0;padding:8px 10px;border-radius:6px;background:var(--bg)}pre .a{color:var(--green)}pre .r{color:var(--red)}.error{color:var(--red)}summary{cursor:pointer}`;

/** @param createdAt shown at the foot, ISO 8601 */
export function reportToHtml(report: LayersReport, createdAt: string): string {
  const { totals } = report;
  const card = (label: string, value: string) => `<div class="card"><span class="dim">${label}</span><b>${value}</b></div>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escape(report.image)} – layers</title><style>${STYLE}</style></head><body>
<h1>${escape(report.image)}</h1><div class="dim"><code>${escape(report.imageId)}</code> ${escape(report.platform)}</div>
<div class="cards">${card('Efficiency', `${(100 * totals.efficiency).toFixed(1)} %`)}${card('Stored', bytesText(totals.storedBytes))}${card('Visible', bytesText(totals.visibleBytes))}${card('Reclaimable', bytesText(totals.reclaimableBytes))}${card('Compressed', bytesText(totals.compressedBytes))}${card('Duplicate content', bytesText(totals.duplicateContentBytes))}</div>
<p class="dim">Reclaimable = overwritten ${bytesText(totals.overwrittenBytes)} + deleted later ${bytesText(totals.deletedLaterBytes)} + metadata-only copies ${bytesText(totals.metadataOnlyBytes)}.</p>
<div class="strip">${report.layers.map((layer) => strip(layer, totals.storedBytes)).join('')}</div>
<h2>Layers</h2><table><thead><tr><th>#</th><th>Instruction</th><th class="n">Size</th><th class="n">Compressed</th><th class="n">Reclaimable</th><th class="n">Files + ~ −</th></tr></thead><tbody>${report.layers.map(layerRow).join('')}</tbody></table>
<h2>Advice</h2>${report.advice.length === 0 ? '<p class="dim">Nothing to improve was found.</p>' : report.advice.map(advice).join('')}
<h2>Waste</h2>${waste(report)}
<p class="dim">Made by Gantry, ${escape(createdAt)}.</p></body></html>
`;
}

function strip(layer: ReportLayer, storedBytes: number): string {
  const share = storedBytes === 0 ? 1 : layer.sizeBytes / storedBytes;
  const wasted = layer.sizeBytes === 0 ? 0 : (100 * layer.reclaimableBytes) / layer.sizeBytes;
  return `<i style="flex:${share.toFixed(6)} 1 0" title="${escape(`${layer.index}: ${layer.instruction} (${bytesText(layer.sizeBytes)})`)}"><u style="height:${wasted.toFixed(1)}%"></u></i>`;
}

function layerRow(layer: ReportLayer): string {
  const { files } = layer;
  const changed = files.content + files.metadata + files.type + files.link;
  const notes = [layer.base === undefined ? '' : `<span class="dim">from ${escape(layer.base)}</span>`, layer.error === undefined ? '' : `<span class="error">${escape(layer.error)}</span>`].filter(Boolean);
  return `<tr><td>${layer.index}</td><td><code>${escape(layer.instruction || layer.diffId)}</code>${notes.map((note) => `<br>${note}`).join('')}</td><td class="n">${bytesText(layer.sizeBytes)}</td><td class="n">${bytesText(layer.compressedBytes)}</td><td class="n">${bytesText(layer.reclaimableBytes)}</td><td class="n">${files.added} ${changed} ${files.removed}</td></tr>`;
}

function advice(item: LayersReport['advice'][number]): string {
  const diff = item.diff.map((line) => `<span class="${line.startsWith('+') ? 'a' : line.startsWith('-') ? 'r' : ''}">${escape(line)}</span>`).join('\n');
  return `<div class="item"><h3>${escape(item.title)}</h3><div>${escape(item.why)}</div>${diff === '' ? '' : `<pre>${diff}</pre>`}<details><summary class="dim">${item.pathCount === 1 ? '1 path' : `${item.pathCount} paths`}</summary><code>${item.paths.map(escape).join('<br>')}</code></details></div>`;
}

function waste({ waste: items, totals }: LayersReport): string {
  if (items.length === 0) return '<p class="dim">Every stored byte is visible in the image.</p>';
  const rows = items.slice(0, MAX_ROWS).map((item) => `<tr><td><code>${escape(item.path)}</code></td><td class="n">${item.layer}</td><td>${CAUSES[item.cause]} <span class="dim">by layer ${item.hiddenBy}</span></td><td class="n">${bytesText(item.bytes)}</td></tr>`);
  const rest = items.slice(MAX_ROWS).reduce((sum, item) => sum + item.bytes, 0);
  if (rest > 0) rows.push(`<tr><td class="dim">${items.length - MAX_ROWS} more paths</td><td></td><td></td><td class="n">${bytesText(rest)}</td></tr>`);
  return `<table><thead><tr><th>Path</th><th class="n">Layer</th><th>Cause</th><th class="n">Bytes</th></tr></thead><tbody>${rows.join('')}</tbody><tfoot><tr><td><b>All</b></td><td></td><td></td><td class="n"><b>${bytesText(totals.reclaimableBytes)}</b></td></tr></tfoot></table>`;
}

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (char) => names[char] as string).replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
