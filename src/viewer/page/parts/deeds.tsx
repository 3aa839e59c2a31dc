import type { Deed } from '../../../inspect/messages.ts'
import type { Host } from '../state/collected.ts'
import type { Connection } from '../state/connections.ts'
import { plain } from '../words/plain.ts'
import { idOf } from './ids.ts'
import { usePage } from './page.ts'

interface DeedsProps extends Offered {
  /** Where they stand: the same ones may stand in several places. */
  readonly place: string
  readonly isOff: boolean
}

/** What a host lets one ask for, under its own headings. In the past nothing is asked for. */
export function Deeds({ place, host, deeds, isOff }: DeedsProps) {
  if (deeds.length === 0 || host.isGone) return null
  const groups = [...new Set(deeds.map(({ group }) => group))]
  return (
    <section class="deeds" aria-label={`What ${plain(host.name)} offers`}>
      {groups.map((group) => (
        <div key={group} class="deed-group">
          <h3>{plain(group)}</h3>
          <ul>
            {deeds
              .filter((deed) => deed.group === group)
              .map((deed) => (
                <li key={deed.id}>
                  <DeedButton place={place} host={host.id} deed={deed} isOff={isOff} />
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

/** What a host offers, or a part of it. */
export interface Offered {
  readonly host: Host
  readonly deeds: readonly Deed[]
}

/** What is offered for one connection. */
function deedsFor({ host, name }: Connection): readonly Deed[] {
  return host.deeds.filter(({ connection }) => connection === name)
}

/** What is offered for no connection in particular. */
function deedsForAll({ deeds }: Host): readonly Deed[] {
  return deeds.filter(({ connection }) => connection === undefined)
}

/** Beside the list there is room for what one connection is offered; for several, and on a phone, it stands with each. */
export function placesOf(shown: readonly Connection[], hosts: readonly Host[], isWide: boolean) {
  const isAlone = shown.length === 1
  const forAll = hosts.map((host): Offered => ({ host, deeds: deedsForAll(host) }))
  const forOne = shown.map((connection): Offered => ({ host: connection.host, deeds: deedsFor(connection) }))
  return {
    inList: isWide ? [...(isAlone ? forOne : []), ...forAll] : [],
    with: (connection: Connection): readonly Deed[] => [
      ...(isWide && isAlone ? [] : deedsFor(connection)),
      ...(isWide ? [] : deedsForAll(connection.host)),
    ],
  }
}

interface DeedProps extends Pick<DeedsProps, 'place' | 'isOff'> {
  readonly host: string
  readonly deed: Deed
}

function DeedButton({ place, host, deed, isOff }: DeedProps) {
  const { send } = usePage()
  const about = idOf('deed', place, host, deed.id)
  return (
    <button
      type="button"
      class="deed"
      disabled={isOff}
      aria-label={plain(deed.label)}
      aria-describedby={about}
      onClick={() => send({ type: 'do', host, deed: deed.id })}
    >
      <span class="deed-label">{plain(deed.label)}</span>
      <span class="deed-about" id={about}>
        {plain(deed.description)}
      </span>
    </button>
  )
}
