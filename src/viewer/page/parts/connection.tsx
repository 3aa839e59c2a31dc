import type { Deed } from '../../../inspect/messages.ts'
import type { Look } from '../state/look.ts'
import { span } from '../words/durations.ts'
import { chartNames } from '../words/machines.ts'
import { plain } from '../words/plain.ts'
import { Chart } from './chart.tsx'
import { Chip } from './chip.tsx'
import { Deeds } from './deeds.tsx'
import { History } from './history.tsx'
import { Icon } from './icons.tsx'
import { idOf } from './ids.ts'
import { Now } from './now.tsx'
import { usePage } from './page.ts'
import { Strip } from './strip.tsx'

interface ConnectionProps {
  readonly look: Look
  /** No other one is shown. */
  readonly isAlone: boolean
  /** What its host offers, if it stands here. */
  readonly offered: readonly Deed[]
}

/** All there is to see of one connection. */
export function ConnectionView({ look, isAlone, offered }: ConnectionProps) {
  const { connection, story, visit } = look
  const { host, name } = connection
  const title = idOf('connection', connection.key)
  const state = look.isAhead ? '' : (visit?.state ?? '')
  return (
    <section class={`connection${look.isOver ? ' over' : ''}`} aria-labelledby={title}>
      <div class="connection-grid">
        <header class="connection-head">
          <h2 id={title}>{plain(name)}</h2>
          {!look.isAhead && <Chip state={visit?.state ?? ''} tags={story.tags} />}
          {!isAlone && <CloseButton look={look} />}
          <Standing look={look} />
          <Strip look={look} />
        </header>
        <Chart
          machine={story.machine}
          state={state}
          last={look.isAhead ? undefined : story.last}
          visits={look.visits}
        />
        <div class="connection-scroll">
          <Now look={look} />
          {offered.length > 0 && <Deeds place={connection.key} host={host} deeds={offered} isOff={look.isPast} />}
          <History look={look} />
        </div>
      </div>
    </section>
  )
}

/** By how much a clock is wrong before it is told, in milliseconds. */
const MINUTE = 60_000

function Standing({ look: { connection, story, ahead, isOver, isAhead } }: { look: Look }) {
  const { machine, host, lives } = connection
  const over = story.stoppedAt === undefined ? 'its host has left' : 'stopped'
  return (
    <p class="standing">
      <span>{chartNames.get(machine) ?? `${plain(machine)}, a machine of the host’s own`}</span>
      <span>{plain(host.name)}</span>
      {lives.length > 1 && (
        <span>
          run {lives.findIndex(({ actor }) => actor === story.actor) + 1} of {lives.length}
        </span>
      )}
      {Math.abs(ahead) > MINUTE && (
        <span>{`its clock is ${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}`}</span>
      )}
      {isAhead && <strong>not there yet</strong>}
      {isOver && <strong>{over}</strong>}
    </p>
  )
}

function CloseButton({ look: { connection } }: { look: Look }) {
  const { dispatch } = usePage()
  return (
    <button
      type="button"
      class="quiet square close"
      aria-label={`Hide ${plain(connection.name)}`}
      onClick={() => dispatch({ type: 'choose', key: connection.key, beside: true })}
    >
      <Icon name="close" />
    </button>
  )
}
