/** How a state is coloured, as in the charts: by its first tag of these. */
export type Tone = 'connected' | 'needsUser' | 'pending' | 'plain'

const tones = ['connected', 'needsUser', 'pending'] as const

export function toneOf(tags: readonly string[]): Tone {
  return tones.find((tone) => tags.includes(tone)) ?? 'plain'
}

/** What the tags of a state mean, in words. */
export function meaningOf(tags: readonly string[]): string {
  const meanings = {
    connected: 'connected',
    needsUser: 'a person is needed',
    pending: 'a request is in flight or due',
    plain: 'at rest',
  }
  return meanings[toneOf(tags)]
}
