import { IMPATIENT, type KillPoint, type Place } from './plan.ts'
import type { ConnectionRecord, Vault } from './product.ts'
import { VaultError } from './product.ts'

const never = new Promise<never>(() => {})

/**
 * A fetch and a vault that stop at one place of one request: whoever waits for them waits until the process is killed.
 *
 * @param here says that the place is reached
 */
export function createGate(point: KillPoint | undefined, here: () => void) {
  let phase: 'quiet' | 'intended' | 'answered' | 'over' = point?.step === 'nothing' ? 'answered' : 'quiet'
  let failed = false

  async function stopAt(place: Place): Promise<void> {
    if (point?.place !== place) return
    here()
    await never
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (phase !== 'intended') return globalThis.fetch(input, init)
    const request = new Request(input, init)
    await stopAt('before the request')
    if (point?.impatient) await pollAhead(request.clone())
    const answer = await globalThis.fetch(request)
    await stopAt('before the reply')
    phase = 'answered'
    return answer
  }

  async function storing<T>(store: () => Promise<T>): Promise<T> {
    if (phase !== 'answered') return store()
    await stopAt('before the store')
    if (point?.place === 'storing fails') await fail()
    const stored = await store()
    phase = 'over'
    await stopAt('after the store')
    return stored
  }

  /** Fails once as a full disk does, and stops when the product tries again. */
  async function fail(): Promise<never> {
    if (failed) await stopAt('storing fails')
    failed = true
    throw new VaultError('full')
  }

  const guard = (vault: Vault): Vault => ({
    ...vault,
    async read(name) {
      if (phase === 'answered') {
        await stopAt('after the reply')
        await stopAt('before the read')
      }
      return vault.read(name)
    },
    async write(name, record, revision) {
      if (phase !== 'quiet' || !isIntent(record, point)) return storing(() => vault.write(name, record, revision))
      await stopAt('before the intent')
      const stored = await vault.write(name, record, revision)
      if (stored !== undefined) phase = 'intended'
      return stored
    },
    erase: (name, revision) => storing(() => vault.erase(name, revision)),
  })

  return { fetch, guard }
}

function isIntent({ inFlight, wantsRevoke }: ConnectionRecord, point: KillPoint | undefined): boolean {
  return point?.step === 'revoke' ? wantsRevoke === true : inFlight !== undefined && inFlight.step === point?.step
}

async function pollAhead(request: Request): Promise<void> {
  request.headers.set(IMPATIENT, 'yes')
  await globalThis.fetch(request)
}
