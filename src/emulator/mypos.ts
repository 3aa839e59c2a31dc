import { type Context, Hono } from 'hono'
import { mypos as provider } from '../providers/mypos.ts'
import {
  type Env,
  formOf,
  isClient,
  parameters,
  refusal,
  required,
  type Server,
  scopesOf,
  settle,
  type World,
} from './server.ts'
import { randomText } from './text.ts'
import { createTokens, type TokenOptions } from './tokens.ts'

/** Times in seconds. */
export interface MyposOptions extends Pick<TokenOptions, 'accessTokenLifetime' | 'expiresInAsString'> {
  /** Client ids and their secrets. @default any that are not empty */
  clients?: Readonly<Record<string, string>>
  /** @default ['webhooks'] */
  knownScopes?: readonly string[]
  /** Whether id and secret may be joined with a semicolon too, as the prose of the vendor's old page says. @default false */
  semicolon?: boolean
}

type Settings = Required<Omit<MyposOptions, 'clients'>> & Pick<MyposOptions, 'clients'>

const defaults: Settings = Object.freeze({
  accessTokenLifetime: 86_400,
  expiresInAsString: false,
  knownScopes: provider.scopes.optional,
  semicolon: false,
})

/** One myPOS: production or sandbox, which share no token. Bodies of refusals are not documented: RFC 6749 §5.2's. */
export function createMypos(kind: 'production' | 'sandbox', options: MyposOptions | undefined, { now }: World): Server {
  const settings = settle(provider.id, defaults, options, ['clients'])
  // 42 letters and digits, like the sample in the vendor's documentation.
  const mint = () => `emulated${randomText(34)}`
  const noRefresh = { refreshTokenLifetime: 0, rotation: false, leeway: 0 }
  const tokens = createTokens({ ...settings, ...noRefresh, mint, selfContained: false }, now)
  const app = new Hono<Env>()

  app.post('/oauth/token', async (c) => {
    const client = authenticate(c, settings)
    const given = parameters(await formOf(c.req))
    if (required(given, 'grant_type') !== 'client_credentials') {
      throw refusal(400, 'unsupported_grant_type', 'Only client_credentials is supported.')
    }
    const scopes = scopesOf(given.scope)
    const unknown = scopes.find((scope) => !settings.knownScopes.includes(scope))
    if (unknown !== undefined) throw refusal(400, 'invalid_scope', `Unknown scope: ${unknown}`)
    const scope = scopes.join(' ')
    const answer = tokens.issue(tokens.found({ client, scope }), { renewable: false })
    return c.json(scope === '' ? answer : { ...answer, scope })
  })

  // 200 and an empty body, also for an unknown token. @see RFC 7009 §2.2
  app.post('/oauth/revoke', async (c) => {
    const client = authenticate(c, settings)
    tokens.revoke(required(parameters(await formOf(c.req)), 'token'), client, 'access')
    return c.body(null)
  })

  const isSandbox = kind === 'sandbox'
  const name = isSandbox ? `${provider.id}-sandbox` : provider.id
  return { name, endpoints: isSandbox ? provider.sandbox : provider.endpoints, app, tokens }
}

/** The client id of a Basic header; credentials in the body do not count. @see RFC 7617 §2 */
function authenticate(c: Context, { clients, semicolon }: Settings): string {
  const [id, secret] = credentials(c.req.header('authorization') ?? '', semicolon)
  if (id !== undefined && isClient(clients, id, secret)) return id
  const headers = { 'www-authenticate': 'Basic realm="emulated"' }
  throw refusal(401, 'invalid_client', 'Client authentication failed.', { headers })
}

function credentials(header: string, semicolon: boolean): string[] {
  const text = decoded(/^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1] ?? '')
  const at = semicolon && !text.includes(':') ? text.indexOf(';') : text.indexOf(':')
  return at === -1 ? [] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
  } catch {
    return ''
  }
}
