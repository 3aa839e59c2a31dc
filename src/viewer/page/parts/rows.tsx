import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** How many entries are shown at first, and how many more at a time. */
const SHOWN = 60

interface RowsProps<Item> {
  readonly items: readonly Item[]
  /** Which one the page stands at, from 0: it is always in view. */
  readonly at: number
  /** A list item for each; `isAt` belongs into its `data-at`. */
  readonly row: (item: Item, isAt: boolean) => ComponentChildren
}

/** The latest of a list on top, and buttons for the others, so that a long night does not make a long page. */
export function Rows<Item>({ items, at, row }: RowsProps<Item>) {
  const [count, setCount] = useState(SHOWN)
  const place = useRef<HTMLDivElement>(null)
  const half = Math.floor(count / 2)
  const to = at < items.length - half ? Math.min(items.length, Math.max(count, at + half)) : items.length
  const from = Math.max(0, to - count)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in view changes with the place that the page stands at
  useEffect(() => keepInView(place.current), [at, items.length])

  const more = (hidden: number, which: string) =>
    hidden > 0 && (
      <button type="button" class="button secondary more" onClick={() => setCount(count + 2 * SHOWN)}>
        {`Show ${which} (${hidden})`}
      </button>
    )
  return (
    <div class="rows-scroll" ref={place}>
      {more(items.length - to, 'later ones')}
      <ol class="rows" reversed start={to}>
        {items
          .slice(from, to)
          .map((item, index) => row(item, from + index === at))
          .reverse()}
      </ol>
      {more(from, 'earlier ones')}
    </div>
  )
}

/** Scrolls the list, and nothing around it. */
function keepInView(scroller: HTMLElement | null): void {
  const item = scroller?.querySelector('[data-at=true]')
  if (!scroller || !item) return
  const room = scroller.getBoundingClientRect()
  const box = item.getBoundingClientRect()
  if (box.top < room.top) scroller.scrollTop -= room.top - box.top + box.height
  else if (box.bottom > room.bottom) scroller.scrollTop += box.bottom - room.bottom + box.height
}
