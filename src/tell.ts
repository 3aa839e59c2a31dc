/** A listener that throws must not stop the machine: its error goes where uncaught ones go. */
export function tell<T>(news: T, listener: (news: T) => void): void {
  try {
    listener(news)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
