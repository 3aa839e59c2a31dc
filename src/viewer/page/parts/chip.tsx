import { plain } from '../words/plain.ts'
import { meaningOf, toneOf } from '../words/tone.ts'

/** The name of a state, in the colour of its tags. */
export function Chip({ state, tags }: { state: string; tags: readonly string[] }) {
  const tone = toneOf(tags)
  const also = tone !== 'pending' && tags.includes('pending')
  return (
    <span class={`chip ${tone}`} title={meaningOf(tags)}>
      <span class={also ? 'dot also' : 'dot'} />
      {plain(state)}
    </span>
  )
}
