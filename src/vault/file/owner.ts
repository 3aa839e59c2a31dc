import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hrtime, kill, pid, platform } from 'node:process'
import { promisify } from 'node:util'
import { codeOf } from './disk-errors.ts'

/** A process, told apart from all others that ever had its number. What a system cannot tell is empty. */
export interface Owner {
  /** Changes when the machine starts. */
  readonly boot: string
  /** Where the process number counts: containers number theirs alone. */
  readonly namespace: string
  readonly pid: number
  /** When the process began, in the system's own ticks. */
  readonly start: string
}

/** Milliseconds since the machine started: the same for all its processes, and set by nobody. */
export const now = (): number => Number(hrtime.bigint() / 1_000_000n)

let known: Promise<Owner> | undefined

/** This process. */
export function self(): Promise<Owner> {
  known ??= identify()
  return known
}

async function identify(): Promise<Owner> {
  const [boot, namespace, stat] = await Promise.all([bootId(), namespaceOf(), statOf(pid)])
  return { boot, namespace, pid, start: stat?.start ?? '' }
}

/** Whether a process that had a number of this process's namespace still runs. In doubt it does. */
export async function isAlive(owner: Owner): Promise<boolean> {
  if (!exists(owner.pid)) return false
  const stat = await statOf(owner.pid)
  if (!stat) return true
  // A zombie does nothing any more; it waits for its parent to notice.
  const dead = stat.state === 'Z' || stat.state === 'X'
  return !dead && (owner.start === '' || owner.start === stat.start)
}

function exists(number: number): boolean {
  try {
    return kill(number, 0)
  } catch (error) {
    // It may be another user's.
    return codeOf(error) === 'EPERM'
  }
}

/** Linux has a file; macOS a setting. Windows has neither: there a lease that began before the start looks future-dated. */
async function bootId(): Promise<string> {
  if (platform === 'linux') return (await told(readFile('/proc/sys/kernel/random/boot_id', 'utf8'))).trim()
  if (platform !== 'darwin') return ''
  const asked = promisify(execFile)('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])
  return (await told(asked.then(({ stdout }) => stdout))).trim()
}

const namespaceOf = () => told(readlink('/proc/self/ns/pid'))

/** State and start of a process, where Linux tells them and numbers it as this process does. */
async function statOf(number: number): Promise<{ state: string; start: string } | undefined> {
  // A container may see the processes of its host here, under other numbers.
  if ((await told(readlink('/proc/self'))) !== String(pid)) return undefined
  return parseStat(await told(readFile(`/proc/${number}/stat`, 'utf8')))
}

/** Fields 3 and 22. The name before them stands in parentheses, and may hold blanks and parentheses itself. */
export function parseStat(text: string): { state: string; start: string } | undefined {
  const [state, ...others] = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ')
  const start = others[18]
  return state && start ? { state, start } : undefined
}

/** What the system tells; nothing where it does not, which is no error on the systems that lack it. */
async function told(answer: Promise<string>): Promise<string> {
  return await answer.catch(() => '')
}
