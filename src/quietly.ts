/**
 * Does something that a host must not notice: where a machine cannot be read, or a guard, a clock, a sink throws, there is
 * less to see, and that is all. Of what is thrown, or what a promise rejects with, only `failed` is told.
 */
export function quietly(work: () => unknown, failed: (error: unknown) => void = () => {}): void {
  try {
    const done = work()
    if (typeof done === 'object' && done !== null && 'then' in done) Promise.resolve(done).catch(failed)
  } catch (error) {
    failed(error)
  }
}
