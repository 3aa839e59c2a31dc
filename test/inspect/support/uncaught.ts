/** What would have ended the process, while something was done and in the turns of the event loop behind it. */
export async function uncaughtBy(work: () => unknown): Promise<unknown[]> {
  const uncaught: unknown[] = []
  const note = (error: unknown) => void uncaught.push(error)
  const kinds = ['unhandledRejection', 'uncaughtException'] as const
  for (const kind of kinds) process.on(kind, note)
  await work()
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  for (const kind of kinds) process.off(kind, note)
  return uncaught
}
