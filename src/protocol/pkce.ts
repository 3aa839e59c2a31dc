/** PKCE with S256, the only method that is used. @see RFC 7636 §4 */

/** A URL-safe string of 256 random bits: 43 characters, as a verifier needs at least. @see RFC 7636 §4.1 */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** The challenge of a verifier. @see RFC 7636 §4.2 */
export function challengeOf(verifier: string): Promise<string> {
  return sha256(verifier)
}

/** SHA-256 in base64url: for challenges, and for what must be compared but not stored. */
export async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

/** Compares in a time that does not depend on where two strings differ. */
export function equalInConstantTime(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i % (other.length || 1))
  return difference === 0
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
