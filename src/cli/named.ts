import { UNSEEN } from '../plain-text.ts'
import type { Provider } from '../providers/provider.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { VaultError } from '../vault/vault-error.ts'
import { WrongUse } from './command.ts'
import { type Home, homeAt } from './home.ts'
import { providerFor } from './provider-argument.ts'
import type { RegistrationOptions } from './registration-options.ts'
import { placeOf, type Remembered, rememberedIn } from './remembered.ts'

/** What the commands for one connection may be told. */
export interface SessionOptions extends RegistrationOptions {
  readonly vault?: string
}

/** Which connection is meant, and nothing more: for that nobody is asked. */
export interface Named {
  readonly home: Home
  readonly provider: Provider
  /** As the user calls it. */
  readonly name: string
  /** As the vault knows it. */
  readonly place: string
  /** What was remembered of just this connection. */
  readonly known: Remembered | undefined
  /** What was said of it, to be said again. */
  readonly typed: SessionOptions
  /** Whether its name is enough by now. */
  isRemembered(): boolean
  keep(entry: Remembered): Promise<void>
  forget(): Promise<void>
}

/** Finds out which connection is meant. Throws {@link WrongUse}. */
export async function nameFor(argument: string, options: SessionOptions): Promise<Named> {
  const { connection } = options
  if (connection === '') throw new WrongUse('--connection is empty.')
  // Where it is shown they are left out: what is shown would be another name.
  if (connection.search(UNSEEN) >= 0) throw new WrongUse('--connection holds characters that nobody can see.')
  const home = homeAt(options.vault)
  const memory = rememberedIn(home.folder)
  const provider = await providerFor(argument, memory.all)
  return named(provider, await memory.one(placeOf(provider, connection)), options, home)
}

/** Names a connection of a provider. */
export function named(provider: Provider, known: Remembered | undefined, typed: SessionOptions, home: Home): Named {
  const memory = rememberedIn(home.folder)
  const name = typed.connection
  const place = placeOf(provider, name)
  let isKept = known !== undefined
  return {
    ...{ home, provider, name, place, known, typed },
    isRemembered: () => isKept,
    async keep(entry) {
      await memory.keep(entry)
      isKept = true
    },
    forget: () => memory.forget(place),
  }
}

/** Whether what is stored says so. Not where it cannot be read: the connection meets that too, and tells. */
export async function isStored(
  { home, place }: Named,
  says: (record: ConnectionRecord | undefined) => boolean,
): Promise<boolean> {
  try {
    return says(await home.look(place))
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    return false
  }
}
