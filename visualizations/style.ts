/**
 * The style of a picture, inside the picture: light and dark, also where it is an `<img>`. A viewer that shows the file
 * inline can mark `[data-state]` and `[data-arrow]` with the class `live`.
 */
export const style = `
.chart {
  --canvas: #ffffff; --edge: #d0d7de; --ink: #1f2328; --soft: #59636e; --line: #57606a; --trouble: #cf222e; --guard: #8250df;
  --connected: #dafbe1; --connected-line: #1a7f37; --needsUser: #fff4d4; --needsUser-line: #9a6700;
  --pending: #e6f1ff; --pending-line: #3f72af; --plain: #f6f8fa;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: var(--ink);
}
@media (prefers-color-scheme: dark) {
  .chart {
    --canvas: #0d1117; --edge: #30363d; --ink: #e6edf3; --soft: #9198a1; --line: #8b949e; --trouble: #ff7b72; --guard: #c297ff;
    --connected: #12261c; --connected-line: #3fb950; --needsUser: #2a2110; --needsUser-line: #d29922;
    --pending: #121d2f; --pending-line: #58a6ff; --plain: #161b22;
  }
}
text { font-size: 10.5px; }
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
