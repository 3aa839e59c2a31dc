import { webVault } from '../../../src/vault/web/index.ts'
import { createMembers, type Member } from './member.ts'
import { carryOut } from './remote.ts'

let member: Member | undefined

const own = {
  begin: (provider: Parameters<typeof createMembers>[0], database: string) => {
    ;[member] = createMembers(provider, webVault({ database }))
  },
  call: (job: string, given: readonly unknown[]) => carryOut(member, job, given),
}

declare global {
  /** A member in the page that the tests open. */
  var crowd: typeof own
}

globalThis.crowd = own
