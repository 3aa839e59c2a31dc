/** What a body holds, where it is JSON of at most so many bytes. */
export type Content = { readonly json: unknown } | 'too large' | 'malformed'

/** Reads the body of a request or an answer, and no more of it than may be. Rejects where the connection breaks. */
export async function readJson(message: Request | Response, limit: number): Promise<Content> {
  const text = await readText(message, limit)
  if (text === undefined) return 'too large'
  try {
    return { json: JSON.parse(text) }
  } catch {
    // The parser's error would quote the body.
    return 'malformed'
  }
}

async function readText(message: Request | Response, limit: number): Promise<string | undefined> {
  if (!message.body) {
    // React Native's fetch has no streams: the body is in memory before its size is known.
    const whole = await message.text()
    return whole.length > limit ? undefined : whole
  }
  const reader = message.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength
    if (size > limit) {
      // Nobody reads the rest.
      void reader.cancel().catch(() => {})
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
