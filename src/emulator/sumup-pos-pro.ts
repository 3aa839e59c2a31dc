import { Hono } from 'hono'
import { sumupPosPro as provider } from '../providers/sumup-pos-pro.ts'
import { createAuthorizationCodes } from './authorization-codes.ts'
import { authorizationRequest, callback, type Expectations } from './authorization-request.ts'
import { consentPage } from './pages.ts'
import {
  type Env,
  formOf,
  isClient,
  type Parameters,
  parameters,
  refusal,
  required,
  type Server,
  settle,
  type World,
} from './server.ts'
import { randomText } from './text.ts'
import { createTokens, type TokenAnswer, type TokenOptions, type Tokens } from './tokens.ts'

/** Times in seconds. */
export interface SumupPosProOptions extends TokenOptions {
  /** Client ids and their secrets. @default any that are not empty */
  clients?: Readonly<Record<string, string>>
  /** The callback URLs set in the app's configuration. @default any absolute URL without a fragment */
  redirectUris?: readonly string[]
  /** How long an authorization code lives; the real figure is not known. @default 60 */
  codeLifetime?: number
  /** Whether the callback carries the request's `state`; whether the real one does is not known. @default true */
  echoState?: boolean
  /** The scopes that may be asked for. @default the three that the provider enables for everybody */
  enabledScopes?: readonly string[]
}

type Open = 'clients' | 'redirectUris'
type Settings = Required<Omit<SumupPosProOptions, Open>> & Pick<SumupPosProOptions, Open>

const defaults: Settings = Object.freeze({
  codeLifetime: 60,
  echoState: true,
  enabledScopes: provider.scopes.default,
  accessTokenLifetime: provider.lifetimes.accessToken,
  refreshTokenLifetime: provider.lifetimes.refreshToken,
  rotation: false,
  leeway: 0,
  expiresInAsString: false,
})

/** SumUp POS Pro. Its refusals are not documented: those of RFC 6749 §4.1.2.1 and §5.2 stand in for them. */
export function createSumupPosPro(options: SumupPosProOptions | undefined, { now }: World): Server {
  const settings = settle(provider.id, defaults, options, ['clients', 'redirectUris'])
  const mint = () => `emulated-access-${randomText(32)}`
  const tokens = createTokens({ ...settings, mint, selfContained: false }, now)
  const codes = createAuthorizationCodes(settings.codeLifetime, tokens, now)
  const expected: Expectations = { ...settings, isClient: (id) => isKnown(settings.clients, id) }
  const app = new Hono<Env>()

  app.get('/login', async (c) => consentPage(c, provider.name, await authorizationRequest(c, provider.name, expected)))

  app.post('/login', async (c) => {
    const request = await authorizationRequest(c, provider.name, expected)
    const isApproved = (await formOf(c.req)).get('decision') === 'approve'
    return c.redirect(callback(request, isApproved ? { code: codes.issue(request) } : { error: 'access_denied' }))
  })

  // The vendor's page puts the parameters in the query; the server takes them as a form body too.
  app.post('/oauth2/token', async (c) => {
    const given = parameters(new URLSearchParams([...new URL(c.req.url).searchParams, ...(await formOf(c.req))]))
    if (!isClient(settings.clients, given.client_id, given.client_secret)) {
      throw refusal(401, 'invalid_client', 'Client authentication failed.')
    }
    const grant = required(given, 'grant_type')
    if (grant === 'authorization_code') return c.json(await codes.exchange(given))
    if (grant === 'refresh_token') return c.json(refresh(given, tokens))
    throw refusal(400, 'unsupported_grant_type', 'Only authorization_code and refresh_token are supported.')
  })

  return { name: provider.id, endpoints: provider.endpoints, app, tokens }
}

function refresh(given: Parameters, tokens: Tokens): TokenAnswer {
  const renewed = tokens.refresh(required(given, 'refresh_token'), required(given, 'client_id'))
  if (!renewed) throw refusal(400, 'invalid_grant', 'The refresh token is unknown, revoked or expired.')
  return renewed.answer
}

function isKnown(clients: SumupPosProOptions['clients'], id: string): boolean {
  return id !== '' && (clients === undefined || Object.hasOwn(clients, id))
}
