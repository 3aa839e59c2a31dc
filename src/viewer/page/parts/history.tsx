import { useMemo } from 'preact/hooks'
import type { RequestMade, Visit } from '../../../inspect/story.ts'
import type { Look } from '../state/look.ts'
import { answerOf, causeOf, failureOf, outcomeOf, requestOf } from '../words/causes.ts'
import { span, timeOf } from '../words/durations.ts'
import { isOurs } from '../words/machines.ts'
import { plain } from '../words/plain.ts'
import { toneOf } from '../words/tone.ts'
import { usePage } from './page.ts'
import { Rows } from './rows.tsx'

/** What has been: the states, and the requests. */
export function History({ look }: { look: Look }) {
  return (
    <div class="history">
      <Timeline look={look} />
      {(look.requests.length > 0 || isOurs(look.connection.machine)) && <Requests look={look} />}
    </div>
  )
}

function Timeline({ look: { visits, visit, now, connection } }: { look: Look }) {
  const begins = new Set(connection.lives.slice(1).map((life) => life.visits[0]?.index))
  const row = (each: Visit, isAt: boolean) => (
    <VisitRow
      key={each.index}
      isAt={isAt}
      visit={each}
      isFuture={each.index > (visit?.index ?? -1)}
      now={now}
      isNewLife={begins.has(each.index)}
    />
  )
  return (
    <section class="timeline" aria-label="Timeline">
      <h3>
        Timeline <span class="count">{visits.length}</span>
      </h3>
      <Rows items={visits} at={visits.findIndex(({ index }) => index === visit?.index)} row={row} />
    </section>
  )
}

interface VisitRowProps {
  readonly visit: Visit
  /** The page stands at it. */
  readonly isAt: boolean
  readonly isFuture: boolean
  readonly now: number
  /** The connection began anew with it. */
  readonly isNewLife: boolean
}

function VisitRow({
  visit: { state, tags, since, until, event, index },
  isAt,
  isFuture,
  now,
  isNewLife,
}: VisitRowProps) {
  const { dispatch } = usePage()
  // How long it lasted is told, also where one looks at its beginning. Of a life that ended without a word, nobody knows.
  const to = until ?? (isAt ? Math.max(since, now) : undefined)
  return (
    <li data-at={isAt} class={isAt ? 'present' : isFuture ? 'future' : undefined}>
      <button
        type="button"
        class="row"
        aria-current={isAt ? 'step' : undefined}
        onClick={() => dispatch({ type: 'go', to: index })}
      >
        <span class={`dot ${toneOf(tags)}`} />
        <span class="row-name">{plain(state)}</span>
        <span class="row-end">{to === undefined ? '' : span(to - since)}</span>
        <span class="row-about">{isNewLife ? 'began anew' : causeOf(event)}</span>
        <time class="row-time">{timeOf(since)}</time>
      </button>
    </li>
  )
}

function Requests({ look: { requests, visits, position } }: { look: Look }) {
  const states = useMemo(() => new Map(visits.map(({ index, state }) => [index, state])), [visits])
  const row = (each: RequestMade, isAt: boolean) => (
    <RequestRow
      key={each.index}
      request={each}
      came={states.get(each.index)}
      isAt={isAt}
      isFuture={each.index > position}
    />
  )
  return (
    <section class="requests" aria-label="Requests">
      <h3>
        Requests <span class="count">{requests.length}</span>
      </h3>
      {requests.length === 0 && <p class="aside">None so far.</p>}
      <Rows items={requests} at={requests.findLastIndex(({ index }) => index <= position)} row={row} />
    </section>
  )
}

interface RequestRowProps {
  readonly request: RequestMade
  /** The state that it led to; `undefined` where it led nowhere else. */
  readonly came: string | undefined
  /** It is the latest one at the moment that is looked at. */
  readonly isAt: boolean
  readonly isFuture: boolean
}

function RequestRow({ request, came, isAt, isFuture }: RequestRowProps) {
  const { dispatch } = usePage()
  const { index, at, since, failure, status, state } = request
  const trouble = [status === undefined && answerOf(request), failure && failureOf(failure)].filter(Boolean).join(': ')
  const grade = status === undefined || failure ? 'bad' : status < 300 ? 'good' : 'fair'
  return (
    <li data-at={isAt} class={isFuture ? 'future' : undefined}>
      <button type="button" class="row" onClick={() => dispatch({ type: 'go', to: index })}>
        <span class={`answer ${grade}`}>{status ?? '–'}</span>
        <span class="row-name">{requestOf(request)}</span>
        <span class="row-end">{span(at - since)}</span>
        <span class="row-about">
          {trouble && <span class="bad">{trouble} </span>}
          {outcomeOf(state, came ?? state, failure)}
        </span>
        <time class="row-time">{timeOf(at)}</time>
      </button>
    </li>
  )
}
