import { createHash } from 'node:crypto'

/** How a login can end, for whoever sits at the browser. */
export const endings = ['connected', 'refused', 'strange', 'trouble'] as const
export type Ending = (typeof endings)[number]

const texts: Readonly<Record<Ending, { readonly title: string; readonly text: string }>> = {
  connected: {
    title: 'Connected',
    text: 'The shop has exchanged the code that your browser brought for a token. The code is used up, and no longer in the address bar.',
  },
  refused: {
    title: 'Refused',
    text: 'Your browser brought a no, and nothing was sent to the provider. The shop can ask again.',
  },
  strange: {
    title: 'Nobody waits for this',
    text: 'This does not answer a login that the shop has begun, or it came twice. Nothing has changed.',
  },
  trouble: {
    title: 'It went wrong on the last metre',
    text: 'You have allowed it, but the code could not be exchanged for a token, and a code is good only once. The shop must begin again.',
  },
}

const style = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; justify-items: center; padding: 1rem;
  box-sizing: border-box; text-align: center; background: light-dark(#f4f4f6, #16161a); color: light-dark(#1c1c21, #ececf1) }
main { max-width: 27rem }
h1 { margin: 1rem 0 .5rem; font-size: 1.6rem; line-height: 1.2; text-wrap: balance }
p { margin: 0 0 1rem; text-wrap: pretty }
p + p { color: light-dark(#5d5d66, #a3a3ae) }
svg { width: 3.5rem; height: 3.5rem; fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.connected svg { stroke: light-dark(#2b8a3e, #69db7c) }
.refused svg, .strange svg { stroke: light-dark(#a86500, #ffc078) }
.trouble svg { stroke: light-dark(#c92a2a, #ff8787) }`

const signs: Readonly<Record<Ending, string>> = {
  connected: '<path d="M7.5 12.5l3 3 6-7"/>',
  refused: '<path d="M8 12h8"/>',
  strange: '<path d="M9.6 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.7M12 16.6v.1"/>',
  trouble: '<path d="M12 7.5v5.5M12 16.4v.1"/>',
}

const hash = createHash('sha256').update(style).digest('base64')

/** Nothing is loaded or run, nothing frames it, and where it leads learns nothing of where it was. */
export const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** The page that ends a login. It holds nothing of the request. */
export function pageOf(ending: Ending): string {
  const { title, text } = texts[ending]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} – playground</title>
<style>${style}</style>
</head>
<body>
<main class="${ending}">
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${signs[ending]}</svg>
<h1>${title}</h1>
<p>${text}</p>
<p>You can close this page and go back to the playground.</p>
</main>
</body>
</html>
`
}
