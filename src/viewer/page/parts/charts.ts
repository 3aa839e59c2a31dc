import { chartNames, isOurs } from '../words/machines.ts'

/** The picture of a chart, to be cloned, and what it says of each state. */
export interface Picture {
  readonly svg: SVGSVGElement
  readonly width: number
  readonly height: number
  readonly descriptions: ReadonlyMap<string, string>
}

const pictures = new Map<string, Promise<Picture | undefined>>()

/** Loads a chart's picture, once. `undefined` where there is none; a server that cannot be reached is asked again. */
export function pictureOf(machine: string): Promise<Picture | undefined> {
  if (!isOurs(machine)) return Promise.resolve(undefined)
  const known = pictures.get(machine)
  if (known) return known
  const loading = load(machine).catch(() => {
    pictures.delete(machine)
    return undefined
  })
  pictures.set(machine, loading)
  return loading
}

/** Loads all pictures while the server is there. */
export async function loadPictures(): Promise<void> {
  await Promise.all([...chartNames.keys()].map(pictureOf))
}

async function load(machine: string): Promise<Picture | undefined> {
  const response = await fetch(`charts/${machine}.svg`)
  if (!response.ok) throw new Error(`charts/${machine}.svg: ${response.status}`)
  const { documentElement: svg } = new DOMParser().parseFromString(await response.text(), 'image/svg+xml')
  if (!(svg instanceof SVGSVGElement)) throw new Error(`charts/${machine}.svg is no picture`)
  const { width, height } = svg.viewBox.baseVal
  return { svg, width, height, descriptions: descriptionsOf(svg) }
}

function descriptionsOf(svg: SVGSVGElement): ReadonlyMap<string, string> {
  const states = [...svg.querySelectorAll<SVGGElement>('[data-state]')]
  return new Map(states.map((group) => [group.dataset.state ?? '', group.querySelector('title')?.textContent ?? '']))
}
