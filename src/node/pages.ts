import { createHash } from 'node:crypto'

/** What one page says. Plain text. */
export interface LoopbackPage {
  readonly title: string
  readonly text: string
}

/** The texts of the pages that a browser may end at; what is left out is said in English. */
export interface LoopbackPages {
  /** The language of the texts, as in `de` or `pt-BR`. Default: `en`. */
  readonly language?: string
  /** The answer has a code, and has reached the app. Whether that connects it, is not known yet. */
  readonly received?: LoopbackPage
  /** The answer says no, cannot be used, or came to a login that was given up. */
  readonly refused?: LoopbackPage
  /** The answer is not the awaited one, or there is none. */
  readonly unrelated?: LoopbackPage
}

export type PageName = 'received' | 'refused' | 'unrelated'
export type WrittenPages = Readonly<Record<PageName, string>>

const english: Readonly<Record<PageName, LoopbackPage>> = {
  received: { title: 'Answer received', text: 'The app goes on from here. You can close this window.' },
  refused: { title: 'Not connected', text: 'The app says why. You can close this window.' },
  unrelated: {
    title: 'Not the awaited answer',
    text: 'Nothing has changed. Go back to the app.',
  },
}

export function isPageName(name: string): name is PageName {
  return Object.hasOwn(english, name)
}

/** Writes the pages once and for all: nothing of a request is in them. */
export function writePages({ language = 'en', ...given }: LoopbackPages): WrittenPages {
  const written = (name: PageName) => page(given[name] ? language : 'en', name, given[name] ?? english[name])
  return { received: written('received'), refused: written('refused'), unrelated: written('unrelated') }
}

const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
body { display: grid; min-height: 100vh; min-height: 100dvh; margin: 0; place-items: center;
  background: light-dark(#f4f4f6, #16161a); color: light-dark(#1c1c21, #ececf1) }
main { box-sizing: border-box; width: 100%; max-width: 30rem; padding: 1.5rem; text-align: center; text-wrap: balance;
  overflow-wrap: anywhere; hyphens: auto }
svg { width: 4rem; height: 4rem; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round }
.received { color: light-dark(#18794e, #5bd197) }
.refused { color: light-dark(#b3261e, #ff9d94) }
.unrelated { color: light-dark(#8a5a00, #f2c14e) }
h1 { margin: 1rem 0 .5rem; font-size: 1.75rem; line-height: 1.2 }
p { margin: 0; color: light-dark(#4a4a55, #b9b9c4) }`

const policy = `default-src 'none'; style-src 'sha256-${sha256(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** What every answer carries. A page loads nothing, runs nothing, and no other page may frame it or reach it. */
export const protection: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const signs: Readonly<Record<PageName, string>> = {
  received: 'M7.5 12.5l3 3 6-7',
  refused: 'M8.5 8.5l7 7m0-7l-7 7',
  unrelated: 'M12 7v6m0 4v0',
}

function page(language: string, name: PageName, { title, text }: LoopbackPage): string {
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<svg class="${name}" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="${signs[name]}"/></svg>
<h1 dir="auto">${escaped(title)}</h1>
<p dir="auto">${escaped(text)}</p>
</main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
