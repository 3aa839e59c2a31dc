import { chartStyle } from './chart-style.ts'
import type { Picture } from './charts.ts'

/** Puts a copy of the picture in a root of its own, where its style meets nothing else. */
export function put({ svg }: Picture, place: HTMLElement | null): SVGSVGElement | undefined {
  if (!place) return undefined
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [chartStyle]
  const copy = document.importNode(svg, true)
  root.replaceChildren(copy)
  return copy
}

/** Marks where the machine is, and which arrows led there. */
export function light(svg: SVGSVGElement, state: string, arrows: readonly string[]): void {
  for (const group of svg.querySelectorAll<SVGElement>('[data-state]'))
    group.classList.toggle('live', group.dataset.state === state)
  for (const group of svg.querySelectorAll<SVGElement>('[data-arrow]'))
    group.classList.toggle(
      'live',
      group.dataset.arrow?.split(' ').some((key) => arrows.includes(key)),
    )
}

/** Scrolls only as far as needed, and smoothly for who likes that. */
export function keepInView(scroller: HTMLElement | null, svg: SVGSVGElement): void {
  const lit = svg.querySelector('[data-state].live')
  if (!scroller || !lit) return
  const room = scroller.getBoundingClientRect()
  const box = lit.getBoundingClientRect()
  const margin = 60
  const isIn = box.top >= room.top + margin && box.bottom <= room.bottom - margin
  const isBeside = box.left >= room.left && box.right <= room.right
  if (isIn && isBeside) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  scroller.scrollBy({
    top: (box.top + box.bottom - room.top - room.bottom) / 2,
    left: (box.left + box.right - room.left - room.right) / 2,
    behavior: calm ? 'auto' : 'smooth',
  })
}
