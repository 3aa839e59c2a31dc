import { stateIn } from '../protocol/authorization-request.ts'
import { Sealed } from '../sealed.ts'
import { orFailure } from '../vault/trouble.ts'
import type { Means } from './errand.ts'

/** Which connections there are, for a host that does not know their names. */
export function directoryOf({ settings, custody }: Means) {
  return {
    async find(url: string | URL | Sealed): Promise<string | undefined> {
      const state = stateIn(url instanceof Sealed ? url.open() : String(url), settings)
      return state === undefined ? undefined : orFailure(custody.find(state))
    },

    list: (): Promise<string[]> => orFailure(custody.list()),
  }
}
