/** Things by name, of which only the latest are kept: so many, and no larger altogether. */
export interface Shelf<Thing> {
  get(name: string): Thing | undefined
  /** Puts it behind all others. @param size in characters, about */
  put(name: string, thing: Thing, size: number): void
  delete(name: string): void
  clear(): void
  /** The oldest first. */
  entries(): [name: string, thing: Thing][]
}

/**
 * @param limit how many there can be
 * @param characters how large they can be altogether; one that is larger by itself is not kept
 */
export function createShelf<Thing>(limit: number, characters: number): Shelf<Thing> {
  const places = new Map<string, { readonly thing: Thing; readonly size: number }>()
  let total = 0

  function remove(name: string): void {
    total -= places.get(name)?.size ?? 0
    places.delete(name)
  }

  return {
    get: (name) => places.get(name)?.thing,
    put(name, thing, size) {
      remove(name)
      places.set(name, { thing, size })
      total += size
      for (const oldest of places.keys()) {
        if (places.size <= limit && total <= characters) break
        remove(oldest)
      }
    },
    delete: remove,
    clear() {
      places.clear()
      total = 0
    },
    entries: () => [...places].map(([name, { thing }]) => [name, thing]),
  }
}
