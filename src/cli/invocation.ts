import { env } from 'node:process'

/** How this program is called, so that a command that it names can be pasted. npm says so to what `npx` runs. */
export const invocation = env.npm_command === 'exec' ? 'npx oauth-machines' : 'oauth-machines'
