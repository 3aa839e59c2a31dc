import { onTestFinished } from 'vitest'
import { createEmulator, type EmulatorOptions } from '../../src/emulator/index.ts'

export const auth0 = 'https://auth.connect.tyro.com'
export const tiller = 'https://oauth.api.tiller.systems'
export const production = 'https://auth-api.mypos.com'
export const sandbox = 'https://sandbox-auth-api.mypos.com'
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

export type Fields = Record<string, string>
type TextMember =
  | 'error'
  | 'error_description'
  | 'access_token'
  | 'refresh_token'
  | 'device_code'
  | 'user_code'
  | 'verification_uri'
  | 'verification_uri_complete'

interface Answer {
  status: number
  headers: Headers
  body: { [K in TextMember]?: string } & { expires_in?: number | string }
}

/** An emulator whose clock stands still until it is told to pass, and which closes when the test is over. */
export function setup(options: EmulatorOptions = {}) {
  let time = Date.UTC(2026, 0, 1)
  const emulator = createEmulator({ now: () => time, ...options })
  onTestFinished(() => emulator.close())
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { emulator, pass, post: poster(emulator.fetch), ...tyroClient(poster(emulator.fetch)) }
}

/** Posts a form with this fetch, and reads the answer. */
export function poster(fetch: typeof globalThis.fetch) {
  return async (url: string, fields: Fields, headers: Fields = {}): Promise<Answer> => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
  }
}

/** What a till says to Tyro Connect, or to the server that stands in for it. */
export function tyroClient(post: ReturnType<typeof poster>, at = auth0) {
  const client = { client_id: 'till' }
  const refresh = (token: string) =>
    post(`${at}/oauth/token`, { ...client, grant_type: 'refresh_token', refresh_token: token })
  return {
    start: async (fields: Fields = {}) => {
      const request = { ...client, scope: 'offline_access', audience: 'https://pos.connect.tyro', ...fields }
      return (await post(`${at}/oauth/device/code`, request)).body
    },
    poll: (code: string) =>
      post(`${at}/oauth/token`, {
        ...client,
        grant_type: deviceGrant,
        device_code: code,
        audience: 'https://pos.connect.tyro',
      }),
    refresh,
    refreshToken: async (token: string) => (await refresh(token)).body.refresh_token ?? '',
    revoke: (token: string) => post(`${at}/oauth/revoke`, { ...client, token }),
  }
}

/** The token answer of an approved till. */
export async function connected({ emulator, start, poll }: ReturnType<typeof setup>) {
  const { user_code = '', device_code = '' } = await start()
  emulator.approve(user_code)
  const { access_token = '', refresh_token = '', expires_in } = (await poll(device_code)).body
  return { access_token, refresh_token, expires_in }
}

/** The login address of SumUp POS Pro; a field without a value is left out. */
export function loginUrl(fields: Fields = {}) {
  const url = new URL(`${tiller}/login`)
  const scope = 'order/write order/read'
  const request = {
    client_id: 'app',
    response_type: 'code',
    scope,
    redirect_uri: 'https://pos.example/callback',
    ...fields,
  }
  for (const [name, value] of Object.entries(request)) if (value !== '') url.searchParams.append(name, value)
  return url
}

/** The Basic credentials of a client of myPOS. */
export const basic = (text = 'id:emulated-secret') => ({ authorization: `Basic ${btoa(text)}` })
