import { useRef } from 'preact/hooks'
import type { Look } from '../state/look.ts'
import type { Deadline } from '../words/deadlines.ts'
import { left, timeOf } from '../words/durations.ts'
import { plain } from '../words/plain.ts'
import { titleOf } from '../words/title.ts'
import { Buttons } from './buttons.tsx'
import { Icon } from './icons.tsx'
import { Prompt } from './prompt.tsx'
import { useKeptFocus } from './use-kept-focus.ts'

/** Where a connection is, why, until when, and what can be done. */
export function Now({ look }: { look: Look }) {
  const { view, why, isPast, isAhead, isOver, deadlines, now, visit } = look
  const title = useRef<HTMLHeadingElement>(null)
  const onFocusIn = useKeptFocus(title)
  if (isAhead) return <NotYet look={look} />
  // The prompt tells its own end.
  const others = deadlines.filter(({ name }) => name !== 'prompt' || view.secondsLeft === undefined)
  return (
    <section class="now" aria-label={isPast ? 'At that moment' : 'Now'} onFocusIn={onFocusIn}>
      <h3 class="now-title" ref={title} tabIndex={-1}>
        {plain(titleOf(look))}
      </h3>
      <p class="why">{isOver ? over(look) : <Why why={why} code={plain(view.userCode?.text ?? '')} />}</p>
      {view.userCode || view.link ? <Prompt view={view} /> : null}
      {view.failure && <Failure failure={view.failure} />}
      {isPast ? <LiveOnly /> : <Buttons look={look} />}
      {others.length > 0 && <Deadlines deadlines={others} since={visit?.since ?? now} now={now} />}
    </section>
  )
}

/** A code in a sentence stays on one line, if it can: at the end of a line its hyphen would look like none of its own. */
function Why({ why, code }: { why: string; code: string }) {
  const at = code === '' ? -1 : why.lastIndexOf(code)
  if (at === -1) return <>{why}</>
  return (
    <>
      {why.slice(0, at)}
      <span class="together">{code}</span>
      {why.slice(at + code.length)}
    </>
  )
}

function over({ story, visit }: Look): string {
  const stood = visit ? ` It was last seen in ${plain(visit.state)}, at ${timeOf(visit.until ?? visit.since)}.` : ''
  const who =
    story.stoppedAt === undefined
      ? 'The program that ran this connection has left'
      : 'The program has stopped this connection'
  return `${who}. What is stored stays, and it goes on when it is started again.${stood}`
}

function NotYet({ look: { visits } }: { look: Look }) {
  const first = visits[0]
  return (
    <section class="now" aria-label="At that moment">
      <h3 class="now-title">Not there yet</h3>
      <p class="why">{`This connection appears later${first ? `, at ${timeOf(first.since)}` : ''}.`}</p>
    </section>
  )
}

function LiveOnly() {
  return (
    <p class="live-only">
      <Icon name="past" />
      Codes, links and buttons are shown live only: nothing of them is ever recorded.
    </p>
  )
}

function Failure({ failure }: { failure: NonNullable<Look['view']['failure']> }) {
  const { text, remedy, code, message } = failure
  return (
    <div class="failure">
      <Icon name="trouble" />
      <div>
        <p>
          <strong>{text}</strong> {remedy}
        </p>
        <p class="aside">
          <code>{code}</code> {message && plain(message)}
        </p>
      </div>
    </div>
  )
}

/** The instants that the machine knows of, the next one with what is left of it. */
function Deadlines({ deadlines, since, now }: { deadlines: readonly Deadline[]; since: number; now: number }) {
  const next = deadlines.find(({ at }) => at > now)
  return (
    <dl class="deadlines">
      {deadlines.map((deadline) => {
        const { name, at, label } = deadline
        return (
          <div key={name} class={deadline === next ? 'deadline next' : 'deadline'}>
            <dt>{label}</dt>
            <dd>
              <span class="left">
                {at > now ? left(at - now) : name === 'token' || name === 'prompt' ? 'ended' : 'due now'}
              </span>
              <time dateTime={isoOf(at)}>{timeOf(at)}</time>
            </dd>
            {deadline === next && <Gauge share={(at - now) / Math.max(1, at - since)} />}
          </div>
        )
      })}
    </dl>
  )
}

/** How much is left, as a line that grows shorter. */
function Gauge({ share }: { share: number }) {
  return (
    <svg class="gauge" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" width="100" height="2" />
      <rect class="rest" width={Math.min(100, Math.max(0, share * 100 || 0)).toFixed(1)} height="2" />
    </svg>
  )
}

function isoOf(instant: number): string | undefined {
  return Math.abs(instant) <= 8.64e15 ? new Date(instant).toISOString() : undefined
}
