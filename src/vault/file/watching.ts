import { watch as watchFolder } from 'node:fs'
import { basename } from 'node:path'
import { defaultEnvironment } from '../../environment.ts'

/** What one change does in a folder comes as several events, within less than this. Milliseconds. */
const PAUSE = 20
/** How long until watching begins again where it ended or could not begin, and then twice as long each time. Milliseconds. */
const FIRST_WAIT = 2_000
const LONGEST_WAIT = 60_000

/** What a watcher asks of the vault. */
interface Watched {
  /** The path of a connection's folder. */
  folder(name: string): string
  /** Makes that, since only what is there can be watched. */
  make(name: string): Promise<void>
  /** The number of the record that counts. */
  highest(name: string): Promise<number>
}

interface Watching {
  readonly listeners: Set<() => void>
  /** Looks soon whether the record has changed. */
  readonly check: () => void
  readonly close: () => void
}

/**
 * Tells of changes that others make. It is a hint: a connection notices a change at its next read too, and a vault in trouble
 * says so there. Whatever goes wrong here, watching begins again after a while without a word.
 */
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
    const check = inPauses(() => compare(name, watching), ended.signal)
    const watching: Watching = { listeners: new Set(), check, close }
    open.set(name, watching)
    keepWatching(name, check, ended.signal)
    return watching
  }

  /** The folder is made the first time only: where somebody removes it later, whoever writes next makes it. */
  async function keepWatching(name: string, check: () => void, signal: AbortSignal): Promise<void> {
    await prepare(name).catch(() => {})
    for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const began = await watchOnce(watched.folder(name), check, signal)
      if (began) wait = FIRST_WAIT
      await pause(wait, signal)
    }
  }

  async function prepare(name: string): Promise<void> {
    await watched.make(name)
    if (!seen.has(name)) saw(name, await watched.highest(name))
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

/** Watches a folder, and looks once, until that is gone or the system ends it; resolves with whether it could begin. */
function watchOnce(folder: string, check: () => void, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const watcher = watchFolder(folder, { persistent: false, signal }, (_, file) => {
        // The folder itself was removed or moved: its watcher hears no more, and of one that is made anew nothing at all.
        if (file === basename(folder)) watcher.close()
        if (file === null || file.startsWith('record-')) check()
      })
      // After an error it is closed already, and says nothing of it.
      for (const end of ['error', 'close']) watcher.on(end, () => resolve(true))
      check()
    } catch {
      // It is not there, or the system watches enough already.
      resolve(false)
    }
  })
}

/** Keeps no process alive, unlike a sleep. */
function pause(span: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end)
      cancel()
      resolve()
    }
    const cancel = defaultEnvironment().after(span, end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
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
