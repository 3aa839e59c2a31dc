/** What the charts look like: put here when the page is built. */
declare const CHART_STYLE: string

/** The style of all charts. A style element in their pictures would be against this page's rules of security. */
export const chartStyle = new CSSStyleSheet()
chartStyle.replaceSync(CHART_STYLE)
