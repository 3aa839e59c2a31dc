import type { Member } from './member.ts'

const jobs = {
  setClock: true,
  ask: true,
  persist: true,
  start: true,
  revoke: true,
  userCode: true,
  rest: true,
  isSending: true,
  stop: true,
} satisfies Record<keyof Member, true>

/** A member elsewhere: what is asked of it goes out as the name of a job and what is given. */
export function remote(call: (job: string, given: readonly unknown[]) => Promise<unknown>): Member {
  const ways: unknown[][] = Object.keys(jobs).map((job) => [job, (...given: unknown[]) => call(job, given)])
  return Object.fromEntries(ways)
}

/** The other end: does the job of that name. */
export async function carryOut(member: Member | undefined, job: string, given: readonly unknown[]): Promise<unknown> {
  return Reflect.apply(Reflect.get(Object(member), job), undefined, given)
}
