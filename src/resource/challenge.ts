import type { Environment } from '../environment.ts'

/** One way to authenticate that a server names. Scheme and parameter names are in lower case. @see RFC 9110 §11.6.1 */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The largest body in which an error is looked for, in bytes. */
const BODY_LIMIT = 16 * 1024

/** How long it is looked for, in milliseconds: the answer may be one that never ends. */
const PATIENCE = 5_000

/**
 * Whether an answer says that the token is no longer good: status 401 with `invalid_token`, in a challenge or, where no
 * Bearer challenge names an error, as the `error` of a JSON body. The body stays readable. Rejects with the signal's reason.
 *
 * @see RFC 6750 §3.1
 */
export async function saysInvalidToken(
  response: Response,
  signal: AbortSignal,
  environment: Pick<Environment, 'after'>,
): Promise<boolean> {
  if (response.status !== 401) return false
  const bearers = challenges(response.headers.get('www-authenticate') ?? '').filter(({ scheme }) => scheme === 'bearer')
  const errors = bearers.flatMap(({ parameters }) => parameters.get('error') ?? [])
  if (errors.length > 0) return errors.includes('invalid_token')
  const isJson = /[/+]json\s*(?:;|$)/i.test(response.headers.get('content-type') ?? '')
  const error = isJson ? errorIn(await shortText(response.clone(), environment)) : undefined
  signal.throwIfAborted()
  return error === 'invalid_token'
}

const between = /[\s,]*/y
const word = /[!#$%&'*+\-.^_`|~0-9a-z]+/iy
/** A value without quotes may be a URL, although it must not. */
const value = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/sy
/** Old schemes have one of these instead of parameters. */
const token68 = /[ \t]+[a-z0-9\-._~+/]+=*[ \t]*(?=,|$)/iy

/**
 * The challenges of `WWW-Authenticate`. Several headers are one list to those who read them, and a comma separates
 * challenges as well as parameters: a word with a value is a parameter, any other begins a challenge. What cannot be read
 * ends the list.
 */
export function challenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match) at = pattern.lastIndex
    return match
  }
  for (;;) {
    take(between)
    const name = take(word)?.[0].toLowerCase()
    if (name === undefined) return found
    const given = take(value)
    if (!given) {
      found.push({ scheme: name, parameters: new Map() })
      take(token68)
      continue
    }
    const { parameters } = found.at(-1) ?? { parameters: new Map<string, string>() }
    // The first counts: a parameter must not come twice.
    if (!parameters.has(name)) parameters.set(name, given[2] ?? given[1]?.replace(/\\(.)/gs, '$1') ?? '')
  }
}

function errorIn(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined
  } catch {
    // Not JSON: it names no error.
    return undefined
  }
}

/** The text of a body; empty where it is too large to be an error, or comes too slowly. */
async function shortText({ body }: Response, { after }: Pick<Environment, 'after'>): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const end = () => void reader.cancel().catch(() => {})
  const cancel = after(PATIENCE, end, { watched: true })
  const decoder = new TextDecoder()
  let text = ''
  try {
    let size = 0
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength
      if (size > BODY_LIMIT) return ''
      text += decoder.decode(part.value, { stream: true })
    }
    return text
  } catch {
    // It broke off: whoever reads the answer will meet that too.
    return ''
  } finally {
    cancel()
    end()
  }
}
