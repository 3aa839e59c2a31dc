/** When a server wants to be asked again, in Unix milliseconds. @see RFC 9110 §10.2.3. Auth0 sends `x-ratelimit-reset`, an epoch in seconds, instead; it is read against the server's own clock. */
export function retryAt(status: number, headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}$/.test(after)) return now + Number(after) * 1000
  const serverNow = Date.parse(headers.get('date') ?? '')
  const ahead = (instant: number) => now + Math.max(instant - (Number.isNaN(serverNow) ? now : serverNow), 0)
  if (httpDate.test(after) && !Number.isNaN(Date.parse(after))) return ahead(Date.parse(after))
  const reset = headers.get('x-ratelimit-reset')?.trim() ?? ''
  return status === 429 && /^\d{1,11}$/.test(reset) ? ahead(Number(reset) * 1000) : undefined
}

/** All three forms of an HTTP date begin with a weekday; `Date.parse` alone takes almost anything. @see RFC 9110 §5.6.7 */
const httpDate = /^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,? /i
