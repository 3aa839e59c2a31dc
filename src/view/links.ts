/** A link that may be handed to a browser: http(s), and nothing else. */
export function webUrl(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

/** An address as people read and type it. What stands before an `@` is not where it leads, and is left out. */
export function addressOf({ protocol, host, pathname, search, hash }: URL): string {
  const scheme = protocol === 'https:' ? '' : `${protocol}//`
  const rest = `${pathname}${search}${hash}`
  return `${scheme}${host}${rest === '/' ? '' : rest}`
}
