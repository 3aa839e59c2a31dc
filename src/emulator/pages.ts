import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

type Html = ReturnType<typeof html>

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; background: light-dark(#f4f4f6, #16161a); color: light-dark(#1c1c21, #ececf1) }
header { padding: .5rem 1rem; background: #ffd43b; color: #1c1c21; text-align: center }
main { max-width: 26rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; line-height: 1.2 }
label { display: block; font-weight: 600 }
input { box-sizing: border-box; width: 100%; margin: .25rem 0 1rem; padding: .5rem .75rem; font: 1.5rem ui-monospace, monospace;
  letter-spacing: .1em; text-transform: uppercase; border: 1px solid light-dark(#77777f, #8b8b95); border-radius: .5rem }
button { padding: .6rem 1.25rem; font: inherit; border: 1px solid light-dark(#1f5fbf, #8ab4ff); border-radius: .5rem;
  background: none; color: light-dark(#1f5fbf, #8ab4ff); cursor: pointer }
button[value=approve] { background: light-dark(#1f5fbf, #8ab4ff); color: light-dark(#fff, #16161a) }
:focus-visible { outline: 3px solid #e8590c; outline-offset: 2px }
code { overflow-wrap: anywhere }`

/** A page of a provider, under a banner that says it is none. Loads nothing from anywhere, and runs no script. */
export function page(c: Context, provider: string, title: string, content: Html, status: ContentfulStatusCode = 200) {
  const nonce = crypto.randomUUID()
  // No form-action: browsers apply it to the redirect after a form too, and so to the app's callback.
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} (emulated)</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<header><strong>Emulated.</strong> This is not ${provider}: nothing here is real.</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>`
  return c.html(document, status, { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' })
}

/** Where a person types the code that a device shows. @see RFC 8628 §3.3 */
export function activationPage(c: Context, provider: string, { userCode = '', problem = '' }) {
  const content = html`${problem && html`<p role="alert">${problem}</p>`}
<p>Approve only if a till in front of you shows this code.</p>
<form method="post">
<label for="user_code">Code on the till</label>
<input id="user_code" name="user_code" value="${userCode}" required autofocus autocomplete="off" spellcheck="false">
${buttons('Approve')}
</form>`
  return page(c, provider, 'Connect a till', content, problem ? 400 : 200)
}

/** Where a person allows an app to act for them. Posts to its own URL, which still holds the request's parameters. */
export function consentPage(c: Context, provider: string, request: { client: string; scopes: readonly string[] }) {
  const content = html`<p>The app <code>${request.client}</code> asks for:</p>
<ul>${request.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post">${buttons('Allow')}</form>`
  return page(c, provider, 'Log in and allow', content)
}

/** A page that only says something, and offers nothing. */
export function notice(c: Context, provider: string, title: string, text: string, status: ContentfulStatusCode = 200) {
  return page(c, provider, title, html`<p role="${status < 400 ? 'status' : 'alert'}">${text}</p>`, status)
}

function buttons(yes: string): Html {
  return html`<button name="decision" value="approve">${yes}</button>
<button name="decision" value="deny">Refuse</button>`
}
