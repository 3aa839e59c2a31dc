import { base64 } from './client-authentication.ts'

/** Takes secrets out of a server's text, escaped once in any of the usual ways; the rest of it is unescaped then. Text without any stays as it is. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = new Set(secrets.flatMap((secret) => (secret ? formsOf(secret) : [])))
  // Longest first: a secret may begin with another.
  const longestFirst = [...forms].sort((one, other) => other.length - one.length)
  // Before as well: a secret may hold what looks like an escape.
  const clean = without(longestFirst, unescaped(without(longestFirst, text)))
  return clean === unescaped(text) ? text : clean
}

function without(forms: readonly string[], text: string): string {
  return forms.reduce((clean, form) => clean.replaceAll(form, '[redacted]'), text)
}

/** What a secret is in text without escapes: its own may be gone, a form makes a plus of a space, a header may hold Base64. */
function formsOf(secret: string): string[] {
  const encoded = base64(secret).replaceAll('=', '')
  const encodedForUrl = encoded.replaceAll('+', '-').replaceAll('/', '_')
  return [secret, unescaped(secret), secret.replaceAll(' ', '+'), encoded, encodedForUrl]
}

const marks: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Undoes the escapes of forms and URLs, and of pages. */
function unescaped(text: string): string {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => new TextDecoder().decode(bytesOf(run)))
    .replace(/&(?:#(x[0-9a-f]{1,6}|[0-9]{1,7})|(amp|lt|gt|quot|apos));/gi, (_, number?: string, name = '') =>
      number === undefined ? (marks[name.toLowerCase()] ?? '') : String.fromCharCode(Number(`0${number}`)),
    )
}

function bytesOf(run: string): Uint8Array {
  return Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))
}
