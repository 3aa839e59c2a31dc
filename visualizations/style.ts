/** The colours of a picture, in light and in dark. */
const colours: readonly Readonly<Record<string, readonly [light: string, dark: string]>>[] = [
  {
    canvas: ['#ffffff', '#0d1117'],
    edge: ['#d0d7de', '#30363d'],
    ink: ['#1f2328', '#e6edf3'],
    soft: ['#59636e', '#9198a1'],
    line: ['#57606a', '#8b949e'],
    trouble: ['#cf222e', '#ff7b72'],
    guard: ['#8250df', '#c297ff'],
  },
  {
    connected: ['#dafbe1', '#12261c'],
    'connected-line': ['#1a7f37', '#3fb950'],
    needsUser: ['#fff4d4', '#2a2110'],
    'needsUser-line': ['#9a6700', '#d29922'],
  },
  {
    pending: ['#e6f1ff', '#121d2f'],
    'pending-line': ['#3f72af', '#58a6ff'],
    plain: ['#f6f8fa', '#161b22'],
  },
]

/** One property for each colour. */
function palette(indent: string, said: (pair: readonly [light: string, dark: string], name: string) => string) {
  const rows = colours.map((row) => Object.entries(row).map(([name, pair]) => `--${name}: ${said(pair, name)};`))
  return rows.map((row) => `${indent}${row.join(' ')}`).join('\n')
}

const font = `  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: var(--ink);`

const shapes = `text { font-size: 10.5px; }
.canvas { fill: var(--canvas); stroke: var(--edge); }
.frame rect { fill: none; stroke: var(--soft); stroke-dasharray: 2 4; }
.source rect { fill: none; stroke: var(--trouble); stroke-dasharray: 2 3; }
.source text { fill: var(--trouble); font-size: 11px; }
.frame text, .said, .soft { fill: var(--soft); }
.box { fill: var(--plain); stroke: var(--line); stroke-width: 1.4; }
.connected .box { fill: var(--connected); stroke: var(--connected-line); }
.needsUser .box { fill: var(--needsUser); stroke: var(--needsUser-line); }
.pending .box { fill: var(--pending); stroke: var(--pending-line); }
.also { fill: var(--pending-line); }
.title { font-size: 19px; font-weight: 600; }
.name { font-size: 14px; font-weight: 600; }
.actor, .stay { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.arrow path { fill: none; stroke: var(--line); stroke-width: 1.4; }
.arrow .head { fill: var(--line); stroke-linejoin: round; }
.arrow.time .way { stroke-dasharray: 5 4; }
.arrow.trouble path { stroke: var(--trouble); }
.arrow.trouble .head { fill: var(--trouble); }
.arrow text { font-size: 11px; font-weight: 500; paint-order: stroke; stroke: var(--canvas); stroke-width: 4px; stroke-linejoin: round; }
.arrow.trouble text { fill: var(--trouble); }
.arrow .guard { fill: var(--guard); font-weight: 400; }
.note { font-size: 11px; }
.arrow.folded text { stroke: none; }
.arrow .lead { font-weight: 600; }
.live .box { stroke-width: 3; }
text.live, .arrow.folded.live text { font-weight: 700; }
.arrow.live .way { stroke-width: 3; }
`

/**
 * The style of a picture, inside the picture: light and dark, also where it is an `<img>`. A viewer that shows the file
 * inline can mark `[data-state]` and `[data-arrow]` with the class `live`.
 */
export const style = `
.chart {
${palette('  ', ([light]) => light)}
${font}
}
@media (prefers-color-scheme: dark) {
  .chart {
${palette('    ', ([, dark]) => dark)}
  }
}
${shapes}`

/**
 * The style of a viewer's charts, for the style sheet of the page or of the shadow root that shows them: they have none of
 * their own. Light and dark follow the page's `color-scheme`; each colour can be replaced by a property of the page, for
 * instance `--chart-canvas` or `--chart-live`. What has the class `live` is lit.
 */
export const chartStyle = `
.chart {
${palette('  ', ([light, dark], name) => `var(--chart-${name}, light-dark(${light}, ${dark}))`)}
  --live: var(--chart-live, light-dark(#8250df, #c297ff));
${font}
}
${shapes}
.name { font-size: 13px; }
.arrow.folded { visibility: hidden; }
.arrow.folded.live { visibility: visible; }
.arrow.folded .way { stroke-dasharray: 0.1 6; stroke-linecap: round; }
.chart:has(.arrow.live) .arrow:not(.live) path { opacity: 0.7; }
.arrow.live path { stroke: var(--live); stroke-width: 3; }
.arrow.live .head { fill: var(--live); }
.source.live rect { stroke: var(--live); stroke-width: 2; }
.arrow.live text, .source.live text { fill: var(--live); font-weight: 700; }
.state.live .box { stroke: var(--live); stroke-width: 3; filter: drop-shadow(0 0 5px var(--live)); }
@media (prefers-reduced-motion: no-preference) {
  .arrow.live path, .state.live .box { animation: lit 1.2s ease-in-out 3; }
  @keyframes lit { 50% { stroke-opacity: 0.3; } }
}
`
