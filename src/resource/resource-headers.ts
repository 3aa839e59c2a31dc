/** Sets the headers that a resource wants beside the token. What the caller has set himself stays. */
export function complete(headers: Headers, wanted: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(wanted)) if (!headers.has(name)) headers.set(name, unique(value))
}

/** Fills in what is the same for every request. */
export function withClientId(
  headers: Readonly<Record<string, string>>,
  clientId: string,
): Readonly<Record<string, string>> {
  const filled = Object.entries(headers).map(([name, value]) => [name, value.replaceAll('{client_id}', () => clientId)])
  return Object.fromEntries(filled)
}

/** Whether all of them can be sent. */
export function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    new Headers(headers)
    return true
  } catch {
    // The error would quote the value.
    return false
  }
}

/** Each request, a retry too, gets ids of its own. */
function unique(value: string): string {
  return value.replaceAll('{uuid}', () => crypto.randomUUID())
}
