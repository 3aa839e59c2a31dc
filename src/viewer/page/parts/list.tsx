import { useEffect, useRef } from 'preact/hooks'
import type { Host } from '../state/collected.ts'
import type { Look } from '../state/look.ts'
import { failureOf } from '../words/causes.ts'
import { left } from '../words/durations.ts'
import { chartNames } from '../words/machines.ts'
import { plain } from '../words/plain.ts'
import { titleOf } from '../words/title.ts'
import { Chip } from './chip.tsx'
import { Deeds, type Offered } from './deeds.tsx'
import { Icon } from './icons.tsx'
import { idOf } from './ids.ts'
import { usePage } from './page.ts'

interface ListProps {
  readonly looks: readonly Look[]
  /** The connections that are shown, by key. */
  readonly shown: readonly string[]
  readonly hosts: readonly Host[]
  /** What hosts offer, as far as it stands here. */
  readonly deeds: readonly Offered[]
}

/** All connections, by host, and what the hosts offer. */
export function List({ looks, shown, hosts, deeds }: ListProps) {
  const isPast = looks.some((look) => look.isPast)
  const names = [...new Set(hosts.map(({ name }) => name))]
  const place = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in view changes with what is shown
  useEffect(() => keepInView(place.current), [shown.join()])
  return (
    <nav class="list" aria-labelledby="list-title" ref={place}>
      <h2 id="list-title">Connections</h2>
      {names.map((name) => (
        <HostSection key={name} name={name} looks={looks} shown={shown} hosts={hosts} />
      ))}
      {deeds.map((offered) => (
        <Deeds key={`${offered.host.id} ${offered.deeds[0]?.id}`} place="list" {...offered} isOff={isPast} />
      ))}
    </nav>
  )
}

/** On a phone the list is a row: it scrolls to what is shown, and nothing around it does. */
function keepInView(list: HTMLElement | null): void {
  const entry = list?.querySelector('.entry.shown')
  if (!list || !entry) return
  const room = list.getBoundingClientRect()
  const box = entry.getBoundingClientRect()
  if (box.left < room.left || box.right > room.right) list.scrollLeft += box.left - room.left - MARGIN
}

/** What stays of the neighbour on the left, in pixels. */
const MARGIN = 24

/** A program that was started again is still the same host. */
function HostSection({ name, looks, shown, hosts }: Omit<ListProps, 'deeds'> & { name: string }) {
  const own = looks.filter(({ connection }) => connection.host.name === name)
  const isGone = hosts.every((host) => host.name !== name || host.isGone) && !own.some(({ isPast }) => isPast)
  if (own.length === 0 && isGone) return null
  return (
    <section class={isGone ? 'host gone' : 'host'} aria-label={`Host ${plain(name)}`}>
      <p class="host-name">
        <span class="host-dot" />
        <bdi>{plain(name)}</bdi>
        {isGone && <span class="aside">has left</span>}
      </p>
      {own.length === 0 && <p class="aside">Connected. It has shown no connection yet.</p>}
      <ul>
        {own.map((look) => (
          <Entry
            key={look.connection.key}
            look={look}
            number={looks.indexOf(look) + 1}
            isShown={shown.includes(look.connection.key)}
            isOne={looks.length === 1}
          />
        ))}
      </ul>
    </section>
  )
}

interface EntryProps {
  readonly look: Look
  readonly number: number
  readonly isShown: boolean
  readonly isOne: boolean
}

function Entry({ look, number, isShown, isOne }: EntryProps) {
  const { dispatch } = usePage()
  const { connection, story, visit, isAhead } = look
  const isOver = look.isOver || isAhead
  const { key } = connection
  const name = plain(connection.name)
  const about = idOf('entry', key)
  return (
    <li class={`entry${isShown ? ' shown' : ''}${isOver ? ' over' : ''}`}>
      <button
        type="button"
        class="choose"
        aria-label={name}
        aria-describedby={about}
        aria-current={isShown}
        onClick={(event) => dispatch({ type: 'choose', key, beside: event.shiftKey || event.ctrlKey || event.metaKey })}
      >
        <span class="entry-name" title={name}>
          {name}
        </span>
        <span class="entry-about" id={about}>
          <span class="entry-state">
            {isAhead ? <span class="aside">not there yet</span> : <Chip state={visit?.state ?? ''} tags={story.tags} />}
            <span class="aside">{chartOf(connection)}</span>
          </span>
          <Briefly look={look} />
        </span>
        {number < 10 && <kbd>{number}</kbd>}
      </button>
      {!isOne && (
        <button
          type="button"
          class="quiet square"
          aria-label={`Show ${name} beside the others`}
          aria-pressed={isShown}
          title="Side by side"
          onClick={() => dispatch({ type: 'choose', key, beside: true })}
        >
          <Icon name="beside" />
        </button>
      )}
    </li>
  )
}

/** One short line of why, and until when. */
function Briefly({ look }: { look: Look }) {
  const { deadlines, now, isAhead } = look
  const next = isAhead ? undefined : deadlines.find(({ at }) => at > now)
  return (
    <span class="entry-why">
      <span class="entry-what">{whatOf(look)}</span>
      {next && <span class="left">{`${next.label} ${left(next.at - now)}`}</span>}
    </span>
  )
}

/** A machine of the host's own may be all that its connection is named for. */
function chartOf({ name, machine }: Look['connection']): string {
  return chartNames.get(machine) ?? (machine === name ? '' : plain(machine))
}

/** Of a machine of the host's own there are no words but its state, which is told already. */
function whatOf(look: Look): string {
  const { story, visit, isOver, isAhead } = look
  if (isAhead) return 'Begins later'
  const what = story.failure && !isOver ? failureOf(story.failure) : titleOf(look)
  return what === visit?.state ? '' : plain(what)
}
