import type { Visit } from '../../../inspect/story.ts'
import type { Look } from '../state/look.ts'
import { span, timeOf } from '../words/durations.ts'
import { plain } from '../words/plain.ts'
import { toneOf } from '../words/tone.ts'
import { usePage } from './page.ts'

/** How many visits are drawn: more would be too narrow to be told apart. */
const DRAWN = 80

/** The states as a strip, each as wide as the square root of its time. What is told here, the list tells in words. */
export function Strip({ look: { visits, visit, now, isPast } }: { look: Look }) {
  const { dispatch } = usePage()
  const at = visit ? visits.findIndex(({ index }) => index === visit.index) : -1
  const from = Math.max(0, Math.min(visits.length - DRAWN, at - DRAWN / 2))
  const drawn = visits.slice(from, from + DRAWN)
  const lengthOf = ({ index, since, until }: Visit) => (until ?? (index === visit?.index ? now : since)) - since
  return (
    <div class="strip" aria-hidden="true">
      {from > 0 && <span class="strip-more">+{from}</span>}
      {drawn.map((each) => (
        <button
          key={each.index}
          type="button"
          tabIndex={-1}
          class={`segment ${toneOf(each.tags)}${classOf(each, visit, isPast)}`}
          title={`${plain(each.state)}, ${timeOf(each.since)}, ${span(lengthOf(each))}`}
          style={{ '--share': Math.sqrt(Math.max(100, lengthOf(each))).toFixed(1) }}
          onClick={() => dispatch({ type: 'go', to: each.index })}
        >
          <span>{plain(each.state)}</span>
        </button>
      ))}
    </div>
  )
}

function classOf({ index }: Visit, present: Visit | undefined, isPast: boolean): string {
  if (index === present?.index) return isPast ? ' present past' : ' present'
  return index > (present?.index ?? -1) ? ' future' : ''
}
