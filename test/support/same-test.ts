import { expect } from 'vitest'

/**
 * Makes a check that throws once the present test is over. One that has timed out goes on where it was: what lets fake
 * time pass must not do so in the next test.
 */
export function sameTest(): () => void {
  const { currentTestName } = expect.getState()
  return () => {
    if (expect.getState().currentTestName !== currentTestName) throw new Error(`It is over: ${currentTestName}`)
  }
}
