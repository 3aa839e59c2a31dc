import type { Vault } from './vault.ts'

const known = new WeakMap<Vault, Map<string, Set<() => void>>>()

/**
 * The clients that share one vault object: what one of them changes, the vault takes for its own and tells nobody.
 */
export function neighbourhood(vault: Vault) {
  const names = known.get(vault) ?? new Map<string, Set<() => void>>()
  known.set(vault, names)

  function join(name: string, changed: () => void) {
    const all = names.get(name) ?? new Set()
    const listener = () => changed()
    names.set(name, all.add(listener))
    return {
      leave(): void {
        all.delete(listener)
        if (all.size === 0 && names.get(name) === all) names.delete(name)
      },
      tell(): void {
        for (const other of all) if (other !== listener) other()
      },
    }
  }

  return { join }
}
