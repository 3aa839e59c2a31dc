import { fileVault, rawKey } from '../../../src/vault/file/index.ts'
import { createMembers } from './member.ts'
import { carryOut } from './remote.ts'

/** A process with a member of its own, which does what its parent asks. It ends with its parent. */
const { directory, key, provider, ahead, deaf } = JSON.parse(process.argv[2] ?? '')
const { watch, ...vault } = fileVault(directory, { key: rawKey(Buffer.from(key, 'hex')) })
const [member] = createMembers(provider, deaf || !watch ? vault : { ...vault, watch }, { ahead })

process.on('disconnect', () => process.exit())
process.on('message', async ({ id, job, given }: { id: number; job: string; given: unknown[] }) => {
  try {
    process.send?.({ id, value: await carryOut(member, job, given) })
  } catch (error) {
    process.send?.({ id, problem: String(error) })
  }
})
process.send?.('ready')
