import { MOST_PROBLEMS } from '../../../inspect/recording.ts'
import type { Link, Recording, State } from '../state/store.ts'
import { counted, left } from '../words/durations.ts'
import { plain } from '../words/plain.ts'
import { Icon } from './icons.tsx'
import { usePage } from './page.ts'

/** What must be known before the rest of the page is read. */
export function Banners({ state, isEmpty, clock }: { state: State; isEmpty: boolean; clock: number }) {
  const { recording, link } = state
  return (
    <div class="banners">
      {recording && recording.problems.length > 0 && <Problems recording={recording} />}
      {!recording && <LinkBanner link={link} clock={clock} isEmpty={isEmpty} />}
    </div>
  )
}

/** How many lines are told at once. */
const AT_ONCE = 2

/** What of a recording could not be read. */
function Problems({ recording: { problems, collected } }: { recording: Recording }) {
  const told = problems.map(({ line, reason }) => `Line ${line}: ${plain(reason)}`)
  // Where nothing could be read, the one reason is not about a line.
  const isNone = collected.observations.length === 0 && problems.length === 1
  return (
    <div class="banner lost" role="status">
      <Icon name="trouble" />
      <div>
        <strong>{isNone ? problems[0]?.reason : `${howMany(problems.length)} could not be read.`}</strong>{' '}
        {!isNone && told.slice(0, AT_ONCE).join(' ')}
        {told.length > AT_ONCE && (
          <details>
            <summary>{`${told.length - AT_ONCE} more`}</summary>
            <ul class="problems">
              {told.slice(AT_ONCE).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </div>
  )
}

function howMany(lines: number): string {
  return lines > MOST_PROBLEMS ? `More than ${counted(MOST_PROBLEMS, 'line')}` : counted(lines, 'line')
}

/** A page that shows something keeps it, whatever becomes of the server. */
function LinkBanner({ link, clock, isEmpty }: { link: Link; clock: number; isEmpty: boolean }) {
  const { retry } = usePage()
  if (link.is === 'lost')
    return (
      <p class="banner lost" role="status">
        <Icon name="trouble" />
        <span>
          <strong>The connection to the viewer is lost.</strong>{' '}
          {isEmpty ? 'Is it still running in its terminal?' : 'What was seen stays here.'} Trying again
          {link.retryAt > clock ? ` in ${left(link.retryAt - clock)}` : ' now'}.
        </span>
        <button type="button" class="button secondary" onClick={retry}>
          Try now
        </button>
      </p>
    )
  if (isEmpty || (link.is !== 'refused' && link.is !== 'misunderstood')) return null
  return (
    <p class="banner lost" role="status">
      <Icon name="trouble" />
      <span>
        <strong>
          {link.is === 'refused' ? 'The viewer was started again.' : 'The viewer is of another version now.'}
        </strong>{' '}
        What was seen stays here. To go on, open the link that it has printed in its terminal.
      </span>
    </p>
  )
}
