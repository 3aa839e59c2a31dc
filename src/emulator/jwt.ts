import { base64url, randomText } from './text.ts'

/** Looks like a JWT access token (RFC 9068 §2), and is signed by nobody. Times in Unix seconds. */
export function unsignedJwt(claims: {
  iss: string
  aud: string
  azp: string
  scope: string
  iat: number
  exp: number
}) {
  const header = { alg: 'RS256', typ: 'JWT', kid: 'emulated' }
  return [encoded(header), encoded({ sub: 'emulated|merchant', ...claims }), `emulated-${randomText(32)}`].join('.')
}

function encoded(part: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(part)))
}
