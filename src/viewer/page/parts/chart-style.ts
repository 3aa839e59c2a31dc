/** What the charts look like: put here when the page is built. */
declare const CHART_STYLE: string

/**
 * The style of all charts. A style element in their pictures would be against this page's rules of security. A browser
 * forces its colours on no picture, so who needs strong ones gets them here.
 */
export const chartStyle = new CSSStyleSheet()
chartStyle.replaceSync(`${CHART_STYLE}
@media (forced-colors: active) {
  .chart {
    --canvas: Canvas; --edge: CanvasText; --ink: CanvasText; --soft: CanvasText; --line: CanvasText;
    --trouble: CanvasText; --guard: CanvasText; --plain: Canvas; --live: Highlight;
    --connected: Canvas; --connected-line: CanvasText; --needsUser: Canvas; --needsUser-line: CanvasText;
    --pending: Canvas; --pending-line: CanvasText;
  }
  .chart:has(.arrow.live) .arrow:not(.live) path { opacity: 1; }
}`)
