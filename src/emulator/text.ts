const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const alphanumeric = `${letters}${letters.toLowerCase()}0123456789`
/** Twenty consonants: no word, no doubt between O and 0. @see RFC 8628 §6.1 */
export const consonants = 'BCDFGHJKLMNPQRSTVWXZ'

/** Random characters; letters and digits unless told otherwise. */
export function randomText(length: number, alphabet = alphanumeric): string {
  const numbers = crypto.getRandomValues(new Uint32Array(length))
  return Array.from(numbers, (number) => alphabet.charAt(number % alphabet.length)).join('')
}

/** @see RFC 4648 §5, without padding */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
