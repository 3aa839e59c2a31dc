import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { TransitionTaken } from '../../../inspect/observation.ts'
import type { Visit } from '../../../inspect/story.ts'
import { isOurs } from '../words/machines.ts'
import { plain } from '../words/plain.ts'
import { toneOf } from '../words/tone.ts'
import { type Picture, pictureOf } from './charts.ts'
import { keepInView, light, put } from './drawing.ts'
import { Icon, type IconName } from './icons.tsx'

interface ChartProps {
  readonly machine: string
  readonly state: string
  /** The arrows that led there. */
  readonly last: TransitionTaken | undefined
  readonly visits: readonly Visit[]
}

/** The chart of a machine, with the state that it is in and the last arrow lit. */
export function Chart({ machine, state, last, visits }: ChartProps) {
  const picture = usePicture(machine)
  // A machine of the host's may have the name of ours, and states of its own.
  const isKnown = picture && (state === '' || picture.descriptions.has(state))
  if (picture !== undefined && !isKnown) return <Chips machine={machine} state={state} visits={visits} />
  return (
    <section class="chart-pane" aria-label="Chart">
      {picture && <Drawing picture={picture} state={state} last={last} />}
    </section>
  )
}

/** The picture of a machine; `undefined` while it is loaded, `null` where there is none. */
function usePicture(machine: string): Picture | null | undefined {
  const [loaded, setLoaded] = useState<{ machine: string; picture: Picture | null }>()
  useEffect(() => {
    let isWanted = true
    pictureOf(machine).then((picture) => isWanted && setLoaded({ machine, picture: picture ?? null }))
    return () => {
      isWanted = false
    }
  }, [machine])
  return loaded?.machine === machine ? loaded.picture : undefined
}

/** How large a picture is drawn: as a whole where that can be read, else as wide as there is room; as a whole; by a factor. */
type Zoom = 'fit' | 'whole' | number

/** Smaller than this, names are hard to read. */
const READABLE = 0.76
/** What is left free around a picture, in pixels. */
const PADDING = 24

interface DrawingProps {
  readonly picture: Picture
  readonly state: string
  readonly last: TransitionTaken | undefined
}

function Drawing({ picture, state, last }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<SVGSVGElement | undefined>(undefined)
  const [zoom, setZoom] = useState<Zoom>('fit')
  const scale = useScale(place, picture, zoom)

  useLayoutEffect(() => {
    drawn.current = put(picture, place.current)
  }, [picture])
  useLayoutEffect(() => {
    drawn.current?.setAttribute('width', String(Math.round(picture.width * scale)))
    drawn.current?.setAttribute('height', String(Math.round(picture.height * scale)))
  }, [picture, scale])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a picture that was just put there must be lit too
  useLayoutEffect(() => {
    if (drawn.current) light(drawn.current, state, last?.arrows ?? [])
  }, [picture, state, last])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is lit, and where, changes with these
  useEffect(() => {
    if (drawn.current && place.current) keepInView(place.current.parentElement, drawn.current)
  }, [picture, state, scale])

  return (
    <>
      <div class="chart-scroll">
        <div class="chart-place" ref={place} />
      </div>
      <div class="chart-foot">
        <p class="state-about">
          <code>{state}</code> {picture.descriptions.get(state)}
        </p>
        <Zooming scale={scale} zoom={zoom} onZoom={setZoom} />
      </div>
    </>
  )
}

function Zooming({ scale, zoom, onZoom }: { scale: number; zoom: Zoom; onZoom: (zoom: Zoom) => void }) {
  return (
    <fieldset class="zoom" aria-label="Size of the chart">
      <ZoomButton icon="out" label="Smaller" onClick={() => onZoom(Math.max(0.3, scale / 1.2))} />
      <ZoomButton icon="in" label="Larger" onClick={() => onZoom(Math.min(3, scale * 1.2))} />
      <ZoomButton
        icon="whole"
        label={zoom === 'whole' ? 'As large as it reads well' : 'The whole chart'}
        onClick={() => onZoom(zoom === 'whole' ? 'fit' : 'whole')}
      />
    </fieldset>
  )
}

function ZoomButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="quiet square" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  )
}

/** The factor that a zoom means in the room that there is. */
function useScale(place: { readonly current: HTMLElement | null }, { width, height }: Picture, zoom: Zoom): number {
  const [room, setRoom] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const around = place.current?.parentElement
    if (!around) return undefined
    const observer = new ResizeObserver(() => setRoom({ width: around.clientWidth, height: around.clientHeight }))
    observer.observe(around)
    return () => observer.disconnect()
  }, [place])
  if (typeof zoom === 'number') return zoom
  const wide = Math.min(1, (room.width - PADDING) / width)
  const whole = Math.min(wide, (room.height - PADDING) / height)
  return Math.max(0, zoom === 'whole' || whole >= READABLE ? whole : wide)
}

/** The states of a machine that has no picture, in the order in which they were seen. */
function Chips({ machine, state, visits }: Pick<ChartProps, 'machine' | 'state' | 'visits'>) {
  const tags = new Map(visits.map((visit) => [visit.state, visit.tags]))
  return (
    <section class="chart-pane chipped" aria-label="States seen so far">
      <p class="aside">
        {isOurs(machine)
          ? 'The picture of this chart is not there.'
          : 'A machine of the host’s own, which has no picture here.'}{' '}
        Its states, in the order in which they were seen:
      </p>
      <ol class="seen-states">
        {[...tags].map(([name, own]) => (
          <li
            key={name}
            data-state={name}
            class={`seen-state ${toneOf(own)}${name === state ? ' live' : ''}`}
            aria-current={name === state}
          >
            {plain(name)}
          </li>
        ))}
      </ol>
    </section>
  )
}
