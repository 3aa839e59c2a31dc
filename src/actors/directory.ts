import { stateIn } from '../protocol/authorization-request.ts'
import { orFailure } from '../vault/trouble.ts'
import type { Means } from './errand.ts'

/** Which connections there are, for a host that does not know their names. */
export function directoryOf({ settings, custody }: Means) {
  return {
    async find(url: string | URL): Promise<string | undefined> {
      const state = stateIn(String(url), settings)
      return state === undefined ? undefined : orFailure(custody.find(state))
    },

    list: (): Promise<string[]> => orFailure(custody.list()),
  }
}
