import { type FSWatcher, watch as watchFolder } from 'node:fs'
import { defaultEnvironment } from '../../environment.ts'

/** What one change does in a folder comes as several events, within less than this. Milliseconds. */
const PAUSE = 20

/** What a watcher asks of the vault. */
interface Watched {
  /** Makes the folder of a connection, since only what is there can be watched; resolves with its path. */
  folder(name: string): Promise<string>
  /** The number of the record that counts. */
  highest(name: string): Promise<number>
}

interface Watching {
  readonly listeners: Set<() => void>
  /** Looks soon whether the record has changed. */
  check: () => void
  readonly close: () => void
}

/** Tells of changes that others make. It is a hint: whatever goes wrong, watching ends without a word. */
export function createWatching(watched: Watched) {
  /** The number that this vault object last wrote, read or told of. */
  const seen = new Map<string, number>()
  /** How many changes of our own are under way; what they are is known when they are done. */
  const ours = new Map<string, number>()
  const open = new Map<string, Watching>()

  function watch(name: string, changed: () => void): () => void {
    const listener = () => changed()
    const { listeners, close } = open.get(name) ?? begin(name)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) close()
    }
  }

  function begin(name: string): Watching {
    const ended = new AbortController()
    const close = () => {
      ended.abort()
      if (open.get(name) === watching) open.delete(name)
    }
    const watching: Watching = { listeners: new Set(), check: () => {}, close }
    open.set(name, watching)
    // A connection notices a change at its next read too, and a vault in trouble says so there.
    start(name, watching, ended.signal).catch(close)
    return watching
  }

  async function start(name: string, watching: Watching, signal: AbortSignal): Promise<void> {
    const folder = await watched.folder(name)
    if (signal.aborted) return
    watching.check = inPauses(() => compare(name, watching), signal)
    const watcher = watchFolder(folder, { persistent: false }, (_, file) => {
      if (file === null || file.startsWith('record-')) watching.check()
    })
    endWith(watcher, signal)
    if (!seen.has(name)) seen.set(name, await watched.highest(name))
    watching.check()
  }

  /** Calls back where the record is not the one that was seen last. */
  async function compare(name: string, { listeners, check }: Watching): Promise<void> {
    const before = seen.get(name)
    const number = await watched.highest(name)
    // While our own change is under way, nobody knows whose number this is; its end looks again.
    if (ours.has(name)) return
    if (seen.get(name) !== before) return check()
    if (number === (before ?? 0)) return
    seen.set(name, number)
    for (const changed of [...listeners]) changed()
  }

  /** This number is known to whoever uses this vault object; a slow read may bring one that is not the last. */
  function saw(name: string, number: number | undefined): number | undefined {
    if (number !== undefined) seen.set(name, Math.max(number, seen.get(name) ?? 0))
    return number
  }

  /** Makes a change through this vault object; the number that comes out is known to whoever asked. */
  async function own(name: string, work: () => Promise<number | undefined>): Promise<number | undefined> {
    ours.set(name, (ours.get(name) ?? 0) + 1)
    try {
      return saw(name, await work())
    } finally {
      const others = (ours.get(name) ?? 1) - 1
      if (others > 0) ours.set(name, others)
      else ours.delete(name)
      open.get(name)?.check()
    }
  }

  return { watch, own, saw }
}

function endWith(watcher: FSWatcher, signal: AbortSignal): void {
  watcher.on('error', () => watcher.close())
  signal.addEventListener('abort', () => watcher.close(), { once: true })
}

/** Does something once for the events that come together, and keeps no process alive for it. */
function inPauses(work: () => Promise<void>, signal: AbortSignal): () => void {
  let due = false
  return () => {
    if (due || signal.aborted) return
    due = true
    defaultEnvironment().after(PAUSE, () => {
      due = false
      if (!signal.aborted) work().catch(() => {})
    })
  }
}
