/**
 * Tells other vault objects, in this tab and in others, that a record has changed. Only the connection's name goes out, and
 * what is told is a hint: who wants to know reads.
 */
export function createChanges(database: string) {
  const watchers = new Map<string, Set<() => void>>()
  let channel: BroadcastChannel | undefined

  function open(): BroadcastChannel {
    if (channel) return channel
    channel = new BroadcastChannel(`oauth-machines ${database}`)
    keepsNothingAlive(channel)
    return channel
  }

  /** A channel does not hear itself, so nobody is told of the changes made through the same object. */
  function tell(name: string): void {
    open().postMessage(name)
  }

  function watch(name: string, changed: () => void): () => void {
    const watching = watchers.get(name) ?? new Set()
    const watcher = () => changed()
    watchers.set(name, watching.add(watcher))
    open().onmessage = ({ data }) => hear(data)
    return () => {
      watching.delete(watcher)
      if (watching.size === 0 && watchers.get(name) === watching) watchers.delete(name)
      if (watchers.size === 0) close()
    }
  }

  /** Each by itself, so that one who throws disturbs no other. */
  function hear(name: string): void {
    const watching = watchers.get(name) ?? new Set()
    for (const watcher of watching) queueMicrotask(() => watching.has(watcher) && watcher())
  }

  function close(): void {
    channel?.close()
    channel = undefined
  }

  return { tell, watch }
}

/** In Node an open channel would keep the process running; browsers have no such method. */
function keepsNothingAlive(channel: BroadcastChannel): void {
  if ('unref' in channel && typeof channel.unref === 'function') channel.unref()
}
