/** Rings at an instant, in milliseconds of its clock, never before; at none, for `Infinity`. Returns what cancels it. */
export type Alarm = (at: number, ring: () => void, options?: AlarmOptions) => () => void

/** How an alarm is waited for. */
export interface AlarmOptions {
  /** Whether a person waits for it: only then does it keep a process alive. Default false. */
  readonly watched?: boolean
}

interface Entry {
  readonly at: number
  readonly ring: () => void
  readonly watched: boolean
  index: number
}

/**
 * The longest nap in milliseconds. A timer beyond 2^31-1 ms fires at once, and one that spans a system's sleep comes late:
 * short naps against the wall clock avoid the first and bound the second.
 */
const NAP = 60_000

/** One heap and one native timer for all who wait. Naps keep to the wall clock, so a sleep or a clock change is noticed. */
export function createAlarms(now: () => number): Alarm {
  const heap: Entry[] = []
  let watched = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let awaited: Entry | undefined

  /** Sees to it that the one timer waits for the first entry, and keeps a process alive only where somebody waits. */
  const nap = () => {
    if (heap[0] !== awaited) {
      clearTimeout(timer)
      awaited = heap[0]
      timer = awaited && setTimeout(wake, Math.min(Math.max(awaited.at - now(), 0), NAP))
    }
    if (typeof timer === 'object') watched > 0 ? timer.ref() : timer.unref()
  }

  const wake = () => {
    awaited = undefined
    try {
      for (let next = heap[0]; next && next.at <= now(); next = heap[0]) {
        drop(next)
        next.ring()
      }
    } finally {
      nap()
    }
  }

  const drop = (entry: Entry) => {
    remove(heap, entry)
    if (entry.watched) watched--
  }

  return (at, ring, options = {}) => {
    if (!Number.isFinite(at)) return () => {}
    const entry: Entry = { at, ring, watched: options.watched ?? false, index: heap.length }
    if (entry.watched) watched++
    insert(heap, entry)
    nap()
    return () => {
      if (entry.index < 0) return
      drop(entry)
      nap()
    }
  }
}

function insert(heap: Entry[], entry: Entry): void {
  heap.push(entry)
  rise(heap, entry)
}

function remove(heap: Entry[], entry: Entry): void {
  const last = heap.pop()
  if (last && last !== entry) {
    put(heap, last, entry.index)
    rise(heap, last)
    sink(heap, last)
  }
  entry.index = -1
}

function rise(heap: Entry[], entry: Entry): void {
  for (;;) {
    const parent = heap[(entry.index - 1) >> 1]
    if (entry.index === 0 || !parent || parent.at <= entry.at) return
    swap(heap, parent, entry)
  }
}

function sink(heap: Entry[], entry: Entry): void {
  for (;;) {
    const left = heap[2 * entry.index + 1]
    const right = heap[2 * entry.index + 2]
    const child = right && left && right.at < left.at ? right : left
    if (!child || child.at >= entry.at) return
    swap(heap, entry, child)
  }
}

function swap(heap: Entry[], upper: Entry, lower: Entry): void {
  const { index } = upper
  put(heap, upper, lower.index)
  put(heap, lower, index)
}

function put(heap: Entry[], entry: Entry, index: number): void {
  heap[index] = entry
  entry.index = index
}
