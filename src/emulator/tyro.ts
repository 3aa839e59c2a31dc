import { Hono } from 'hono'
import { tyro as provider } from '../providers/tyro.ts'
import { createDeviceCodes, type DeviceCodes } from './device-codes.ts'
import { unsignedJwt } from './jwt.ts'
import { activationPage, notice } from './pages.ts'
import {
  type Env,
  formOf,
  formOrJsonOf,
  type Parameters,
  parameters,
  refusal,
  required,
  type Server,
  scopesOf,
  settle,
  type World,
} from './server.ts'
import { type Approval, createTokens, type TokenAnswer, type TokenOptions, type Tokens } from './tokens.ts'

/** Times in seconds. */
export interface TyroOptions extends TokenOptions {
  /** The client ids that may use the device grant. @default any that is not empty */
  clients?: readonly string[]
  /** @default 900 */
  codeLifetime?: number
  /** Between two polls. @default 5 */
  interval?: number
}

type Settings = Required<Omit<TyroOptions, 'clients'>> & Pick<TyroOptions, 'clients'>

const defaults: Settings = Object.freeze({
  codeLifetime: 900,
  interval: 5,
  accessTokenLifetime: 86_400,
  refreshTokenLifetime: Number.POSITIVE_INFINITY,
  rotation: true,
  leeway: 0,
  expiresInAsString: false,
})

const audience = provider.parameters.deviceAuthorization.audience
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** What only this server can do: hear the person who reads the code off the till. */
export interface TyroServer extends Server {
  readonly decide: DeviceCodes['decide']
}

/**
 * Tyro Connect, which is an Auth0 tenant. Its statuses are Auth0's: 403 where RFC 6749 says 400.
 * Where Auth0's text of a refusal is not known, the text is invented and the word is Auth0's.
 */
export function createTyro(options: TyroOptions | undefined, { now, origin }: World): TyroServer {
  const settings = settle(provider.id, defaults, options, ['clients'])
  const base = () => (origin() === undefined ? new URL(provider.issuer).origin : `${origin()}/${provider.id}`)
  const mint = ({ client: azp, scope }: Approval) => {
    const iat = Math.floor(now() / 1000)
    return unsignedJwt({ iss: `${base()}/`, aud: audience, azp, scope, iat, exp: iat + settings.accessTokenLifetime })
  }
  const tokens = createTokens({ ...settings, mint, selfContained: true }, now)
  const codes = createDeviceCodes(settings, now)
  const app = new Hono<Env>()

  app.post('/oauth/device/code', async (c) => {
    const given = parameters(await formOf(c.req))
    const client = clientOf(given, settings, () => notAllowed(deviceGrant))
    checkAudience(given.audience)
    const issued = codes.issue({ client, scope: given.scope ?? '' })
    const page = `${base()}/activate`
    const complete = `${page}?user_code=${issued.user_code}`
    return c.json({ ...issued, verification_uri: page, verification_uri_complete: complete })
  })

  // JSON is taken as well as a form; a secret, and the audience that Tyro's page repeats here, are ignored.
  app.post('/oauth/token', async (c) => {
    const given = parameters(await formOrJsonOf(c.req))
    const grant = required(given, 'grant_type')
    const client = clientOf(given, settings, () => notAllowed(grant))
    if (grant === deviceGrant) return c.json(redeem(codes.poll(required(given, 'device_code'), client), tokens))
    if (grant === 'refresh_token') return c.json(refresh(required(given, 'refresh_token'), client, tokens))
    throw notAllowed(grant)
  })

  // 200 and an empty body, also for a token that is unknown, another client's or an access token.
  app.post('/oauth/revoke', async (c) => {
    const given = parameters(await formOrJsonOf(c.req))
    const client = clientOf(given, settings, () => refusal(401, 'invalid_client', 'Unknown client.'))
    tokens.revoke(required(given, 'token'), client, 'refresh')
    return c.body(null)
  })

  addActivation(app, codes)
  return { name: provider.id, endpoints: provider.endpoints, app, tokens, decide: codes.decide }
}

/** The page behind `verification_uri`. */
function addActivation(app: Hono<Env>, codes: DeviceCodes): void {
  app.get('/activate', (c) => activationPage(c, provider.name, { userCode: c.req.query('user_code') ?? '' }))

  app.post('/activate', async (c) => {
    const form = await formOf(c.req)
    const userCode = form.get('user_code') ?? ''
    const decision = form.get('decision') === 'approve' ? 'approve' : 'deny'
    try {
      codes.decide(userCode, decision)
    } catch {
      return activationPage(c, provider.name, { userCode, problem: 'This code is unknown, used or expired.' })
    }
    return notice(c, provider.name, decision === 'approve' ? 'Approved' : 'Refused', 'You can close this page.')
  })
}

function redeem(approval: Approval, tokens: Tokens) {
  const family = tokens.found(approval)
  return scoped(family, tokens.issue(family, { renewable: scopesOf(approval.scope).includes('offline_access') }))
}

function refresh(token: string, client: string, tokens: Tokens) {
  const renewed = tokens.refresh(token, client)
  if (!renewed) throw refusal(403, 'invalid_grant', 'Unknown or invalid refresh token.')
  return scoped(renewed.family, renewed.answer)
}

function clientOf(given: Parameters, { clients }: TyroOptions, otherwise: () => Error): string {
  const client = required(given, 'client_id')
  if (clients && !clients.includes(client)) throw otherwise()
  return client
}

function scoped({ scope }: Approval, answer: TokenAnswer) {
  return scope === '' ? answer : { ...answer, scope }
}

function notAllowed(grant: string) {
  const uri = 'https://auth0.com/docs/clients/client-grant-types'
  return refusal(403, 'unauthorized_client', `Grant type '${grant}' not allowed for the client.`, { uri })
}

function checkAudience(asked: string | undefined): void {
  if (asked === audience) return
  // Auth0's word for an API that it does not know, although no person has denied anything.
  const nothingAsked = 'No audience parameter was provided, and no default audience has been configured'
  throw refusal(403, 'access_denied', asked === undefined ? nothingAsked : `Service not found: ${asked}`)
}
