import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('npm start', () => {
  it('runs the three flows to their ends, in plain lines', async () => {
    // Half a minute, after the compiler has run. Rejects where the exit code is not 0. Its output is a pipe, not a terminal.
    const { stdout } = await promisify(execFile)('npm', ['start', '--silent'], { cwd: root, timeout: 240_000 })
    expect(stdout).not.toContain('\u001b')
    for (const step of [
      /type [A-Z]{4}-[A-Z]{4} at http:\/\/127\.0\.0\.1/,
      'recalling → expired',
      'expired → requestingCode',
      'polling → slowDown  pollToken 429',
      'refreshing → authorized',
      'revoking → revoked',
    ])
      expect(stdout).toMatch(step)
    const table = stdout.slice(stdout.indexOf('provider        ended in'))
    for (const provider of ['Tyro Connect', 'SumUp POS Pro', 'myPOS'])
      expect(table).toMatch(new RegExp(`^${provider} +revoked +\\d+ requests$`, 'm'))
    expect(table).toMatch(/not_supported: SumUp POS Pro, revocation: .* remove the integration/s)
    expect(table.match(/refreshing/g)).toHaveLength(3)
  })
})
